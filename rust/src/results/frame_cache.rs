//! The frames of an archive, so that files that differ only in their payload are parsed once.

use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use super::frame::Frame;
use crate::dtype::Endian;
use crate::error::Result;
use crate::memory::try_copy;

/// The place of the payload in a plain file, its order of bytes, and the frame around it.
#[derive(Debug, Clone)]
pub(super) struct PayloadSpan {
    pub(super) frame: Arc<Frame>,
    pub(super) range: Range<usize>,
    pub(super) shuffled: bool,
    pub(super) order: Endian,
}

/// A file that was parsed: a further file of the same length that differs only in its payload needs no
/// parser.
#[derive(Debug)]
struct Seen {
    /// The bytes before and after its payload; `None` where these are too many to keep.
    around: Option<(Vec<u8>, Vec<u8>)>,
    span: PayloadSpan,
}

/// Frames met so far, so that equal ones are one.
#[derive(Debug, Default)]
pub struct FrameCache {
    seen: RwLock<Vec<Seen>>,
}

/// Kinds of files one archive may mix before the oldest is forgotten; sweeps have one.
const MOST_SEEN: usize = 16;

/// Most bytes around a payload that are kept. Files with larger labels are parsed each, and share an equal frame.
const MOST_AROUND: usize = 16 << 20;

impl FrameCache {
    /// The place of the payload in `file`, if a file like it was parsed before.
    pub(super) fn recall(&self, file: &[u8]) -> Option<PayloadSpan> {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        let like = |seen: &&Seen| {
            seen.around.as_ref().is_some_and(|(before, after)| {
                file.len() == before.len() + seen.span.range.len() + after.len()
                    && file.starts_with(before)
                    && file.ends_with(after)
            })
        };
        seen.iter().rev().find(like).map(|seen| seen.span.clone())
    }

    /// Shares the frame with an equal one and remembers the file around the payload.
    pub(super) fn remember(&self, file: &[u8], mut span: PayloadSpan) -> Result<PayloadSpan> {
        let (before, after) = (&file[..span.range.start], &file[span.range.end..]);
        let around = if before.len() + after.len() > MOST_AROUND {
            None
        } else {
            Some((try_copy(before)?, try_copy(after)?))
        };
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seen.iter().find(|seen| seen.span.frame == span.frame) {
            span.frame = Arc::clone(&known.span.frame);
        }
        let known = |seen: &Seen| {
            span.range == seen.span.range
                && around == seen.around
                && Arc::ptr_eq(&span.frame, &seen.span.frame)
        };
        if seen.iter().any(known) {
            // A large one, or another thread parsed a file like it in the meantime.
            return Ok(span);
        }
        if seen.len() == MOST_SEEN {
            seen.remove(0);
        }
        seen.push(Seen {
            around,
            span: span.clone(),
        });
        Ok(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::DType;

    /// The cache after a file with 8 bytes of payload behind so many others.
    fn after_a_file_with(before: usize) -> FrameCache {
        let frames = FrameCache::default();
        let span = PayloadSpan {
            frame: Arc::new(Frame::bare(DType::U8, &[8]).unwrap()),
            range: before..before + 8,
            shuffled: false,
            order: Endian::Little,
        };
        frames.remember(&vec![0; before + 8], span).unwrap();
        frames
    }

    #[test]
    fn a_file_that_differs_in_its_payload_is_recalled() {
        let frames = after_a_file_with(100);
        let mut file = [vec![0; 100], vec![1; 8]].concat();
        assert_eq!(frames.recall(&file).unwrap().range, 100..108);
        file[99] = 1;
        assert!(frames.recall(&file).is_none());
        assert!(frames.recall(&[0; 109]).is_none());
        assert!(frames.recall(&[0; 8]).is_none());
    }

    #[test]
    fn a_file_whose_surroundings_are_not_kept_is_not_recalled() {
        let frames = after_a_file_with(MOST_AROUND + 1);
        assert!(frames.recall(&vec![0; MOST_AROUND + 9]).is_none());
        assert!(
            frames.recall(&[0; 8]).is_none(),
            "a file as long as the payload"
        );
    }
}
