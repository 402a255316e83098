//! The frames of an archive, so that files that differ only in their payload are parsed once.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::frame::Frame;
use crate::archive::Fetched;
use crate::codec::beginning;
use crate::dtype::Endian;
use crate::error::Result;
use crate::memory::{Buffer, try_copy};

/// Where the payload of a plain file lies, in which order of bytes, and the frame around it.
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
    before: Vec<u8>,
    after: Vec<u8>,
    /// What a member begins with that holds such a file, if it is one of ours: see [`Frame::file_prefix`].
    deflated: OnceLock<Vec<u8>>,
    span: PayloadSpan,
}

/// Frames met so far, so that equal ones are one.
#[derive(Debug, Default)]
pub struct FrameCache {
    seen: RwLock<Vec<Arc<Seen>>>,
    /// How many beginnings of files have been compressed.
    deflated: AtomicUsize,
}

/// Kinds of files one archive may mix before the oldest is forgotten; sweeps have one.
const MOST_SEEN: usize = 16;

/// Most bytes around a payload that are kept. Files with larger labels are parsed each, and share an equal frame.
const MOST_AROUND: usize = 16 << 20;

/// How many beginnings of files are compressed for an archive, and how long ones, to compare them with members: deflate
/// is slower than what it is to spare, and a file may have another beginning in each member.
const MOST_DEFLATED: usize = 16;
const LONGEST_DEFLATED: usize = 256 << 10;

impl FrameCache {
    /// Where the payload of `file` is, if a file like it was parsed before.
    pub(super) fn recall(&self, file: &[u8]) -> Option<PayloadSpan> {
        self.find(|seen| {
            file.len() == seen.before.len() + seen.span.range.len() + seen.after.len()
                && file.starts_with(&seen.before)
                && file.ends_with(&seen.after)
        })
        .map(|seen| seen.span.clone())
    }

    /// The payload of a file, and where it is in one, whose member begins as one did before: all before the payload is known
    /// then, and need not be decoded.
    pub(super) fn recall_deflated(&self, member: &Fetched) -> Option<(PayloadSpan, Buffer)> {
        let begins = |deflated: &Vec<u8>| member.compressed().starts_with(deflated);
        let seen = self.find(|seen| seen.deflated.get().is_some_and(begins))?;
        // The size that is claimed: another file is not decoded to see that it is longer.
        if member.entry().size != seen.span.range.end as u64 {
            return None;
        }
        let payload = member.decode_after(seen.deflated.get()?, &seen.before)?;
        Some((seen.span.clone(), payload))
    }

    fn find(&self, matches: impl Fn(&Seen) -> bool) -> Option<Arc<Seen>> {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        seen.iter().rev().find(|seen| matches(seen)).cloned()
    }

    /// The compressed bytes with which a member begins, as many as [`FrameCache::remember`] compares.
    pub(super) fn beginning_of(member: &Fetched) -> Result<Vec<u8>> {
        let compressed = member.compressed();
        try_copy(&compressed[..compressed.len().min(LONGEST_DEFLATED)])
    }

    /// Shares the frame with an equal one and remembers the file around the payload, whose member `begins` so.
    pub(super) fn remember(
        &self,
        begins: &[u8],
        file: &[u8],
        mut span: PayloadSpan,
    ) -> Result<PayloadSpan> {
        let (mut before, mut after) = (&file[..span.range.start], &file[span.range.end..]);
        let large = before.len() + after.len() > MOST_AROUND;
        if large {
            (before, after) = (&[], &[]);
        }
        let new = {
            let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = seen.iter().find(|seen| seen.span.frame == span.frame) {
                span.frame = Arc::clone(&known.span.frame);
            }
            let known = |seen: &Arc<Seen>| {
                span.range == seen.span.range
                    && before == seen.before
                    && after == seen.after
                    && Arc::ptr_eq(&span.frame, &seen.span.frame)
            };
            if seen.iter().any(known) {
                // A large one, or another thread parsed a file like it in the meantime.
                return Ok(span);
            }
            if seen.len() == MOST_SEEN {
                seen.remove(0);
            }
            seen.push(Arc::new(Seen {
                before: try_copy(before)?,
                after: try_copy(after)?,
                deflated: OnceLock::new(),
                span: span.clone(),
            }));
            seen.last().cloned()
        };
        if let Some(new) = new
            && !large
            && after.is_empty()
            && before.len() <= LONGEST_DEFLATED
            && self.deflated.fetch_add(1, Ordering::Relaxed) < MOST_DEFLATED
        {
            let deflated = beginning(before)?;
            if begins.starts_with(&deflated) {
                // Nobody else sets it: the file was new.
                let _ = new.deflated.set(deflated);
            }
        }
        Ok(span)
    }
}
