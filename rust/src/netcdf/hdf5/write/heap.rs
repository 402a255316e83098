//! The global heap (section III.E): texts of variable length and the references to dimensions.

use crate::error::Result;
use crate::memory::try_reserve;

/// libhdf5 refuses a smaller collection ("global heap size is too small", `H5HGcache.c`).
const SMALLEST: usize = 4096;

/// A collection is closed beyond this, so that its object numbers stay within 16 bits (an object
/// takes at least 24 bytes) and a reader that loads it whole loads little.
const LARGE: usize = 1 << 20;

/// Bytes before each collection's and each object's content.
const HEADER: usize = 16;

#[derive(Default)]
pub(super) struct Heap {
    bytes: Vec<u8>,
    /// Offset of the open collection, if one is open.
    open: Option<usize>,
    index: u16,
}

impl Heap {
    /// Adds an object; gives the offset in the heap of its collection, and its number there.
    pub(super) fn insert(&mut self, object: &[u8]) -> Result<(u64, u16)> {
        // The headers of a collection and of an object, and what rounds the object up.
        try_reserve(&mut self.bytes, object.len().saturating_add(3 * HEADER))?;
        let start = self.open.unwrap_or_else(|| {
            self.bytes
                .extend_from_slice(b"GCOL\x01\0\0\0\0\0\0\0\0\0\0\0");
            self.index = 0;
            self.bytes.len() - HEADER
        });
        self.index += 1;
        self.record(self.index, object.len());
        self.bytes.extend_from_slice(object);
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        self.open = Some(start);
        let place = (start as u64, self.index);
        if self.bytes.len() - start > LARGE {
            self.close()?;
        }
        Ok(place)
    }

    /// The heap as it is in the file.
    pub(super) fn finish(mut self) -> Result<Vec<u8>> {
        self.close()?;
        Ok(self.bytes)
    }

    fn record(&mut self, index: u16, len: usize) {
        self.bytes.extend_from_slice(&index.to_le_bytes());
        // Reference counts are 1 in files of h5py and 0 in those of netCDF; nothing reads them.
        self.bytes.extend_from_slice(&[0; 6]);
        self.bytes.extend_from_slice(&(len as u64).to_le_bytes());
    }

    fn close(&mut self) -> Result<()> {
        let Some(start) = self.open.take() else {
            return Ok(());
        };
        try_reserve(&mut self.bytes, SMALLEST)?;
        let used = self.bytes.len() - start;
        let size = used.max(SMALLEST);
        // Object 0 is the free space, its own header included; less than a header has none.
        if size - used >= HEADER {
            self.record(0, size - used);
        }
        self.bytes.resize(start + size, 0);
        self.bytes[start + 8..start + HEADER].copy_from_slice(&(size as u64).to_le_bytes());
        Ok(())
    }
}
