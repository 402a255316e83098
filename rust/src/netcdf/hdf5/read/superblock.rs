//! The superblock (section II.A): where the file ends and where the root group is.

use super::super::checksum::{self, lookup3};
use super::super::{SIGNATURE, UNDEFINED};
use crate::error::Result;
use crate::netcdf::cursor::{Cursor, size};
use crate::netcdf::{malformed, unsupported};

/// The content of the superblock.
pub(super) struct Superblock {
    /// The file's end.
    pub(super) file_end: usize,
    /// Address of the root group's object header.
    pub(super) root: u64,
    /// Bytes that it takes, so far as they are read.
    pub(super) len: usize,
}

pub(super) fn read(bytes: &[u8]) -> Result<Superblock> {
    let mut cursor = Cursor::new(bytes, 0);
    cursor.take(SIGNATURE.len())?;
    let (end, root) = match cursor.u8()? {
        0 => version_0(&mut cursor)?,
        2 | 3 => version_2(&mut cursor, bytes)?,
        other => {
            return Err(unsupported(
                "a superblock of version 0, 2 or 3",
                other.to_string(),
            ));
        }
    };
    let end = size(end, "the end of the file")?;
    if end > bytes.len() {
        return Err(malformed(
            format!("{end} bytes, as the superblock says"),
            format!("{} bytes", bytes.len()),
        ));
    }
    Ok(Superblock {
        file_end: end,
        root,
        len: cursor.offset(),
    })
}

/// Length of the file whose first bytes these are, whichever reader it is for.
pub fn stated_length(beginning: &[u8]) -> Result<u64> {
    let mut cursor = Cursor::new(beginning, 0);
    cursor.take(SIGNATURE.len())?;
    let version = cursor.u8()?;
    match version {
        0 | 1 => {
            cursor.take(4)?;
            check_sizes(cursor.array()?)?;
            // As below; version 1 has the rank of chunk B-trees too, and a reserved field.
            cursor.take(1 + 2 + 2 + 4 + if version == 1 { 4 } else { 0 })?;
        }
        2 | 3 => {
            check_sizes(cursor.array()?)?;
            cursor.u8()?;
        }
        other => {
            return Err(unsupported(
                "a superblock of version 0 to 3",
                other.to_string(),
            ));
        }
    }
    check_base(cursor.u64()?)?;
    cursor.u64()?;
    cursor.u64()
}

fn version_0(cursor: &mut Cursor) -> Result<(u64, u64)> {
    // Versions of free space, root group and shared headers around a reserved byte.
    cursor.take(4)?;
    check_sizes(cursor.array()?)?;
    // A reserved byte, the ranks of group B-trees, flags.
    cursor.take(1 + 2 + 2 + 4)?;
    check_base(cursor.u64()?)?;
    cursor.take(8)?;
    let end = cursor.u64()?;
    cursor.take(8)?;
    // The root's symbol table entry: offset of its name, then its header (section III.C).
    cursor.take(8)?;
    Ok((end, cursor.u64()?))
}

fn version_2(cursor: &mut Cursor, bytes: &[u8]) -> Result<(u64, u64)> {
    check_sizes(cursor.array()?)?;
    let flags = cursor.u8()?;
    check_base(cursor.u64()?)?;
    let extension = cursor.u64()?;
    let end = cursor.u64()?;
    let root = cursor.u64()?;
    let found = lookup3(&bytes[..cursor.offset()]);
    checksum::check(cursor.u32()?, found, "the superblock")?;
    if extension != UNDEFINED || flags != 0 {
        return Err(unsupported(
            "a closed file without superblock extension",
            format!("flags {flags} and an extension at {extension:#x}"),
        ));
    }
    Ok((end, root))
}

fn check_sizes(sizes: [u8; 2]) -> Result<()> {
    if sizes == [8, 8] {
        Ok(())
    } else {
        Err(unsupported(
            "addresses and lengths of 8 bytes",
            format!("{sizes:?}"),
        ))
    }
}

fn check_base(base: u64) -> Result<()> {
    if base == 0 {
        Ok(())
    } else {
        Err(unsupported(
            "an HDF5 file that starts at offset 0",
            base.to_string(),
        ))
    }
}
