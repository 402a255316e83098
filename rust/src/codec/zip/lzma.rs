//! LZMA as zip frames it (APPNOTE 5.8.8): a version, the length of the properties, the properties,
//! then raw LZMA1 with or without an end marker.

use std::io::{self, BufRead};

use liblzma::bufread::{XzDecoder, XzEncoder};
use liblzma::stream::{Filters, LzmaOptions, Stream};

use crate::error::{Error, Kind, Result};

/// What Python writes: LZMA SDK 9.4 and five bytes of properties.
const HEADER: [u8; 4] = [9, 4, 5, 0];
/// Smallest dictionary of the format, and the largest of preset 6, which Python writes.
const DICTIONARY: std::ops::RangeInclusive<u32> = 1 << 12..=1 << 23;

pub(super) fn decoder<R: BufRead>(mut source: R, size: u64) -> Result<XzDecoder<R>> {
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
    let asked = u32::from_le_bytes([d0, d1, d2, d3]);
    let mut options = options()?;
    options
        .literal_context_bits(u32::from(properties % 9))
        .literal_position_bits(u32::from(properties / 9 % 5))
        .position_bits(u32::from(properties / 45))
        .dict_size(dictionary(asked, size));
    let stream = Stream::new_raw_decoder(Filters::new().lzma1(&options))
        .map_err(|error| damaged(error.to_string()))?;
    Ok(XzDecoder::new_stream(source, stream))
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

pub(super) fn compress(data: &[u8]) -> Result<Vec<u8>> {
    // The encoder's memory follows the dictionary: 94 MB for the full one, which small members
    // cannot use.
    let needed = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let dictionary = needed.clamp(*DICTIONARY.start(), *DICTIONARY.end());
    let mut options = options()?;
    options.dict_size(dictionary);
    let stream =
        Stream::new_raw_encoder(Filters::new().lzma1(&options)).map_err(io::Error::from)?;
    let mut out = HEADER.to_vec();
    // lc = 3, lp = 0, pb = 2, the values of every preset.
    out.push((2 * 5) * 9 + 3);
    out.extend(dictionary.to_le_bytes());
    super::read_all(XzEncoder::new_stream(data, stream), &mut out)?;
    Ok(out)
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
