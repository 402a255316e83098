//! The central directory, read at once: what each member is and how far its bytes may reach.

use super::end::{self, End};
use super::entry::Entry;
use super::loaded;
use super::name;
use super::record::{CENTRAL, CENTRAL_LEN, Fields, LOCAL_LEN};
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;
use crate::memory::{no_memory, try_push, try_push_str, try_reserve, try_zeroed};
use crate::source::ReadAt;
use crate::work::interrupt;

/// Newest version of the format that is read, 6.3; Python's `zipfile` refuses later ones too.
const NEWEST: u8 = 63;

/// Members whose headers are parsed at once; an interruption is answered between them.
const AT_ONCE: usize = 1024;

/// All members, found by name or in directory order.
#[derive(Debug, Default)]
pub(super) struct Index {
    names: String,
    entries: Vec<Entry>,
    /// Positions in `entries`, by name.
    by_name: Vec<u32>,
    /// True if entries lead to the data themselves: their headers were judged already.
    data: bool,
}

impl Index {
    /// Finds the directory, and holds what is said about it against the limits.
    pub(super) fn find(source: &dyn ReadAt, limits: &Limits) -> Result<End> {
        let end = end::find(source)?;
        let size = end.directory.end - end.directory.start;
        limits.check_members(end.members)?;
        // Positions of members have 32 bits.
        u32::try_from(end.members).map_err(|_| no_memory(end.members))?;
        limits.check_directory(size)?;
        let most = size / CENTRAL_LEN as u64;
        if end.members > most {
            return Err(wrong_count(end.members, &format!("room for {most}")));
        }
        Ok(end)
    }

    /// Reads a directory that was found.
    pub(super) fn read(source: &dyn ReadAt, end: &End) -> Result<Self> {
        let size = end.directory.end - end.directory.start;
        let mut bytes = try_zeroed(usize::try_from(size).map_err(|_| no_memory(size))?)?;
        loaded::fill(source, &mut bytes, end.directory.start)?;

        let mut index = Self::parse(&bytes, end)?;
        // All that it says is in the index.
        drop(bytes);
        index.refuse_overlaps(end.directory.start)?;
        index.sort_names()?;
        Ok(index)
    }

    /// An index without members, whose entries are to lead to their data ([`Entry::of_data`]).
    pub(super) fn of_data() -> Self {
        Self {
            data: true,
            ..Self::default()
        }
    }

    /// True if entries lead to the data themselves, not to a local header.
    pub(super) fn leads_to_data(&self) -> bool {
        self.data
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.entries.iter().map(|entry| self.name(entry))
    }

    /// The members, in directory order.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(super) fn name(&self, entry: &Entry) -> &str {
        &self.names[entry.start..entry.end]
    }

    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        let at = |&position: &u32| self.name(&self.entries[position as usize]);
        let found = self
            .by_name
            .binary_search_by(|position| at(position).cmp(name))
            .ok()?;
        self.entries.get(self.by_name[found] as usize)
    }

    /// Members whose names begin with `prefix`, in the order of their names.
    pub(super) fn prefixed(&self, prefix: &str) -> &[u32] {
        let name = |&position: &u32| self.name(&self.entries[position as usize]);
        let first = self.by_name.partition_point(|at| name(at) < prefix);
        let rest = &self.by_name[first..];
        &rest[..rest.partition_point(|at| name(at).starts_with(prefix))]
    }

    /// The name of a member that [`Index::prefixed`] gave.
    pub(super) fn name_at(&self, position: u32) -> &str {
        self.name(&self.entries[position as usize])
    }

    fn parse(bytes: &[u8], end: &End) -> Result<Self> {
        let members = usize::try_from(end.members).map_err(|_| no_memory(end.members))?;
        let mut index = Self::default();
        // The directory has room for so many headers.
        try_reserve(&mut index.entries, members)?;
        let mut fields = Fields::new(bytes, Kind::Archive, "a central directory header");
        while !fields.is_empty() {
            if index.len() == members {
                return Err(wrong_count(end.members, "more"));
            }
            if index.len().is_multiple_of(AT_ONCE) {
                interrupt::check()?;
            }
            index.push(&mut fields, end)?;
        }
        if index.len() != members {
            return Err(wrong_count(end.members, &index.len().to_string()));
        }
        Ok(index)
    }

    fn push(&mut self, fields: &mut Fields, end: &End) -> Result<()> {
        fields.signature(CENTRAL)?;
        let [_, _, needed, _] = fields.u32()?.to_le_bytes();
        if needed > NEWEST {
            let expected = "a member that needs version 6.3 of the format at most";
            return Err(Error::new(
                Kind::Unsupported,
                expected,
                format!("{}.{}", needed / 10, needed % 10),
            ));
        }
        let (flags, method) = (fields.u16()?, fields.u16()?);
        let _modified = fields.u32()?;
        let (crc, compressed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let (raw_name, extra, comment) = (fields.u16()?, fields.u16()?, fields.u16()?);
        let _disk_and_internal = fields.u32()?;
        let _external = fields.u32()?;
        let offset = fields.u32()?;
        let raw = fields.take(raw_name.into())?;
        let extra = fields.take(extra.into())?;
        let _comment = fields.take(comment.into())?;
        let [size, compressed, offset] = fields.widen([size, compressed, offset], extra)?;

        // Bytes before the archive move everything by as much as they move the directory.
        let offset = offset
            .checked_add(end.directory.start)
            .and_then(|offset| offset.checked_sub(end.declared))
            .ok_or_else(|| misplaced(offset, end))?;
        let entry = Entry {
            method,
            flags,
            crc,
            compressed,
            size,
            offset,
            limit: 0,
            raw_name,
            start: 0,
            end: 0,
        };
        self.add(raw, entry)
    }

    /// Adds a member of the name `raw`; [`Index::sort_names`] comes after the last one.
    pub(super) fn add(&mut self, raw: &[u8], mut entry: Entry) -> Result<()> {
        entry.start = self.names.len();
        // Readers disagree on whether a NUL ends the name.
        let name = name::decoded(raw, entry.flags).filter(|name| !name.contains('\0'));
        try_push_str(&mut self.names, &name.ok_or_else(|| bad_name(raw))?)?;
        entry.end = self.names.len();
        try_push(&mut self.entries, entry)
    }

    /// The positions of all members among the entries.
    fn positions(&self) -> Result<Vec<u32>> {
        let mut positions = Vec::new();
        try_reserve(&mut positions, self.len())?;
        positions.extend((0..).take(self.len()));
        Ok(positions)
    }

    /// From the last member to the first, each must end before the one after it begins.
    ///
    /// The length of the local extra field is not known yet; [`super::member`] checks the exact end
    /// against the limit that is set here. Gaps are fine: padding, data descriptors, other data.
    fn refuse_overlaps(&mut self, directory: u64) -> Result<()> {
        let mut by_offset = self.positions()?;
        by_offset.sort_unstable_by_key(|&position| self.entries[position as usize].offset);
        let mut limit = directory;
        for position in by_offset.into_iter().rev() {
            let entry = &mut self.entries[position as usize];
            entry.limit = limit;
            let least = LOCAL_LEN as u64 + u64::from(entry.raw_name);
            let end = entry
                .offset
                .checked_add(least)
                .and_then(|at| at.checked_add(entry.compressed));
            if end.is_none_or(|end| end > limit) {
                let expected = format!("a member that ends by offset {limit}");
                let found = format!("{} bytes at offset {}", entry.compressed, entry.offset);
                let entry = *entry;
                return Err(Error::new(Kind::Archive, expected, found).in_member(self.name(&entry)));
            }
            limit = entry.offset;
        }
        Ok(())
    }

    /// Makes members findable by name, and refuses a name that is there twice.
    pub(super) fn sort_names(&mut self) -> Result<()> {
        let mut by_name = self.positions()?;
        let name = |position: u32| self.name(&self.entries[position as usize]);
        by_name.sort_unstable_by(|&a, &b| name(a).cmp(name(b)));
        if let Some(pair) = by_name
            .windows(2)
            .find(|pair| name(pair[0]) == name(pair[1]))
        {
            let error = Error::new(Kind::Archive, "one member of each name", "two");
            return Err(error.in_member(name(pair[0])));
        }
        self.by_name = by_name;
        Ok(())
    }
}

fn wrong_count(expected: u64, found: &str) -> Error {
    let expected = format!("{expected} members in the central directory");
    Error::new(Kind::Archive, expected, found)
}

fn misplaced(offset: u64, end: &End) -> Error {
    let (declared, found) = (end.declared, end.directory.start);
    let found = format!("offset {offset} and the directory at {found} instead of {declared}");
    Error::new(Kind::Archive, "a local header in the file", found)
}

fn bad_name(raw: &[u8]) -> Error {
    let expected = "a member name that is UTF-8 where it says so, without NUL";
    Error::new(Kind::Archive, expected, raw.escape_ascii().to_string())
}
