//! Arrays of many results, each decoded straight into its place in one.

use std::io::Read;
use std::sync::Arc;

use super::body::{Located, locate};
use super::frame::{Frame, plain_array};
use super::frame_cache::{FrameCache, PayloadSpan};
use super::input::Input;
use super::members::with_each;
use super::netcdf_member;
use super::open::bare_array;
use super::packed::{Array, Body, PackedResult};
use super::payload::unpack;
use crate::archive::Archive;
use crate::codec::memory::CompressedArray;
use crate::codec::zip::{error_of, is_plausible};
use crate::dtype::DType;
use crate::error::{Error, Kind, Result};
use crate::memory::{Buffer, Scratch, no_memory};
use crate::netcdf::{self, Data};
use crate::work::parallel::{self, Parts};

/// Arrays of one type and shape, to be decoded into one array.
pub struct Part<'a> {
    /// A member for each of them.
    pub members: &'a [String],
    /// True for labelled arrays, which may differ; bare ones may not.
    pub labelled: bool,
    /// Type of the numbers.
    pub dtype: DType,
    /// Shape of each.
    pub shape: &'a [u64],
    /// Room for all of them, one after the other.
    pub out: &'a mut [u8],
}

/// Type and shape that a labelled array claims to have, and its member, as far as it was read.
pub struct Claim<'a> {
    /// Type of the numbers.
    pub dtype: DType,
    /// Shape of the array.
    pub shape: Vec<u64>,
    input: Input<'a>,
}

/// Decodes all members of all parts, many at once, and returns the frames of the labelled ones: `None` for each that
/// xarray has to decode. The places of these, and of those that are not like their part, are left as they are.
/// The member of `claim` is not fetched again.
pub fn stack<'a>(
    archive: &'a Archive,
    parts: Vec<Part<'a>>,
    claim: Option<Claim<'a>>,
    threads: usize,
    frames: &FrameCache,
) -> Result<Vec<Option<Arc<Frame>>>> {
    let (mut names, mut wanted, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        names.extend(part.members.iter().map(String::as_str));
        let count = part.members.len();
        wanted.extend(std::iter::repeat_n(
            (part.labelled, part.dtype, part.shape),
            count,
        ));
        places.extend(places_in(part.out, count)?);
    }
    let places: Parts<'_> = places.into_iter().collect();
    let here = claim.map(|claim| claim.input);
    let found = with_each(archive, &names, here, threads, |nth, input, file| {
        let (labelled, dtype, shape) = wanted[nth];
        let file = netcdf_member::decode_into(input, file)?;
        let place = places.take(nth)?;
        if labelled {
            unpack_labelled(file, input, frames, (dtype, shape), place)
        } else {
            unpack_bare(file, input, (dtype, shape), place).map(|()| None)
        }
    })?;
    let labelled = wanted.iter().map(|&(labelled, ..)| labelled);
    Ok(found
        .into_iter()
        .zip(labelled)
        .filter_map(|(frame, labelled)| labelled.then_some(frame))
        .collect())
}

fn unpack_labelled(
    file: &[u8],
    input: &Input<'_>,
    frames: &FrameCache,
    like: (DType, &[u64]),
    place: &mut [u8],
) -> Result<Option<Arc<Frame>>> {
    let is_like = |frame: &Frame| (frame.dtype(), &frame.variable().shape[..]) == like;
    let size = like.0.size();
    match locate(file, input.limits(), frames)? {
        Located::Payload(span) => {
            if is_like(&span.frame) {
                unpack(&file[span.range], span.shuffled, span.order, size, place)?;
            }
            Ok(Some(span.frame))
        }
        Located::Numbers(frame, bytes, order) => {
            if is_like(&frame) {
                unpack(&bytes, false, order, size, place)?;
            }
            Ok(Some(frame))
        }
        Located::General(_) => Ok(None),
    }
}

fn unpack_bare(
    file: &[u8],
    input: &Input<'_>,
    (dtype, shape): (DType, &[u64]),
    place: &mut [u8],
) -> Result<()> {
    let (variable, found) = bare_array(file, input.limits())?;
    if found != dtype || variable.shape != shape {
        let expected = format!("an array of {} {shape:?}", dtype.numpy_name());
        let found = format!("{} {:?}", found.numpy_name(), variable.shape);
        return Err(Error::new(Kind::Netcdf, expected, found));
    }
    let (size, order) = (dtype.size(), variable.order);
    match &variable.data {
        Data::Raw { range, shuffled } => {
            unpack(&file[range.clone()], *shuffled, order, size, place)
        }
        Data::Owned(bytes) => unpack(bytes, false, order, size, place),
        Data::Strings(_) => Err(Error::internal("an array of numbers", "texts")),
    }
}

/// Bytes of a large file that are looked at for its shape.
const LOOKED_AT: u64 = 256 << 10;

/// The type and shape of a labelled array, `None` where xarray has to decode it. Of a large file it is a claim: the
/// beginning says it, which is not verified.
pub fn claimed<'a>(
    archive: &'a Archive,
    name: &'a str,
    frames: &FrameCache,
) -> Result<Option<Claim<'a>>> {
    let input = Input::new(archive, name)?;
    let mut claimed = claim_of(&input).map_err(|error| error.in_member(name))?;
    if claimed.is_none() {
        let shape = |frame: Arc<Frame>| (frame.dtype(), frame.variable().shape.clone());
        claimed = frame_in(&input, frames)?.map(shape);
    }
    Ok(claimed.map(|(dtype, shape)| Claim {
        dtype,
        shape,
        input,
    }))
}

/// The frame of a labelled array, all of which is decoded; `None` where xarray has to decode it.
pub fn frame_of(archive: &Archive, name: &str, frames: &FrameCache) -> Result<Option<Arc<Frame>>> {
    frame_in(&Input::new(archive, name)?, frames)
}

fn frame_in(input: &Input<'_>, frames: &FrameCache) -> Result<Option<Arc<Frame>>> {
    let mut file = Scratch::default();
    let located = netcdf_member::decode_into(input, &mut file)
        .and_then(|file| locate(file, input.limits(), frames))
        .map_err(|error| error.in_member(input.member))?;
    Ok(match located {
        Located::Payload(PayloadSpan { frame, .. }) | Located::Numbers(frame, ..) => Some(frame),
        Located::General(_) => None,
    })
}

/// Reads what the beginning of a large file says, where that is enough for a parser.
fn claim_of(input: &Input<'_>) -> Result<Option<(DType, Vec<u64>)>> {
    let entry = input.entry()?;
    if entry.size <= LOOKED_AT || !is_plausible(entry.compressed, entry.size) {
        return Ok(None);
    }
    // Pages that nobody writes to take no memory.
    let mut file = Buffer::zeroed(usize::try_from(entry.size).map_err(|_| no_memory(entry.size))?)?;
    let beginning = usize::try_from(LOOKED_AT).map_err(|_| no_memory(LOOKED_AT))?;
    match input.in_memory() {
        Some(fetched) => file[..beginning].copy_from_slice(&fetched.decode_beginning(LOOKED_AT)?),
        None => input
            .stream()?
            .read_exact(&mut file[..beginning])
            .map_err(error_of)?,
    }
    // Whatever is wrong with it is told when it is decoded.
    let Ok(dataset) = netcdf::read(&file, input.limits()) else {
        return Ok(None);
    };
    let array = plain_array(&dataset).map(|at| &dataset.variables[at]);
    Ok(array.and_then(|array| Some((array.dtype?, array.shape.clone()))))
}

/// Unpacks the arrays of results in memory into `out`.
pub fn stack_packed(results: &[&PackedResult], out: &mut [u8], threads: usize) -> Result<()> {
    let arrays = results
        .iter()
        .map(|result| result.body.packed().ok_or_else(Body::absent))
        .collect::<Result<Vec<_>>>()?;
    unpack_all(&arrays, out, threads)
}

/// Unpacks further arrays of results in memory into `out`.
pub fn stack_packed_arrays(arrays: &[&Array], out: &mut [u8], threads: usize) -> Result<()> {
    let arrays: Vec<_> = arrays.iter().map(|array| &array.packed).collect();
    unpack_all(&arrays, out, threads)
}

fn unpack_all(arrays: &[&CompressedArray], out: &mut [u8], threads: usize) -> Result<()> {
    let places: Parts<'_> = places_in(out, arrays.len())?.into_iter().collect();
    parallel::map(arrays.len(), threads, |index| {
        arrays[index].unpack_into(places.take(index)?)
    })?;
    Ok(())
}

/// So many places of one size, one after the other.
fn places_in(mut out: &mut [u8], count: usize) -> Result<Vec<&mut [u8]>> {
    let length = out.len() / count.max(1);
    if length * count != out.len() {
        let expected = format!("an array of {count} results");
        return Err(Error::internal(expected, format!("{} bytes", out.len())));
    }
    let mut places = Vec::with_capacity(count);
    for _ in 0..count {
        let (place, rest) = out.split_at_mut(length);
        places.push(place);
        out = rest;
    }
    Ok(places)
}
