//! Global heap collections (section III.E): texts and references of variable length.

use super::file::File;
use crate::error::Result;
use crate::memory::try_push;
use crate::netcdf::cursor::{Cursor, size};
use crate::netcdf::{malformed, utf8};

/// Bytes of the header of a collection or an object.
const HEADER: usize = 16;

/// An element of variable length: how many items it has, and the bytes of its heap object.
pub(super) fn element<'a>(file: &File<'a>, cursor: &mut Cursor) -> Result<(u32, &'a [u8])> {
    let offset = cursor.offset();
    let len = cursor.u32()?;
    let address = cursor.u64()?;
    let index = cursor.u32()?;
    // Without items there is no object, and the address is none or zero.
    if len == 0 {
        return Ok((0, &[]));
    }
    let object = object(file, address, index, offset)?;
    file.spend(object.len())?;
    Ok((len, object))
}

/// A text of variable length; like a C string it ends before a NUL.
pub(super) fn text(file: &File, cursor: &mut Cursor) -> Result<String> {
    let offset = cursor.offset();
    let (len, object) = element(file, cursor)?;
    if object.len() as u64 != u64::from(len) {
        return Err(malformed(
            format!("a text of {len} bytes, as the element at {offset:#x} says"),
            format!("a heap object of {}", object.len()),
        ));
    }
    let end = memchr::memchr(0, object).unwrap_or(object.len());
    utf8(&object[..end], "a text", offset)
}

fn object<'a>(file: &File<'a>, address: u64, index: u32, offset: usize) -> Result<&'a [u8]> {
    let mut collections = file.heap.borrow_mut();
    let collection = match collections.entry(address) {
        std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
        std::collections::hash_map::Entry::Vacant(new) => new.insert(collection(file, address)?),
    };
    let at = u16::try_from(index)
        .ok()
        .and_then(|index| collection.binary_search_by_key(&index, |(i, _)| *i).ok());
    match at.and_then(|at| collection.get(at)) {
        Some((_, object)) => Ok(object),
        None => Err(malformed(
            format!(
                "object {index} of the heap at {address:#x}, as the element at {offset:#x} says"
            ),
            format!("{} other objects", collection.len()),
        )),
    }
}

fn collection<'a>(file: &File<'a>, address: u64) -> Result<Vec<(u16, &'a [u8])>> {
    let mut start = file.peek(address, "a global heap")?;
    let magic = start.array::<5>()?;
    if magic != *b"GCOL\x01" {
        return Err(malformed(
            format!("a global heap of version 1 at {address:#x}"),
            format!("{}", magic.escape_ascii()),
        ));
    }
    start.take(3)?;
    let len = size(start.u64()?, "a global heap")?;
    let mut cursor = file.block(address, len, "a global heap")?;
    cursor.take(HEADER)?;
    let mut objects = Vec::new();
    while cursor.left() >= HEADER {
        let index = cursor.u16()?;
        cursor.take(6)?;
        let len = size(cursor.u64()?, "a heap object")?;
        // Index 0 is the free space, which comes last.
        if index == 0 {
            break;
        }
        try_push(&mut objects, (index, cursor.take(len)?))?;
        cursor.take((len.wrapping_neg() % 8).min(cursor.left()))?;
    }
    objects.sort_by_key(|(index, _)| *index);
    if objects
        .windows(2)
        .any(|pair| matches!(pair, [(a, _), (b, _)] if a == b))
    {
        return Err(malformed(
            format!("distinct objects in the heap at {address:#x}"),
            "twice one",
        ));
    }
    Ok(objects)
}
