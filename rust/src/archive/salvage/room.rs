//! Bytes of a source that belong to a whole member already: members must not overlap.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Found;
use super::content::Claim;
use crate::error::{Error, Kind, Result};

/// Stretches that members take.
pub(super) struct Room {
    /// Data of members that their local headers led to, in order, and whether they lie within another's.
    found: Vec<(Range<u64>, bool)>,
    /// Data of others, from where to where.
    taken: BTreeMap<u64, u64>,
}

impl Room {
    pub(super) fn new(found: &[Found]) -> Self {
        let stretch = |found: &Found| (found.offset..found.data.end, false);
        Self {
            found: found.iter().map(stretch).collect(),
            taken: BTreeMap::new(),
        }
    }

    /// Returns whether data may begin at `start`: behind those of others, or before a member that may lie within them.
    pub(super) fn is_free(&self, start: u64) -> bool {
        let next = self.found.partition_point(|(range, _)| range.end <= start);
        let found = self.found.get(next);
        let before = self.taken.range(..=start).next_back();
        found.is_none_or(|(range, inner)| *inner || range.start >= start)
            && before.is_none_or(|(_, &end)| end <= start)
    }

    /// Takes the data at `start`. Members that lie within them are not members of this archive.
    pub(super) fn take(&mut self, start: u64, content: Claim) -> Result<Range<u64>> {
        let data = start..start + content.compressed;
        let first = self
            .found
            .partition_point(|(range, _)| range.end <= data.start);
        let behind = self
            .found
            .partition_point(|(range, _)| range.start < data.end);
        let within = first..behind.max(first);
        let mut others = self.found[within.clone()].iter();
        let overlaps = others.any(|(range, _)| range.start < data.start || range.end > data.end);
        if overlaps || self.taken.range(data.clone()).next().is_some() || !self.is_free(start) {
            let found = format!("{} bytes at {start}", content.compressed);
            return Err(Error::new(Kind::Archive, "data of one member", found));
        }
        for (_, inner) in &mut self.found[within] {
            *inner = true;
        }
        self.taken.insert(data.start, data.end);
        Ok(data)
    }

    /// Drops what turned out to lie within the data of others.
    pub(super) fn drop_inner(self, found: &mut Vec<Found>) {
        let mut inner = self.found.into_iter().map(|(_, inner)| inner);
        found.retain(|_| !inner.next().unwrap_or_default());
    }
}
