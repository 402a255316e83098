//! The whole members of a damaged archive, found by their local headers: the directory may be lost.
//!
//! The source is gone through once, from local header to local header. A member whose data decode to the
//! size and CRC-32 that its header (or the data descriptor after it) gives is whole, and the search
//! goes on behind it; else it goes on inside. Nothing that a header claims is trusted before.
//!
//! Hostile bytes may look like millions of headers. Each byte is searched once, names must fit into the
//! file side by side, and the bytes that members decode in vain are budgeted.

use std::collections::HashMap;

use super::descriptor::Descriptors;
use super::entry::{Entry, Local};
use super::index::Index;
use super::member;
use super::record::{DESCRIPTOR, LOCAL, LOCAL_LEN};
use super::stream::Stream;
use super::window::Window;
use crate::codec::zip::Method;
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;
use crate::memory::{try_copy, try_zeroed};
use crate::source::ReadAt;
use crate::work::interrupt;

/// Members that fail may be decoded up to so many times the size of the source, all together: one damaged
/// header can claim all that follows it, and a handful of them is no attack.
const VAIN: u64 = 4;
/// ... and so many bytes more: a small archive may hold much.
const VAIN_AT_LEAST: u64 = 16 << 20;
/// Bytes of content whose making counts as much as a compressed byte.
const CONTENT: u64 = 16;

/// A member that is damaged: its name and what is wrong with it.
pub type Lost = (String, Error);

/// A whole member, and where it is.
struct Found {
    raw_name: Vec<u8>,
    entry: Entry,
}

/// Finds the whole members in `source`: an archive of these, and what of the others had a name left.
pub(super) fn salvage(source: &dyn ReadAt, limits: &Limits) -> Result<(Index, Vec<Lost>)> {
    let mut search = Search {
        source,
        limits,
        descriptors: None,
        found: Vec::new(),
        lost: Vec::new(),
        names: 0,
        vain: source
            .size()
            .saturating_mul(VAIN)
            .saturating_add(VAIN_AT_LEAST),
    };
    search.run()?;
    search.keep_what_a_directory_lists()?;
    search.drop_ambiguous();
    let mut index = Index::default();
    for Found { raw_name, entry } in search.found {
        index.add(&raw_name, entry, None)?;
    }
    index.sort_names()?;
    Ok((index, search.lost))
}

struct Search<'a> {
    source: &'a dyn ReadAt,
    limits: &'a Limits,
    descriptors: Option<Descriptors>,
    found: Vec<Found>,
    lost: Vec<Lost>,
    /// Bytes of names and extra fields so far.
    names: u64,
    /// Compressed bytes that may still be decoded in vain.
    vain: u64,
}

impl Search<'_> {
    fn run(&mut self) -> Result<()> {
        let mut window = Window::new(self.source);
        let mut at = 0;
        while let Some(header) = window.find(LOCAL, at)? {
            at = match self.member(header)? {
                Some(end) => end,
                None => header + LOCAL.len() as u64,
            };
        }
        Ok(())
    }

    /// The end of the member whose local header is at `offset`, if it is whole.
    fn member(&mut self, offset: u64) -> Result<Option<u64>> {
        let Some(header) = self.header(offset)? else {
            return Ok(None);
        };
        let Some((local, name)) = plausible(&header) else {
            return Ok(None);
        };
        interrupt::check()?;
        if (self.found.len() + self.lost.len()) as u64 >= self.limits.members {
            let expected = format!("at most {} members (limit members)", self.limits.members);
            return Err(Error::new(Kind::Limit, expected, "more"));
        }
        let start = offset + local.len() as u64;
        let whole = self
            .entry(&local, offset, start)
            .and_then(|entry| self.verify(name, &entry, start).map(|()| entry));
        match whole {
            Ok(entry) => {
                self.found.push(Found {
                    raw_name: try_copy(local.name)?,
                    entry,
                });
                Ok(Some(entry.limit))
            }
            Err(error) if error.kind() == Kind::Io => Err(error),
            Err(error) => {
                self.lost.push((name.to_owned(), error));
                Ok(None)
            }
        }
    }

    /// A local header with name and extra field, None where the source ends in it.
    fn header(&mut self, offset: u64) -> Result<Option<Vec<u8>>> {
        let left = self.source.size() - offset;
        if left < LOCAL_LEN as u64 {
            return Ok(None);
        }
        let mut header = try_zeroed(LOCAL_LEN)?;
        self.source.read_exact_at(&mut header, offset)?;
        let field = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let (method, more) = (field(8), usize::from(field(26)) + usize::from(field(28)));
        if left < (LOCAL_LEN + more) as u64 || Method::from_id(method).is_err() {
            return Ok(None);
        }
        self.names += more as u64;
        if self.names > self.source.size() {
            let expected = "headers that do not overlap";
            return Err(Error::new(
                Kind::Limit,
                expected,
                "more names than the file has room for",
            ));
        }
        header.resize(LOCAL_LEN + more, 0);
        self.source
            .read_exact_at(&mut header[LOCAL_LEN..], offset + LOCAL_LEN as u64)?;
        Ok(Some(header))
    }

    /// What a directory would say about the member.
    fn entry(&mut self, local: &Local, offset: u64, start: u64) -> Result<Entry> {
        let [mut size, mut compressed] = local.sizes()?;
        let mut crc = local.crc;
        if local.flags & DESCRIPTOR != 0 && (size, compressed) == (0, 0) {
            let descriptors = match &mut self.descriptors {
                Some(descriptors) => descriptors,
                none => none.insert(Descriptors::find(self.source, self.limits)?),
            };
            (crc, compressed, size) = descriptors.of_data_at(start).ok_or_else(|| {
                Error::new(Kind::Member, "a data descriptor after the data", "none")
            })?;
        }
        let end = start
            .checked_add(compressed)
            .filter(|&end| end <= self.source.size())
            .ok_or_else(|| {
                let left = self.source.size() - start;
                let found = format!("the end of the file after {left}");
                Error::new(Kind::Member, format!("{compressed} bytes of data"), found)
            })?;
        Entry::found(local, crc, [compressed, size], offset..end)
    }

    /// Decodes the member and throws its content away.
    fn verify(&mut self, name: &str, entry: &Entry, start: u64) -> Result<()> {
        member::admit(entry, self.limits)?;
        if entry.compressed > self.vain {
            let expected = "members that do not overlap";
            return Err(Error::new(Kind::Limit, expected, "many that are damaged"));
        }
        let mut stream = Stream::at(self.source, name, entry, start)?;
        let verified = stream.drain();
        if verified.is_err() {
            let cost = entry.compressed + (entry.size - stream.left()) / CONTENT;
            self.vain = self.vain.saturating_sub(cost);
        }
        verified
    }

    /// A directory that is sound says which members count: others are leftovers. One of no members says
    /// nothing: it is 22 bytes that stand in many places.
    fn keep_what_a_directory_lists(&mut self) -> Result<()> {
        match Index::read(self.source, self.limits, None) {
            Ok(directory) if directory.len() == 0 => Ok(()),
            Ok(directory) => {
                let listed = directory.offsets();
                self.found
                    .retain(|found| listed.contains(&found.entry.offset));
                Ok(())
            }
            Err(error) if error.kind() == Kind::Io => Err(error),
            Err(_) => Ok(()),
        }
    }

    /// Of two members of one name that differ, nobody can say which one counts.
    fn drop_ambiguous(&mut self) {
        let mut contents: HashMap<Vec<u8>, (u32, u64, bool)> = HashMap::new();
        for Found { raw_name, entry } in &self.found {
            let content = (entry.crc, entry.size, true);
            let known = contents.entry(raw_name.clone()).or_insert(content);
            known.2 &= *known == content;
        }
        let mut kept = Vec::with_capacity(self.found.len());
        for found in self.found.drain(..) {
            match contents.get_mut(&found.raw_name) {
                Some((_, _, true)) => {
                    contents.remove(&found.raw_name);
                    kept.push(found);
                }
                Some(_) => {
                    let name = String::from_utf8_lossy(&found.raw_name).into_owned();
                    let error = Error::new(Kind::Archive, "one member of each name", "two");
                    self.lost.push((name, error));
                }
                // The same content for a second time.
                None => {}
            }
        }
        self.found = kept;
    }
}

/// A header that is not just four bytes of something else, with its name.
fn plausible(header: &[u8]) -> Option<(Local<'_>, &str)> {
    let local = Local::parse(header).ok()?;
    let name = str::from_utf8(local.name).ok()?;
    let printable = !name.is_empty() && !name.chars().any(char::is_control);
    printable.then_some((local, name))
}
