//! The two headers of a member: that in the directory, and the local one before its data.

use std::ops::Range;

use super::record::{Fields, LOCAL, LOCAL_LEN, UTF8};
use crate::codec::zip::Method;
use crate::error::{Error, Kind, Result};

/// The header of one member in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Compression method (APPNOTE 4.4.5).
    pub method: u16,
    /// General purpose flags (4.4.4).
    pub flags: u16,
    /// CRC-32 of the uncompressed bytes.
    pub crc: u32,
    /// Compressed size in bytes.
    pub compressed: u64,
    /// Uncompressed size in bytes.
    pub size: u64,
    /// Position in the source of the local header, or of the data where headers do not count
    /// ([`super::index::Index::of_data`]).
    pub(super) offset: u64,
    /// Position that the member's data must not pass: the next member or the directory.
    pub(super) limit: u64,
    /// Length of the name in the headers.
    pub(super) raw_name: u16,
    /// Place of the name among the names of the index.
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Entry {
    /// A member whose headers were judged already, and whose data are at `data`.
    pub(super) fn of_data(method: Method, crc: u32, size: u64, data: Range<u64>) -> Self {
        Self {
            method: method.id(),
            flags: UTF8,
            crc,
            compressed: data.end - data.start,
            size,
            offset: data.start,
            limit: data.end,
            raw_name: 0,
            start: 0,
            end: 0,
        }
    }
}

/// A local header.
pub(super) struct Local<'a> {
    pub(super) flags: u16,
    pub(super) method: u16,
    /// MS-DOS date and time (APPNOTE 4.4.6).
    pub(super) modified: u32,
    pub(super) crc: u32,
    compressed: u32,
    size: u32,
    pub(super) name: &'a [u8],
    extra: &'a [u8],
    fields: Fields<'a>,
}

impl<'a> Local<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self> {
        let mut fields = Fields::new(bytes, Kind::Member, "a local header");
        fields.signature(LOCAL)?;
        let _version = fields.u16()?;
        let (flags, method) = (fields.u16()?, fields.u16()?);
        let modified = fields.u32()?;
        let (crc, compressed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let (name_len, extra_len) = (fields.u16()?, fields.u16()?);
        let name = fields.take(name_len.into())?;
        let extra = fields.take(extra_len.into())?;
        Ok(Self {
            flags,
            method,
            modified,
            crc,
            compressed,
            size,
            name,
            extra,
            fields,
        })
    }

    /// Length of the header, which is where the data begin.
    pub(super) fn len(&self) -> usize {
        LOCAL_LEN + self.name.len() + self.extra.len()
    }

    /// Size and compressed size.
    pub(super) fn sizes(&self) -> Result<[u64; 2]> {
        self.fields.widen([self.size, self.compressed], self.extra)
    }

    pub(super) fn error(&self, expected: impl Into<String>, found: impl Into<String>) -> Error {
        self.fields.error(expected, found)
    }
}
