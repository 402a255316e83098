//! Bytes in memory whose size a file or an array decides.

use std::ops::{Deref, DerefMut};

use memmap2::MmapMut;

use super::alloc::{no_memory, try_copy, try_zeroed};
use crate::error::Result;

/// From this size on a buffer has pages of its own, large ones where the system has them: 43 MB in pages of
/// 4 KiB are 10,500 faults, which took more time than inflating into them. NumPy draws the same line.
const MAPPED_FROM: usize = 4 << 20;

/// Zeroed bytes that may be cut short, never grown.
#[derive(Debug)]
pub struct Buffer {
    pages: Pages,
    len: usize,
}

#[derive(Debug)]
enum Pages {
    Heap(Vec<u8>),
    Mapped(MmapMut),
}

impl Buffer {
    /// Reserves and zero-fills `len` bytes. Of a large buffer, pages that nobody writes to take no memory.
    ///
    /// A size that a file declares must have been checked against [`crate::limits`] before.
    pub fn zeroed(len: usize) -> Result<Self> {
        let pages = if len < MAPPED_FROM {
            Pages::Heap(try_zeroed(len)?)
        } else {
            let map = MmapMut::map_anon(len).map_err(|_| no_memory(len as u64))?;
            // Advice: where the kernel knows no large pages, small ones serve.
            #[cfg(target_os = "linux")]
            let _ = map.advise(memmap2::Advice::HugePage);
            Pages::Mapped(map)
        };
        Ok(Self { pages, len })
    }

    /// A copy of `bytes`.
    pub fn copy_of(bytes: &[u8]) -> Result<Self> {
        let mut copy = Self::zeroed(bytes.len())?;
        copy.copy_from_slice(bytes);
        Ok(copy)
    }

    /// Forgets all bytes from `len` on. Their room is given back but for a third of what remains idle: address space,
    /// which limits and strict accounting count.
    #[must_use]
    pub fn cut(mut self, len: usize) -> Self {
        let room = self.len;
        self.len = self.len.min(len);
        match &mut self.pages {
            Pages::Heap(bytes) => {
                bytes.truncate(self.len);
                bytes.shrink_to_fit();
            }
            Pages::Mapped(_) if self.len < room / 3 * 2 => {
                if let Ok(copy) = Self::copy_of(&self) {
                    return copy;
                }
            }
            Pages::Mapped(_) => {}
        }
        self
    }

    /// The same bytes as a vector; those of a large buffer are copied.
    pub fn into_vec(self) -> Result<Vec<u8>> {
        match self.pages {
            Pages::Heap(bytes) => Ok(bytes),
            Pages::Mapped(_) => try_copy(&self),
        }
    }
}

impl From<Vec<u8>> for Buffer {
    fn from(bytes: Vec<u8>) -> Self {
        let len = bytes.len();
        Self {
            pages: Pages::Heap(bytes),
            len,
        }
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.pages {
            Pages::Heap(bytes) => &bytes[..self.len],
            Pages::Mapped(map) => &map[..self.len],
        }
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        match &mut self.pages {
            Pages::Heap(bytes) => &mut bytes[..self.len],
            Pages::Mapped(map) => &mut map[..self.len],
        }
    }
}

impl PartialEq for Buffer {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Buffer {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn small_and_large_buffers_are_alike() {
        for len in [0, 1, MAPPED_FROM - 1, MAPPED_FROM, MAPPED_FROM + 5] {
            let mut buffer = Buffer::zeroed(len).unwrap();
            assert_eq!(buffer.len(), len);
            assert!(buffer.iter().all(|&byte| byte == 0));
            buffer.fill(7);
            let buffer = buffer.cut(3);
            assert_eq!(buffer, Buffer::from(vec![7; len.min(3)]));
            assert_eq!(buffer.cut(9).into_vec().unwrap(), vec![7; len.min(3)]);
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let most = isize::MAX.unsigned_abs();
        assert_eq!(Buffer::zeroed(most).unwrap_err().kind(), Kind::Limit);
    }
}
