//! Reading numbers off bytes of a file, each read checked against the end.

use super::malformed;
use crate::error::Result;

/// A position in a part of a file. HDF5's numbers are little-endian, NetCDF-3's (`be_`) big-endian.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    origin: usize,
    ran_out: bool,
}

impl<'a> Cursor<'a> {
    /// Reads `bytes`, which start at offset `origin` of the file.
    pub(super) fn new(bytes: &'a [u8], origin: usize) -> Self {
        Self {
            bytes,
            at: 0,
            origin,
            ran_out: false,
        }
    }

    /// Offset in the file of the next byte.
    pub(super) fn offset(&self) -> usize {
        self.origin.saturating_add(self.at)
    }

    /// Returns whether more was asked for than there is.
    pub(super) fn ran_out(&self) -> bool {
        self.ran_out
    }

    /// Bytes that are left.
    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(len);
        let Some(part) = end.and_then(|end| self.bytes.get(self.at..end)) else {
            self.ran_out = true;
            return Err(malformed(
                format!("{len} bytes at offset {}", self.offset()),
                format!("{} before the end of their block", self.left()),
            ));
        };
        self.at += len;
        Ok(part)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn u8(&mut self) -> Result<u8> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub(super) fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(super) fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(super) fn be_u32(&mut self) -> Result<u32> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    pub(super) fn be_u64(&mut self) -> Result<u64> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    /// A little-endian number of `width` bytes, at most 8.
    pub(super) fn uint(&mut self, width: usize) -> Result<u64> {
        let mut wide = [0; 8];
        let part = self.take(width)?;
        match wide.get_mut(..width) {
            Some(low) => low.copy_from_slice(part),
            None => return Err(malformed("a number of at most 8 bytes", width.to_string())),
        }
        Ok(u64::from_le_bytes(wide))
    }
}

/// A number of the file as a size in memory.
pub(super) fn size(value: u64, what: &str) -> Result<usize> {
    usize::try_from(value).map_err(|_| {
        malformed(
            format!("{what} within the address space"),
            value.to_string(),
        )
    })
}
