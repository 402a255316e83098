//! A member on its way into memory.

use crate::archive::{Archive, Entry, Fetched, Stream};
use crate::error::Result;
use crate::json::{self, Lifted};
use crate::limits::Limits;
use crate::memory::Buffer;
use crate::work::read_ahead;

/// Text from this size on is inflated on a thread of its own; below, the thread would cost more than it spares.
const AHEAD_FROM: u64 = 8 << 20;

/// A member to read, its compressed bytes perhaps loaded already.
pub(super) struct Input<'a> {
    archive: &'a Archive,
    pub(super) member: &'a str,
    fetched: Option<Fetched<'a>>,
}

impl<'a> Input<'a> {
    /// A source that is not made for threads is read here, on the calling thread.
    pub(super) fn new(archive: &'a Archive, member: &'a str) -> Result<Self> {
        let fetched = if archive.concurrent() {
            None
        } else {
            Some(archive.fetch(member)?)
        };
        Ok(Self {
            archive,
            member,
            fetched,
        })
    }

    /// Members of a source that is not made for threads, read together if that spares requests.
    pub(super) fn all(archive: &'a Archive, members: &[&'a str]) -> Result<Vec<Self>> {
        if !archive.distant() {
            let inputs = members.iter().map(|member| Self::new(archive, member));
            return inputs.collect();
        }
        let fetched = archive.fetch_all(members)?.into_iter();
        Ok(fetched
            .map(|fetched| Self::fetched(archive, fetched))
            .collect())
    }

    /// As [`Input::all`], where one of them may be here already; it is taken.
    pub(super) fn all_beside(
        archive: &'a Archive,
        members: &[&'a str],
        here: &mut Option<Self>,
    ) -> Result<Vec<Self>> {
        let is_here = |here: &Self| members.iter().position(|&name| name == here.member);
        let Some(at) = here.as_ref().and_then(is_here) else {
            return Self::all(archive, members);
        };
        let others: Vec<_> = [&members[..at], &members[at + 1..]].concat();
        let mut inputs = Self::all(archive, &others)?;
        if let Some(here) = here.take() {
            inputs.insert(at, here);
        }
        Ok(inputs)
    }

    /// One whose compressed bytes are in memory.
    pub(super) fn fetched(archive: &'a Archive, fetched: Fetched<'a>) -> Self {
        Self {
            archive,
            member: fetched.name(),
            fetched: Some(fetched),
        }
    }

    /// The compressed bytes, if they are in memory.
    pub(super) fn in_memory(&self) -> Option<&Fetched<'a>> {
        self.fetched.as_ref()
    }

    /// The uncompressed bytes in pieces.
    pub(super) fn stream(&self) -> Result<Stream<'a>> {
        self.archive.stream(self.member)
    }

    pub(super) fn read(&self) -> Result<Buffer> {
        self.with_fetched(Fetched::decode)
    }

    pub(super) fn with_fetched<T>(
        &self,
        work: impl FnOnce(&Fetched<'a>) -> Result<T>,
    ) -> Result<T> {
        match &self.fetched {
            Some(fetched) => work(fetched),
            None => work(&self.archive.fetch(self.member)?),
        }
    }

    /// The text without its large lists; much of it is inflated on one thread and scanned on another.
    pub(super) fn lift(&self, least: usize, threads: usize) -> Result<Lifted> {
        let limits = self.limits();
        let Entry {
            compressed, size, ..
        } = *self.entry()?;
        let text = match &self.fetched {
            // Small ones are decoded at once, which is faster.
            Some(fetched) if size < AHEAD_FROM => {
                return json::lift(&*fetched.decode()?, least, compressed, limits);
            }
            Some(fetched) => fetched.stream()?,
            None => self.archive.stream(self.member)?,
        };
        if threads > 1 && size >= AHEAD_FROM {
            read_ahead::reading(text, |text| json::lift(text, least, compressed, limits))
        } else {
            json::lift(text, least, compressed, limits)
        }
    }

    pub(super) fn text(&self) -> Result<Vec<u8>> {
        let Entry {
            compressed, size, ..
        } = *self.entry()?;
        self.limits().check_text(compressed, size)?;
        self.read()?.into_vec()
    }

    pub(super) fn limits(&self) -> &Limits {
        self.archive.limits()
    }

    pub(super) fn entry(&self) -> Result<&Entry> {
        match &self.fetched {
            Some(fetched) => Ok(fetched.entry()),
            None => self.archive.find(self.member),
        }
    }
}
