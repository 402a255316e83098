//! The whole members of a damaged archive, whichever of its headers are the damaged ones.
//!
//! A member has two headers that say the same of it: a local one, and one in the directory. The search goes through the
//! source from local header to local header, then from header to header of what is left of the directory. A member is
//! whole if either header states the CRC-32 of what its data decode to, and either states one of its two sizes. Nothing
//! else that a header claims is trusted. The search goes on behind a whole member, and inside any other.
//!
//! Hostile bytes may look like millions of headers. Each byte is searched twice, and there are budgets for the bytes of
//! names and for those that are decoded in vain.

mod content;
mod directory;
mod listed;
mod local;
mod names;
mod remains;
mod room;

use std::ops::Range;

use super::descriptor::Descriptors;
use super::index::Index;
use crate::codec::zip::Method;
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;
use crate::source::ReadAt;
use content::{Claim, Contents};
use directory::Directory;

/// Data that are not a member may be decoded up to so many times the size of the source, all together: one damaged
/// header can claim all that follows it, and a handful of them is not an attack.
const VAIN: u64 = 4;
/// ... and so many bytes more: a small archive may hold much.
const VAIN_AT_LEAST: u64 = 16 << 20;

/// A member that is damaged: its name and what is wrong with it.
pub type Lost = (String, Error);

/// A whole member.
struct Found {
    /// Offset of its local header.
    offset: u64,
    /// The place of its data.
    data: Range<u64>,
    method: Method,
    content: Claim,
    /// Its names in the local header and in the directory, as far as they can be read.
    local: Option<Box<str>>,
    central: Option<Box<str>>,
    /// True if the directory has a header for it.
    listed: bool,
    /// True if that header has the same name.
    agreed: bool,
}

impl Found {
    /// A member of which the directory has said nothing yet.
    fn new(
        offset: u64,
        data: Range<u64>,
        method: Method,
        content: Claim,
        local: Option<Box<str>>,
    ) -> Self {
        Self {
            offset,
            data,
            method,
            content,
            local,
            central: None,
            listed: false,
            agreed: false,
        }
    }
}

/// A header whose member is not whole as far as it tells, and where it begins if it is a local one.
struct Loss {
    offset: Option<u64>,
    name: Box<str>,
    error: Error,
}

/// Finds the whole members in `source`: an archive of these, and what of the others had a name left.
pub(super) fn salvage(source: &dyn ReadAt, limits: &Limits) -> Result<(Index, Vec<Lost>)> {
    let mut search = Search {
        source,
        limits,
        contents: Contents::new(source, limits)?,
        descriptors: None,
        found: Vec::new(),
        lost: Vec::new(),
        names: 0,
        vain: source
            .size()
            .saturating_mul(VAIN)
            .saturating_add(VAIN_AT_LEAST),
    };
    search.by_local_headers()?;
    let whole = search
        .found
        .iter()
        .map(|found| found.offset..found.data.end);
    let directory = Directory::left(source, limits, &whole.collect::<Vec<_>>())?;
    search.by_directory(directory)?;
    names::settle(search.found, search.lost)
}

struct Search<'a> {
    source: &'a dyn ReadAt,
    limits: &'a Limits,
    contents: Contents<'a>,
    descriptors: Option<Descriptors>,
    found: Vec<Found>,
    lost: Vec<Loss>,
    /// Bytes of names and extra fields so far.
    names: u64,
    /// Compressed bytes that may still be decoded in vain.
    vain: u64,
}

impl Search<'_> {
    /// Finds out what the data at `start` hold, if `claims` prove it.
    fn content(&mut self, start: u64, method: Method, claims: &[Claim]) -> Result<Claim> {
        // A stored member is read as far as it claims; how far another one goes is not known before.
        let left = self.source.size().saturating_sub(start);
        let sizes = claims
            .iter()
            .flat_map(|claim| [claim.compressed, claim.size]);
        let most = match method {
            Method::Stored => sizes.filter(|&size| size <= left).max(),
            _ => Some(1),
        };
        if most.is_some_and(|most| most > self.vain) {
            let expected = "members that do not overlap";
            return Err(Error::new(Kind::Limit, expected, "many that are damaged"));
        }
        let content = self.contents.claimed(start, method, claims);
        if content.is_err() {
            self.vain = self.vain.saturating_sub(self.contents.cost);
        }
        content
    }

    /// Refuses one member more than [`Limits::members`].
    fn check_members(&self, recovered: usize) -> Result<()> {
        let count = self.found.len() + self.lost.len() + recovered;
        self.limits.check_members(count as u64 + 1)
    }
}

/// A name that is not just some bytes.
fn printable(name: &[u8]) -> Option<&str> {
    let name = str::from_utf8(name).ok()?;
    (!name.is_empty() && !name.chars().any(char::is_control)).then_some(name)
}
