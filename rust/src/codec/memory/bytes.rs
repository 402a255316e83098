//! A packed array as bytes, for pickling.

use super::{Codec, CompressedArray};
use crate::error::{Error, Kind, Result};
use crate::memory::{Buffer, try_reserve};

impl CompressedArray {
    /// Everything, for pickling; see [`Self::from_bytes`].
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let (tag, level) = self.codec.tag();
        let mut bytes = Vec::new();
        try_reserve(&mut bytes, self.data.len() + self.ends.len() * 8 + 18)?;
        bytes.extend([tag, level]);
        bytes.extend((self.itemsize as u64).to_le_bytes());
        bytes.extend((self.nbytes as u64).to_le_bytes());
        self.ends
            .iter()
            .for_each(|&end| bytes.extend((end as u64).to_le_bytes()));
        bytes.extend_from_slice(&self.data);
        Ok(bytes)
    }

    /// Rebuilds what [`Self::to_bytes`] gave; a pickle may come from anywhere, so all of it is checked.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let bad = |found: &str| Error::new(Kind::Value, "a packed array", found);
        let mut rest = bytes;
        let [tag, level] = *take(&mut rest).ok_or_else(|| bad("no codec"))?;
        let codec = Codec::from_tag(tag, level).ok_or_else(|| bad("an unknown codec"))?;
        let mut number =
            || take(&mut rest).and_then(|n| usize::try_from(u64::from_le_bytes(*n)).ok());
        let itemsize = number()
            .filter(|n| (1..=8).contains(n))
            .ok_or_else(|| bad("a wrong item size"))?;
        let nbytes = number().ok_or_else(|| bad("no size"))?;
        let mut packed = Self {
            itemsize,
            nbytes,
            codec,
            ends: Vec::new(),
            data: Vec::new().into(),
        };
        if !nbytes.is_multiple_of(itemsize) {
            return Err(bad("a size that is not one of whole items"));
        }
        let blocks = packed
            .stripes()
            .checked_mul(packed.planes())
            .filter(|&n| n <= bytes.len() / 8);
        let blocks = blocks.ok_or_else(|| bad("too few bytes"))?;
        try_reserve(&mut packed.ends, blocks)?;
        for index in 0..blocks {
            let start = packed.ends.last().copied().unwrap_or(0);
            let span = packed.span(index / packed.planes(), index % packed.planes());
            let end = number().filter(|&end| end >= start && end - start <= span.len());
            packed
                .ends
                .push(end.ok_or_else(|| bad("blocks of a wrong size"))?);
        }
        if packed.ends.last() != Some(&rest.len()) || (codec == Codec::None && rest.len() != nbytes)
        {
            return Err(bad("data of a wrong size"));
        }
        packed.data = Buffer::copy_of(rest)?;
        Ok(packed)
    }
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (first, others) = rest.split_first_chunk()?;
    *rest = others;
    Some(first)
}
