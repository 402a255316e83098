//! One member: its local header, which must not contradict the directory, and its data.

use std::io::Read;
use std::ops::Range;

use super::entry::{Entry, Local};
use super::loaded::Loaded;
use super::name;
use super::record::{DESCRIPTOR, LOCAL_LEN, UNSUPPORTED, UTF8};
use super::stream::Stream;
use crate::codec::zip::{self, Decoder, Method, error_of};
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;
use crate::memory::{Buffer, Scratch, no_memory, try_zeroed};
use crate::source::ReadAt;

/// A member's compressed bytes, loaded and yet to be decoded.
pub struct Fetched<'a> {
    name: &'a str,
    entry: &'a Entry,
    bytes: Loaded<'a>,
    data: Range<usize>,
    limits: Limits,
}

impl<'a> Fetched<'a> {
    pub(super) fn new(
        name: &'a str,
        entry: &'a Entry,
        bytes: Loaded<'a>,
        start: usize,
        limits: Limits,
    ) -> Result<Self> {
        let end = usize::try_from(entry.compressed).ok();
        let end = end.and_then(|len| start.checked_add(len));
        let data = end.filter(|&end| end <= bytes.len()).map(|end| start..end);
        let data = data.ok_or_else(|| {
            let expected = format!("{} bytes of data at {start}", entry.compressed);
            Error::internal(expected, format!("{} bytes loaded", bytes.len()))
        })?;
        Ok(Self {
            name,
            entry,
            bytes,
            data,
            limits,
        })
    }

    /// The member's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The member's header in the directory.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        self.entry
    }

    /// The member's data as it is in the archive.
    #[must_use]
    pub fn compressed(&self) -> &[u8] {
        &self.bytes[self.data.clone()]
    }

    /// Decompresses, and verifies size and CRC-32.
    pub fn decode(&self) -> Result<Buffer> {
        self.verified(|method, size| zip::decompress(method, self.compressed(), size, &self.limits))
    }

    /// As [`Fetched::decode`], in memory that is there already.
    pub fn decode_into<'s>(&'s self, scratch: &'s mut Scratch) -> Result<&'s [u8]> {
        self.verified(|method, size| {
            zip::decompress_into(method, self.compressed(), size, &self.limits, scratch)
        })
    }

    /// Decompresses, and compares the CRC-32 of what comes out.
    fn verified<T>(&self, decompress: impl FnOnce(Method, u64) -> Result<(T, u32)>) -> Result<T> {
        let Entry {
            method, size, crc, ..
        } = *self.entry;
        Method::from_id(method)
            .and_then(|method| decompress(method, size))
            .and_then(|(bytes, found)| zip::check_crc(crc, found).map(|()| bytes))
            .map_err(|error| error.in_member(self.name))
    }

    /// The content in pieces, as [`super::Archive::stream`] gives it.
    pub fn stream(&self) -> Result<Stream<'_>> {
        Stream::new(self.name, self.entry, Box::new(self.compressed()))
            .map_err(|error| error.in_member(self.name))
    }

    /// The first bytes of the member, `most` or all, not verified: to look at, before the rest is decoded.
    pub fn decode_beginning(&self, most: u64) -> Result<Vec<u8>> {
        let Entry { method, size, .. } = *self.entry;
        self.beginning(Method::from_id(method)?, size, most)
            .map_err(|error| error.in_member(self.name))
    }

    fn beginning(&self, method: Method, size: u64, most: u64) -> Result<Vec<u8>> {
        let compressed = self.compressed();
        let len = usize::try_from(size.min(most)).map_err(|_| no_memory(size))?;
        let mut decoder = Decoder::new(method, compressed, compressed.len() as u64, size)?;
        let mut beginning = try_zeroed(len)?;
        decoder.read_exact(&mut beginning).map_err(error_of)?;
        Ok(beginning)
    }
}

/// Refuses what is not served and what passes a limit, before anything is read.
pub(super) fn admit(entry: &Entry, limits: &Limits) -> Result<()> {
    refuse_flags(entry.flags)?;
    Method::from_id(entry.method)?;
    zip::admit(entry.compressed, entry.size, limits).map(drop)
}

/// Reads `entry` from its local header to at least `data` bytes of its data, at once.
///
/// The extra field may have any length up to 65,535 bytes, but nothing beyond the member's limit
/// belongs to it; members usually fill the room up to their limit, so little is read in vain.
pub(super) fn load<'a>(source: &'a dyn ReadAt, entry: &Entry, data: u64) -> Result<Loaded<'a>> {
    load_bytes(source, entry, longest_header(entry).saturating_add(data))
}

/// Most bytes that the local header of `entry` may have.
pub(super) fn longest_header(entry: &Entry) -> u64 {
    LOCAL_LEN as u64 + u64::from(entry.raw_name) + u64::from(u16::MAX)
}

/// Up to `len` bytes from the place of `entry` on, none beyond its limit.
pub(super) fn load_bytes<'a>(
    source: &'a dyn ReadAt,
    entry: &Entry,
    len: u64,
) -> Result<Loaded<'a>> {
    let end = entry.offset.saturating_add(len).min(entry.limit);
    Loaded::of(source, entry.offset..end)
}

/// The place of a member's data in `bytes`, whose first bytes are the local header of `entry`.
pub(super) fn data_start(bytes: &[u8], entry: &Entry, name: &str) -> Result<usize> {
    let local = Local::parse(bytes)?;
    refuse_flags(local.flags)?;
    let same_encoding = (local.flags ^ entry.flags) & UTF8 == 0 || local.name.is_ascii();
    if name::decoded(local.name, entry.flags).as_deref() != Some(name) || !same_encoding {
        let expected = format!("name {name:?}");
        return Err(local.error(expected, local.name.escape_ascii().to_string()));
    }
    let [size, compressed] = local.sizes()?;
    // With a data descriptor the writer did not know these yet and may have left zeros.
    let unknown = local.flags & DESCRIPTOR != 0;
    for (what, found, expected, unknown) in [
        ("method", local.method.into(), entry.method.into(), false),
        ("CRC-32", local.crc.into(), entry.crc.into(), unknown),
        ("compressed size", compressed, entry.compressed, unknown),
        ("size", size, entry.size, unknown),
    ] {
        if found != expected && !(unknown && found == 0) {
            return Err(local.error(format!("{what} {expected}"), found.to_string()));
        }
    }
    let start = local.len();
    let data = entry.offset + start as u64;
    let end = data.checked_add(entry.compressed);
    if end.is_none_or(|end| end > entry.limit) {
        let expected = format!("data that ends by offset {}", entry.limit);
        let found = format!("{} bytes at offset {data}", entry.compressed);
        return Err(local.error(expected, found));
    }
    Ok(start)
}

fn refuse_flags(flags: u16) -> Result<()> {
    if flags & UNSUPPORTED == 0 {
        return Ok(());
    }
    let expected = "a member that is neither encrypted nor patched";
    Err(Error::new(
        Kind::Unsupported,
        expected,
        format!("flags {flags:#06x}"),
    ))
}
