//! NetCDF members, which are not decoded beyond the file that they hold.

use crate::archive::Fetched;
use crate::error::{Error, Kind, Result};
use crate::memory::Buffer;
use crate::netcdf;

/// Members up to this size are decoded at once, and larger ones may have as much behind their file: netCDF4-C
/// rounds what it writes to memory up to 64 KiB.
const FREE: u64 = 1 << 20;

/// Bytes that are looked at first; a header may be longer.
const FIRST: u64 = 1 << 16;

/// Decodes a member, unless its first bytes say that it is not NetCDF, or a much shorter file: a claim of
/// gigabytes is then refused for kilobytes.
pub(super) fn decode(member: &Fetched) -> Result<Buffer> {
    let size = member.entry().size;
    let mut looked_at = FIRST;
    while size > FREE.max(looked_at) {
        let beginning = member.decode_beginning(looked_at)?;
        match netcdf::stated_length(&beginning)? {
            Some(length) if size > length.saturating_add(FREE) => {
                let expected = format!("{length} bytes, as its header says");
                return Err(Error::new(Kind::Netcdf, expected, format!("{size} bytes")));
            }
            Some(_) => break,
            // Decoded from its first byte again: all times together that is a third more.
            None => looked_at = looked_at.saturating_mul(4),
        }
    }
    member.decode()
}
