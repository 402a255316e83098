//! The compression methods of zip members (APPNOTE 4.4.5): stored, deflate, bzip2, LZMA, Zstandard.
//!
//! A declared size is a claim. It is held against [`Limits`] before anything is allocated, memory
//! for it is taken as bytes come out unless the claim is modest, and a stream that yields one byte
//! more or less is an error. So are bytes behind the end of a compressed stream, which
//! Python's `zipfile` ignores: nobody would see them, and a compressed size that is too large skips what follows.

mod decoder;
mod lzma;
mod pieces;
#[cfg(test)]
mod tests;

use std::io::{BufRead, Read};
use std::ops::RangeInclusive;

use super::deflate;
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;
use crate::memory::{Buffer, Scratch, no_memory, try_reserve};
use crate::work::interrupt;

pub(crate) use decoder::{Decoder, Decompressor, error_of, io_error};
/// CRC-32 of bytes that come in pieces.
pub(crate) use libdeflater::Crc;
pub use pieces::{Member, compress_pieces};

/// A compression method of members (APPNOTE 4.4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// As they are.
    Stored,
    /// Raw deflate (RFC 1951).
    Deflated,
    /// One bzip2 stream.
    Bzip2,
    /// Raw LZMA1 behind a header of its own (APPNOTE 5.8).
    Lzma,
    /// One Zstandard frame (RFC 8878).
    Zstd,
}

impl Method {
    /// All methods that are served.
    pub const ALL: [Self; 5] = [
        Self::Stored,
        Self::Deflated,
        Self::Bzip2,
        Self::Lzma,
        Self::Zstd,
    ];

    /// The method whose number a header gives.
    pub fn from_id(id: u16) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|method| method.id() == id)
            .ok_or_else(|| {
                let expected = "compression method 0, 8, 12, 14 or 93";
                Error::new(Kind::Unsupported, expected, format!("method {id}"))
            })
    }

    /// Its number in headers.
    #[must_use]
    pub const fn id(self) -> u16 {
        match self {
            Self::Stored => 0,
            Self::Deflated => 8,
            Self::Bzip2 => 12,
            Self::Lzma => 14,
            Self::Zstd => 93,
        }
    }

    /// Version of the format that a reader needs, times ten (4.4.3.2).
    #[must_use]
    pub const fn version(self) -> u16 {
        match self {
            Self::Stored | Self::Deflated => 20,
            Self::Bzip2 => 46,
            Self::Lzma | Self::Zstd => 63,
        }
    }

    /// Levels that it takes, as zlib, bzip2 and Zstandard define them; None where levels are ignored.
    #[must_use]
    pub const fn levels(self) -> Option<RangeInclusive<i32>> {
        match self {
            Self::Stored | Self::Lzma => None,
            Self::Deflated => Some(-1..=9),
            Self::Bzip2 => Some(1..=9),
            Self::Zstd => Some(-131_072..=22),
        }
    }

    /// The level that `level` asks for.
    fn checked_level(self, level: Option<i32>) -> Result<i32> {
        let level = level.unwrap_or(match self {
            Self::Stored | Self::Lzma => 0,
            Self::Deflated => -1,
            Self::Bzip2 => 9,
            Self::Zstd => 3,
        });
        match self.levels() {
            Some(levels) if !levels.contains(&level) => {
                let (least, most) = levels.into_inner();
                let expected = format!("a compression level from {least} to {most}");
                Err(Error::new(Kind::Value, expected, level.to_string()))
            }
            _ => Ok(level),
        }
    }
}

/// The level of deflate where none is asked for, or -1.
pub(crate) const DEFLATE: i32 = 6;

/// Compressed bytes that are asked of an encoder at once.
const PIECE: usize = 16 << 10;

/// CRC-32 of `data`, as zip stores it.
#[must_use]
pub fn crc32(data: &[u8]) -> u32 {
    libdeflater::crc32(data)
}

/// Fails unless the CRC-32 that was found is the expected one.
pub(crate) fn check_crc(expected: u32, found: u32) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    let expected = format!("CRC-32 {expected:#010x}");
    Err(Error::new(Kind::Member, expected, format!("{found:#010x}")))
}

/// Decompresses a whole member that declares to hold `size` bytes; gives these and their CRC-32.
pub fn decompress(
    method: Method,
    data: &[u8],
    size: u64,
    limits: &Limits,
) -> Result<(Buffer, u32)> {
    let wanted = admit(data.len() as u64, size, limits)?;
    match method {
        Method::Stored => return copy(data, wanted),
        Method::Deflated if !data.is_empty() && is_plausible(data.len() as u64, size) => {
            let mut out = Buffer::zeroed(wanted)?;
            let crc = inflate(data, &mut out)?;
            return Ok((out, crc));
        }
        _ => {}
    }
    let mut decoder = Decoder::new(method, data, data.len() as u64, size)?;
    let (mut out, mut crc) = (Vec::new(), Crc::new());
    while out.len() < wanted {
        let start = out.len();
        let step = (wanted - start).min(start.max(1 << 16));
        try_reserve(&mut out, step)?;
        out.resize(start + step, 0);
        decoder.read_exact(&mut out[start..]).map_err(error_of)?;
        crc.update(&out[start..]);
    }
    // An empty member has its end checked too.
    decoder.read(&mut []).map_err(error_of)?;
    Ok((out.into(), crc.sum()))
}

/// As [`decompress`], in memory that is there already; stored bytes are given back as they are.
pub fn decompress_into<'a>(
    method: Method,
    data: &'a [u8],
    size: u64,
    limits: &Limits,
    scratch: &'a mut Scratch,
) -> Result<(&'a [u8], u32)> {
    let wanted = admit(data.len() as u64, size, limits)?;
    match method {
        Method::Stored => {
            check_stored(data, wanted)?;
            Ok((data, crc32(data)))
        }
        Method::Deflated if !data.is_empty() && is_plausible(data.len() as u64, size) => {
            let out = scratch.room(wanted)?;
            let crc = inflate(data, out)?;
            Ok((out, crc))
        }
        _ => {
            let (bytes, crc) = decompress(method, data, size, limits)?;
            Ok((scratch.hold(bytes), crc))
        }
    }
}

/// Compresses a whole member.
///
/// `level` means what `zipfile.ZipFile(compresslevel=level)` means and `None` is the method's
/// default: deflate 0 (stored blocks) to 9 with -1 for the default of 6, bzip2 1 to 9 (default 9),
/// Zstandard -131072 to 22 (default 3); stored and LZMA ignore it.
pub fn compress(method: Method, level: Option<i32>, data: &[u8]) -> Result<Buffer> {
    let level = method.checked_level(level)?;
    match method {
        Method::Stored => Buffer::copy_of(data),
        Method::Deflated => deflate::compress(data, deflate_level(level)),
        _ => encode(method, level, data, Some(data.len() as u64)),
    }
}

/// All that a method makes of a source, of `size` bytes where that is known.
fn encode(
    method: Method,
    level: i32,
    mut source: impl BufRead,
    size: Option<u64>,
) -> Result<Buffer> {
    let mut out = Vec::new();
    match method {
        Method::Stored => read_all(source, &mut out)?,
        Method::Deflated => {
            let level = flate2::Compression::new(deflate_level(level).unsigned_abs());
            read_all(
                flate2::bufread::DeflateEncoder::new(source, level),
                &mut out,
            )?;
        }
        Method::Bzip2 => {
            let level = bzip2::Compression::new(level.unsigned_abs());
            read_all(bzip2::bufread::BzEncoder::new(source, level), &mut out)?;
        }
        Method::Lzma => lzma::compress(source, size, &mut out)?,
        Method::Zstd => {
            let mut encoder = zstd::stream::read::Encoder::with_buffer(&mut source, level)?;
            encoder.set_pledged_src_size(size)?;
            read_all(encoder, &mut out)?;
        }
    }
    Ok(out.into())
}

const fn deflate_level(level: i32) -> i32 {
    if level == -1 { DEFLATE } else { level }
}

/// Holds the sizes a header declares against the limits; gives back the uncompressed one.
pub(crate) fn admit(compressed: u64, size: u64, limits: &Limits) -> Result<usize> {
    limits.check_member(compressed, size)?;
    usize::try_from(size).map_err(|_| no_memory(size))
}

/// True if deflated data is trusted with memory for `size` bytes at once: 64 times its length, beyond which only runs
/// of equal bytes get. More is decoded step by step.
pub(crate) fn is_plausible(compressed: u64, size: u64) -> bool {
    size <= compressed.saturating_mul(64).saturating_add(1 << 20)
}

fn copy(data: &[u8], size: usize) -> Result<(Buffer, u32)> {
    check_stored(data, size)?;
    Ok((Buffer::copy_of(data)?, crc32(data)))
}

fn check_stored(data: &[u8], size: usize) -> Result<()> {
    if data.len() == size {
        return Ok(());
    }
    let expected = format!("{size} bytes");
    Err(Error::new(Kind::Member, expected, data.len().to_string()))
}

/// Fills `out`, and gives the CRC-32 of its bytes.
fn inflate(data: &[u8], out: &mut [u8]) -> Result<u32> {
    let (mut crc, size) = (Crc::new(), out.len());
    let end = deflate::inflate(data, out, |piece| crc.update(piece))?;
    if end.written != size {
        let expected = format!("{size} bytes");
        return Err(Error::new(Kind::Member, expected, end.written.to_string()));
    }
    if end.taken != data.len() {
        return Err(behind_the_end(data.len() as u64, end.taken as u64));
    }
    Ok(crc.sum())
}

/// The error for a stream that ends before the `compressed` bytes of its member do.
fn behind_the_end(compressed: u64, end: u64) -> Error {
    let expected = format!("a compressed stream of {compressed} bytes");
    Error::new(Kind::Member, expected, format!("its end after {end}"))
}

/// Appends all that an encoder gives, piece by piece, since these take seconds for a large member.
fn read_all(mut encoder: impl Read, out: &mut Vec<u8>) -> Result<()> {
    loop {
        interrupt::check()?;
        try_reserve(out, PIECE)?;
        if encoder.by_ref().take(PIECE as u64).read_to_end(out)? == 0 {
            return Ok(());
        }
    }
}
