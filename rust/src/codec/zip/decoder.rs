//! Decompression piece by piece: exactly the declared bytes, or an error.

use std::io::{self, BufRead, Read};

use super::{Method, lzma};
use crate::error::{Error, Kind, Result};

/// Largest Zstandard window, as a power of two: the 128 MiB that `libzstd`, and with it Python,
/// accepts unless told otherwise. Stated here because the window is allocated before the content.
const ZSTD_WINDOW_LOG: u32 = 27;

/// Reads the uncompressed bytes of one member; the read that completes them also checks that the
/// compressed stream has no more to give.
pub(crate) struct Decoder<'a> {
    inner: Box<dyn Read + Send + 'a>,
    size: u64,
    left: u64,
    /// Whether the end of the stream is still to be checked. Never for LZMA, whose streams may lack
    /// an end marker: only the declared size says where such a stream ends.
    unended: bool,
}

impl<'a> Decoder<'a> {
    /// `source` yields the `compressed` bytes of a member that declares `size` bytes.
    pub(crate) fn new(
        method: Method,
        source: impl BufRead + Send + 'a,
        compressed: u64,
        size: u64,
    ) -> Result<Self> {
        let inner: Box<dyn Read + Send + 'a> = match method {
            // Writers store an empty member under any method without running its compressor.
            _ if compressed == 0 && size == 0 => Box::new(io::empty()),
            Method::Stored => Box::new(source),
            Method::Deflated => Box::new(flate2::bufread::DeflateDecoder::new(source)),
            Method::Bzip2 => Box::new(bzip2::bufread::BzDecoder::new(source)),
            Method::Lzma => Box::new(lzma::decoder(source, size)?),
            Method::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(source)?.single_frame();
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                Box::new(decoder)
            }
        };
        Ok(Self {
            inner,
            size,
            left: size,
            unended: method != Method::Lzma,
        })
    }

    /// Bytes that are still to come.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    fn wrong_size(&self, found: String) -> io::Error {
        let expected = format!("{} bytes", self.size);
        io_error(Error::new(Kind::Member, expected, found))
    }
}

impl Read for Decoder<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).map_or(buf.len(), |left| left.min(buf.len()));
        let mut count = 0;
        if most > 0 {
            count = self.inner.read(&mut buf[..most])?;
            self.left -= count as u64;
            if count == 0 {
                return Err(self.wrong_size((self.size - self.left).to_string()));
            }
        }
        if self.left == 0 && self.unended {
            if self.inner.read(&mut [0])? != 0 {
                return Err(self.wrong_size("more".to_owned()));
            }
            self.unended = false;
        }
        Ok(count)
    }
}

/// Carries `error` through [`Read`]; [`error_of`] takes it out again.
pub(crate) fn io_error(error: Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// The error behind a failed [`Read`] of a [`Decoder`]: the one that [`io_error`] carried, or else
/// what a decompressor said about damaged bytes.
pub(crate) fn error_of(error: io::Error) -> Error {
    error.downcast::<Error>().unwrap_or_else(|error| {
        Error::new(Kind::Member, "a sound compressed stream", error.to_string())
    })
}
