//! The frames of an archive, so that files that differ only in their payload are parsed once.

use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use super::frame::Frame;
use crate::alloc::try_copy;
use crate::error::Result;
use crate::netcdf::Endian;

/// Where the payload of a plain file lies.
#[derive(Debug, Clone)]
pub(super) struct Place {
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
    place: Place,
}

/// Frames met so far, so that equal ones are one.
#[derive(Debug, Default)]
pub struct Frames {
    seen: RwLock<Vec<Seen>>,
}

/// Kinds of files one archive may mix before the oldest is forgotten; sweeps have one.
const MOST_SEEN: usize = 16;

impl Frames {
    /// The place of the payload in `file`, if a file like it was parsed before.
    pub(super) fn recall(&self, file: &[u8]) -> Option<Place> {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        let same = |s: &&Seen| {
            file.len() == s.before.len() + s.place.range.len() + s.after.len()
                && file.starts_with(&s.before)
                && file.ends_with(&s.after)
        };
        seen.iter().rev().find(same).map(|s| s.place.clone())
    }

    /// Shares the frame with an equal one and remembers the file around the payload.
    pub(super) fn remember(&self, file: &[u8], mut place: Place) -> Result<Place> {
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seen.iter().find(|s| s.place.frame == place.frame) {
            place.frame = Arc::clone(&known.place.frame);
        }
        let known = |s: &Seen| {
            place.range == s.place.range
                && file[..place.range.start] == s.before
                && file[place.range.end..] == s.after
        };
        if seen.iter().any(known) {
            // Another thread parsed a file like it in the meantime.
            return Ok(place);
        }
        if seen.len() == MOST_SEEN {
            seen.remove(0);
        }
        seen.push(Seen {
            before: try_copy(&file[..place.range.start])?,
            after: try_copy(&file[place.range.end..])?,
            place: place.clone(),
        });
        Ok(place)
    }
}
