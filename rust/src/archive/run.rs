//! Members that lie close to each other, read at once.

use std::ops::Range;

use super::Archive;
use super::entry::Entry;
use super::loaded::{self, Loaded};
use super::member::{self, Fetched};
use crate::error::{Error, Result};
use crate::memory::Scratch;

/// Bytes of a run at the most, which a second-level cache holds. A larger member is a run on its own.
const MOST: u64 = 128 << 10;

/// Bytes between two members that are read in vain, rather than by a second read.
const GAP: u64 = 8 << 10;

/// Neighbours in the source, of the members that are wanted.
#[derive(Debug)]
pub struct Run<'a> {
    /// Each with its position among the names.
    members: Vec<(usize, &'a Entry)>,
    bytes: Range<u64>,
}

impl Run<'_> {
    /// Positions of its members among the names.
    pub fn positions(&self) -> impl Iterator<Item = usize> {
        self.members.iter().map(|&(position, _)| position)
    }

    /// Bytes to read, gaps included.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.bytes.end - self.bytes.start
    }

    /// True if it is one member that is better read in pieces.
    #[must_use]
    pub fn is_large(&self) -> bool {
        self.size() > MOST
    }
}

impl Archive {
    /// The runs of the members `names`, in the order of the source.
    pub fn runs(&self, names: &[&str]) -> Result<Vec<Run<'_>>> {
        let entries = names.iter().map(|name| self.find(name));
        let mut entries: Vec<_> = entries
            .enumerate()
            .map(|(n, entry)| Ok((n, entry?)))
            .collect::<Result<_>>()?;
        entries.sort_by_key(|(_, entry)| entry.offset);
        let mut runs: Vec<Run<'_>> = Vec::new();
        for (position, entry) in entries {
            let bytes = self.extent(entry);
            match runs.last_mut() {
                Some(run)
                    if bytes.start <= run.bytes.end.saturating_add(GAP)
                        && bytes.end.saturating_sub(run.bytes.start) <= MOST =>
                {
                    run.bytes.end = run.bytes.end.max(bytes.end);
                    run.members.push((position, entry));
                }
                _ => runs.push(Run {
                    members: vec![(position, entry)],
                    bytes,
                }),
            }
        }
        Ok(runs)
    }

    /// Positions in the source that hold a member, its header included.
    pub(super) fn extent(&self, entry: &Entry) -> Range<u64> {
        let header = if self.index.leads_to_data() {
            0
        } else {
            member::longest_header(entry)
        };
        let most = header.saturating_add(entry.compressed);
        let end = entry.offset.saturating_add(most).min(entry.limit);
        entry.offset..end.max(entry.offset)
    }

    /// The bytes of a run; those of a source in memory are borrowed.
    pub fn read_run<'s>(&'s self, run: &Run<'_>, scratch: &'s mut Scratch) -> Result<&'s [u8]> {
        if let Some(bytes) = loaded::lent(&*self.source, &run.bytes) {
            return Ok(bytes);
        }
        let bytes = scratch.room(loaded::len(&run.bytes)?)?;
        loaded::fill(&*self.source, bytes, run.bytes.start)?;
        Ok(bytes)
    }

    /// The compressed bytes of a member of `run`, of which `bytes` were read.
    pub fn fetch_within<'s>(
        &'s self,
        run: &Run<'s>,
        nth: usize,
        bytes: &'s [u8],
    ) -> Result<Fetched<'s>> {
        let outside = || Error::internal("a member within its run", "another");
        let &(_, entry) = run.members.get(nth).ok_or_else(outside)?;
        let start = usize::try_from(entry.offset - run.bytes.start).map_err(|_| outside())?;
        let bytes = bytes.get(start..).ok_or_else(outside)?;
        let extent = self.extent(entry);
        let len = usize::try_from(extent.end - extent.start).map_err(|_| outside())?;
        let bytes = bytes.get(..len).ok_or_else(outside)?;
        member::admit(entry, &self.limits)
            .and_then(|()| self.fetched(entry, Loaded::Borrowed(bytes)))
            .map_err(|error| error.in_member(self.index.name(entry)))
    }
}
