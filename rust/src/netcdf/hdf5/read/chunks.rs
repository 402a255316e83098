//! Chunked arrays: where the chunks are and how they make up the array.

use std::ops::Range;

use super::super::UNDEFINED;
use super::btree::{self, Chunk};
use super::file::File;
use super::filter::{self, Filter};
use super::types::bytes_of;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::memory::{try_push, try_zeroed};
use crate::netcdf::cursor::{Cursor, size};
use crate::netcdf::{malformed, unsupported};
use crate::work::interrupt;

/// The shape of the chunks, and those that are there.
pub(super) fn all(
    file: &File,
    layout: &mut Cursor,
    version: u8,
    shape: &[u64],
    itemsize: usize,
) -> Result<(Vec<u64>, Vec<Chunk>)> {
    if version == 3 {
        in_tree(file, layout, shape, itemsize)
    } else {
        single(layout, shape, itemsize)
    }
}

/// Chunks of a layout of version 3: a B-tree has them.
fn in_tree(
    file: &File,
    layout: &mut Cursor,
    shape: &[u64],
    itemsize: usize,
) -> Result<(Vec<u64>, Vec<Chunk>)> {
    let offset = layout.offset();
    let rank = layout.u8()?;
    let address = layout.u64()?;
    let mut lengths = chunk_lengths(layout, rank, 4, offset, shape, itemsize)?;
    let mut chunks = Vec::new();
    if address != UNDEFINED {
        // A chunk's place has one more coordinate, within the element.
        lengths.push(itemsize as u64);
        btree::read(file, address, None, &lengths, &mut chunks)?;
        lengths.pop();
    }
    Ok((lengths, chunks))
}

/// The chunk of a layout of version 4, which has to be the only one.
fn single(layout: &mut Cursor, shape: &[u64], itemsize: usize) -> Result<(Vec<u64>, Vec<Chunk>)> {
    let offset = layout.offset();
    let flags = layout.u8()?;
    let rank = layout.u8()?;
    let width = usize::from(layout.u8()?);
    let lengths = chunk_lengths(layout, rank, width, offset, shape, itemsize)?;
    let index = layout.u8()?;
    if index != 1 {
        return Err(unsupported(
            "a B-tree of version 1 or a single chunk",
            format!("index {index}"),
        ));
    }
    let (size, mask) = if flags & 0x02 == 0 {
        (bytes_of(&lengths, itemsize)?, 0)
    } else {
        (size(layout.u64()?, "a chunk")?, layout.u32()?)
    };
    let address = layout.u64()?;
    let chunk = Chunk {
        start: vec![0; shape.len()],
        address,
        size,
        mask,
    };
    let there = (address != UNDEFINED).then_some(chunk);
    Ok((lengths, there.into_iter().collect()))
}

/// The shape of the chunks of an array of some shape and itemsize.
fn chunk_lengths(
    layout: &mut Cursor,
    rank: u8,
    width: usize,
    offset: usize,
    shape: &[u64],
    itemsize: usize,
) -> Result<Vec<u64>> {
    let mut lengths = Vec::new();
    for _ in 0..rank {
        lengths.push(layout.uint(width)?);
    }
    // The last is the size of an element.
    let last = lengths.pop();
    if last != Some(itemsize as u64) || lengths.len() != shape.len() || lengths.contains(&0) {
        return Err(malformed(
            format!("chunks for shape {shape:?} of {itemsize} bytes at {offset:#x}"),
            format!("{lengths:?} of {last:?}"),
        ));
    }
    Ok(lengths)
}

/// The grid of chunks that tile an array.
pub(super) struct Grid<'s> {
    shape: &'s [u64],
    chunk: &'s [u64],
    itemsize: usize,
    /// Bytes of the array and of a chunk.
    bytes: usize,
    chunk_bytes: usize,
    /// Chunks along each dimension.
    counts: Vec<u64>,
}

impl<'s> Grid<'s> {
    pub(super) fn new(
        shape: &'s [u64],
        chunk: &'s [u64],
        itemsize: usize,
        limits: &Limits,
    ) -> Result<Self> {
        if shape.is_empty() {
            return Err(malformed("an array in chunks", "a single value"));
        }
        let bytes = bytes_of(shape, itemsize)?;
        limits.check_size(bytes as u64)?;
        Ok(Self {
            shape,
            chunk,
            itemsize,
            bytes,
            chunk_bytes: bytes_of(chunk, itemsize)?,
            counts: shape
                .iter()
                .zip(chunk)
                .map(|(len, part)| len.div_ceil(*part))
                .collect(),
        })
    }

    /// Puts the array together. It is allocated only if each of its chunks is there, and is thus no
    /// larger than deflate could make of the file.
    pub(super) fn assemble(
        &self,
        file: &File,
        chunks: &[Chunk],
        filters: &[Filter],
    ) -> Result<Vec<u8>> {
        let expected = bytes_of(&self.counts, 1)?;
        let mut numbers: Vec<usize> = Vec::new();
        for chunk in chunks {
            try_push(&mut numbers, self.number(chunk)?)?;
        }
        numbers.sort_unstable();
        numbers.dedup();
        if numbers.len() != expected || chunks.len() != expected {
            return Err(malformed(
                format!("{expected} chunks for shape {:?}", self.shape),
                format!("{} of which {} differ", chunks.len(), numbers.len()),
            ));
        }
        let least = chunks
            .iter()
            .fold(0_usize, |sum, chunk| sum.saturating_add(chunk.size));
        if self.bytes / filter::DEFLATE_MOST > least {
            return Err(malformed(
                format!("{} bytes in chunks", self.bytes),
                format!("{least}, which deflate cannot expand to them"),
            ));
        }
        let mut array = try_zeroed(self.bytes)?;
        for chunk in chunks {
            interrupt::check()?;
            let range = file.range(chunk.address, chunk.size, "a chunk")?;
            let active = filter::active(filters, chunk.mask);
            let sizes = (self.chunk_bytes, self.itemsize);
            let bytes = filter::undo(file.slice(&range), range.start, &active, sizes, file.limits)?;
            self.copy(&chunk.start, &bytes, &mut array)?;
        }
        Ok(array)
    }

    /// Number of a chunk in the grid.
    fn number(&self, chunk: &Chunk) -> Result<usize> {
        let mut number = 0_u64;
        for ((start, part), count) in chunk.start.iter().zip(self.chunk).zip(&self.counts) {
            if start % part != 0 || start / part >= *count {
                return Err(malformed(
                    format!("a chunk of {:?} within {:?}", self.chunk, self.shape),
                    format!("one at {:?}", chunk.start),
                ));
            }
            number = number.saturating_mul(*count).saturating_add(start / part);
        }
        size(number, "a chunk")
    }

    /// Copies what of a chunk lies within the array, row by row.
    fn copy(&self, start: &[u64], chunk: &[u8], array: &mut [u8]) -> Result<()> {
        let lengths: Vec<u64> = (self.shape.iter().zip(self.chunk).zip(start))
            .map(|((len, part), start)| (*part).min(len.saturating_sub(*start)))
            .collect();
        let Some((row, outer)) = lengths.split_last() else {
            return Err(Error::internal("an array of dimensions", "none"));
        };
        for number in 0..outer.iter().product::<u64>() {
            // The row's index in the chunk: the digits of its number, the last axis being 0.
            let mut index = vec![0; lengths.len()];
            let mut rest = number;
            for (digit, len) in index.iter_mut().zip(outer).rev() {
                *digit = rest % len;
                rest /= len;
            }
            let from = self.span(&index, self.chunk, *row);
            for (digit, start) in index.iter_mut().zip(start) {
                *digit += start;
            }
            let to = self.span(&index, self.shape, *row);
            array[to].copy_from_slice(&chunk[from]);
        }
        Ok(())
    }

    /// Bytes of `count` elements from `index` on in an array of some shape, which is in memory.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "offsets in an array in memory"
    )]
    fn span(&self, index: &[u64], shape: &[u64], count: u64) -> Range<usize> {
        let at = index
            .iter()
            .zip(shape)
            .fold(0, |at, (digit, len)| at * len + digit);
        at as usize * self.itemsize..(at + count) as usize * self.itemsize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn a_single_value_has_no_chunks() {
        let error = Grid::new(&[], &[], 8, &Limits::default())
            .map(drop)
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Netcdf, "{error}");
    }
}
