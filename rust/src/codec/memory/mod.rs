//! Arrays compressed in memory.
//!
//! The bytes are shuffled and cut into stripes of items; each plane of a stripe is a block on its own, so that noise
//! planes stay raw, and several threads can unpack one large array with half a mebibyte of scratch each.

mod bytes;
mod codec;

use std::cell::RefCell;
use std::ops::Range;

pub use codec::Codec;
use codec::slack;

use crate::codec::shuffle;
use crate::error::{Error, Kind, Result};
use crate::memory::{Buffer, try_zeroed};
use crate::work::interrupt;
use crate::work::parallel::{self, Parts};

/// Items of one stripe. A plane of a stripe is then 64 KiB, the window of LZ4, and the eight planes of doubles
/// fit the second-level cache.
const STRIPE: usize = 64 << 10;

/// Below this many items an array is one block: planes would be too short to compress.
const STRIPED_FROM: usize = 1024;

thread_local! {
    /// Planes of a stripe, at most eight of 64 KiB: kept, since a zeroed buffer for each result takes longer than LZ4.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Arrays up to this size stay as they are.
const RAW_UP_TO: usize = 256;

/// An array that is compressed in memory.
#[derive(Debug, PartialEq, Eq)]
pub struct CompressedArray {
    itemsize: usize,
    nbytes: usize,
    codec: Codec,
    /// End of each block in `data`, stripe by stripe, plane by plane.
    ends: Vec<usize>,
    data: Buffer,
}

impl CompressedArray {
    /// Packs items in their order.
    pub fn from_plain(plain: &[u8], itemsize: usize, codec: Codec) -> Result<Self> {
        let mut packed = Self::empty(plain.len(), itemsize, codec);
        if packed.codec == Codec::None {
            packed.data = Buffer::copy_of(plain)?;
            packed.ends.push(plain.len());
            return Ok(packed);
        }
        let mut planes = Buffer::zeroed(plain.len())?;
        shuffle::shuffle(plain, packed.itemsize, &mut planes);
        packed.fill(&planes)?;
        Ok(packed)
    }

    /// Packs byte planes, as HDF5's shuffle filter leaves them.
    pub fn from_shuffled(planes: &[u8], itemsize: usize, codec: Codec) -> Result<Self> {
        let mut packed = Self::empty(planes.len(), itemsize, codec);
        if packed.codec == Codec::None {
            packed.data = Buffer::zeroed(planes.len())?;
            shuffle::unshuffle(planes, packed.itemsize, &mut packed.data);
            packed.ends.push(planes.len());
        } else {
            packed.fill(planes)?;
        }
        Ok(packed)
    }

    fn empty(nbytes: usize, itemsize: usize, codec: Codec) -> Self {
        let itemsize = if itemsize > 1 && nbytes.is_multiple_of(itemsize) {
            itemsize
        } else {
            1
        };
        let codec = if nbytes <= RAW_UP_TO {
            Codec::None
        } else {
            codec
        };
        Self {
            itemsize,
            nbytes,
            codec,
            ends: Vec::new(),
            data: Vec::new().into(),
        }
    }

    fn fill(&mut self, planes: &[u8]) -> Result<()> {
        let longest = self.span(0, 0).len();
        let mut data = Buffer::zeroed(self.nbytes + slack(longest))?;
        let mut end = 0;
        for stripe in 0..self.stripes() {
            interrupt::check()?;
            for plane in 0..self.planes() {
                let span = self.span(stripe, plane);
                // No more room than it takes: liblz4 counts it in 32 bits.
                let room = span.len() + slack(span.len());
                end += self.codec.pack(&planes[span], &mut data[end..][..room])?;
                self.ends.push(end);
            }
        }
        self.data = data.cut(end);
        Ok(())
    }

    fn items(&self) -> usize {
        self.nbytes / self.itemsize
    }

    fn striped(&self) -> bool {
        self.codec != Codec::None && self.items() >= STRIPED_FROM
    }

    fn stripes(&self) -> usize {
        if self.striped() {
            self.items().div_ceil(STRIPE)
        } else {
            1
        }
    }

    fn planes(&self) -> usize {
        if self.striped() { self.itemsize } else { 1 }
    }

    /// The bytes of the shuffled array that a block holds.
    fn span(&self, stripe: usize, plane: usize) -> Range<usize> {
        if !self.striped() {
            return 0..self.nbytes;
        }
        let first = stripe * STRIPE;
        let last = (first + STRIPE).min(self.items());
        plane * self.items() + first..plane * self.items() + last
    }

    fn block(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.data[start..self.ends[index]]
    }

    /// Bytes of the array.
    #[must_use]
    pub fn nbytes(&self) -> usize {
        self.nbytes
    }

    /// Bytes that it takes in memory.
    #[must_use]
    pub fn packed_bytes(&self) -> usize {
        size_of::<Self>() + self.data.len() + self.ends.len() * size_of::<usize>()
    }

    /// Writes the items, in their order, to `out`, which must be as long as the array.
    pub fn unpack_into(&self, out: &mut [u8]) -> Result<()> {
        self.unpack_into_with(out, 1)
    }

    /// The same on up to `threads` threads.
    pub fn unpack_into_with(&self, out: &mut [u8], threads: usize) -> Result<()> {
        self.fits(out)?;
        if self.codec == Codec::None {
            out.copy_from_slice(&self.data);
            return Ok(());
        }
        if !self.striped() {
            let mut planes = try_zeroed(self.nbytes)?;
            self.codec.expand(self.block(0), &mut planes)?;
            shuffle::unshuffle(&planes, self.itemsize, out);
            return Ok(());
        }
        let parts: Parts<'_> = out.chunks_mut(STRIPE * self.itemsize).collect();
        parallel::map(parts.len(), threads, |stripe| {
            self.unpack_stripe(stripe, parts.take(stripe)?)
        })?;
        Ok(())
    }

    /// Raw planes are taken from where they are, the others are expanded before.
    fn unpack_stripe(&self, stripe: usize, out: &mut [u8]) -> Result<()> {
        let plane = out.len() / self.itemsize;
        SCRATCH.with_borrow_mut(|scratch| {
            if scratch.len() < out.len() {
                *scratch = try_zeroed(out.len())?;
            }
            let mut planes: Vec<&[u8]> = Vec::with_capacity(self.itemsize);
            for (index, expanded) in scratch
                .chunks_exact_mut(plane)
                .take(self.itemsize)
                .enumerate()
            {
                let block = self.block(stripe * self.itemsize + index);
                if block.len() == plane {
                    planes.push(block);
                } else {
                    self.codec.expand(block, expanded)?;
                    planes.push(expanded);
                }
            }
            shuffle::join(&planes, out);
            Ok(())
        })
    }

    /// Writes the byte planes to `out`, which must be as long as the array.
    pub fn unpack_shuffled_into(&self, out: &mut [u8]) -> Result<()> {
        self.fits(out)?;
        if self.codec == Codec::None {
            shuffle::shuffle(&self.data, self.itemsize, out);
            return Ok(());
        }
        for stripe in 0..self.stripes() {
            interrupt::check()?;
            for plane in 0..self.planes() {
                let block = self.block(stripe * self.planes() + plane);
                self.codec
                    .expand(block, &mut out[self.span(stripe, plane)])?;
            }
        }
        Ok(())
    }

    fn fits(&self, out: &[u8]) -> Result<()> {
        if out.len() == self.nbytes {
            return Ok(());
        }
        Err(Error::new(
            Kind::Value,
            format!("{} bytes to fill", self.nbytes),
            out.len().to_string(),
        ))
    }
}

#[cfg(test)]
mod tests;
