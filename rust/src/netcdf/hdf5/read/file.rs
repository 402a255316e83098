//! The bytes of a file, handed out by address.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Range;

use crate::error::Result;
use crate::limits::Limits;
use crate::memory::try_push;
use crate::netcdf::cursor::Cursor;
use crate::netcdf::malformed;

/// The objects of the global heap collections that were read, by address and index.
type Collections<'a> = HashMap<u64, Vec<(u16, &'a [u8])>>;

pub(super) struct File<'a> {
    bytes: &'a [u8],
    pub(super) limits: &'a Limits,
    pub(super) heap: RefCell<Collections<'a>>,
    spent: Cell<usize>,
    /// Ranges that were handed out.
    taken: RefCell<Vec<Range<usize>>>,
}

impl<'a> File<'a> {
    /// A file whose superblock is its first `superblock` bytes.
    pub(super) fn new(bytes: &'a [u8], superblock: usize, limits: &'a Limits) -> Self {
        Self {
            bytes,
            limits,
            heap: RefCell::default(),
            spent: Cell::new(0),
            taken: RefCell::new(vec![Range {
                start: 0,
                end: superblock,
            }]),
        }
    }

    /// `len` bytes at `address`.
    pub(super) fn range(&self, address: u64, len: usize, what: &str) -> Result<Range<usize>> {
        let start = usize::try_from(address).ok();
        let end = start.and_then(|start| start.checked_add(len));
        match start.zip(end) {
            Some((start, end)) if end <= self.bytes.len() => {
                self.spend(len)?;
                try_push(&mut self.taken.borrow_mut(), start..end)?;
                Ok(start..end)
            }
            _ => Err(malformed(
                format!("{what}, {len} bytes at offset {address:#x}"),
                format!("the end of the file at {:#x}", self.bytes.len()),
            )),
        }
    }

    /// `len` bytes at `address`, to be read.
    pub(super) fn block(&self, address: u64, len: usize, what: &str) -> Result<Cursor<'a>> {
        let range = self.range(address, len, what)?;
        Ok(Cursor::new(self.slice(&range), range.start))
    }

    /// Everything from `address` on, to look at the start of a block whose size is not known yet.
    pub(super) fn peek(&self, address: u64, what: &str) -> Result<Cursor<'a>> {
        let start = usize::try_from(address).unwrap_or(usize::MAX);
        match self.bytes.get(start..) {
            Some(rest) => Ok(Cursor::new(rest, start)),
            None => Err(malformed(
                format!("{what} at offset {address:#x}"),
                format!("the end of the file at {:#x}", self.bytes.len()),
            )),
        }
    }

    pub(super) fn slice(&self, range: &Range<usize>) -> &'a [u8] {
        &self.bytes[range.clone()]
    }

    /// Counts bytes that are read. In a sound file each is a structure or a value once, and is
    /// copied out of a heap once; more means that structures overlap or go round in circles.
    pub(super) fn spend(&self, len: usize) -> Result<()> {
        let spent = self.spent.get().saturating_add(len);
        self.spent.set(spent);
        if spent > self.bytes.len().saturating_mul(2) {
            return Err(malformed(
                "structures that do not overlap",
                format!("{spent} bytes of them in a file of {}", self.bytes.len()),
            ));
        }
        Ok(())
    }

    /// Fails unless everything that was handed out is apart: the data of one array can then change without
    /// anything else.
    pub(super) fn refuse_overlaps(&self) -> Result<()> {
        let mut taken = self.taken.borrow_mut();
        taken.retain(|range| !range.is_empty());
        taken.sort_unstable_by_key(|range| range.start);
        for pair in taken.windows(2) {
            if let [before, after] = pair
                && before.end > after.start
            {
                return Err(malformed(
                    format!("structures that do not overlap, one at {:#x}", after.start),
                    format!("one that ends at {:#x}", before.end),
                ));
            }
        }
        Ok(())
    }
}
