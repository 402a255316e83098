//! LZMA as zip frames it (APPNOTE 5.8.8): a version, the length of the properties, the properties,
//! then raw LZMA1 with or without an end marker.

use std::io::{self, BufRead, Chain, Cursor, Read};

use liblzma::bufread::{XzDecoder, XzEncoder};
use liblzma::stream::{Filters, LzmaOptions, Stream};

use crate::error::{Error, Kind, Result};

/// The header that Python writes: LZMA SDK 9.4 and five bytes of properties.
const HEADER: [u8; 4] = [9, 4, 5, 0];
/// Smallest dictionary of the format, and the largest of preset 6, which Python writes.
const DICTIONARY: std::ops::RangeInclusive<u32> = 1 << 12..=1 << 23;

/// Size in the header of an .lzma file whose content is as long as its end marker says.
const UNKNOWN: u64 = u64::MAX;

/// Reads a stream to its end: the marker or, without one, the size of the content.
///
/// liblzma knows both ends only for .lzma files, which begin with properties, dictionary size and size of the
/// content (xz's `doc/lzma-file-format.txt`, 1.1). Such a header is put before the stream.
pub(crate) struct Decoder<R: BufRead>(XzDecoder<Chain<Cursor<[u8; 13]>, R>>);

impl<R: BufRead> Decoder<R> {
    pub(super) fn new(mut source: R, size: Option<u64>) -> Result<Self> {
        let mut header = [0; 9];
        source
            .read_exact(&mut header)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => damaged("its end".to_owned()),
                _ => super::error_of(error),
            })?;
        let [_, _, length @ .., properties, d0, d1, d2, d3] = header;
        if length != [5, 0] || properties >= 9 * 5 * 5 {
            return Err(damaged(format!("header {header:02x?}")));
        }
        let most = size.unwrap_or(DICTIONARY.end().to_owned().into());
        let dictionary = dictionary(u32::from_le_bytes([d0, d1, d2, d3]), most);
        let mut header = [properties; 13];
        header[1..5].copy_from_slice(&dictionary.to_le_bytes());
        header[5..].copy_from_slice(&size.unwrap_or(UNKNOWN).to_le_bytes());
        // The dictionary bounds the memory.
        let stream =
            Stream::new_lzma_decoder(u64::MAX).map_err(|error| damaged(error.to_string()))?;
        let source = Cursor::new(header).chain(source);
        Ok(Self(XzDecoder::new_stream(source, stream)))
    }

    pub(super) fn source(&self) -> &R {
        self.0.get_ref().get_ref().1
    }
}

impl<R: BufRead> Read for Decoder<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

/// The dictionary to allocate for `size` bytes.
///
/// No match reaches back beyond the first byte, so that a dictionary as large as the output always
/// suffices: a header that asks for 4 GiB gets what its declared size justifies.
fn dictionary(asked: u32, size: u64) -> u32 {
    let needed = u32::try_from(size)
        .unwrap_or(u32::MAX)
        .max(*DICTIONARY.start());
    asked.clamp(*DICTIONARY.start(), needed)
}

/// Appends what it makes of a source, of `size` bytes where that is known.
pub(super) fn compress(source: impl BufRead, size: Option<u64>, out: &mut Vec<u8>) -> Result<()> {
    // The encoder's memory follows the dictionary: 94 MB for the full one, which small members
    // cannot use.
    let needed = size
        .and_then(|size| u32::try_from(size).ok())
        .unwrap_or(u32::MAX);
    let dictionary = needed.clamp(*DICTIONARY.start(), *DICTIONARY.end());
    let mut options = options()?;
    options.dict_size(dictionary);
    let stream =
        Stream::new_raw_encoder(Filters::new().lzma1(&options)).map_err(io::Error::from)?;
    out.extend(HEADER);
    // lc = 3, lp = 0, pb = 2, the values of every preset.
    out.push((2 * 5) * 9 + 3);
    out.extend(dictionary.to_le_bytes());
    super::read_all(XzEncoder::new_stream(source, stream), out)
}

fn options() -> Result<LzmaOptions> {
    Ok(LzmaOptions::new_preset(6).map_err(io::Error::from)?)
}

fn damaged(found: String) -> Error {
    Error::new(Kind::Member, "an LZMA header (APPNOTE 5.8.8)", found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_never_exceeds_the_output() {
        assert_eq!(dictionary(u32::MAX, 3_000), 4_096);
        assert_eq!(dictionary(u32::MAX, 1 << 20), 1 << 20);
        assert_eq!(dictionary(1 << 16, 1 << 40), 1 << 16);
        assert_eq!(dictionary(0, 0), 4_096);
    }
}
