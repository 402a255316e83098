//! A member in pieces.

use std::io::{self, BufRead, BufReader, Read};

use super::entry::Entry;
use crate::codec::zip::{Crc, Decoder, Method, check_crc, error_of, io_error};
use crate::error::Result;
use crate::memory::try_zeroed;
use crate::source::ReadAt;

/// Piece in which compressed bytes are read.
const INPUT: usize = 1 << 18;
/// The same where each piece is a request to another machine.
const DISTANT_INPUT: usize = 8 << 20;
/// Piece in which bytes that nobody wants are decoded.
pub(super) const OUTPUT: usize = 1 << 16;

/// The uncompressed bytes of one member, see [`super::Archive::stream`].
pub struct Stream<'a> {
    name: &'a str,
    decoder: Decoder<Box<dyn BufRead + Send + 'a>>,
    crc: Crc,
    expected: u32,
}

impl<'a> Stream<'a> {
    /// The bytes of `entry`, whose data begin at `start` of the source.
    pub(super) fn at(
        source: &'a dyn ReadAt,
        name: &'a str,
        entry: &Entry,
        start: u64,
    ) -> Result<Self> {
        let section = Section::new(source, start, entry.compressed);
        let piece = if source.distant() {
            DISTANT_INPUT
        } else {
            INPUT
        };
        let section = BufReader::with_capacity(piece, section);
        Self::new(name, entry, Box::new(section))
    }

    /// The bytes of `entry`, whose data `compressed` yields.
    pub(super) fn new(
        name: &'a str,
        entry: &Entry,
        compressed: Box<dyn BufRead + Send + 'a>,
    ) -> Result<Self> {
        let method = Method::from_id(entry.method)?;
        Ok(Self {
            name,
            decoder: Decoder::new(method, compressed, entry.compressed, entry.size)?,
            crc: Crc::new(),
            expected: entry.crc,
        })
    }

    /// Reads to the end, and throws the bytes away.
    pub(super) fn drain(&mut self) -> Result<()> {
        let mut piece = try_zeroed(OUTPUT)?;
        while self.read(&mut piece).map_err(error_of)? > 0 {}
        Ok(())
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let placed = |error| io_error(error_of(error).in_member(self.name));
        let count = self.decoder.read(buf).map_err(placed)?;
        self.crc.update(&buf[..count]);
        if self.decoder.is_done() {
            check_crc(self.expected, self.crc.sum())
                .map_err(|e| io_error(e.in_member(self.name)))?;
        }
        Ok(count)
    }
}

/// A stretch of a source, read forward.
pub(super) struct Section<'a> {
    source: &'a dyn ReadAt,
    at: u64,
    left: u64,
}

impl<'a> Section<'a> {
    pub(super) fn new(source: &'a dyn ReadAt, at: u64, left: u64) -> Self {
        Self { source, at, left }
    }
}

impl Read for Section<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = usize::try_from(self.left).map_or(buf.len(), |left| left.min(buf.len()));
        self.source
            .read_exact_at(&mut buf[..count], self.at)
            .map_err(io_error)?;
        self.at += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}
