//! Zip container: index, reader and writer.
//!
//! An archive has one meaning, that of Python's `zipfile`, or it is refused: duplicate names,
//! members that overlap each other or the directory, and local headers that contradict the directory
//! are errors. No byte of a member is given out before its size and CRC-32 were found right.

mod compressed;
mod descriptor;
mod end;
mod entry;
mod index;
mod loaded;
mod member;
mod name;
mod record;
mod run;
mod salvage;
mod stream;
mod tail;
#[cfg(test)]
mod tests;
mod window;
mod writer;

use std::sync::Arc;

use crate::error::{Error, Kind, Result};
use crate::limits::Limits;
use crate::memory::Buffer;
use crate::source::{ReadAt, Stamp};
use index::Index;
use loaded::Loaded;
use tail::Tail;

pub use compressed::Compressed;
pub use entry::Entry;
pub use member::Fetched;
pub use run::Run;
pub use salvage::Lost;
pub use stream::Stream;
pub use writer::{Options, Writer};

/// Member names that an error about a missing one lists.
const NAMES_IN_ERRORS: usize = 5;

/// An open archive. Reads are positioned and take `&self`, so that threads share it without a lock.
pub struct Archive {
    source: Arc<dyn ReadAt>,
    limits: Limits,
    index: Index,
}

/// Members of an archive whose names begin alike; no list of them is made.
#[derive(Clone, Copy)]
pub struct Prefixed<'a> {
    index: &'a Index,
    positions: &'a [u32],
}

impl<'a> Prefixed<'a> {
    /// Count of the members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// True if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// The name of one of them.
    #[must_use]
    pub fn name(&self, nth: usize) -> &'a str {
        self.index.name_at(self.positions[nth])
    }
}

impl Archive {
    /// Reads the directory of the archive in `source`.
    pub fn open(source: Arc<dyn ReadAt>, limits: Limits) -> Result<Self> {
        if source.distant() {
            return Self::open_distant(source, limits);
        }
        let end = Index::find(&*source, &limits)?;
        let index = Index::read(&*source, &end)?;
        Ok(Self {
            source,
            limits,
            index,
        })
    }

    fn open_distant(source: Arc<dyn ReadAt>, limits: Limits) -> Result<Self> {
        let mut tail = Tail::read(source)?;
        let end = Index::find(&tail, &limits)?;
        tail.reach(end.directory.start)?;
        let index = Index::read(&tail, &end)?;
        tail.cut(end.directory.start)?;
        Ok(Self {
            source: Arc::new(tail),
            limits,
            index,
        })
    }

    /// The archive of all whole members that are in `source`, whether its directory is sound or not, and
    /// the others that still have a name.
    pub fn salvage(source: Arc<dyn ReadAt>, limits: Limits) -> Result<(Self, Vec<Lost>)> {
        let (index, lost) = salvage::salvage(&*source, &limits)?;
        let archive = Self {
            source,
            limits,
            index,
        };
        Ok((archive, lost))
    }

    /// Caps on the demands of a file.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// True if each read is a request to another machine.
    #[must_use]
    pub fn distant(&self) -> bool {
        self.source.distant()
    }

    /// True if several threads may read members at once.
    #[must_use]
    pub fn concurrent(&self) -> bool {
        self.source.concurrent()
    }

    /// Reads a member to its end, piece by piece, and throws its content away.
    pub fn check(&self, name: &str) -> Result<()> {
        self.stream(name)?.drain()
    }

    /// Names of the members, in directory order.
    #[must_use]
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.index.names()
    }

    /// Members whose names begin with `prefix`, in the order of their names.
    #[must_use]
    pub fn prefixed(&self, prefix: &str) -> Prefixed<'_> {
        Prefixed {
            index: &self.index,
            positions: self.index.prefixed(prefix),
        }
    }

    /// A member's header in the directory, if there is one.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.index.get(name)
    }

    /// Stamp of the file as it was when it was opened; `None` for a source that is not a file.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp> {
        self.source.stamp()
    }

    /// Uncompressed size of a member, as the directory declares it.
    pub fn size(&self, name: &str) -> Result<u64> {
        self.find(name).map(|entry| entry.size)
    }

    /// The bytes of a member, verified.
    pub fn read(&self, name: &str) -> Result<Buffer> {
        self.fetch(name)?.decode()
    }

    /// The bytes of a member that is text, verified and held against [`Limits::check_text`].
    pub fn read_text(&self, name: &str) -> Result<Buffer> {
        let entry = self.find(name)?;
        self.limits
            .check_text(entry.compressed, entry.size)
            .map_err(|error| error.in_member(name))?;
        self.read(name)
    }

    /// The compressed bytes of a member: all input and output of [`Archive::read`], none of its
    /// work. Sources in memory are borrowed from.
    pub fn fetch(&self, name: &str) -> Result<Fetched<'_>> {
        let entry = self.find(name)?;
        self.fetch_entry(entry)
            .map_err(|error| error.in_member(name))
    }

    /// The compressed bytes of several members; from a distant source with few requests.
    pub fn fetch_all(&self, names: &[&str]) -> Result<Vec<Fetched<'_>>> {
        if !self.source.distant() {
            return names.iter().map(|name| self.fetch(name)).collect();
        }
        let room = |name: &&str| {
            let entry = self.find(name)?;
            let bytes = self.extent(entry);
            let room = member::admit(entry, &self.limits)
                .and_then(|()| loaded::len(&bytes))
                .and_then(Buffer::zeroed);
            room.map(|room| (entry, room))
                .map_err(|error| error.in_member(name))
        };
        let mut rooms = names.iter().map(room).collect::<Result<Vec<_>>>()?;
        let mut stretches: Vec<_> = rooms
            .iter_mut()
            .map(|(entry, room)| (entry.offset, &mut room[..]))
            .collect();
        stretches.sort_unstable_by_key(|(offset, _)| *offset);
        self.source.read_stretches(&mut stretches)?;
        let fetched = |(entry, bytes): (_, Buffer)| {
            self.fetched(entry, Loaded::Owned(bytes))
                .map_err(|error| error.in_member(self.index.name(entry)))
        };
        rooms.into_iter().map(fetched).collect()
    }

    /// The bytes of a member in pieces, for members that are better not held whole. The read that
    /// completes them fails instead if size or CRC-32 are wrong.
    pub fn stream(&self, name: &str) -> Result<Stream<'_>> {
        let entry = self.find(name)?;
        self.stream_entry(entry)
            .map_err(|error| error.in_member(name))
    }

    fn fetch_entry<'a>(&'a self, entry: &'a Entry) -> Result<Fetched<'a>> {
        member::admit(entry, &self.limits)?;
        let (bytes, start) = self.load(entry, entry.compressed)?;
        Fetched::new(self.index.name(entry), entry, bytes, start, self.limits)
    }

    /// A member of whose bytes, the local header included, all are here.
    fn fetched<'a>(&'a self, entry: &'a Entry, bytes: Loaded<'a>) -> Result<Fetched<'a>> {
        let name = self.index.name(entry);
        let start = if self.index.leads_to_data() {
            0
        } else {
            member::data_start(&bytes, entry, name)?
        };
        Fetched::new(name, entry, bytes, start, self.limits)
    }

    fn stream_entry<'a>(&'a self, entry: &'a Entry) -> Result<Stream<'a>> {
        member::admit(entry, &self.limits)?;
        let (_, start) = self.load(entry, 0)?;
        let start = entry.offset + start as u64;
        Stream::at(&*self.source, self.index.name(entry), entry, start)
    }

    /// Bytes with at least `data` of the member's, and where in them its data begin.
    fn load(&self, entry: &Entry, data: u64) -> Result<(Loaded<'_>, usize)> {
        if self.index.leads_to_data() {
            return Ok((member::load_bytes(&*self.source, entry, data)?, 0));
        }
        let bytes = member::load(&*self.source, entry, data)?;
        let start = member::data_start(&bytes, entry, self.index.name(entry))?;
        Ok((bytes, start))
    }

    /// Names of the members that follow each other without a gap, from the first byte of the source on.
    ///
    /// In a salvaged archive that was cut off, these are the members before the cut.
    pub fn names_before_a_gap(&self) -> Result<Vec<&str>> {
        let (mut names, mut at) = (Vec::new(), 0);
        for entry in self.index.entries() {
            let name = self.index.name(entry);
            if self.local_header(name, at)?.is_none() {
                break;
            }
            names.push(name);
            at = entry.limit;
        }
        Ok(names)
    }

    /// The local header of a salvaged member if it begins at `at`.
    pub fn local_header(&self, name: &str, at: u64) -> Result<Option<Buffer>> {
        let entry = self.find(name)?;
        let len = entry.offset.checked_sub(at);
        let Some(len) = len.and_then(|len| usize::try_from(len).ok()) else {
            return Ok(None);
        };
        if len > record::LOCAL_LEN + name.len() + usize::from(u16::MAX) {
            return Ok(None);
        }
        let mut bytes = Buffer::zeroed(len)?;
        self.source.read_exact_at(&mut bytes, at)?;
        let whole = entry::Local::parse(&bytes)
            .is_ok_and(|local| local.name == name.as_bytes() && local.len() == len);
        Ok(whole.then_some(bytes))
    }

    /// The header of a member that must be there.
    pub(crate) fn find(&self, name: &str) -> Result<&Entry> {
        self.index.get(name).ok_or_else(|| self.missing(name))
    }

    fn missing(&self, name: &str) -> Error {
        let names = self
            .names()
            .take(NAMES_IN_ERRORS)
            .map(|name| format!("{name:?}"));
        let names = names.collect::<Vec<_>>().join(", ");
        let more = if self.index.len() > NAMES_IN_ERRORS {
            ", ..."
        } else {
            ""
        };
        let found = match self.index.len() {
            0 => "no members".to_owned(),
            count => format!("{count} members: {names}{more}"),
        };
        Error::new(Kind::Missing, "a member of this name", found).in_member(name)
    }
}
