//! The codecs that a block may have.

use std::io::{Read, Write};

use lz4::block::{CompressionMode, compress_to_buffer, decompress_to_buffer};

use crate::codec::deflate;
use crate::error::{Error, Kind, Result};
use crate::memory::Buffer;

/// How arrays are compressed in memory: the names of `joblib.dump(compress=...)`, and `Lz4Hc`.
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
    /// bzip2, levels 1-9.
    Bzip2(u8),
    /// LZMA in its `.lzma` container, levels 0-9.
    Lzma(u8),
    /// LZMA2 in its `.xz` container, levels 0-9.
    Xz(u8),
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
            _ => copied(&self.encoded(block)?, out),
        };
        if packed > block.len() - block.len() / WORTH || self == Self::None {
            return Ok(copied(block, out));
        }
        Ok(packed)
    }

    /// A block by the codecs that make vectors.
    fn encoded(self, block: &[u8]) -> Result<Vec<u8>> {
        match self {
            Self::Deflate(level) => {
                deflate::compress(block, i32::from(level)).map(Buffer::into_vec)
            }
            Self::Bzip2(level) => {
                let level = bzip2::Compression::new(u32::from(level));
                let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), level);
                encoder.write_all(block)?;
                Ok(encoder.finish()?)
            }
            Self::Lzma(level) => {
                let options =
                    liblzma::stream::LzmaOptions::new_preset(u32::from(level)).map_err(refused)?;
                xz(block, liblzma::stream::Stream::new_lzma_encoder(&options))
            }
            Self::Xz(level) => {
                let check = liblzma::stream::Check::None;
                let level = u32::from(level);
                xz(
                    block,
                    liblzma::stream::Stream::new_easy_encoder(level, check),
                )
            }
            // `pack` itself serves these.
            Self::None | Self::Lz4 | Self::Lz4Hc(_) => {
                Err(Error::internal("a codec of vectors", format!("{self:?}")))
            }
        }
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
            Self::Bzip2(_) => read(bzip2::read::BzDecoder::new(block), out),
            Self::Lzma(_) => {
                let stream = liblzma::stream::Stream::new_lzma_decoder(MEMORY).map_err(refused)?;
                read(liblzma::read::XzDecoder::new_stream(block, stream), out)
            }
            Self::Xz(_) => {
                let stream =
                    liblzma::stream::Stream::new_stream_decoder(MEMORY, 0).map_err(refused)?;
                read(liblzma::read::XzDecoder::new_stream(block, stream), out)
            }
        }
    }

    pub(super) fn tag(self) -> (u8, u8) {
        match self {
            Self::None => (0, 0),
            Self::Lz4 => (1, 0),
            Self::Lz4Hc(level) => (2, level),
            Self::Deflate(level) => (3, level),
            Self::Bzip2(level) => (4, level),
            Self::Lzma(level) => (5, level),
            Self::Xz(level) => (6, level),
        }
    }

    pub(super) fn from_tag(tag: u8, level: u8) -> Option<Self> {
        Some(match tag {
            0 => Self::None,
            1 => Self::Lz4,
            2 => Self::Lz4Hc(level),
            3 => Self::Deflate(level),
            4 => Self::Bzip2(level),
            5 => Self::Lzma(level),
            6 => Self::Xz(level),
            _ => return None,
        })
    }
}

/// Memory that an LZMA decoder of a block may take: preset 9 asks for 65 MiB (xz(1)).
const MEMORY: u64 = 80 << 20;

fn lz4(block: &[u8], mode: CompressionMode, out: &mut [u8]) -> Result<usize> {
    Ok(compress_to_buffer(block, Some(mode), false, out)?)
}

fn xz(
    block: &[u8],
    stream: std::result::Result<liblzma::stream::Stream, liblzma::stream::Error>,
) -> Result<Vec<u8>> {
    let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream.map_err(refused)?);
    encoder.write_all(block)?;
    Ok(encoder.finish()?)
}

fn copied(bytes: &[u8], out: &mut [u8]) -> usize {
    out[..bytes.len()].copy_from_slice(bytes);
    bytes.len()
}

fn read(mut decoder: impl Read, out: &mut [u8]) -> Result<()> {
    decoder
        .read_exact(out)
        .map_err(|_| damaged("a block that does not decode"))
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

fn refused(error: liblzma::stream::Error) -> Error {
    Error::new(Kind::Value, "a working LZMA codec", error.to_string())
}
