//! Deflate with the incompressible leading bytes stored.
//!
//! HDF5's shuffle puts the least significant byte planes first, and in simulated activity these are noise: four of
//! the eight planes of Cuppini2017 have an entropy of 8 bits a byte. A deflate stream may begin with stored
//! blocks (RFC 1951, 3.2.4) and end with one complete compressed stream, so the noise costs a copy and
//! everything else is still one ordinary member that every inflater reads.

use std::ops::Range;

use super::deflate::compress;
use super::encoded::Encoded;
use crate::buffer::Buffer;
use crate::error::Result;

/// Bytes of a plane that are compressed on trial, at each of [`PROBES`] places: twice the window of deflate,
/// because planes without any skew may still repeat themselves (those of `AlaisBurr2004` do).
const PROBE: usize = 64 << 10;
const PROBES: usize = 3;

/// Shorter planes are simply compressed: the trial would take as long.
const PROBED_FROM: usize = 4 * PROBE;

/// A plane is stored when the trial saves less than one part in so many. Planes that save 3 % cost as
/// much time as those that save 50 %.
const WORTH: usize = 32;

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
    let head = planes.start;
    let planes = data.get(planes).unwrap_or_default();
    let plane = planes.len() / itemsize.max(1);
    let mut noisy = 0;
    for bytes in planes.chunks_exact(plane.max(1)).take(itemsize) {
        if plane < PROBED_FROM || !is_noise(bytes)? {
            break;
        }
        noisy += 1;
    }
    if level == 0 || noisy == 0 {
        return compress(&data, level).map(Encoded::from);
    }
    let stored = head + noisy * plane;
    let rest = compress(data.get(stored..).unwrap_or_default(), level)?;
    Ok(Encoded::stored_first(data, stored, rest))
}

/// Whether compressing pieces of `plane` on trial saves next to nothing.
fn is_noise(plane: &[u8]) -> Result<bool> {
    let stride = (plane.len() - PROBE) / (PROBES - 1);
    let mut saved = 0;
    for index in 0..PROBES {
        let piece = &plane[index * stride..][..PROBE];
        saved += PROBE.saturating_sub(compress(piece, 1)?.len());
    }
    Ok(saved < PROBE * PROBES / WORTH)
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
    fn compressible_planes_are_not_stored() {
        let data = vec![1; 8 * 300_000];
        assert!(stream(&data, 0..data.len(), 8, Some(1)).len() < data.len() / 100);
    }

    proptest! {
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
