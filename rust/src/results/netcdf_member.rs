//! NetCDF members, which are not decoded beyond the file that they hold.

use std::io::Read;

use super::input::Input;
use crate::archive::Fetched;
use crate::codec::zip::{error_of, is_plausible};
use crate::error::{Error, Kind, Result};
use crate::memory::{Buffer, Scratch, no_memory};
use crate::netcdf;

/// Members up to this size are decoded at once, and larger ones may have as much behind their file: netCDF4-C
/// rounds what it writes to memory up to 64 KiB.
const FREE: u64 = 1 << 20;

/// Bytes that are looked at first; a header may be longer.
const FIRST: u64 = 1 << 16;

/// Decodes a member, unless its first bytes say that it is not NetCDF, or a much shorter file: a claim of
/// gigabytes is then refused for kilobytes.
pub(super) fn decode(member: &Fetched) -> Result<Buffer> {
    check_claim(member)?;
    member.decode()
}

/// As [`decode`], in memory that is there already. A large member is decoded while it is read.
pub(super) fn decode_into<'s>(input: &'s Input<'_>, scratch: &'s mut Scratch) -> Result<&'s [u8]> {
    if let Some(member) = input.in_memory() {
        check_claim(member)?;
        return member.decode_into(scratch);
    }
    let entry = input.entry()?;
    if !is_plausible(entry.compressed, entry.size) {
        return Ok(scratch.hold(input.with_fetched(decode)?));
    }
    let size = usize::try_from(entry.size).map_err(|_| no_memory(entry.size))?;
    let mut stream = input.stream()?;
    let room = scratch.room(size)?;
    let (mut read, mut wanted) = (0, FIRST);
    while entry.size > FREE.max(wanted) {
        let end = usize::try_from(wanted).map_err(|_| no_memory(wanted))?;
        stream.read_exact(&mut room[read..end]).map_err(error_of)?;
        read = end;
        if is_backed(&room[..read], entry.size)? {
            break;
        }
        wanted = wanted.saturating_mul(4);
    }
    stream.read_exact(&mut room[read..]).map_err(error_of)?;
    // An empty member is judged too.
    stream.read(&mut [0]).map_err(error_of)?;
    Ok(room)
}

fn check_claim(member: &Fetched) -> Result<()> {
    let size = member.entry().size;
    let mut looked_at = FIRST;
    while size > FREE.max(looked_at) {
        let beginning = member.decode_beginning(looked_at)?;
        if is_backed(&beginning, size)? {
            break;
        }
        // Decoded from its first byte again: all times together that is a third more.
        looked_at = looked_at.saturating_mul(4);
    }
    Ok(())
}

/// True if the header, with which a file of `size` bytes begins, states about as many; false where it goes on
/// behind `beginning`.
fn is_backed(beginning: &[u8], size: u64) -> Result<bool> {
    match netcdf::stated_length(beginning)? {
        Some(length) if size > length.saturating_add(FREE) => {
            let expected = format!("{length} bytes, as its header says");
            Err(Error::new(Kind::Netcdf, expected, format!("{size} bytes")))
        }
        stated => Ok(stated.is_some()),
    }
}
