//! Forward-only writer, byte for byte what Python's `ZipFile.writestr` leaves in a seekable file.
//!
//! Every member is compressed before it is added, so that its header is written once, with CRC-32
//! and sizes: no data descriptor and no seek, and any [`Write`] serves.

use std::collections::HashSet;
use std::io::Write;

use super::compressed::Compressed;
use super::entry::{Entry, Local};
use super::record::{CENTRAL, END, END64, LOCAL, LOCATOR64, UTF8};
use crate::codec::zip::Method;
use crate::error::{Error, Kind, Result};

/// Sizes and offsets beyond this go to zip64 fields: `zipfile.ZIP64_LIMIT`, half of what the plain
/// fields could hold.
const ZIP64_LIMIT: u64 = (1 << 31) - 1;
/// Most members without zip64 end record: `zipfile.ZIP_FILECOUNT_LIMIT`.
const MEMBER_LIMIT: u64 = (1 << 16) - 1;
/// `create_system` 3 (Unix) and permissions `?rw-------`, as `writestr` sets them.
const SYSTEM: u8 = 3;
const ATTRIBUTES: u32 = 0o600 << 16;
/// Flag bit 1 of an LZMA member: the stream has an end marker.
const END_MARKER: u16 = 1 << 1;

/// Choices for a whole archive.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// True if zip64 may be used where it is needed, else [`Kind::LargeZip`].
    pub allow_zip64: bool,
    /// Modification time of all members: MS-DOS date and time (APPNOTE 4.4.6).
    pub modified: u32,
}

/// Writes members one after the other, then the directory.
pub struct Writer<W: Write> {
    sink: W,
    /// Offset of the next byte.
    at: u64,
    options: Options,
    directory: Vec<u8>,
    names: HashSet<String>,
}

impl<W: Write> Writer<W> {
    /// `start` is the offset at which the sink stands; the directory's offsets include it.
    pub fn new(sink: W, start: u64, options: Options) -> Self {
        Self {
            sink,
            at: start,
            options,
            directory: Vec::new(),
            names: HashSet::new(),
        }
    }

    /// Writes one member.
    pub fn add(&mut self, member: &Compressed) -> Result<()> {
        let header = MemberHeader::new(member, self.at, self.options.modified)
            .map_err(|error| error.in_member(&member.name))?;
        self.allow_zip64(
            self.names.len() as u64 >= MEMBER_LIMIT,
            "more than 65,535 members",
        )?;
        self.allow_zip64(header.zip64, "a member of more than 2 GiB")?;
        self.allow_zip64(self.at > ZIP64_LIMIT, "an archive of more than 2 GiB")?;
        self.claim(&member.name)?;
        self.put(&header.local()?)?;
        member.data.write_to(&mut self.sink)?;
        self.at += header.compressed;
        header.central(&mut self.directory)?;
        Ok(())
    }

    /// Takes up a member that is in the sink already, where the next one would be written.
    ///
    /// `local` is its local header, found there, which must be what [`Writer::add`] would write, so that the directory
    /// says the same. The sink stands behind the member when the next one is added.
    pub fn adopt(&mut self, name: &str, entry: &Entry, local: &[u8]) -> Result<()> {
        let header = MemberHeader {
            name,
            method: Method::from_id(entry.method)?,
            crc: entry.crc,
            compressed: entry.compressed,
            size: entry.size,
            offset: self.at,
            modified: Local::parse(local)?.modified,
            zip64: needs_zip64(entry.size, entry.compressed),
        };
        if header.local()? != local {
            let expected = "a member as this writer leaves it";
            return Err(Error::new(Kind::Archive, expected, "another").in_member(name));
        }
        self.claim(name)?;
        self.at += local.len() as u64 + entry.compressed;
        header.central(&mut self.directory)
    }

    /// Offset of the next member.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.at
    }

    /// Hands on what the sink has gathered.
    pub fn flush(&mut self) -> Result<()> {
        Ok(self.sink.flush()?)
    }

    /// Writes the directory and gives the flushed sink back.
    pub fn finish(mut self) -> Result<W> {
        self.end()?;
        Ok(self.sink)
    }

    /// Writes the directory and flushes the sink; nothing may be added any more.
    pub fn end(&mut self) -> Result<()> {
        let (members, offset) = (self.names.len() as u64, self.at);
        let size = self.directory.len() as u64;
        let zip64 = members > MEMBER_LIMIT || offset > ZIP64_LIMIT || size > ZIP64_LIMIT;
        self.allow_zip64(
            zip64,
            "a directory beyond 2 GiB or of more than 65,535 members",
        )?;

        let mut records = std::mem::take(&mut self.directory);
        if zip64 {
            let end = offset + size;
            records.extend(END64);
            records.extend(44_u64.to_le_bytes());
            records.extend([45, 0, 45, 0]);
            records.extend([0; 8]);
            for value in [members, members, size, offset] {
                records.extend(value.to_le_bytes());
            }
            records.extend(LOCATOR64);
            records.extend([0; 4]);
            records.extend(end.to_le_bytes());
            records.extend(1_u32.to_le_bytes());
        }
        let members = u16::try_from(members).unwrap_or(u16::MAX).to_le_bytes();
        records.extend(END);
        records.extend([0; 4]);
        records.extend([members, members].concat());
        records.extend(narrow(size).to_le_bytes());
        records.extend(narrow(offset).to_le_bytes());
        records.extend([0; 2]);
        self.put(&records)?;
        self.sink.flush()?;
        Ok(())
    }

    /// Gives the sink back as it is.
    pub fn into_sink(self) -> W {
        self.sink
    }

    fn claim(&mut self, name: &str) -> Result<()> {
        if self.names.insert(name.to_owned()) {
            return Ok(());
        }
        let error = Error::new(Kind::Value, "a name that is not in the archive", "it twice");
        Err(error.in_member(name))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.sink.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn allow_zip64(&self, needed: bool, why: &str) -> Result<()> {
        if !needed || self.options.allow_zip64 {
            return Ok(());
        }
        Err(Error::new(Kind::LargeZip, "an archive without zip64", why))
    }
}

/// The fields that local and central header share, and where the member begins.
struct MemberHeader<'a> {
    name: &'a str,
    method: Method,
    crc: u32,
    compressed: u64,
    size: u64,
    offset: u64,
    modified: u32,
    zip64: bool,
}

impl<'a> MemberHeader<'a> {
    fn new(member: &'a Compressed, offset: u64, modified: u32) -> Result<Self> {
        if member.name.len() > usize::from(u16::MAX) || member.name.contains('\0') {
            let expected = "a name of at most 65,535 bytes without NUL";
            let found = format!("{} bytes", member.name.len());
            return Err(Error::new(Kind::Value, expected, found));
        }
        let (compressed, size) = (member.data.len() as u64, member.size);
        Ok(Self {
            name: &member.name,
            method: member.method,
            crc: member.crc,
            compressed,
            size,
            offset,
            modified,
            zip64: needs_zip64(size, compressed),
        })
    }

    fn local(&self) -> Result<Vec<u8>> {
        let (mut compressed, mut size) = (narrow(self.compressed), narrow(self.size));
        let mut extra = Vec::new();
        if self.zip64 {
            (compressed, size) = (u32::MAX, u32::MAX);
            extra = extra64(&[self.size, self.compressed])?;
        }
        let mut out = LOCAL.to_vec();
        out.extend(self.version(self.zip64).to_le_bytes());
        self.common(&mut out, compressed, size, extra.len())?;
        out.extend(self.name.as_bytes());
        out.extend(extra);
        Ok(out)
    }

    fn central(&self, out: &mut Vec<u8>) -> Result<()> {
        let (mut compressed, mut size) = (narrow(self.compressed), narrow(self.size));
        let mut offset = narrow(self.offset);
        let mut values = Vec::new();
        if self.size > ZIP64_LIMIT || self.compressed > ZIP64_LIMIT {
            (compressed, size) = (u32::MAX, u32::MAX);
            values.extend([self.size, self.compressed]);
        }
        if self.offset > ZIP64_LIMIT {
            offset = u32::MAX;
            values.push(self.offset);
        }
        let extra = extra64(&values)?;
        let version = self.version(self.zip64 || !values.is_empty());
        out.extend(CENTRAL);
        out.extend([version.to_le_bytes()[0], SYSTEM]);
        out.extend(version.to_le_bytes());
        self.common(out, compressed, size, extra.len())?;
        // No comment, disk 0, no internal attributes.
        out.extend([0; 6]);
        out.extend(ATTRIBUTES.to_le_bytes());
        out.extend(offset.to_le_bytes());
        out.extend(self.name.as_bytes());
        out.extend(extra);
        Ok(())
    }

    fn common(&self, out: &mut Vec<u8>, compressed: u32, size: u32, extra: usize) -> Result<()> {
        let utf8 = if self.name.is_ascii() { 0 } else { UTF8 };
        let marker = if self.method == Method::Lzma {
            END_MARKER
        } else {
            0
        };
        out.extend((utf8 | marker).to_le_bytes());
        out.extend(self.method.id().to_le_bytes());
        for value in [self.modified, self.crc, compressed, size] {
            out.extend(value.to_le_bytes());
        }
        for len in [self.name.len(), extra] {
            out.extend(short(len)?.to_le_bytes());
        }
        Ok(())
    }

    /// Version needed to extract (APPNOTE 4.4.3.2).
    fn version(&self, zip64: bool) -> u16 {
        self.method.version().max(if zip64 { 45 } else { 20 })
    }
}

/// True if a local header has zip64 fields: `zipfile` decides before it compresses and leaves room for 5 % of growth.
fn needs_zip64(size: u64, compressed: u64) -> bool {
    u128::from(size) * 21 > u128::from(ZIP64_LIMIT) * 20 || compressed > ZIP64_LIMIT
}

/// A length that was held against the 16 bits of its field before.
fn short(len: usize) -> Result<u16> {
    u16::try_from(len).map_err(|_| Error::internal("a length of 16 bits", len))
}

/// The field of a value; what it cannot hold is all ones, and stands in a zip64 record (4.4.1.4).
fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// A zip64 extra field (4.5.3), or nothing without values.
fn extra64(values: &[u64]) -> Result<Vec<u8>> {
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let len = short(values.len() * 8)?;
    let mut extra = [1_u16.to_le_bytes(), len.to_le_bytes()].concat();
    extra.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    Ok(extra)
}
