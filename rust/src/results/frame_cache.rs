//! The frames of an archive, so that files that differ only in their payload are parsed once.

use std::ops::Range;
use std::sync::{Arc, Weak};

use super::frame::Frame;
use crate::dtype::Endian;
use crate::error::Result;
use crate::memory::try_copy;
use crate::work::shared::Shared;

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
    /// The bytes before and after its payload.
    before: Vec<u8>,
    after: Vec<u8>,
    span: PayloadSpan,
}

/// Frames met so far, so that equal ones are one.
#[derive(Debug, Default)]
pub struct FrameCache(Shared<Known>);

/// The files and frames of a moment; never changed, but replaced when a file is added.
#[derive(Debug, Default, Clone)]
struct Known {
    /// The latest last.
    seen: Vec<Arc<Seen>>,
    /// Frames in use, also those of files that are not kept.
    frames: Vec<Weak<Frame>>,
}

/// Kinds of files one archive may mix before the oldest is forgotten; sweeps have one.
const MOST_SEEN: usize = 16;

/// Most bytes of all files that are kept. Files with larger labels are parsed each, and share an equal frame while
/// somebody has it.
const MOST_BYTES: usize = 16 << 20;

/// Times that a frame is compared with those known, where other threads add theirs meanwhile.
const ROUNDS: usize = 4;

impl FrameCache {
    /// The place of the payload in `file`, if a file like it was parsed before.
    pub(super) fn recall(&self, file: &[u8]) -> Option<PayloadSpan> {
        let known = self.0.get()?;
        let seen = known.seen.iter().rev().find(|seen| seen.is_like(file))?;
        Some(seen.span.clone())
    }

    /// Shares the frame with an equal one and remembers the file around the payload.
    pub(super) fn remember(&self, file: &[u8], mut span: PayloadSpan) -> Result<PayloadSpan> {
        for _ in 0..ROUNDS {
            let old = self.0.get();
            let mut known = old.as_deref().cloned().unwrap_or_default();
            let is_new = known.share(&mut span);
            let kept = known.keep(file, &span)?;
            if !(is_new || kept) || self.0.replace(old.as_ref(), Arc::new(known)) {
                break;
            }
        }
        Ok(span)
    }
}

impl Known {
    /// Gives `span` the frame that is equal to its own; false where none is, and its own is taken up.
    fn share(&mut self, span: &mut PayloadSpan) -> bool {
        let mut frames = self.frames.iter().filter_map(Weak::upgrade);
        if let Some(equal) = frames.find(|known| *known == span.frame) {
            span.frame = equal;
            return false;
        }
        self.frames.retain(|frame| frame.strong_count() > 0);
        if self.frames.len() == MOST_SEEN {
            self.frames.remove(0);
        }
        self.frames.push(Arc::downgrade(&span.frame));
        true
    }

    /// Takes up a file, and forgets the oldest ones for it; false for a file that is too large or kept already.
    fn keep(&mut self, file: &[u8], span: &PayloadSpan) -> Result<bool> {
        let (before, after) = (&file[..span.range.start], &file[span.range.end..]);
        let bytes = before.len() + after.len() + span.frame.label_bytes();
        // Another thread may have parsed a file like it in the meantime.
        if bytes > MOST_BYTES || self.seen.iter().any(|seen| seen.is_like(file)) {
            return Ok(false);
        }
        let mut total = bytes + self.seen.iter().map(|seen| seen.bytes()).sum::<usize>();
        while total > MOST_BYTES || self.seen.len() == MOST_SEEN {
            total -= self.seen.remove(0).bytes();
        }
        self.seen.push(Arc::new(Seen {
            before: try_copy(before)?,
            after: try_copy(after)?,
            span: span.clone(),
        }));
        Ok(true)
    }
}

impl Seen {
    fn bytes(&self) -> usize {
        self.before.len() + self.after.len() + self.span.frame.label_bytes()
    }

    fn is_like(&self, file: &[u8]) -> bool {
        file.len() == self.before.len() + self.span.range.len() + self.after.len()
            && file.starts_with(&self.before)
            && file.ends_with(&self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::DType;

    /// The place of 8 bytes of payload behind so many others, in a frame of `axes` dimensions.
    fn span(before: usize, axes: usize) -> PayloadSpan {
        PayloadSpan {
            frame: Arc::new(Frame::bare(DType::U8, &vec![1; axes]).unwrap()),
            range: before..before + 8,
            shuffled: false,
            order: Endian::Little,
        }
    }

    /// The cache after a file with so many bytes before its payload.
    fn after_a_file_with(before: usize) -> FrameCache {
        let frames = FrameCache::default();
        let file = vec![0; before + 8];
        frames.remember(&file, span(before, 1)).unwrap();
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
        let frames = after_a_file_with(MOST_BYTES + 1);
        assert!(frames.recall(&vec![0; MOST_BYTES + 9]).is_none());
        assert!(
            frames.recall(&[0; 8]).is_none(),
            "a file as long as the payload"
        );
    }

    #[test]
    fn equal_frames_are_one_while_somebody_has_them() {
        for before in [100, MOST_BYTES + 1] {
            let frames = FrameCache::default();
            let (one, other) = (vec![0; before + 8], vec![1; before + 8]);
            let first = frames.remember(&one, span(before, 1)).unwrap();
            let second = frames.remember(&other, span(before, 1)).unwrap();
            assert!(Arc::ptr_eq(&first.frame, &second.frame));
            let third = frames.remember(&one, span(before, 2)).unwrap();
            assert!(!Arc::ptr_eq(&first.frame, &third.frame));
            let frame = Arc::downgrade(&first.frame);
            drop((first, second, third));
            assert_eq!(frame.upgrade().is_none(), before > MOST_BYTES);
        }
    }

    #[test]
    fn files_are_forgotten_where_they_would_take_too_much() {
        let frames = FrameCache::default();
        let before = MOST_BYTES / 4;
        let mut made = Vec::new();
        for axes in 1..=6 {
            let file = vec![0; before + axes + 8];
            let span = frames.remember(&file, span(before + axes, axes)).unwrap();
            made.push((file, Arc::downgrade(&span.frame)));
        }
        // Three of a quarter each, since frames take some bytes too.
        for (nth, (file, frame)) in made.iter().enumerate() {
            assert_eq!(frames.recall(file).is_some(), nth >= 3, "{nth}");
            assert_eq!(frame.upgrade().is_some(), nth >= 3, "{nth}");
        }
        let known = frames.0.get().unwrap();
        let bytes: usize = known.seen.iter().map(|seen| seen.bytes()).sum();
        assert!(bytes <= MOST_BYTES);
    }
}
