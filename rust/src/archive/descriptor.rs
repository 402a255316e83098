//! Data descriptors (APPNOTE 4.3.9): sizes and CRC-32 after the data, of members that were streamed.
//!
//! A descriptor says how long the data before it are, and so where they begin: found by its
//! signature, it is looked up by that place. No stream needs to be decoded to find its end, and
//! stored members, which have no end of their own, are found too.

use std::collections::HashMap;
use std::collections::hash_map::Entry::Vacant;

use super::record::{CENTRAL, Fields, LOCAL};
use super::window::Window;
use crate::error::{Kind, Result};
use crate::limits::Limits;
use crate::source::ReadAt;

/// Signature that writers put before a descriptor.
const SIGNATURE: [u8; 4] = *b"PK\x07\x08";
/// Lengths with sizes of 32 bits and, in zip64, of 64 bits.
const NARROW: usize = 16;
const WIDE: usize = 24;

/// CRC-32, compressed size, size.
type Descriptor = (u32, u64, u64);

/// All descriptors of a source, by the position at which the data that they describe begin.
pub(super) struct Descriptors(HashMap<u64, Descriptor>);

impl Descriptors {
    pub(super) fn find(source: &dyn ReadAt, limits: &Limits) -> Result<Self> {
        let mut window = Window::new(source);
        let mut by_start = HashMap::new();
        let mut from = 0;
        while let Some(at) = window.find(SIGNATURE, from)? {
            from = at + SIGNATURE.len() as u64;
            let bytes = window.peek(at, WIDE + LOCAL.len())?;
            for descriptor in [read(bytes, NARROW)?, read(bytes, WIDE)?] {
                if let Some(found) = descriptor
                    && let Some(start) = at.checked_sub(found.1)
                    && let Vacant(place) = by_start.entry(start)
                {
                    place.insert(found);
                }
            }
            limits.check_members(by_start.len() as u64)?;
        }
        Ok(Self(by_start))
    }

    pub(super) fn of_data_at(&self, start: u64) -> Option<Descriptor> {
        self.0.get(&start).copied()
    }
}

/// The descriptor of `len` bytes at the start of `bytes`, if a record or the end of the file follows it.
fn read(bytes: &[u8], len: usize) -> Result<Option<Descriptor>> {
    let Some((bytes, next)) = bytes.split_at_checked(len) else {
        return Ok(None);
    };
    let next = &next[..next.len().min(LOCAL.len())];
    if !LOCAL.starts_with(next) && !CENTRAL.starts_with(next) {
        return Ok(None);
    }
    let mut fields = Fields::new(bytes, Kind::Member, "a data descriptor");
    fields.signature(SIGNATURE)?;
    let crc = fields.u32()?;
    let mut size = || {
        if len == WIDE {
            fields.u64()
        } else {
            fields.u32().map(u64::from)
        }
    };
    Ok(Some((crc, size()?, size()?)))
}
