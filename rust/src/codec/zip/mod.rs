//! The compression methods of zip members (APPNOTE 4.4.5): stored, deflate, bzip2, LZMA, Zstandard.
//!
//! A declared size is a claim. It is held against [`Limits`] before anything is allocated, memory
//! for it is taken as bytes come out unless the claim is modest, and a stream that yields one byte
//! more or less is an error. Bytes after the end of a compressed
//! stream are ignored, as Python's `zipfile` does: size and CRC-32 vouch for what came out.

mod decoder;
mod lzma;
#[cfg(test)]
mod tests;

use std::io::Read;

use super::deflate;
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;
use crate::memory::{Buffer, no_memory, try_reserve};
use crate::work::interrupt;

pub(crate) use decoder::{Decoder, error_of, io_error};
/// CRC-32 of bytes that come in pieces.
pub(crate) use libdeflater::Crc;

/// No compression.
pub const STORED: u16 = 0;
/// Raw deflate (RFC 1951).
pub const DEFLATED: u16 = 8;
/// One bzip2 stream.
pub const BZIP2: u16 = 12;
/// Raw LZMA1 behind a header of its own (APPNOTE 5.8).
pub const LZMA: u16 = 14;
/// One Zstandard frame (RFC 8878).
pub const ZSTD: u16 = 93;

/// Compressed bytes that are asked of an encoder at once.
const PIECE: usize = 16 << 10;

/// CRC-32 of `data`, as zip stores it.
#[must_use]
pub fn crc32(data: &[u8]) -> u32 {
    libdeflater::crc32(data)
}

/// Decompresses a whole member that declares to hold `size` bytes.
pub fn decompress(method: u16, data: &[u8], size: u64, limits: &Limits) -> Result<Buffer> {
    let wanted = admit(method, data.len() as u64, size, limits)?;
    match method {
        STORED => return copy(data, wanted),
        DEFLATED if !data.is_empty() && size <= plausible(data.len()) => {
            return inflate(data, wanted);
        }
        _ => {}
    }
    let mut decoder = Decoder::new(method, data, data.len() as u64, size)?;
    let mut out = Vec::new();
    while out.len() < wanted {
        let start = out.len();
        let step = (wanted - start).min(start.max(1 << 16));
        try_reserve(&mut out, step)?;
        out.resize(start + step, 0);
        decoder.read_exact(&mut out[start..]).map_err(error_of)?;
    }
    // An empty member has its end checked too.
    decoder.read(&mut []).map_err(error_of)?;
    Ok(out.into())
}

/// Compresses a whole member.
///
/// `level` means what `zipfile.ZipFile(compresslevel=level)` means and `None` is the method's
/// default: deflate 0 (stored blocks) to 9 with -1 for the default of 6, bzip2 1 to 9 (default 9),
/// Zstandard -131072 to 22 (default 3); stored and LZMA ignore it.
pub fn compress(method: u16, level: Option<i32>, data: &[u8]) -> Result<Buffer> {
    match method {
        STORED => Buffer::copy_of(data),
        DEFLATED => {
            let level = match level.unwrap_or(-1) {
                -1 => 6,
                level => checked_level(level, 0, 9)?,
            };
            deflate::compress(data, level)
        }
        BZIP2 => {
            let level = checked_level(level.unwrap_or(9), 1, 9)?;
            let level = bzip2::Compression::new(level.unsigned_abs());
            let mut out = Vec::new();
            read_all(bzip2::bufread::BzEncoder::new(data, level), &mut out)?;
            Ok(out.into())
        }
        LZMA => lzma::compress(data).map(Buffer::from),
        ZSTD => {
            let level = checked_level(level.unwrap_or(3), -131_072, 22)?;
            let mut encoder = zstd::stream::read::Encoder::with_buffer(data, level)?;
            encoder.set_pledged_src_size(Some(data.len() as u64))?;
            let mut out = Vec::new();
            read_all(encoder, &mut out)?;
            Ok(out.into())
        }
        other => Err(unknown(other)),
    }
}

/// Whether members compressed by `method` are served.
pub(crate) fn is_known(method: u16) -> bool {
    matches!(method, STORED | DEFLATED | BZIP2 | LZMA | ZSTD)
}

/// Holds the sizes a header declares against the limits; gives back the uncompressed one.
pub(crate) fn admit(method: u16, compressed: u64, size: u64, limits: &Limits) -> Result<usize> {
    if !is_known(method) {
        return Err(unknown(method));
    }
    limits.check_member(compressed, size)?;
    usize::try_from(size).map_err(|_| no_memory(size))
}

/// Size up to which deflated data is trusted with a buffer at once, which is what libdeflate needs:
/// 64 times its length, beyond which only runs of equal bytes get. More is decoded step by step.
fn plausible(compressed: usize) -> u64 {
    (compressed as u64)
        .saturating_mul(64)
        .saturating_add(1 << 20)
}

fn copy(data: &[u8], size: usize) -> Result<Buffer> {
    if data.len() != size {
        let expected = format!("{size} bytes");
        return Err(Error::new(Kind::Member, expected, data.len().to_string()));
    }
    Buffer::copy_of(data)
}

fn inflate(data: &[u8], size: usize) -> Result<Buffer> {
    let mut out = Buffer::zeroed(size)?;
    let found = match deflate::inflate(data, &mut out) {
        Ok(written) if written == size => return Ok(out),
        Ok(written) => format!("{written}"),
        Err(libdeflater::DecompressionError::InsufficientSpace) => "more".to_owned(),
        Err(libdeflater::DecompressionError::BadData) => "a damaged deflate stream".to_owned(),
    };
    Err(Error::new(Kind::Member, format!("{size} bytes"), found))
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

fn checked_level(level: i32, least: i32, most: i32) -> Result<i32> {
    if (least..=most).contains(&level) {
        return Ok(level);
    }
    let expected = format!("a compression level from {least} to {most}");
    Err(Error::new(Kind::Value, expected, level.to_string()))
}

fn unknown(method: u16) -> Error {
    let expected = "compression method 0, 8, 12, 14 or 93";
    Error::new(Kind::Unsupported, expected, format!("method {method}"))
}
