//! The bytes of a file under construction, and the addresses that are known only at its end.

use std::ops::Range;

use super::super::checksum::lookup3;
use super::super::{SIGNATURE, UNDEFINED};
use super::heap::Heap;
use crate::error::Result;
use crate::memory::{try_extend, try_reserve};
use crate::netcdf::unsupported;

/// Bytes of a superblock of version 2 (section II.A).
const SUPERBLOCK: usize = 48;

pub(super) struct Draft {
    /// All but the payload, which comes last.
    out: Vec<u8>,
    payload_bytes: u64,
    /// Offset of the field for the payload's address.
    of_payload: Option<usize>,
    heap: Heap,
    /// Offsets of heap-relative addresses, to be relocated once the heap is placed.
    in_heap: Vec<usize>,
    /// Object headers, up to their checksums.
    headers: Vec<Range<usize>>,
}

impl Draft {
    pub(super) fn new(payload_bytes: u64) -> Self {
        let mut out = Vec::with_capacity(8 << 10);
        out.resize(SUPERBLOCK, 0);
        Self {
            out,
            payload_bytes,
            of_payload: None,
            heap: Heap::default(),
            in_heap: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// Address of the next byte.
    pub(super) fn address(&self) -> u64 {
        self.out.len() as u64
    }

    /// Position of the next byte in what is built here.
    pub(super) fn position(&self) -> usize {
        self.out.len()
    }

    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<()> {
        try_extend(&mut self.out, bytes)
    }

    pub(super) fn u64(&mut self, value: u64) -> Result<()> {
        self.put(&value.to_le_bytes())
    }

    /// The address of the payload.
    pub(super) fn payload(&mut self) -> Result<()> {
        self.of_payload = Some(self.out.len());
        self.u64(0)
    }

    pub(super) fn u32(&mut self, value: u32) -> Result<()> {
        self.put(&value.to_le_bytes())
    }

    pub(super) fn u16(&mut self, value: u16) -> Result<()> {
        self.put(&value.to_le_bytes())
    }

    /// A length in 32 bits.
    pub(super) fn size(&mut self, len: usize) -> Result<()> {
        let len = u32::try_from(len)
            .map_err(|_| unsupported("less than 4 GiB", format!("{len} bytes or elements")))?;
        self.u32(len)
    }

    /// A length in 16 bits.
    pub(super) fn short(&mut self, len: usize) -> Result<()> {
        let len = u16::try_from(len)
            .map_err(|_| unsupported("a name below 64 KiB", format!("{len} bytes")))?;
        self.u16(len)
    }

    /// An element of variable length: `len` items in a heap object, or none.
    pub(super) fn element(&mut self, len: usize, object: &[u8]) -> Result<()> {
        self.size(len)?;
        if object.is_empty() {
            return self.put(&[0; 12]);
        }
        let (collection, index) = self.heap.insert(object)?;
        try_reserve(&mut self.in_heap, 1)?;
        self.in_heap.push(self.out.len());
        self.u64(collection)?;
        self.u32(u32::from(index))
    }

    /// A text of variable length.
    pub(super) fn text(&mut self, text: &str) -> Result<()> {
        if text.contains('\0') {
            return Err(unsupported("texts without NUL", format!("{text:?}")));
        }
        self.element(text.len(), text.as_bytes())
    }

    /// Fills in bytes that were left open at `at`.
    pub(super) fn fill(&mut self, at: usize, bytes: &[u8]) {
        self.out[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// Ends the object header that began at `start`; its checksum comes with the addresses.
    pub(super) fn seal(&mut self, start: usize) -> Result<()> {
        self.headers.push(start..self.out.len());
        self.u32(0)
    }

    /// Places the heap behind everything and the payload behind the heap, and fills in what depended on that.
    pub(super) fn finish(mut self, root: u64) -> Result<Vec<u8>> {
        let heap = self.address();
        let bytes = std::mem::take(&mut self.heap).finish()?;
        try_reserve(&mut self.out, bytes.len() + 8)?;
        self.put(&bytes)?;
        for at in std::mem::take(&mut self.in_heap) {
            let mut offset = [0; 8];
            offset.copy_from_slice(&self.out[at..at + 8]);
            let address = heap + u64::from_le_bytes(offset);
            self.fill(at, &address.to_le_bytes());
        }
        // libhdf5 aligns nothing by itself; readers that map a file like numbers at multiples of their size.
        self.out.resize(self.out.len().next_multiple_of(8), 0);
        if let Some(at) = self.of_payload {
            self.fill(at, &self.address().to_le_bytes());
        }
        for header in std::mem::take(&mut self.headers) {
            let sum = lookup3(&self.out[header.clone()]);
            self.fill(header.end, &sum.to_le_bytes());
        }
        self.superblock(root, self.address() + self.payload_bytes);
        Ok(self.out)
    }

    fn superblock(&mut self, root: u64, end: u64) {
        let mut block = Vec::with_capacity(SUPERBLOCK);
        block.extend_from_slice(&SIGNATURE);
        // Version 2, addresses and lengths of 8 bytes, no flags.
        block.extend_from_slice(&[2, 8, 8, 0]);
        for address in [0, UNDEFINED, end, root] {
            block.extend_from_slice(&u64::to_le_bytes(address));
        }
        let sum = lookup3(&block);
        block.extend_from_slice(&sum.to_le_bytes());
        self.fill(0, &block);
    }
}
