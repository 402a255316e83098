//! The codecs that a block may have.

use lz4::block::{CompressionMode, compress_to_buffer, decompress_to_buffer};

use crate::codec::deflate;
use crate::error::{Error, Kind, Result};

/// Codecs of arrays in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// As they are.
    None,
    /// Fast LZ4.
    Lz4,
    /// High-compression LZ4, levels 1-12.
    Lz4Hc(u8),
    /// Deflate, levels 1-9.
    Deflate(u8),
}

/// A block is kept raw unless compressing it saves at least one part in so many.
const WORTH: usize = 16;

/// Bytes beyond a block that [`Codec::pack`] needs: more than any of these codecs adds to what it cannot compress.
pub(super) const fn slack(block: usize) -> usize {
    block / 8 + 1024
}

impl Codec {
    /// Writes `block` to the start of `out`, compressed if that is worth it, and tells its length there; a block
    /// as long as its bytes is raw. There must be [`slack`] beyond it.
    pub(super) fn pack(self, block: &[u8], out: &mut [u8]) -> Result<usize> {
        let packed = match self {
            Self::None => block.len(),
            Self::Lz4 => lz4(block, CompressionMode::FAST(1), out)?,
            Self::Lz4Hc(level) => lz4(
                block,
                CompressionMode::HIGHCOMPRESSION(i32::from(level)),
                out,
            )?,
            Self::Deflate(level) => copied(&deflate::compress(block, i32::from(level))?, out),
        };
        if packed > block.len() - block.len() / WORTH || self == Self::None {
            return Ok(copied(block, out));
        }
        Ok(packed)
    }

    /// Restores a block of exactly `out.len()` bytes.
    pub(super) fn expand(self, block: &[u8], out: &mut [u8]) -> Result<()> {
        if block.len() == out.len() {
            out.copy_from_slice(block);
            return Ok(());
        }
        match self {
            Self::None => Err(damaged("a raw block of another size")),
            Self::Lz4 | Self::Lz4Hc(_) => {
                let len = i32::try_from(out.len()).map_err(|_| damaged("a block too long"))?;
                let written = decompress_to_buffer(block, Some(len), out)
                    .map_err(|_| damaged("LZ4 that does not decode"))?;
                exactly(written, out.len())
            }
            Self::Deflate(_) => {
                let written = libdeflater::Decompressor::new()
                    .deflate_decompress(block, out)
                    .map_err(|_| damaged("deflate that does not decode"))?;
                exactly(written, out.len())
            }
        }
    }

    pub(super) fn tag(self) -> (u8, u8) {
        match self {
            Self::None => (0, 0),
            Self::Lz4 => (1, 0),
            Self::Lz4Hc(level) => (2, level),
            Self::Deflate(level) => (3, level),
        }
    }

    /// The codec of a [`Self::tag`]; `None` for bytes that are not the tag of a codec.
    pub(super) fn from_tag(tag: u8, level: u8) -> Option<Self> {
        let codec = match (tag, level) {
            (0, 0) => Self::None,
            (1, 0) => Self::Lz4,
            (2, _) => Self::Lz4Hc(level),
            (3, _) => Self::Deflate(level),
            _ => return None,
        };
        codec.has_known_level().then_some(codec)
    }

    /// True if its compressor has the level that it states.
    #[must_use]
    pub fn has_known_level(self) -> bool {
        match self {
            Self::None | Self::Lz4 => true,
            Self::Lz4Hc(level) => (1..=12).contains(&level),
            Self::Deflate(level) => (1..=9).contains(&level),
        }
    }
}

fn lz4(block: &[u8], mode: CompressionMode, out: &mut [u8]) -> Result<usize> {
    Ok(compress_to_buffer(block, Some(mode), false, out)?)
}

fn copied(bytes: &[u8], out: &mut [u8]) -> usize {
    out[..bytes.len()].copy_from_slice(bytes);
    bytes.len()
}

fn exactly(written: usize, expected: usize) -> Result<()> {
    if written == expected {
        Ok(())
    } else {
        Err(damaged("a block that is too short"))
    }
}

fn damaged(found: &str) -> Error {
    Error::new(Kind::Value, "a sound block of a packed array", found)
}
