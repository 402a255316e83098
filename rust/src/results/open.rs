//! From archive members to results in memory.

use super::body::{self, Found};
use super::frame_cache::{FrameCache, PayloadSpan};
use super::input::Input;
use super::members::with_each;
use super::netcdf_member;
use super::packed::{Array, Body, PackedResult};
use super::payload::pack;
use super::plan::{Located, Member, Plan};
use crate::archive::Archive;
use crate::codec::memory::{Codec, CompressedArray};
use crate::dtype::DType;
use crate::error::{Error, Kind, Result};
use crate::json::{Lifted, Varying, fingerprint};
use crate::limits::Limits;
use crate::memory::Buffer;
use crate::netcdf::{self, Data, Variable};
use crate::work::parallel;

/// Members that are read in one go.
const AT_ONCE: usize = 4096;

/// Choices for opening results.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// The codec that keeps them in memory.
    pub codec: Codec,
    /// Lists of more than so many numbers leave the text as arrays.
    pub lift: Option<usize>,
    /// The numbers of the text that make no difference to its fingerprint; none is made without.
    pub varying: Option<Varying>,
    /// Threads to use.
    pub threads: usize,
}

/// One member of one result.
enum Opened {
    Text {
        text: Vec<u8>,
        fingerprint: Option<u64>,
        arrays: Vec<Array>,
    },
    Body(Body),
    Array(Array),
}

/// Opens the results that `plans` name; every member is read, verified and packed on its own.
pub fn open(
    archive: &Archive,
    plans: &[Plan],
    options: &OpenOptions,
    frames: &FrameCache,
) -> Result<Vec<PackedResult>> {
    let located: Vec<_> = plans
        .iter()
        .map(|plan| Located::new(plan, archive))
        .collect();
    let members = located.iter().flat_map(|located| {
        let member = |nth| Some((located.member(nth)?, nth == 0));
        (0..located.len()).filter_map(member)
    });
    let mut members = members.peekable();
    let mut opened = Vec::new();
    let mut firsts = Vec::new();
    // A hostile archive has more members than there is memory for what is needed to read each.
    while members.peek().is_some() {
        let mut batch = Vec::new();
        for (member, first) in members.by_ref().take(AT_ONCE) {
            if first {
                firsts.push(opened.len() + batch.len());
            }
            batch.push(member);
        }
        let names: Vec<_> = batch.iter().map(|member| member.name()).collect();
        let inputs = Input::all(archive, &names)?;
        opened.extend(parallel::map(inputs.len(), options.threads, |index| {
            open_member(batch[index], &inputs[index], options, frames)
        })?);
    }
    let mut results = Vec::new();
    for first in firsts.into_iter().rev() {
        results.push(assemble(opened.drain(first..))?);
    }
    results.reverse();
    Ok(results)
}

/// Opens the metadata of results alone: no array beside them is read.
pub fn open_metadata(
    archive: &Archive,
    names: &[String],
    options: &OpenOptions,
) -> Result<Vec<PackedResult>> {
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    with_each(archive, &names, None, options.threads, |_, input, _| {
        let text = open_text(input, options)?;
        assemble([text, Opened::Body(Body::Absent)].into_iter())
    })
}

/// The faults of all members of a result, where [`open`] stops at the first.
pub fn faults(
    archive: &Archive,
    plan: &Plan,
    options: &OpenOptions,
    frames: &FrameCache,
) -> Result<Vec<Error>> {
    let mut found = Vec::new();
    let located = Located::new(plan, archive);
    for member in (0..located.len()).filter_map(|nth| located.member(nth)) {
        let name = member.name();
        let opened = Input::new(archive, name)
            .and_then(|input| open_member(member, &input, options, frames));
        match opened {
            Ok(_) => {}
            Err(error) if error.is_of_machine() => return Err(error),
            Err(error) => found.push(error.in_member(name)),
        }
    }
    Ok(found)
}

fn open_member(
    member: Member<'_>,
    input: &Input<'_>,
    options: &OpenOptions,
    frames: &FrameCache,
) -> Result<Opened> {
    let opened = match member {
        Member::Data(_) => open_body(input, options.codec, frames),
        Member::Text(_) => open_text(input, options),
        Member::Array(_, name) => open_array(input, name, options.codec),
    };
    opened.map_err(|error| error.in_member(input.member))
}

fn assemble(opened: impl Iterator<Item = Opened>) -> Result<PackedResult> {
    let (mut text, mut body, mut arrays, mut lifted) = (None, None, Vec::new(), false);
    let mut fingerprint = None;
    for opened in opened {
        match opened {
            Opened::Text {
                text: t,
                fingerprint: f,
                arrays: a,
            } => {
                lifted = !a.is_empty();
                arrays.extend(a);
                (text, fingerprint) = (Some(t), f);
            }
            Opened::Body(b) => body = Some(b),
            Opened::Array(a) => arrays.push(a),
        }
    }
    match (text, body) {
        (Some(text), Some(body)) => Ok(PackedResult {
            text,
            body,
            arrays,
            lifted,
            fingerprint,
        }),
        (text, body) => {
            let found = (text.is_some(), body.is_some());
            let expected = "metadata and data of a result (true, true)";
            Err(Error::internal(expected, format!("{found:?}")))
        }
    }
}

fn open_text(input: &Input<'_>, options: &OpenOptions) -> Result<Opened> {
    // A list of n numbers takes at least 2n bytes.
    let size = input.entry()?.size;
    match options.lift {
        Some(least) if size > 2 * least as u64 => {
            let Lifted {
                text,
                arrays,
                token,
            } = input.lift(least, options.threads)?;
            let arrays = parallel::map(arrays.len(), options.threads, |index| {
                let array = &arrays[index];
                Ok(Array {
                    name: format!("{token}{index}"),
                    dtype: array.dtype,
                    shape: array.shape.iter().map(|&n| n as u64).collect(),
                    packed: CompressedArray::from_plain(&array.bytes, 8, options.codec)?,
                })
            })?;
            // Each lifted text has names of its own.
            let fingerprint = None;
            Ok(Opened::Text {
                text,
                fingerprint,
                arrays,
            })
        }
        _ => {
            let text = input.text()?;
            let varying = options.varying.as_ref();
            Ok(Opened::Text {
                fingerprint: varying.and_then(|varying| fingerprint(&text, varying)),
                text,
                arrays: Vec::new(),
            })
        }
    }
}

fn open_body(input: &Input<'_>, codec: Codec, frames: &FrameCache) -> Result<Opened> {
    packed(body::find(input, frames)?, codec).map(Opened::Body)
}

/// The labelled array of a NetCDF file that is not a member, read as those that are.
pub fn read_netcdf(file: &[u8]) -> Result<Body> {
    let file = Buffer::copy_of(file)?;
    let found = body::find_in(file, &Limits::default(), &FrameCache::default())?;
    packed(found, Codec::None)
}

fn packed(found: Found, codec: Codec) -> Result<Body> {
    Ok(match found {
        Found::Payload(span, bytes, range) => {
            let PayloadSpan {
                frame,
                shuffled,
                order,
                ..
            } = span;
            let packed = pack(&bytes[range], shuffled, order, frame.itemsize(), codec)?;
            Body::Plain(frame, packed)
        }
        Found::Numbers(frame, bytes, order) => {
            let packed = pack(&bytes, false, order, frame.itemsize(), codec)?;
            Body::Plain(frame, packed)
        }
        Found::General(file) => Body::General(CompressedArray::from_plain(&file, 1, codec)?),
    })
}

fn open_array(input: &Input<'_>, name: &str, codec: Codec) -> Result<Opened> {
    let file = input.with_fetched(netcdf_member::decode)?;
    let (variable, dtype) = bare_array(&file, input.limits())?;
    let (size, order) = (dtype.size(), variable.order);
    let packed = match &variable.data {
        Data::Raw { range, shuffled } => pack(&file[range.clone()], *shuffled, order, size, codec)?,
        Data::Owned(bytes) => pack(bytes, false, order, size, codec)?,
        Data::Strings(_) => return Err(Error::internal("an array of numbers", "texts")),
    };
    Ok(Opened::Array(Array {
        name: name.to_owned(),
        dtype,
        shape: variable.shape,
        packed,
    }))
}

/// The one variable of a file of a bare array, and the type of its numbers.
pub(super) fn bare_array(file: &[u8], limits: &Limits) -> Result<(Variable, DType)> {
    let mut variables = netcdf::read(file, limits)?.variables;
    let count = variables.len();
    let Some(variable) = variables.pop().filter(|_| count == 1) else {
        let found = format!("{count} variables");
        return Err(Error::new(Kind::Netcdf, "one variable", found));
    };
    let text = || Error::new(Kind::Netcdf, "a numeric array", "text");
    let dtype = variable.dtype.ok_or_else(text)?;
    Ok((variable, dtype))
}
