//! Byte shuffle over a whole buffer, as HDF5's filter 2 defines it: first the first byte of every item, then
//! the second of every item, and so on; bytes that do not fill an item stay at the end.
//!
//! A value never moves between items, so the planes of any run of items can be made or undone on their own.

/// Items whose bytes are moved together: 512 doubles are 4 KiB, which stays in the first-level cache.
const BLOCK: usize = 512;

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
    let (planes, rest) = dst.split_at_mut(items * N);
    rest.copy_from_slice(&src[items * N..]);
    for start in (0..items).step_by(BLOCK) {
        let len = BLOCK.min(items - start);
        let block = &src[start * N..(start + len) * N];
        for byte in 0..N {
            let plane = &mut planes[byte * items + start..][..len];
            for (out, item) in plane.iter_mut().zip(block.as_chunks::<N>().0) {
                *out = item[byte];
            }
        }
    }
}

fn backward<const N: usize>(src: &[u8], dst: &mut [u8]) {
    let items = src.len() / N;
    let (whole, rest) = dst.split_at_mut(items * N);
    let planes: [&[u8]; N] = std::array::from_fn(|byte| &src[byte * items..][..items]);
    interleave::<N>(&planes, whole);
    rest.copy_from_slice(&src[items * N..]);
}

fn interleave<const N: usize>(planes: &[&[u8]], dst: &mut [u8]) {
    for (index, block) in dst.chunks_mut(BLOCK * N).enumerate() {
        let (out, _) = block.as_chunks_mut::<N>();
        let planes: [&[u8]; N] =
            std::array::from_fn(|byte| &planes[byte][index * BLOCK..][..out.len()]);
        for (i, item) in out.iter_mut().enumerate() {
            for (value, plane) in item.iter_mut().zip(planes) {
                *value = plane[i];
            }
        }
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
