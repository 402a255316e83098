//! The end records: where the central directory is.
//!
//! The rules are those of Python's `zipfile`, so that both see the same archive: the directory ends
//! where the end records begin, and bytes before the archive shift every offset. What `zipfile`
//! leaves undecided (a zip64 record that contradicts its locator or the plain record, several
//! disks) is an error.

use std::ops::Range;

use super::record::{END, END_LEN, END64, END64_LEN, Fields, LOCATOR64, LOCATOR64_LEN};
use crate::error::{Error, Kind, Result};
use crate::memory::{no_memory, try_zeroed};
use crate::source::ReadAt;

/// Longest stretch in which `zipfile` looks for the end record: a comment and the record itself.
const SEARCH: usize = (1 << 16) + END_LEN;

/// The statements of the end records.
pub(super) struct End {
    /// Position of the central directory in the source.
    pub(super) directory: Range<u64>,
    /// Offset of the central directory as declared; members' offsets count from the same origin.
    pub(super) declared: u64,
    /// Members in the central directory.
    pub(super) members: u64,
}

struct Sizes {
    disks: [u32; 2],
    members: [u64; 2],
    size: u64,
    offset: u64,
}

pub(super) fn find(source: &dyn ReadAt) -> Result<End> {
    let len = source.size();
    let most = (SEARCH + END64_LEN + LOCATOR64_LEN) as u64;
    let start = len.saturating_sub(most);
    let mut tail = try_zeroed(usize::try_from(len - start).map_err(|_| no_memory(len))?)?;
    source.read_exact_at(&mut tail, start)?;

    let at = locate(&tail).ok_or_else(|| {
        Error::new(
            Kind::Archive,
            "a zip archive",
            "no end of central directory record",
        )
        .without_end()
    })?;
    let (mut sizes, comment) = plain(&tail[at..])?;
    let mut end = at;
    if let Some(locator) = at.checked_sub(LOCATOR64_LEN)
        && tail[locator..].starts_with(&LOCATOR64)
    {
        end = locator
            .checked_sub(END64_LEN)
            .ok_or_else(|| no_record64("none"))?;
        sizes = widen(&sizes, &tail[end..locator], &tail[locator..at])?;
    }
    if sizes.disks != [0, 0] || sizes.members[0] != sizes.members[1] {
        return Err(several_disks());
    }
    if tail.len() - at - END_LEN < comment {
        let found = (tail.len() - at - END_LEN).to_string();
        let expected = format!("an archive comment of {comment} bytes");
        return Err(Error::new(Kind::Archive, expected, found));
    }
    let end = start + end as u64;
    let first = end.checked_sub(sizes.size).ok_or_else(|| {
        let expected = format!("a central directory of {} bytes", sizes.size);
        Error::new(
            Kind::Archive,
            expected,
            format!("{end} bytes before its end"),
        )
    })?;
    Ok(End {
        directory: first..end,
        declared: sizes.offset,
        members: sizes.members[0],
    })
}

/// The end record without comment at the very end, else the last signature that could have one.
fn locate(tail: &[u8]) -> Option<usize> {
    let last = tail.len().checked_sub(END_LEN)?;
    if tail[last..].starts_with(&END) && tail.ends_with(&[0, 0]) {
        return Some(last);
    }
    let from = tail.len().saturating_sub(SEARCH);
    memchr::memmem::rfind(&tail[from..], &END).map(|at| from + at)
}

fn plain(bytes: &[u8]) -> Result<(Sizes, usize)> {
    let mut fields = Fields::new(bytes, Kind::Archive, "an end of central directory record");
    fields.signature(END)?;
    let sizes = Sizes {
        disks: [fields.u16()?.into(), fields.u16()?.into()],
        members: [fields.u16()?.into(), fields.u16()?.into()],
        size: fields.u32()?.into(),
        offset: fields.u32()?.into(),
    };
    Ok((sizes, fields.u16()?.into()))
}

/// The sizes of the zip64 record, which the plain record must repeat or leave to it (all ones).
fn widen(plain: &Sizes, record: &[u8], locator: &[u8]) -> Result<Sizes> {
    let mut fields = Fields::new(
        record,
        Kind::Archive,
        "a zip64 end of central directory record",
    );
    fields.signature(END64)?;
    let length = fields.u64()?;
    if length != END64_LEN as u64 - 12 {
        let expected = "a zip64 end of central directory record of 44 bytes";
        return Err(Error::new(Kind::Unsupported, expected, length.to_string()));
    }
    let _versions = fields.u32()?;
    let sizes = Sizes {
        disks: [fields.u32()?, fields.u32()?],
        members: [fields.u64()?, fields.u64()?],
        size: fields.u64()?,
        offset: fields.u64()?,
    };

    let mut fields = Fields::new(locator, Kind::Archive, "a zip64 locator");
    fields.signature(LOCATOR64)?;
    let (disk, at, disks) = (fields.u32()?, fields.u64()?, fields.u32()?);
    if disk != 0 || disks > 1 {
        return Err(several_disks());
    }
    // The directory ends where this record begins; the locator has to say so too.
    if sizes.offset.checked_add(sizes.size) != Some(at) {
        return Err(no_record64(&format!("locator offset {at}")));
    }
    let repeats = |narrow: u64, ones: u64, wide: u64| narrow == ones || narrow == wide;
    let ones = u64::from(u16::MAX);
    let consistent = (0..2).all(|i| {
        repeats(plain.members[i], ones, sizes.members[i])
            && repeats(plain.disks[i].into(), ones, sizes.disks[i].into())
    }) && repeats(plain.size, u32::MAX.into(), sizes.size)
        && repeats(plain.offset, u32::MAX.into(), sizes.offset);
    if !consistent {
        let expected = "end records that agree";
        return Err(Error::new(
            Kind::Archive,
            expected,
            "a zip64 record that differs",
        ));
    }
    Ok(sizes)
}

fn several_disks() -> Error {
    Error::new(Kind::Unsupported, "an archive on one disk", "several disks")
}

fn no_record64(found: &str) -> Error {
    Error::new(
        Kind::Archive,
        "a zip64 record between central directory and its locator",
        found,
    )
}
