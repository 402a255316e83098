//! Bytes of a source: lent by one that is in memory, else read.

use std::ops::{Deref, Range};

use crate::error::Result;
use crate::memory::{Buffer, no_memory};
use crate::source::ReadAt;
use crate::work::interrupt;

/// Bytes that are read at once, which takes some 10 ms: an interruption is answered between two pieces.
const PIECE: usize = 16 << 20;

/// Bytes of a source.
pub(super) enum Loaded<'a> {
    /// Bytes of a source that is in memory.
    Borrowed(&'a [u8]),
    /// Bytes that were read.
    Owned(Buffer),
}

impl Deref for Loaded<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Owned(bytes) => bytes,
        }
    }
}

impl<'a> Loaded<'a> {
    /// The bytes of a source at `place`.
    pub(super) fn of(source: &'a dyn ReadAt, place: Range<u64>) -> Result<Self> {
        if let Some(bytes) = lent(source, &place) {
            return Ok(Self::Borrowed(bytes));
        }
        let mut bytes = Buffer::zeroed(len(&place)?)?;
        fill(source, &mut bytes, place.start)?;
        Ok(Self::Owned(bytes))
    }
}

/// The number of bytes at `place`.
pub(super) fn len(place: &Range<u64>) -> Result<usize> {
    let len = place.end.saturating_sub(place.start);
    usize::try_from(len).map_err(|_| no_memory(len))
}

/// The bytes at `place` of a source that is in memory and has them.
pub(super) fn lent<'a>(source: &'a dyn ReadAt, place: &Range<u64>) -> Option<&'a [u8]> {
    let start = usize::try_from(place.start).ok()?;
    let end = usize::try_from(place.end).ok()?;
    source.as_slice()?.get(start..end)
}

/// Fills `bytes` from `offset` of a source, piece by piece unless each piece is a request.
pub(super) fn fill(source: &dyn ReadAt, bytes: &mut [u8], offset: u64) -> Result<()> {
    if source.distant() {
        return source.read_exact_at(bytes, offset);
    }
    let mut at = offset;
    for piece in bytes.chunks_mut(PIECE) {
        if at > offset {
            interrupt::check()?;
        }
        source.read_exact_at(piece, at)?;
        at += piece.len() as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::error::{Error, Kind};

    /// Zeros, and how often they were read.
    #[derive(Default)]
    struct Zeros(AtomicUsize, bool);

    impl ReadAt for Zeros {
        fn size(&self) -> u64 {
            u64::MAX
        }

        fn read_exact_at(&self, _: &mut [u8], _: u64) -> Result<()> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }

        fn distant(&self) -> bool {
            self.1
        }
    }

    #[test]
    fn an_interruption_is_answered_after_a_piece() {
        let (source, mut bytes) = (Zeros::default(), Buffer::zeroed(3 * PIECE).unwrap());
        let stop = || Err(Error::new(Kind::Value, "nothing", "a key press"));
        let outcome = interrupt::watched(stop, || fill(&source, &mut bytes, 5));
        assert_eq!(outcome.unwrap_err().found(), "a key press");
        assert_eq!(source.0.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_distant_source_is_asked_once() {
        let (source, mut bytes) = (Zeros(AtomicUsize::new(0), true), vec![1; 3 * PIECE]);
        fill(&source, &mut bytes, 5).unwrap();
        assert_eq!(source.0.load(Ordering::Relaxed), 1);
    }
}
