//! The frames of an archive, so that files that differ only in their payload are parsed once.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::frame::Frame;
use crate::alloc::try_copy;
use crate::archive::Fetched;
use crate::buffer::Buffer;
use crate::codec::beginning;
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
    before: Arc<[u8]>,
    after: Vec<u8>,
    /// What a member begins with that holds such a file, if it is one of ours: see [`Frame::head`].
    deflated: Option<Arc<[u8]>>,
    place: Place,
}

/// Frames met so far, so that equal ones are one.
#[derive(Debug, Default)]
pub struct Frames {
    seen: RwLock<Vec<Seen>>,
    /// How many beginnings of files have been compressed.
    deflated: AtomicUsize,
}

/// Kinds of files one archive may mix before the oldest is forgotten; sweeps have one.
const MOST_SEEN: usize = 16;

/// Largest beginning of a file that is compressed to compare it with members: of larger ones, decoding takes longer
/// than what it would spare. As often as this is done, and no more, since deflate is slower than what it is to spare.
const MOST_DEFLATED: usize = 256 << 10;

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

    /// The place and the payload of a file whose member begins as one did before: all before the payload is known
    /// then, and need not be decoded.
    pub(super) fn recall_deflated(&self, member: &Fetched) -> Option<(Place, Buffer)> {
        let (place, before, deflated) = {
            let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
            seen.iter().rev().find_map(|s| {
                let deflated = s.deflated.as_ref()?;
                member
                    .compressed()
                    .starts_with(deflated)
                    .then(|| (s.place.clone(), Arc::clone(&s.before), Arc::clone(deflated)))
            })?
        };
        let payload = member.decode_after(&deflated, &before)?;
        (payload.len() == place.range.len()).then_some((place, payload))
    }

    /// Shares the frame with an equal one and remembers the file around the payload.
    pub(super) fn remember(
        &self,
        member: &Fetched,
        file: &[u8],
        mut place: Place,
    ) -> Result<Place> {
        let deflated = self.deflated(member, file, &place)?;
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seen.iter().find(|s| s.place.frame == place.frame) {
            place.frame = Arc::clone(&known.place.frame);
        }
        let known = |s: &Seen| {
            place.range == s.place.range
                && file[..place.range.start] == *s.before
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
            before: try_copy(&file[..place.range.start])?.into(),
            after: try_copy(&file[place.range.end..])?,
            deflated,
            place: place.clone(),
        });
        Ok(place)
    }

    /// What `member` begins with for all of `file` but its payload, if that ends the file as in those that we write.
    fn deflated(&self, member: &Fetched, file: &[u8], place: &Place) -> Result<Option<Arc<[u8]>>> {
        if place.range.end != file.len()
            || place.range.start > MOST_DEFLATED
            || self.deflated.fetch_add(1, Ordering::Relaxed) >= MOST_SEEN
        {
            return Ok(None);
        }
        let deflated = beginning(&file[..place.range.start])?;
        let same = member.compressed().starts_with(&deflated);
        Ok(same.then(|| deflated.into()))
    }
}
