//! Decompression piece by piece: exactly the declared bytes out of exactly the compressed ones, or an error.

use std::io::{self, BufRead, Read};

use super::{Method, behind_the_end, lzma};
use crate::error::{Error, Kind, Result};
use crate::work::interrupt;

/// Largest Zstandard window, as a power of two: the 128 MiB that `libzstd`, and with it Python,
/// accepts unless told otherwise. Stated here because the window is allocated before the content.
const ZSTD_WINDOW_LOG: u32 = 27;

/// Bytes that go into a decompressor and come out of it at once: bzip2, the slowest, takes some 30 ms for them, and an
/// interruption is answered between two pieces.
const PIECE: usize = 256 << 10;

/// Reads the uncompressed bytes of one member; the read that completes them also checks that the compressed stream
/// ends there, and that nothing is behind its end.
pub(crate) struct Decoder<R: BufRead> {
    stream: Decompressor<R>,
    compressed: u64,
    size: u64,
    left: u64,
    /// True if the end of the stream is still to be checked.
    unended: bool,
}

impl<R: BufRead> Decoder<R> {
    /// `source` yields the `compressed` bytes of a member that declares `size` bytes.
    pub(crate) fn new(method: Method, source: R, compressed: u64, size: u64) -> Result<Self> {
        // Writers store an empty member under any method without running its compressor.
        let method = match (compressed, size) {
            (0, 0) => Method::Stored,
            _ => method,
        };
        Ok(Self {
            stream: Decompressor::new(method, source, Some(size))?,
            compressed,
            size,
            left: size,
            unended: true,
        })
    }

    /// True if all bytes came out, and their stream has ended.
    pub(crate) fn is_done(&self) -> bool {
        !self.unended
    }

    fn check_end(&mut self) -> io::Result<()> {
        if self.stream.read(&mut [0])? != 0 {
            return Err(self.wrong_size("more".to_owned()));
        }
        let end = self.stream.taken();
        if end != self.compressed {
            return Err(io_error(behind_the_end(self.compressed, end)));
        }
        self.unended = false;
        Ok(())
    }

    fn wrong_size(&self, found: String) -> io::Error {
        let expected = format!("{} bytes", self.size);
        io_error(Error::new(Kind::Member, expected, found))
    }
}

impl<R: BufRead> Read for Decoder<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).map_or(buf.len(), |left| left.min(buf.len()));
        let mut count = 0;
        if most > 0 {
            count = self.stream.read(&mut buf[..most])?;
            self.left -= count as u64;
            if count == 0 {
                return Err(self.wrong_size((self.size - self.left).to_string()));
            }
        }
        if self.left == 0 && self.unended {
            self.check_end()?;
        }
        Ok(count)
    }
}

/// The stream of one method, read to where it ends by itself: a stored one with its source.
pub(crate) enum Decompressor<R: BufRead> {
    Stored(Counted<R>),
    Deflated(flate2::bufread::DeflateDecoder<Counted<R>>),
    Bzip2(bzip2::bufread::BzDecoder<Counted<R>>),
    Lzma(lzma::Decoder<Counted<R>>),
    Zstd(zstd::Decoder<'static, Counted<R>>),
}

impl<R: BufRead> Decompressor<R> {
    /// `size` is that of the content, where it is known: LZMA streams without an end marker end there.
    pub(crate) fn new(method: Method, source: R, size: Option<u64>) -> Result<Self> {
        let source = Counted {
            inner: source,
            taken: 0,
        };
        Ok(match method {
            Method::Stored => Self::Stored(source),
            Method::Deflated => Self::Deflated(flate2::bufread::DeflateDecoder::new(source)),
            Method::Bzip2 => Self::Bzip2(bzip2::bufread::BzDecoder::new(source)),
            Method::Lzma => Self::Lzma(lzma::Decoder::new(source, size)?),
            Method::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(source)?.single_frame();
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                Self::Zstd(decoder)
            }
        })
    }

    /// Compressed bytes that were taken from the source.
    pub(crate) fn taken(&self) -> u64 {
        match self {
            Self::Stored(source) => source.taken,
            Self::Deflated(stream) => stream.get_ref().taken,
            Self::Bzip2(stream) => stream.get_ref().taken,
            Self::Lzma(stream) => stream.source().taken,
            Self::Zstd(stream) => stream.get_ref().taken,
        }
    }
}

impl<R: BufRead> Read for Decompressor<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        interrupt::check().map_err(io_error)?;
        let most = buf.len().min(PIECE);
        let buf = &mut buf[..most];
        match self {
            Self::Stored(source) => source.read(buf),
            Self::Deflated(stream) => stream.read(buf),
            Self::Bzip2(stream) => stream.read(buf),
            Self::Lzma(stream) => stream.read(buf),
            Self::Zstd(stream) => stream.read(buf),
        }
    }
}

/// A source that knows how many of its bytes were taken.
pub(crate) struct Counted<R> {
    inner: R,
    taken: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        self.taken += count as u64;
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        // Much may go in before a byte comes out.
        interrupt::check().map_err(io_error)?;
        let bytes = self.inner.fill_buf()?;
        Ok(&bytes[..bytes.len().min(PIECE)])
    }

    fn consume(&mut self, count: usize) {
        self.taken += count as u64;
        self.inner.consume(count);
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
