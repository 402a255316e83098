//! Search for signatures in a source of any size.

use crate::error::{Error, Result};
use crate::memory::{no_memory, try_zeroed};
use crate::source::ReadAt;
use crate::work::interrupt;

/// Bytes that are looked at together.
const SIZE: u64 = 1 << 20;

/// A stretch of a source that moves forward.
pub(super) struct Window<'a> {
    source: &'a dyn ReadAt,
    bytes: Vec<u8>,
    /// Position of the first byte.
    at: u64,
}

impl<'a> Window<'a> {
    pub(super) fn new(source: &'a dyn ReadAt) -> Self {
        Self {
            source,
            bytes: Vec::new(),
            at: 0,
        }
    }

    /// The next place of `signature`, at `from` or later.
    pub(super) fn find(&mut self, signature: [u8; 4], mut from: u64) -> Result<Option<u64>> {
        loop {
            if let Some(rest) = self.rest(from).filter(|rest| rest.len() >= signature.len()) {
                if let Some(found) = memchr::memmem::find(rest, &signature) {
                    return Ok(Some(from + found as u64));
                }
                // A signature may stand across the end of the window.
                from += (rest.len() - signature.len() + 1) as u64;
            }
            if self.source.size().saturating_sub(from) < signature.len() as u64 {
                return Ok(None);
            }
            self.load(from)?;
        }
    }

    /// Up to `len` bytes at `from`, fewer only at the end of the source.
    pub(super) fn peek(&mut self, from: u64, len: usize) -> Result<&[u8]> {
        let end = self.at + self.bytes.len() as u64;
        let short = |rest: &[u8]| rest.len() < len && end < self.source.size();
        if self.rest(from).is_none_or(short) {
            self.load(from)?;
        }
        let rest = self
            .rest(from)
            .ok_or_else(|| Error::internal(format!("bytes from {from} on"), self.at))?;
        Ok(&rest[..len.min(rest.len())])
    }

    fn rest(&self, from: u64) -> Option<&[u8]> {
        let start = usize::try_from(from.checked_sub(self.at)?).ok()?;
        self.bytes.get(start..)
    }

    fn load(&mut self, from: u64) -> Result<()> {
        interrupt::check()?;
        let len = self.source.size().saturating_sub(from).min(SIZE);
        self.bytes = try_zeroed(usize::try_from(len).map_err(|_| no_memory(len))?)?;
        self.source.read_exact_at(&mut self.bytes, from)?;
        self.at = from;
        Ok(())
    }
}
