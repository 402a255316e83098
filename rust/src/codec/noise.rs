//! Deflate with the incompressible bytes stored.
//!
//! HDF5's shuffle puts the bytes of one significance together, and in simulated activity the less significant ones are
//! noise: four of the eight planes of Cuppini2017 have an entropy of 8 bits a byte, and those of Cuppini2014 where the
//! network is active. A deflate stream is made of blocks of either kind (RFC 1951, 3.2.3), so noise costs a copy
//! and everything is still one ordinary member that every inflater reads.

use std::ops::Range;

use memchr::memmem;

use super::deflate::{compress, part};
use super::encoded::{Encoded, Piece};
use crate::buffer::Buffer;
use crate::error::Result;

/// Bytes that are judged together.
const SEGMENT: usize = 64 << 10;

/// Least run of noise that is worth interrupting a compressed run: 256 KiB. Shorter planes are simply compressed.
/// (Those of `AlaisBurr2004` are noise that repeats itself from mode to mode.)
const RUN: usize = 4;

/// Bytes of a segment that are counted.
const COUNTED: usize = 8 << 10;

/// Words of a segment that are looked for in the window of deflate before them, and their length: noise never has them,
/// and the chance to miss repetitions that cover a third of a segment is 4 %.
const WORDS: usize = 8;
const WORD: usize = 8;
const WINDOW: usize = 32 << 10;

/// The level where none is asked for: on shuffled planes of the models' results, levels beyond it save less than
/// 2 % (README, "Compression levels").
const DEFAULT_LEVEL: i32 = 1;

/// Compresses `data`, of which the range `planes` are `itemsize` byte planes of equal length, at a `compresslevel`
/// from 0 to 9; `None` and -1 are the default.
pub fn deflate(
    data: Buffer,
    planes: Range<usize>,
    itemsize: usize,
    compresslevel: Option<i32>,
) -> Result<Encoded> {
    let level = compresslevel
        .filter(|&level| level >= 0)
        .unwrap_or(DEFAULT_LEVEL);
    if level == 0 || planes.len() / itemsize.max(1) < RUN * SEGMENT {
        return compress(&data, level).map(Encoded::from);
    }
    let mut pieces = Vec::new();
    let mut at = 0;
    for noise in noise_runs(&data, planes) {
        if noise.start > at {
            let compressed = part(&data[at..noise.start], part_level(level), false)?;
            pieces.push(Piece::Encoded(compressed.into()));
        }
        at = noise.end;
        pieces.push(Piece::Stored(noise));
    }
    pieces.push(Piece::Encoded(compress(&data[at..], level)?));
    Ok(Encoded::new(data, pieces))
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

/// Runs of noise in `planes`, ascending; the first takes the few bytes before the planes with it.
fn noise_runs(data: &[u8], planes: Range<usize>) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for start in planes.clone().step_by(SEGMENT) {
        let end = planes.end.min(start + SEGMENT);
        if !is_noise(data, start..end) {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.end == start => run.end = end,
            _ => runs.push(start..end),
        }
    }
    runs.retain(|run| run.len() >= RUN * SEGMENT);
    if let Some(first) = runs.first_mut().filter(|run| run.start == planes.start) {
        first.start = 0;
    }
    runs
}

/// Whether deflate would save next to nothing of a segment: all bytes are equally frequent, and no words repeat.
fn is_noise(data: &[u8], segment: Range<usize>) -> bool {
    let bytes = &data[segment.clone()];
    let mut counts = [0_u64; 256];
    let step = (bytes.len() / COUNTED).max(1);
    let counted = bytes.iter().step_by(step);
    let total = counted.len() as u64;
    counted.for_each(|&byte| counts[usize::from(byte)] += 1);
    let squares: u64 = counts.iter().map(|count| count * count).sum();
    // Of n bytes that are equally likely, n + n^2 / 256 are expected; a fifth more are 7.8 bits of entropy.
    if squares > total + total * total * 6 / (5 * 256) {
        return false;
    }
    let stride = bytes.len() / WORDS;
    (0..WORDS).all(|index| {
        let word = segment.start + index * stride + stride / 2;
        let window = word.saturating_sub(WINDOW)..word;
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
    fn stream(data: &[u8], planes: Range<usize>, itemsize: usize, level: Option<i32>) -> Vec<u8> {
        let encoded = deflate(data.to_vec().into(), planes, itemsize, level).unwrap();
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
        let mut data = b"head".to_vec();
        data.extend(noise(300_000));
        data.extend(vec![7; 300_000]);
        let deflated = stream(&data, 4..data.len(), 2, Some(6));
        assert_eq!(inflate(&deflated, data.len()), data);
        assert_eq!(deflated[0], 0, "the first block is a stored one");
        assert!(deflated.len() < 300_000 + 1_000, "{}", deflated.len());
    }

    #[test]
    fn noise_that_comes_and_goes_is_stored_where_it_is() {
        let (quiet, busy) = (vec![3; 1 << 20], noise(1 << 20));
        let data = [&quiet[..], &busy, &quiet, &busy, b"tail"].concat();
        let deflated = stream(&data, 0..data.len() - 4, 8, None);
        assert_eq!(inflate(&deflated, data.len()), data);
        assert!(
            deflated.len() < 2 * busy.len() + (64 << 10),
            "{}",
            deflated.len()
        );
        let runs = noise_runs(&data, 0..data.len() - 4);
        assert_eq!(runs, [1 << 20..2 << 20, 3 << 20..4 << 20]);
    }

    #[test]
    fn noise_that_repeats_within_the_window_is_compressed() {
        let data = noise(10_000).repeat(300);
        assert!(noise_runs(&data, 0..data.len()).is_empty());
        assert!(stream(&data, 0..data.len(), 8, None).len() < data.len() / 10);
    }

    #[test]
    fn compressible_planes_are_not_stored() {
        let data = vec![1; 8 * 300_000];
        assert!(stream(&data, 0..data.len(), 8, Some(1)).len() < data.len() / 100);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn runs_of_any_kind_and_length_inflate(
            runs in proptest::collection::vec((any::<bool>(), 0_usize..400_000), 1..5),
            itemsize in 1_usize..9, cut in 0_usize..5_000, level in proptest::option::of(-1..8),
        ) {
            let run = |(noisy, len)| if noisy { noise(len) } else { vec![1; len] };
            let data: Vec<u8> = runs.into_iter().flat_map(run).collect();
            let cut = cut.min(data.len() / 2);
            let deflated = stream(&data, cut..data.len() - cut, itemsize, level);
            prop_assert_eq!(inflate(&deflated, data.len()), data);
        }

        #[test]
        fn every_stream_inflates_to_its_data(
            data in proptest::collection::vec(any::<u8>(), 0..40_000),
            head in 0_usize..100, itemsize in 1_usize..9, level in proptest::option::of(-1..10),
        ) {
            let head = head.min(data.len());
            prop_assert_eq!(inflate(&stream(&data, head..data.len(), itemsize, level), data.len()), data);
        }
    }
}
