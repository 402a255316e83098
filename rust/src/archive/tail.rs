//! The end of a source that is far away: end records, directory, and the members before it, in two requests.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::memory::{Buffer, no_memory};
use crate::source::{ReadAt, Stamp, Stretch};

/// Bytes of the first request: the whole end of an archive of up to 7,000 results.
const FIRST: u64 = 1 << 20;

/// Bytes before the directory that the second request brings, for the members that are about all others.
const BEFORE: u64 = 1 << 20;

/// A source whose last bytes are in memory.
pub(super) struct Tail {
    source: Arc<dyn ReadAt>,
    /// Position of the first byte in memory.
    at: u64,
    bytes: Buffer,
}

impl Tail {
    pub(super) fn read(source: Arc<dyn ReadAt>) -> Result<Self> {
        let at = source.size();
        let bytes = Buffer::zeroed(0)?;
        let mut tail = Self { source, at, bytes };
        tail.extend(at.saturating_sub(FIRST))?;
        Ok(tail)
    }

    /// Reads back to a directory at `directory`, and before it, unless that is here.
    pub(super) fn reach(&mut self, directory: u64) -> Result<()> {
        if directory < self.at {
            self.extend(directory.saturating_sub(BEFORE))?;
        }
        Ok(())
    }

    fn extend(&mut self, from: u64) -> Result<()> {
        let len = self.source.size() - from;
        let mut bytes = Buffer::zeroed(usize::try_from(len).map_err(|_| no_memory(len))?)?;
        let new = bytes.len() - self.bytes.len();
        self.source.read_exact_at(&mut bytes[..new], from)?;
        bytes[new..].copy_from_slice(&self.bytes);
        (self.at, self.bytes) = (from, bytes);
        Ok(())
    }

    /// Keeps what is before `end` only.
    pub(super) fn cut(&mut self, end: u64) -> Result<()> {
        let len = usize::try_from(end.saturating_sub(self.at)).map_err(|_| no_memory(end))?;
        let kept = self.bytes.get(..len);
        self.bytes = Buffer::copy_of(kept.ok_or_else(|| Error::internal("a directory", "less"))?)?;
        Ok(())
    }

    fn here(&self, offset: u64, len: usize) -> Option<&[u8]> {
        let start = usize::try_from(offset.checked_sub(self.at)?).ok()?;
        self.bytes.get(start..)?.get(..len)
    }
}

impl ReadAt for Tail {
    fn size(&self) -> u64 {
        self.source.size()
    }

    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<()> {
        match self.here(offset, buf.len()) {
            Some(bytes) => buf.copy_from_slice(bytes),
            None => self.source.read_exact_at(buf, offset)?,
        }
        Ok(())
    }

    fn read_stretches(&self, stretches: &mut [Stretch<'_>]) -> Result<()> {
        let mut far = Vec::new();
        for (offset, buf) in stretches {
            match self.here(*offset, buf.len()) {
                Some(bytes) => buf.copy_from_slice(bytes),
                None => far.push((*offset, &mut **buf)),
            }
        }
        self.source.read_stretches(&mut far)
    }

    fn distant(&self) -> bool {
        self.source.distant()
    }

    fn concurrent(&self) -> bool {
        self.source.concurrent()
    }

    fn stamp(&self) -> Option<Stamp> {
        self.source.stamp()
    }
}
