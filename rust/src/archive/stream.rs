//! A member in pieces.

use std::io::{self, Read};

use super::member::check_crc;
use crate::codec::zip::{Crc, Decoder, error_of, io_error};
use crate::source::ReadAt;

/// The uncompressed bytes of one member, see [`super::Archive::stream`].
pub struct Stream<'a> {
    name: &'a str,
    decoder: Decoder<'a>,
    crc: Crc,
    expected: u32,
}

impl<'a> Stream<'a> {
    pub(super) fn new(name: &'a str, decoder: Decoder<'a>, expected: u32) -> Self {
        Self {
            name,
            decoder,
            crc: Crc::new(),
            expected,
        }
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let placed = |error| io_error(error_of(error).in_member(self.name));
        let count = self.decoder.read(buf).map_err(placed)?;
        self.crc.update(&buf[..count]);
        if self.decoder.left() == 0 {
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
    pub(super) fn new(source: &'a dyn ReadAt, at: u64, len: u64) -> Self {
        Self {
            source,
            at,
            left: len,
        }
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
