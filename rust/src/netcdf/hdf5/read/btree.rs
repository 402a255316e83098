//! B-trees of version 1 (section III.A.1): their nodes, and the tree that finds the chunks of an array.

use super::file::File;
use crate::error::Result;
use crate::memory::try_push;
use crate::netcdf::cursor::{Cursor, size};
use crate::netcdf::malformed;

/// Types of nodes: of the tree of a group, and of that of an array's chunks.
pub(super) const GROUP: u8 = 0;
const CHUNKS: u8 = 1;

/// The place of a part of an array.
pub(super) struct Chunk {
    /// Index of its first element.
    pub(super) start: Vec<u64>,
    pub(super) address: u64,
    /// Bytes that are stored.
    pub(super) size: usize,
    /// Filters that were left out.
    pub(super) mask: u32,
}

/// Bounds of a node: its level, and keys from `low` on and before `high`.
pub(super) struct Bounds {
    level: u8,
    low: Vec<u64>,
    high: Vec<u64>,
}

/// Adds the chunks of a node and of those below it; a parent is one level above its children.
///
/// libhdf5 searches the tree by its keys and takes what it does not find as never written, so that
/// keys which are not in order are malformed. They count chunks of `unit` along each dimension.
pub(super) fn read(
    file: &File,
    address: u64,
    bounds: Option<&Bounds>,
    unit: &[u64],
    chunks: &mut Vec<Chunk>,
) -> Result<()> {
    let level = bounds.map(|bounds| bounds.level);
    let (level, children) = node_header(file, address, CHUNKS, level)?;
    let key = 8 + 8 * unit.len();
    let mut node = file.block(address, 24 + (key + 8) * children + key, "a B-tree node")?;
    node.take(24)?;
    let (mut stored, mut start) = chunk_key(&mut node, unit)?;
    for _ in 0..children {
        let child = node.u64()?;
        let (next_stored, next) = chunk_key(&mut node, unit)?;
        let within = bounds.is_none_or(|bounds| bounds.low <= start && next <= bounds.high);
        // The last coordinate is within an element.
        if start >= next || !within || start.last() != Some(&0) {
            return Err(malformed(
                format!("keys in order in the B-tree node at {address:#x}"),
                format!("{start:?} before {next:?}"),
            ));
        }
        if let Some(level) = level.checked_sub(1) {
            let bounds = Bounds {
                level,
                low: start,
                high: next.clone(),
            };
            read(file, child, Some(&bounds), unit, chunks)?;
        } else {
            let (size, mask) = stored;
            // A product of what `chunk_key` divided.
            let start = (start.iter().zip(unit)).map(|(count, unit)| count * unit);
            let chunk = Chunk {
                start: start.collect(),
                address: child,
                size,
                mask,
            };
            try_push(chunks, chunk)?;
        }
        (stored, start) = (next_stored, next);
    }
    Ok(())
}

/// Level of a node of this version of B-trees, and its number of children.
///
/// It has to be of the type `kind`, and on the level `expected`, if that is known.
pub(super) fn node_header(
    file: &File,
    address: u64,
    kind: u8,
    expected: Option<u8>,
) -> Result<(u8, usize)> {
    let mut node = file.peek(address, "a B-tree node")?;
    let (magic, found) = (node.array::<4>()?, node.u8()?);
    let level = node.u8()?;
    if magic != *b"TREE" || found != kind || expected.is_some_and(|expected| expected != level) {
        let above = expected.map_or_else(String::new, |level| format!(" at level {level}"));
        return Err(malformed(
            format!("a B-tree node of type {kind}{above} at {address:#x}"),
            format!("{} of type {found} at level {level}", magic.escape_ascii()),
        ));
    }
    Ok((level, usize::from(node.u16()?)))
}

/// Stored size and filter mask of a chunk, and its place, counted in chunks.
fn chunk_key(node: &mut Cursor, unit: &[u64]) -> Result<((usize, u32), Vec<u64>)> {
    let stored = (size(u64::from(node.u32()?), "a chunk")?, node.u32()?);
    let mut place = Vec::with_capacity(unit.len());
    for unit in unit {
        let at = node.u64()?;
        if at % unit != 0 {
            return Err(malformed(
                format!("a multiple of {unit} in a key"),
                at.to_string(),
            ));
        }
        place.push(at / unit);
    }
    Ok((stored, place))
}
