//! The links of the root group: compact messages, or the symbol table of old files.

use super::super::{UNDEFINED, message};
use super::btree;
use super::file::File;
use super::header::ObjectHeader;
use crate::error::Result;
use crate::memory::try_push;
use crate::netcdf::cursor::{Cursor, size};
use crate::netcdf::{malformed, name, unsupported};

/// Names and header addresses of a group's objects: as they were linked where that is known, else by
/// name.
pub(super) fn links(file: &File, header: &ObjectHeader) -> Result<Vec<(String, u64)>> {
    if let Some(mut info) = header.only(message::LINK_INFO)? {
        info.take(1)?;
        let flags = info.u8()?;
        info.take(if flags & 0x01 == 0 { 0 } else { 8 })?;
        if info.u64()? != UNDEFINED {
            return Err(unsupported(
                "links in the group's header",
                "dense storage of them",
            ));
        }
    }
    let mut links = Vec::new();
    for message in header.all(message::LINK) {
        try_push(&mut links, link(message.body.clone())?)?;
    }
    if let Some(mut table) = header.only(message::SYMBOL_TABLE)? {
        let tree = table.u64()?;
        let names = local_heap(file, table.u64()?)?;
        symbols(file, tree, None, &names, &mut links)?;
    }
    links.sort();
    Ok(links
        .into_iter()
        .map(|(_, name, address)| (name, address))
        .collect())
}

type Link = (Option<u64>, String, u64);

/// A link message (section IV.A.2.g).
fn link(mut body: Cursor) -> Result<Link> {
    let version = body.u8()?;
    if version != 1 {
        return Err(unsupported(
            "a link message of version 1",
            version.to_string(),
        ));
    }
    let flags = body.u8()?;
    let kind = if flags & 0x08 == 0 { 0 } else { body.u8()? };
    let order = if flags & 0x04 == 0 {
        None
    } else {
        Some(body.u64()?)
    };
    body.take(usize::from(flags & 0x10 != 0))?;
    let len = size(body.uint(1 << (flags & 0x03))?, "a name")?;
    let offset = body.offset();
    let name = name(body.take(len)?, "a link's name", offset)?;
    match kind {
        0 => Ok((order, name, body.u64()?)),
        1 => Err(unsupported("hard links", format!("the soft link {name:?}"))),
        64 => Err(malformed(
            "a file that stands for itself",
            format!("the external link {name:?}, which is refused"),
        )),
        other => Err(unsupported(
            "hard links",
            format!("{name:?} of kind {other}"),
        )),
    }
}

/// The names of a symbol table (section III.D).
fn local_heap<'a>(file: &File<'a>, address: u64) -> Result<Cursor<'a>> {
    let mut heap = file.block(address, 32, "a local heap")?;
    let start = heap.array::<8>()?;
    if start != *b"HEAP\0\0\0\0" {
        return Err(malformed(
            format!("a local heap at {address:#x}"),
            format!("{}", start.escape_ascii()),
        ));
    }
    let len = size(heap.u64()?, "a local heap")?;
    heap.take(8)?;
    file.block(heap.u64()?, len, "a local heap")
}

/// The B-tree of a symbol table (section III.A.1); a parent is one `level` above its children.
fn symbols(
    file: &File,
    address: u64,
    level: Option<u8>,
    names: &Cursor,
    links: &mut Vec<Link>,
) -> Result<()> {
    let (found, children) = btree::node_header(file, address, btree::GROUP, level)?;
    let mut node = file.block(address, 24 + 16 * children, "a B-tree node")?;
    node.take(24)?;
    for _ in 0..children {
        node.take(8)?;
        let child = node.u64()?;
        match found.checked_sub(1) {
            Some(below) => symbols(file, child, Some(below), names, links)?,
            None => symbol_node(file, child, names, links)?,
        }
    }
    Ok(())
}

/// A node of symbols (section III.B).
fn symbol_node(file: &File, address: u64, names: &Cursor, links: &mut Vec<Link>) -> Result<()> {
    let mut node = file.peek(address, "a symbol table node")?;
    let start = node.array::<6>()?;
    if start != *b"SNOD\x01\0" {
        return Err(malformed(
            format!("a symbol table node at {address:#x}"),
            format!("{}", start.escape_ascii()),
        ));
    }
    let count = usize::from(node.u16()?);
    let mut node = file.block(address, 8 + 40 * count, "a symbol table node")?;
    node.take(8)?;
    for _ in 0..count {
        let mut names = names.clone();
        names.take(size(node.u64()?, "a name")?)?;
        let offset = names.offset();
        let rest = names.take(names.left())?;
        let end = memchr::memchr(0, rest).unwrap_or(rest.len());
        let name = name(&rest[..end], "a link's name", offset)?;
        file.spend(name.len())?;
        let header = node.u64()?;
        // Cache type 2 is a soft link.
        if node.u32()? == 2 {
            return Err(unsupported("hard links", format!("the soft link {name:?}")));
        }
        node.take(20)?;
        try_push(links, (None, name, header))?;
    }
    Ok(())
}
