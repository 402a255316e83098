//! From results in memory to compressed archive members.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::frame::Frame;
use super::packed::{Array, Body, PackedResult};
use super::plan::{Arrays, Plan};
use super::policy::{Content, StoreOptions};
use crate::archive::Compressed;
use crate::codec::memory::CompressedArray;
use crate::codec::zip::{Crc, Method};
use crate::codec::{noise, probe, shares};
use crate::error::{Error, Kind, Result};
use crate::memory::Buffer;
use crate::work::parallel;

/// Arrays of this size are worth threads of their own where they are compressed in shares.
const LARGE: usize = 4 << 20;

/// The content of a member.
enum Part<'a> {
    Data(&'a Body),
    Text(&'a [u8]),
    Array(&'a Array),
}

impl Part<'_> {
    /// Bytes of its values.
    fn nbytes(&self) -> usize {
        match self {
            Part::Data(Body::Plain(_, packed)) => packed.nbytes(),
            Part::Array(array) => array.packed.nbytes(),
            Part::Data(_) | Part::Text(_) => 0,
        }
    }
}

/// Compresses the members of `results`, in upstream's order: the data, the text, then further arrays.
pub fn store(
    results: &[&PackedResult],
    plans: &[Plan],
    options: &StoreOptions,
) -> Result<Vec<Compressed>> {
    one_plan_each(results.len(), plans)?;
    let mut jobs = Vec::new();
    // Arrays of one type and shape have one frame, whose file prefix is compressed once.
    let mut frames = HashMap::new();
    for (&result, plan) in results.iter().zip(plans) {
        let Arrays::Listed(arrays) = &plan.arrays else {
            let found = format!("{:?}", plan.arrays);
            return Err(Error::internal("names of members to write", found));
        };
        if result.arrays.len() != arrays.len() {
            let expected = format!("a member for each of {} arrays", result.arrays.len());
            let found = format!("{} members", arrays.len());
            return Err(Error::new(Kind::Value, expected, found).in_member(&plan.text));
        }
        jobs.push((plan.data.as_str(), Part::Data(&result.body)));
        jobs.push((plan.text.as_str(), Part::Text(&result.text)));
        let arrays = arrays.iter().zip(&result.arrays);
        jobs.extend(arrays.map(|((member, _), array)| (member.as_str(), Part::Array(array))));
        for Array { dtype, shape, .. } in &result.arrays {
            if let Entry::Vacant(new) = frames.entry((*dtype, shape.as_slice())) {
                new.insert(Frame::bare(*dtype, shape)?);
            }
        }
    }
    // Large members are shared out among the threads that have none of their own.
    let large = jobs.iter().filter(|(_, part)| part.nbytes() >= LARGE);
    let within = StoreOptions {
        threads: options.threads.div_ceil(large.count().max(1)),
        ..*options
    };
    parallel::map(jobs.len(), options.threads, |index| {
        let (name, part) = &jobs[index];
        let compressed = match part {
            Part::Data(body) => store_body(name, body, &within),
            Part::Text(text) => options.text(name, text),
            Part::Array(array) => {
                let frame = &frames[&(array.dtype, array.shape.as_slice())];
                store_payload(name, frame, &array.packed, &within)
            }
        };
        compressed.map_err(|error| error.in_member(name))
    })
}

/// Fails unless each result has the names of its members: one without them would be left out.
pub(super) fn one_plan_each(results: usize, plans: &[Plan]) -> Result<()> {
    if plans.len() == results {
        return Ok(());
    }
    let expected = format!("the members of {results} results");
    Err(Error::new(
        Kind::Value,
        expected,
        format!("those of {}", plans.len()),
    ))
}

fn store_body(member: &str, body: &Body, options: &StoreOptions) -> Result<Compressed> {
    match body {
        Body::Plain(frame, packed) => store_payload(member, frame, packed, options),
        Body::Absent => Err(Body::absent()),
        Body::General(packed) => {
            let mut file = Buffer::zeroed(packed.nbytes())?;
            packed.unpack_into(&mut file)?;
            options.file(member, &file)
        }
    }
}

pub(super) fn store_payload(
    member: &str,
    frame: &Frame,
    packed: &CompressedArray,
    options: &StoreOptions,
) -> Result<Compressed> {
    let (nbytes, itemsize) = (packed.nbytes(), frame.itemsize());
    let store = |shuffled, content| store_as(member, frame, packed, shuffled, content, options);
    let large_enough = options.shuffles(nbytes, itemsize);
    if !(large_enough && options.smallest()) {
        return store(large_enough, Content::Payload);
    }
    let shuffled = {
        let mut values = Buffer::zeroed(nbytes)?;
        packed.unpack_into(&mut values)?;
        probe::shuffled_is_smaller(&values, itemsize)?
    };
    let content = if shuffled {
        Content::Payload
    } else {
        Content::Plain
    };
    store(shuffled, content)
}

fn store_as(
    member: &str,
    frame: &Frame,
    packed: &CompressedArray,
    shuffled: bool,
    content: Content,
    options: &StoreOptions,
) -> Result<Compressed> {
    let prefix = frame.file_prefix(shuffled)?;
    let level = options.level(content);
    let deflated = level.filter(|&level| options.method == Method::Deflated && level > 0);
    let Some(level) = deflated else {
        let start = prefix.bytes.len();
        let mut file = Buffer::zeroed(start + packed.nbytes())?;
        file[..start].copy_from_slice(&prefix.bytes);
        unpack(packed, shuffled, &mut file[start..])?;
        return options.file(member, &file);
    };
    let mut payload = Buffer::zeroed(packed.nbytes())?;
    unpack(packed, shuffled, &mut payload)?;
    let mut crc = Crc::new();
    crc.update(&prefix.bytes);
    crc.update(&payload);
    let planes = if shuffled { frame.itemsize() } else { 1 };
    let size = (prefix.bytes.len() + payload.len()) as u64;
    let prefix = prefix.deflated()?;
    let data = if options.smallest() {
        shares::deflate(prefix, &payload, level, options.threads)?
    } else {
        noise::deflate(prefix, payload, planes, level)?
    };
    Ok(Compressed {
        name: member.to_owned(),
        method: Method::Deflated,
        crc: crc.sum(),
        size,
        data,
    })
}

fn unpack(packed: &CompressedArray, shuffled: bool, out: &mut [u8]) -> Result<()> {
    if shuffled {
        packed.unpack_shuffled_into(out)
    } else {
        packed.unpack_into(out)
    }
}
