//! Deflate in shares, on several threads: streams that are joined, as pigz does it.

use std::ops::Range;
use std::sync::Arc;

use super::deflate::{compress, joinable};
use super::pieces::{Piece, Pieces};
use crate::error::Result;
use crate::work::parallel;

/// Bytes of a share. What it loses of the window before it is 0.1 % of Cuppini2017. The bytes of a member do not
/// depend on the number of threads.
const SHARE: usize = 2 << 20;

/// The stream that begins with `prefix` and ends with `data`, compressed at a `compresslevel` from 1 to 9.
pub fn deflate(
    prefix: Arc<[u8]>,
    data: &[u8],
    compresslevel: i32,
    threads: usize,
) -> Result<Pieces> {
    let shares = shares(data.len());
    let last = shares.len() - 1;
    let encoded = parallel::map(shares.len(), threads, |index| {
        let share = &data[shares[index].clone()];
        if index == last {
            return Ok(vec![compress(share, compresslevel)?]);
        }
        Ok(joinable(share, compresslevel)?.into())
    })?;
    let encoded = encoded.into_iter().flatten().map(Piece::Encoded);
    let pieces = std::iter::once(Piece::Shared(prefix)).chain(encoded);
    Ok(Pieces::new(Vec::new().into(), pieces.collect()))
}

/// The shares of so many bytes: one at least, which ends the stream.
fn shares(len: usize) -> Vec<Range<usize>> {
    let ends = (SHARE..len).step_by(SHARE).chain([len]);
    let mut start = 0;
    ends.map(|end| std::mem::replace(&mut start, end)..end)
        .collect()
}

#[cfg(test)]
mod tests {
    use libdeflater::Decompressor;

    use super::super::beginning;
    use super::*;

    #[test]
    fn a_stream_is_the_same_whatever_the_threads() {
        let numbers = |len: u32| -> Vec<u8> {
            let number = |at: u32| (at / 3).wrapping_mul(2_654_435_761).to_le_bytes();
            (0..len / 4).flat_map(number).collect()
        };
        for len in [0, 40, 2 << 20, (2 << 20) + 4, 5 << 20] {
            let data = numbers(len);
            let streams = [1, 3].map(|threads| {
                let prefix = beginning(b"head").unwrap().into();
                let pieces = deflate(prefix, &data, 6, threads).unwrap();
                let mut bytes = Vec::new();
                pieces.write_to(&mut bytes).unwrap();
                assert_eq!(bytes.len(), pieces.len());
                bytes
            });
            assert_eq!(streams[0], streams[1]);
            let mut out = vec![0; data.len() + 4];
            let written = Decompressor::new().deflate_decompress(&streams[0], &mut out);
            assert_eq!(written.unwrap(), data.len() + 4);
            assert_eq!(out, [b"head", &data[..]].concat());
            // Shares cost next to nothing.
            let whole = compress(&data, 6).unwrap().len();
            assert!(streams[0].len() < whole + whole / 100 + 40);
        }
    }

    #[test]
    fn shares_cover_everything() {
        for len in [0, 1, SHARE, SHARE + 1, 3 * SHARE] {
            let shares = shares(len);
            assert_eq!(shares.len(), len.div_ceil(SHARE).max(1));
            let mut at = 0;
            for share in shares {
                assert_eq!(share.start, at);
                at = share.end;
            }
            assert_eq!(at, len);
        }
    }
}
