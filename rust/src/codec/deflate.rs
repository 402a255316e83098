//! Whole deflate streams: compressed with libdeflate, inflated with zlib-rs.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use libdeflater::{CompressionLvl, Compressor, Decompressor};

use super::blocks;
use crate::error::{Error, Kind, Result};
use crate::memory::{Buffer, try_reserve};
use crate::work::interrupt;

/// Bytes that are inflated at once, and that come out at once: half of a usual second-level cache. An interruption is
/// answered between two pieces.
const PIECE: usize = 256 << 10;

thread_local! {
    /// Compressors are large (up to 9 MB at level 12); each thread keeps those it has used.
    static COMPRESSORS: RefCell<HashMap<i32, Compressor>> = RefCell::new(HashMap::new());
    /// Compressors of parts take 0.4 MB, which is zeroed anew for each: the one that was used last is kept.
    static PARTS: RefCell<Option<(u32, Compress)>> = const { RefCell::new(None) };
    static INFLATER: RefCell<Decompress> = RefCell::new(Decompress::new(false));
}

/// The libdeflate level of a `compresslevel` from 0 to 9.
///
/// Up to 7 they are the same, but for 4: libdeflate's came out larger than its 3 on results of Kording2007. Its own 8
/// and 9 came out larger than its 7 on results of `AlaisBurr2004` and Cuppini2014, so 8 and 9 are its near-optimal
/// parsers. So the order is kept (`docs/performance.md`, "Compression levels").
#[must_use]
const fn level_of(compresslevel: i32) -> i32 {
    match compresslevel {
        4 => 5,
        8 => 10,
        9.. => 12,
        _ => compresslevel,
    }
}

/// Compresses `data` whole at a `compresslevel` from 0 to 9.
pub(super) fn compress(data: &[u8], compresslevel: i32) -> Result<Buffer> {
    let level = level_of(compresslevel);
    COMPRESSORS.with_borrow_mut(|compressors| {
        let compressor = match compressors.entry(level) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Compressor::new(lvl(level)?)),
        };
        let bound = compressor.deflate_compress_bound(data.len());
        let mut out = Buffer::zeroed(bound)?;
        let written = compressor
            .deflate_compress(data, &mut out)
            .map_err(|_| Error::internal("a deflate stream within its bound", bound))?;
        Ok(out.cut(written))
    })
}

fn lvl(level: i32) -> Result<CompressionLvl> {
    CompressionLvl::new(level)
        .map_err(|_| Error::internal("a level of libdeflate from 0 to 12", level))
}

/// Compresses a part of a stream as [`compress`] does, and gives it in two pieces. The part ends at a byte, and the
/// stream can go on behind it.
pub(super) fn joinable(data: &[u8], compresslevel: i32) -> Result<[Buffer; 2]> {
    let mut stream = compress(data, compresslevel)?;
    let last = blocks::last(&stream)
        .filter(|last| last.end.div_ceil(8) == stream.len())
        .ok_or_else(|| Error::internal("a whole deflate stream", "another"))?;
    // The bit BFINAL of its last block. An empty stored block follows, as zlib's sync flush has it: its three bits of
    // header are in the last byte, if that has room, and all padding is zeros.
    stream[last.start / 8] &= !(1 << (last.start % 8));
    let header: &[u8] = if 8 * stream.len() - last.end < 3 {
        &[0]
    } else {
        &[]
    };
    let empty = [header, &[0, 0, 0xff, 0xff]].concat();
    Ok([stream, empty.into()])
}

/// Compresses a part of a stream at a `compresslevel` from 0 to 9; it ends at a byte, and does not end the stream.
///
/// libdeflate knows only whole streams, hence flate2.
pub(super) fn part(data: &[u8], compresslevel: i32) -> Result<Vec<u8>> {
    PARTS.with_borrow_mut(|parts| {
        let level = compresslevel.unsigned_abs();
        let stream = match parts.take_if(|(of, _)| *of == level) {
            Some((_, mut stream)) => {
                stream.reset();
                stream
            }
            None => Compress::new(Compression::new(level), false),
        };
        let (_, stream) = parts.insert((level, stream));
        compressed(stream, data)
    })
}

/// All that a stream makes of `data`.
fn compressed(stream: &mut Compress, data: &[u8]) -> Result<Vec<u8>> {
    let mut deflated = Vec::new();
    let mut rest = data;
    // A stream has come out when room is left (zlib's manual, `deflate`).
    while deflated.len() == deflated.capacity() {
        try_reserve(&mut deflated, rest.len() + 64)?;
        let before = stream.total_in();
        stream
            .compress_vec(rest, &mut deflated, FlushCompress::Sync)
            .map_err(|error| Error::new(Kind::Value, "a deflate stream", error.to_string()))?;
        let taken = usize::try_from(stream.total_in() - before).ok();
        rest = taken
            .and_then(|taken| rest.get(taken..))
            .ok_or_else(|| Error::internal("a stream of its input", "one of more"))?;
    }
    if !rest.is_empty() {
        let expected = "a stream of all its input";
        return Err(Error::internal(
            expected,
            format!("{} bytes left", rest.len()),
        ));
    }
    deflated.shrink_to_fit();
    Ok(deflated)
}

/// The end of a stream: bytes taken from it, and bytes that came out.
pub(super) struct End {
    pub(super) taken: usize,
    pub(super) written: usize,
}

/// Fills `out` from a stream up to its end; `seen` is shown each piece that comes
/// out while it is in the cache.
///
/// libdeflate would not tell where a stream ends.
pub(super) fn inflate(data: &[u8], out: &mut [u8], mut seen: impl FnMut(&[u8])) -> Result<End> {
    let size = out.len();
    let wrong = |found| Error::new(Kind::Member, format!("{size} bytes"), found);
    INFLATER.with_borrow_mut(|stream| {
        stream.reset(false);
        let (mut taken, mut written) = (0, 0);
        loop {
            if taken > 0 {
                interrupt::check()?;
            }
            let until = data.len().min(taken + PIECE);
            let end = out.len().min(written + PIECE);
            let flush = if (until, end) == (data.len(), out.len()) {
                FlushDecompress::Finish
            } else {
                FlushDecompress::None
            };
            let before = (taken, written);
            let status = stream
                .decompress(&data[taken..until], &mut out[written..end], flush)
                .map_err(|_| wrong("a damaged deflate stream"))?;
            taken = within(stream.total_in(), data.len())?;
            written = within(stream.total_out(), end)?;
            seen(&out[before.1..written]);
            match status {
                Status::StreamEnd => return Ok(End { taken, written }),
                _ if before != (taken, written) => {}
                _ if taken < data.len() => return Err(wrong("more")),
                _ => return Err(wrong("a deflate stream without end")),
            }
        }
    })
}

/// The count of a stream, which is never more than it was given.
fn within(count: u64, most: usize) -> Result<usize> {
    usize::try_from(count)
        .ok()
        .filter(|&count| count <= most)
        .ok_or_else(|| {
            Error::internal(
                format!("at most {most} bytes of a stream"),
                count.to_string(),
            )
        })
}

/// Fills `out` from a zlib stream (RFC 1950); gives the bytes that came out, or what was found instead.
pub(crate) fn inflate_zlib(stored: &[u8], out: &mut [u8]) -> std::result::Result<usize, String> {
    Decompressor::new()
        .zlib_decompress(stored, out)
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_part_and_a_stream_are_one_stream(
            data in proptest::collection::vec(any::<u8>(), 0..40_000), cut in 0_usize..40_000, level in 0..10,
        ) {
            let (first, second) = data.split_at(cut.min(data.len()));
            let joined = [&part(first, level).unwrap()[..], &compress(second, level).unwrap()].concat();
            let mut out = vec![0; data.len()];
            let written = Decompressor::new().deflate_decompress(&joined, &mut out);
            prop_assert_eq!(written.unwrap(), data.len());
            prop_assert_eq!(out, data);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn joined_streams_are_one_stream(
            alphabet in 1_u8..=255, lens in proptest::collection::vec(0_usize..90_000, 1..4), seed: u64, level in 0..10,
        ) {
            let mut state = seed | 1;
            let mut byte = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 33).to_le_bytes()[0] % alphabet
            };
            let parts: Vec<Vec<u8>> = lens.iter().map(|&len| (0..len).map(|_| byte()).collect()).collect();
            let mut joined = Vec::new();
            for part in &parts {
                for piece in joinable(part, level).unwrap() {
                    joined.extend_from_slice(&piece);
                }
            }
            joined.extend_from_slice(&compress(b"end", level).unwrap());
            let data = [&parts.concat()[..], b"end"].concat();
            let mut out = vec![0; data.len()];
            let end = inflate(&joined, &mut out, |_| ()).unwrap();
            prop_assert_eq!((end.taken, end.written), (joined.len(), data.len()));
            prop_assert_eq!(out, data);
        }
    }

    #[test]
    fn a_higher_level_is_never_larger_on_real_files() {
        let file = include_bytes!("../../../tests/data/upstream/cuppini2014-netcdf4.ndc");
        let at = memchr::memmem::find(file, b"ndr_0/metadata.json").unwrap();
        let mut json = vec![0; 1_807_002];
        let written = Decompressor::new().deflate_decompress(&file[at + 19..], &mut json);
        assert_eq!(written.unwrap(), json.len());
        let netcdf = include_bytes!("../../../tests/data/kording-h5netcdf.nc");
        let text = br#"{"run_parameters": {"auditory_position": -19.7, "visual_position": 15, "auditory_sigma": 2.0}}"#;
        for data in [&json, &netcdf[..], text] {
            let sizes: Vec<_> = (0..=9)
                .map(|level| compress(data, level).unwrap().len())
                .collect();
            assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
        }
    }
}
