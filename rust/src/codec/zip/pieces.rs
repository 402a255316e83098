//! Members that are compressed while they are made.

use std::io::{self, BufRead, Read};

use super::{Crc, Method, encode, io_error};
use crate::error::Result;
use crate::memory::Buffer;

/// A member that was compressed while it was made.
pub struct Member {
    /// Its compressed bytes.
    pub data: Buffer,
    /// Bytes of its content.
    pub size: u64,
    /// CRC-32 of its content.
    pub crc: u32,
}

/// Compresses content as [`super::compress`] does, piece by piece: `next` writes each into an empty buffer, and nothing
/// behind the last.
pub fn compress_pieces(
    method: Method,
    level: Option<i32>,
    next: impl FnMut(&mut Vec<u8>) -> Result<()>,
) -> Result<Member> {
    let level = method.checked_level(level)?;
    let mut source = Source {
        next,
        piece: Vec::new(),
        taken: 0,
        size: 0,
        crc: Crc::new(),
    };
    let data = encode(method, level, &mut source, None)?;
    Ok(Member {
        data,
        size: source.size,
        crc: source.crc.sum(),
    })
}

/// The pieces as an encoder reads them.
struct Source<N> {
    next: N,
    piece: Vec<u8>,
    /// Bytes of the piece that were taken.
    taken: usize,
    size: u64,
    crc: Crc,
}

impl<N: FnMut(&mut Vec<u8>) -> Result<()>> BufRead for Source<N> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken == self.piece.len() {
            self.taken = 0;
            self.piece.clear();
            (self.next)(&mut self.piece).map_err(io_error)?;
            self.size += self.piece.len() as u64;
            self.crc.update(&self.piece);
        }
        Ok(&self.piece[self.taken..])
    }

    fn consume(&mut self, amount: usize) {
        self.taken += amount;
    }
}

impl<N: FnMut(&mut Vec<u8>) -> Result<()>> Read for Source<N> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let taken = self.fill_buf()?.read(buf)?;
        self.consume(taken);
        Ok(taken)
    }
}
