//! Byte shuffle over a whole buffer, as HDF5's filter 2 defines it: first the first byte of every item, then
//! the second of every item, and so on; bytes that do not fill an item stay at the end.
//!
//! A value never moves between items, so the planes of any run of items can be made or undone on their own.
//!
//! Items of 2, 4 and 8 bytes are moved by perfect shuffles of a block: [`riffle`] takes bytes of its two halves in
//! turn, [`deal`] undoes that. `plane * items + item` is where a byte lies among planes, `item * N + plane` where it
//! lies among items, so one riffle for each bit of `plane` makes items of planes. The compiler makes both of vector
//! instructions (`punpcklbw`, `packuswb`); rustc 1.95 makes none of a loop over the planes, which is 2 to 3 times as
//! slow (docs/performance.md).

/// Items whose bytes are moved together: a block of doubles and its copy, 2 KiB each, stay in the first-level cache.
const BLOCK: usize = 256;

/// Bytes of the largest item that is moved by perfect shuffles.
const WIDEST: usize = 8;

/// Writes the byte planes of `src` to `dst`, which must be as long.
pub fn shuffle(src: &[u8], itemsize: usize, dst: &mut [u8]) {
    match itemsize {
        2 => forward::<2>(src, dst),
        4 => forward::<4>(src, dst),
        8 => forward::<8>(src, dst),
        _ => any_forward(src, itemsize.max(1), dst),
    }
}

/// Undoes [`shuffle`].
pub fn unshuffle(src: &[u8], itemsize: usize, dst: &mut [u8]) {
    match itemsize {
        2 => backward::<2>(src, dst),
        4 => backward::<4>(src, dst),
        8 => backward::<8>(src, dst),
        _ => any_backward(src, itemsize.max(1), dst),
    }
}

/// Undoes [`shuffle`] for planes that do not lie one after the other; `dst` is as long as all of them.
pub fn join(planes: &[&[u8]], dst: &mut [u8]) {
    match planes.len() {
        2 => interleave::<2>(planes, dst),
        4 => interleave::<4>(planes, dst),
        8 => interleave::<8>(planes, dst),
        count => {
            for (index, item) in dst.chunks_exact_mut(count.max(1)).enumerate() {
                for (value, plane) in item.iter_mut().zip(planes) {
                    *value = plane[index];
                }
            }
        }
    }
}

fn forward<const N: usize>(src: &[u8], dst: &mut [u8]) {
    let items = src.len() / N;
    let (whole, rest) = src.split_at(items * N);
    let (near, far) = (&mut [0; BLOCK * WIDEST][..], &mut [0; BLOCK * WIDEST][..]);
    let (mut near, mut far) = (near, far);
    for (index, block) in whole.chunks(BLOCK * N).enumerate() {
        let len = block.len() / N;
        near[..block.len()].copy_from_slice(block);
        for _ in 0..N.ilog2() {
            let (first, second) = far[..block.len()].split_at_mut(block.len() / 2);
            deal(&near[..block.len()], first, second);
            std::mem::swap(&mut near, &mut far);
        }
        for (byte, plane) in near[..block.len()].chunks_exact(len).enumerate() {
            dst[byte * items + index * BLOCK..][..len].copy_from_slice(plane);
        }
    }
    dst[items * N..].copy_from_slice(rest);
}

fn backward<const N: usize>(src: &[u8], dst: &mut [u8]) {
    let items = src.len() / N;
    let (whole, rest) = dst.split_at_mut(items * N);
    let planes: [&[u8]; N] = std::array::from_fn(|byte| &src[byte * items..][..items]);
    interleave::<N>(&planes, whole);
    rest.copy_from_slice(&src[items * N..]);
}

fn interleave<const N: usize>(planes: &[&[u8]], dst: &mut [u8]) {
    let (near, far) = (&mut [0; BLOCK * WIDEST][..], &mut [0; BLOCK * WIDEST][..]);
    let (mut near, mut far) = (near, far);
    let whole = dst.len() / N * N;
    for (index, block) in dst[..whole].chunks_mut(BLOCK * N).enumerate() {
        let len = block.len() / N;
        for (part, plane) in near.chunks_exact_mut(len).zip(planes) {
            part.copy_from_slice(&plane[index * BLOCK..][..len]);
        }
        for _ in 1..N.ilog2() {
            riffle(&near[..block.len()], &mut far[..block.len()]);
            std::mem::swap(&mut near, &mut far);
        }
        riffle(&near[..block.len()], block);
    }
}

fn riffle(src: &[u8], dst: &mut [u8]) {
    let (first, second) = src.split_at(src.len() / 2);
    for ((pair, a), b) in dst.as_chunks_mut().0.iter_mut().zip(first).zip(second) {
        *pair = [*a, *b];
    }
}

fn deal(src: &[u8], first: &mut [u8], second: &mut [u8]) {
    for ((pair, a), b) in src.as_chunks().0.iter().zip(first).zip(second) {
        let pair = u16::from_le_bytes(*pair);
        *a = (pair & 0xff) as u8;
        *b = (pair >> 8) as u8;
    }
}

fn any_forward(src: &[u8], itemsize: usize, dst: &mut [u8]) {
    let items = src.len() / itemsize;
    for (index, item) in src.chunks_exact(itemsize).enumerate() {
        for (byte, value) in item.iter().enumerate() {
            dst[byte * items + index] = *value;
        }
    }
    dst[items * itemsize..].copy_from_slice(&src[items * itemsize..]);
}

fn any_backward(src: &[u8], itemsize: usize, dst: &mut [u8]) {
    let items = src.len() / itemsize;
    for (index, item) in dst.chunks_exact_mut(itemsize).enumerate() {
        for (byte, value) in item.iter_mut().enumerate() {
            *value = src[byte * items + index];
        }
    }
    dst[items * itemsize..].copy_from_slice(&src[items * itemsize..]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn planes_are_those_of_hdf5() {
        let mut planes = [0; 7];
        shuffle(&[1, 2, 3, 11, 12, 13, 99], 3, &mut planes);
        assert_eq!(planes, [1, 11, 2, 12, 3, 13, 99]);
    }

    proptest! {
        #[test]
        fn unshuffle_undoes_shuffle(
            bytes in proptest::collection::vec(any::<u8>(), 0..9000), itemsize in 1_usize..10,
        ) {
            let mut planes = vec![0; bytes.len()];
            let mut back = vec![0; bytes.len()];
            shuffle(&bytes, itemsize, &mut planes);
            unshuffle(&planes, itemsize, &mut back);
            prop_assert_eq!(&back, &bytes);

            let items = bytes.len() / itemsize;
            let apart: Vec<_> = (0..itemsize).map(|byte| &planes[byte * items..][..items]).collect();
            let mut joined = vec![0; items * itemsize];
            join(&apart, &mut joined);
            prop_assert_eq!(&joined[..], &bytes[..items * itemsize]);
        }
    }
}
