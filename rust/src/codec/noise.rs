//! Deflate with the incompressible bytes stored.
//!
//! HDF5's shuffle puts the bytes of one significance together, and in simulated activity the less significant ones are
//! noise: four of the eight planes of Cuppini2017 have an entropy of 8 bits a byte, and those of Cuppini2014 where the
//! network is active. A deflate stream is made of blocks of either kind (RFC 1951, 3.2.3), so noise costs a copy
//! and everything is still one ordinary member that every inflater reads.

use std::ops::Range;
use std::sync::Arc;

use memchr::memmem;

use super::deflate::{compress, part};
use super::pieces::{Piece, Pieces};
use crate::error::Result;
use crate::memory::Buffer;

/// Sizes in the search for noise: the bytes that are judged together, and the least run of them that is worth a
/// stored block of its own.
#[derive(Clone, Copy)]
struct Grain {
    segment: usize,
    run: usize,
}

/// Planes from this size on are judged coarsely.
const LARGE: usize = 256 << 10;
const COARSE: Grain = Grain {
    segment: 64 << 10,
    run: 256 << 10,
};
const FINE: Grain = Grain {
    segment: 4 << 10,
    run: 8 << 10,
};

/// One byte in this many is counted, and at least this many of a segment.
const COUNTED: usize = 32;
const COUNTED_LEAST: usize = 1 << 10;

/// Words of a segment that are looked for in the window of deflate before them, and their length: noise never has them,
/// and the chance to miss repetitions that cover half a segment is 6 %. Twice as many took 8 % more time to store
/// 4 Cuppini2017, for a file 0.07 % smaller.
const WORDS: usize = 4;
const WORD: usize = 8;
const WINDOW: usize = 32 << 10;

/// The stream that begins with `prefix` and ends with `data`, compressed at a `compresslevel` from 1 to 9. The data are
/// `itemsize` byte planes of equal length.
pub fn deflate(
    prefix: Arc<[u8]>,
    data: Buffer,
    itemsize: usize,
    compresslevel: i32,
) -> Result<Pieces> {
    let mut pieces = vec![Piece::Shared(prefix)];
    let mut at = 0;
    for noise in noise_runs(&data, itemsize) {
        if noise.start > at {
            let compressed = part(&data[at..noise.start], part_level(compresslevel))?;
            pieces.push(Piece::Encoded(compressed.into()));
        }
        at = noise.end;
        pieces.push(Piece::Stored(noise));
    }
    pieces.push(Piece::Encoded(compress(&data[at..], compresslevel)?));
    Ok(Pieces::new(data, pieces))
}

/// The beginning of a stream that holds `data`; what follows does not depend on it.
pub fn beginning(data: &[u8]) -> Result<Vec<u8>> {
    part(data, 9)
}

/// The level of flate2 for parts: its 4 and 7 came out larger than its 3 and 6 on Cuppini2014, and a higher
/// `compresslevel` shall never give a larger file.
const fn part_level(level: i32) -> i32 {
    match level {
        4 => 3,
        7.. => 6,
        _ => level,
    }
}

/// Runs of noise in `itemsize` planes, ascending.
fn noise_runs(data: &[u8], itemsize: usize) -> Vec<Range<usize>> {
    let plane = data.len() / itemsize.max(1);
    let grain = if plane < LARGE { FINE } else { COARSE };
    let mut runs: Vec<Range<usize>> = Vec::new();
    if plane < grain.run {
        return runs;
    }
    for first in (0..itemsize.max(1)).map(|index| index * plane) {
        for start in (first..first + plane).step_by(grain.segment) {
            let end = (first + plane).min(start + grain.segment);
            if !is_noise(data, first, start..end) {
                continue;
            }
            match runs.last_mut() {
                Some(run) if run.end == start => run.end = end,
                _ => runs.push(start..end),
            }
        }
    }
    runs.retain(|run| run.len() >= grain.run);
    runs
}

/// True if deflate would save next to nothing of a segment: all bytes are equally frequent, and no words repeat. The
/// segment's plane starts at `plane`.
fn is_noise(data: &[u8], plane: usize, segment: Range<usize>) -> bool {
    let bytes = &data[segment.clone()];
    let mut counts = [0_u32; 256];
    let step = (bytes.len() / COUNTED_LEAST).clamp(1, COUNTED);
    let counted = bytes.iter().step_by(step);
    let total = counted.len() as u64;
    counted.for_each(|&byte| counts[usize::from(byte)] += 1);
    let squares: u64 = counts.iter().map(|&count| u64::from(count).pow(2)).sum();
    // Of n bytes that are equally likely, n + n^2 / 256 are expected; a fifth more are 7.8 bits of entropy.
    if squares > total + total * total * 6 / (5 * 256) {
        return false;
    }
    let stride = bytes.len() / WORDS;
    (0..WORDS).all(|index| {
        let word = segment.start + index * stride + stride / 2;
        let window = word.saturating_sub(WINDOW).max(plane)..word;
        data.get(word..word + WORD)
            .is_some_and(|needle| memmem::find(&data[window], needle).is_none())
    })
}

#[cfg(test)]
mod tests {
    use libdeflater::Decompressor;
    use proptest::prelude::*;

    use super::*;

    /// The stream as it is written.
    fn stream(prefix: &[u8], data: &[u8], itemsize: usize, level: i32) -> Vec<u8> {
        let prefix = beginning(prefix).unwrap().into();
        let encoded = deflate(prefix, data.to_vec().into(), itemsize, level).unwrap();
        let mut bytes = Vec::new();
        encoded.write_to(&mut bytes).unwrap();
        assert_eq!(bytes.len(), encoded.len());
        bytes
    }

    fn inflate(deflated: &[u8], len: usize) -> Vec<u8> {
        let mut out = vec![0; len];
        let n = Decompressor::new()
            .deflate_decompress(deflated, &mut out)
            .unwrap();
        out.truncate(n);
        out
    }

    /// A generator good enough to be incompressible (xorshift, Marsaglia 2003).
    fn noise(len: usize) -> Vec<u8> {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        };
        (0..len).map(|_| next()).collect()
    }

    #[test]
    fn noise_is_stored_and_the_rest_compressed() {
        let mut data = noise(300_000);
        data.extend(vec![7; 300_000]);
        let prefix = beginning(b"head").unwrap();
        let deflated = stream(b"head", &data, 2, 6);
        assert_eq!(
            inflate(&deflated, data.len() + 4),
            [b"head", &data[..]].concat()
        );
        let next = deflated.strip_prefix(&prefix[..]).unwrap();
        assert_eq!(next[0], 0, "the first block is a stored one");
        assert!(deflated.len() < 300_000 + 1_000, "{}", deflated.len());
    }

    #[test]
    fn noise_that_comes_and_goes_is_stored_where_it_is() {
        let (quiet, busy) = (vec![3; 1 << 20], noise(1 << 20));
        let data = [&quiet[..], &busy, &quiet, &busy].concat();
        let deflated = stream(b"", &data, 8, 1);
        assert_eq!(inflate(&deflated, data.len()), data);
        assert!(
            deflated.len() < 2 * busy.len() + (64 << 10),
            "{}",
            deflated.len()
        );
        assert_eq!(noise_runs(&data, 8), [1 << 20..2 << 20, 3 << 20..4 << 20]);
    }

    #[test]
    fn noise_of_short_planes_is_stored_too() {
        let plane = |noisy| {
            if noisy {
                noise(12_000)
            } else {
                vec![3; 12_000]
            }
        };
        let data: Vec<u8> = [true, true, false, true]
            .into_iter()
            .flat_map(plane)
            .collect();
        assert_eq!(noise_runs(&data, 4), [0..24_000, 36_000..48_000]);
        assert!(
            noise_runs(&noise(8 * 2048), 8).is_empty(),
            "a plane below a run"
        );
    }

    #[test]
    fn noise_that_repeats_within_the_window_is_compressed() {
        for (len, times) in [(10_000, 300), (4_000, 3)] {
            let data = noise(len).repeat(times);
            let runs = noise_runs(&data, 1);
            assert!(runs.iter().all(|run| run.end <= len), "{runs:?}");
            assert!(stream(b"", &data, 1, 1).len() < len + data.len() / 10);
        }
    }

    #[test]
    fn compressible_planes_are_not_stored() {
        let data = vec![1; 8 * 300_000];
        assert!(stream(b"", &data, 8, 1).len() < data.len() / 100);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn runs_of_any_kind_and_length_inflate(
            runs in proptest::collection::vec((any::<bool>(), 0_usize..400_000), 1..5),
            itemsize in 1_usize..9, level in 1..8,
        ) {
            let run = |(noisy, len)| if noisy { noise(len) } else { vec![1; len] };
            let data: Vec<u8> = runs.into_iter().flat_map(run).collect();
            let deflated = stream(b"head", &data, itemsize, level);
            prop_assert_eq!(&inflate(&deflated, data.len() + 4)[4..], &data[..]);
        }

        #[test]
        fn every_stream_inflates_to_its_data(
            data in proptest::collection::vec(any::<u8>(), 0..40_000),
            prefix in 0_usize..100, itemsize in 1_usize..9, level in 1..10,
        ) {
            let (prefix, rest) = data.split_at(prefix.min(data.len()));
            prop_assert_eq!(inflate(&stream(prefix, rest, itemsize, level), data.len()), data);
        }
    }
}
