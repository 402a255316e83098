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

#[cfg(test)]
mod tests {
    use std::ops::Range;
    use std::sync::Mutex;

    use super::*;
    use crate::error::Kind;

    /// A far source of bytes that depend on their positions, and the first and last position of each request to it.
    struct Far {
        size: u64,
        requests: Mutex<Vec<(u64, u64)>>,
    }

    fn byte(position: u64) -> u8 {
        position.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0]
    }

    impl ReadAt for Far {
        fn size(&self) -> u64 {
            self.size
        }

        fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<()> {
            let end = offset + buf.len() as u64;
            self.requests.lock().unwrap().push((offset, end));
            for (filled, position) in buf.iter_mut().zip(offset..end) {
                *filled = byte(position);
            }
            Ok(())
        }

        fn distant(&self) -> bool {
            true
        }
    }

    fn tail(size: u64) -> (Arc<Far>, Tail) {
        let requests = Mutex::default();
        let far = Arc::new(Far { size, requests });
        let tail = Tail::read(Arc::clone(&far) as Arc<dyn ReadAt>).unwrap();
        (far, tail)
    }

    /// The requests since this was asked before.
    fn requests(far: &Far) -> Vec<(u64, u64)> {
        std::mem::take(&mut far.requests.lock().unwrap())
    }

    /// Reads `range` in both ways, and compares it with the source; gives the requests of the one and of the other.
    fn check(far: &Far, tail: &Tail, range: Range<u64>) -> [Vec<(u64, u64)>; 2] {
        let expected: Vec<u8> = range.clone().map(byte).collect();
        let mut bytes = vec![0; expected.len()];
        tail.read_exact_at(&mut bytes, range.start).unwrap();
        assert_eq!(bytes, expected, "{range:?}");
        let alone = requests(far);
        let (one, two) = bytes.split_at_mut(expected.len() / 2);
        one.fill(0);
        two.fill(0);
        let middle = range.start + one.len() as u64;
        tail.read_stretches(&mut [(middle, two), (range.start, one)])
            .unwrap();
        assert_eq!(bytes, expected, "{range:?} in stretches");
        [alone, requests(far)]
    }

    #[test]
    fn the_first_request_brings_the_end() {
        for (size, start) in [(0, 0), (9, 0), (FIRST, 0), (FIRST + 9, 9)] {
            let (far, tail) = tail(size);
            assert_eq!(requests(&far), [(start, size)]);
            assert_eq!(check(&far, &tail, start..size), [[], []]);
            assert_eq!((tail.size(), tail.distant()), (size, true));
        }
    }

    #[test]
    fn the_second_request_brings_what_is_missing_of_the_directory_and_before_it() {
        let size = 4 * FIRST;
        let first = size - FIRST;
        for (directory, start) in [
            (first + 9, None),
            (first, None),
            (first - 1, Some(first - 1 - BEFORE)),
            (BEFORE, Some(0)),
            (BEFORE - 1, Some(0)),
            (0, Some(0)),
        ] {
            let (far, mut tail) = tail(size);
            requests(&far);
            tail.reach(directory).unwrap();
            let expected: Vec<_> = start.map(|start| (start, first)).into_iter().collect();
            assert_eq!(requests(&far), expected, "a directory at {directory}");
            let here = start.unwrap_or(first);
            assert_eq!(check(&far, &tail, here..size), [[], []]);
        }
    }

    #[test]
    fn bytes_before_the_tail_are_asked_for() {
        let (far, tail) = tail(FIRST + 100);
        requests(&far);
        // Before it; then half in it, where of two stretches one is in it.
        let [alone, stretches] = check(&far, &tail, 0..40);
        assert_eq!(alone, [(0, 40)]);
        assert_eq!(stretches, [(20, 40), (0, 20)]);
        let [alone, stretches] = check(&far, &tail, 90..110);
        assert_eq!(alone, [(90, 110)]);
        assert_eq!(stretches, [(90, 100)]);
    }

    #[test]
    fn what_is_behind_a_cut_is_asked_for_again() {
        let size = FIRST + 100;
        let (far, mut tail) = tail(size);
        tail.cut(size - 10).unwrap();
        requests(&far);
        assert_eq!(check(&far, &tail, 100..size - 10), [[], []]);
        let [alone, _] = check(&far, &tail, size - 10..size);
        assert_eq!(alone, [(size - 10, size)]);
        let error = tail.cut(size).unwrap_err();
        assert_eq!(error.kind(), Kind::Internal, "{error}");
    }
}
