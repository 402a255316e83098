//! Filters of chunks (section IV.A.2.l): shuffle, deflate and Fletcher-32.

use std::borrow::Cow;

use super::super::checksum::{self, fletcher32};
use crate::codec::{deflate, shuffle};
use crate::error::Result;
use crate::limits::Limits;
use crate::memory::try_zeroed;
use crate::netcdf::cursor::{Cursor, size};
use crate::netcdf::{malformed, unsupported};

/// Deflate cannot expand more (<https://zlib.net/zlib_tech.html>).
pub(super) const DEFLATE_MOST: usize = 1032;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Filter {
    Deflate,
    Shuffle,
    Fletcher32,
}

/// The filters in the order in which the writer applied them.
pub(super) fn pipeline(mut body: Cursor, itemsize: usize) -> Result<Vec<Filter>> {
    let version = body.u8()?;
    let count = body.u8()?;
    match version {
        1 => body.take(6)?,
        2 => body.take(0)?,
        other => {
            return Err(unsupported(
                "a filter message of version 1 or 2",
                other.to_string(),
            ));
        }
    };
    let mut filters = Vec::new();
    for _ in 0..count {
        let id = body.u16()?;
        // Version 2 leaves the names of HDF5's own filters out.
        let name = if version == 1 || id >= 256 {
            body.u16()?
        } else {
            0
        };
        body.take(2)?;
        let values = body.u16()?;
        body.take(usize::from(name).next_multiple_of(8))?;
        let first = if values > 0 { Some(body.u32()?) } else { None };
        let odd = version == 1 && values % 2 == 1;
        body.take(4 * usize::from(values.saturating_sub(1)) + 4 * usize::from(odd))?;
        filters.push(match (id, first) {
            (1, _) => Filter::Deflate,
            (2, Some(bytes)) if size(u64::from(bytes), "an element")? == itemsize => {
                Filter::Shuffle
            }
            (3, _) => Filter::Fletcher32,
            (id, value) => {
                return Err(unsupported(
                    format!("deflate, shuffle of {itemsize} bytes or Fletcher-32"),
                    format!("filter {id} with {value:?}"),
                ));
            }
        });
    }
    Ok(filters)
}

/// The filters that were not left out of a chunk; bit `i` of `mask` stands for filter `i`.
pub(super) fn active(filters: &[Filter], mask: u32) -> Vec<Filter> {
    let kept = |at: usize| {
        u32::try_from(at)
            .ok()
            .and_then(|at| mask.checked_shr(at))
            .unwrap_or(0)
            & 1
            == 0
    };
    filters
        .iter()
        .enumerate()
        .filter(|(at, _)| kept(*at))
        .map(|(_, filter)| *filter)
        .collect()
}

/// A chunk of `len` bytes from what is stored of it at `offset`.
pub(super) fn undo<'a>(
    stored: &'a [u8],
    offset: usize,
    filters: &[Filter],
    (len, itemsize): (usize, usize),
    limits: &Limits,
) -> Result<Cow<'a, [u8]>> {
    let mut chunk = Cow::Borrowed(stored);
    for (at, filter) in filters.iter().enumerate().rev() {
        chunk = match filter {
            Filter::Fletcher32 => verify(chunk, offset)?,
            Filter::Deflate => {
                // A checksum that was taken before is among the deflated bytes.
                let before = filters
                    .iter()
                    .take(at)
                    .filter(|f| **f == Filter::Fletcher32)
                    .count();
                let len = len.saturating_add(4 * before);
                Cow::Owned(inflate(&chunk, offset, len, limits)?)
            }
            Filter::Shuffle => Cow::Owned(unshuffle(&chunk, itemsize)?),
        };
    }
    if chunk.len() == len {
        Ok(chunk)
    } else {
        Err(malformed(
            format!("a chunk of {len} bytes at {offset:#x}"),
            format!("{} bytes", chunk.len()),
        ))
    }
}

/// Inflates a zlib stream to exactly `len` bytes.
fn inflate(stored: &[u8], offset: usize, len: usize, limits: &Limits) -> Result<Vec<u8>> {
    limits.check_size(len as u64)?;
    let expected = || format!("{len} bytes, deflated to {} at {offset:#x}", stored.len());
    if len / DEFLATE_MOST > stored.len() {
        return Err(malformed(expected(), "more than deflate can expand"));
    }
    let mut bytes = try_zeroed(len)?;
    match deflate::inflate_zlib(stored, &mut bytes) {
        Ok(found) if found == len => Ok(bytes),
        Ok(found) => Err(malformed(expected(), format!("{found} bytes"))),
        Err(found) => Err(malformed(expected(), found)),
    }
}

/// Bytes from byte planes.
pub(super) fn unshuffle(planes: &[u8], itemsize: usize) -> Result<Vec<u8>> {
    let mut bytes = try_zeroed(planes.len())?;
    shuffle::unshuffle(planes, itemsize, &mut bytes);
    Ok(bytes)
}

/// Takes the checksum off the end, if it is right.
fn verify(chunk: Cow<[u8]>, offset: usize) -> Result<Cow<[u8]>> {
    let Some((content, sum)) = chunk.split_last_chunk::<4>() else {
        return Err(malformed(
            format!("a checksum at {offset:#x}"),
            format!("{} bytes", chunk.len()),
        ));
    };
    checksum::check(
        u32::from_le_bytes(*sum),
        fletcher32(content),
        format_args!("the chunk at {offset:#x}"),
    )?;
    let len = content.len();
    Ok(match chunk {
        Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[..len]),
        Cow::Owned(mut bytes) => {
            bytes.truncate(len);
            Cow::Owned(bytes)
        }
    })
}
