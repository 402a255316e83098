//! A look at some of an array, to tell whether its bytes or its byte planes compress better.

use super::{deflate, shuffle};
use crate::error::Result;
use crate::memory::Buffer;

/// Samples of an array, and their size: eight windows of deflate, so that planes of doubles have one each.
const SAMPLES: usize = 8;
const SAMPLE: usize = 256 << 10;

/// Deflate's level for samples: the lowest, since only the order of two sizes counts.
const LEVEL: i32 = 1;

/// Compresses samples of `data` in both ways, all of it if it is small; true if byte planes take no more.
pub fn shuffled_is_smaller(data: &[u8], itemsize: usize) -> Result<bool> {
    let itemsize = itemsize.max(1);
    let sample = SAMPLE / itemsize * itemsize;
    let starts: Vec<usize> = if data.len() <= SAMPLES * sample {
        (0..data.len()).step_by(sample).collect()
    } else {
        let stride = data.len() / SAMPLES / itemsize * itemsize;
        (0..SAMPLES).map(|index| index * stride).collect()
    };
    let mut room = Buffer::zeroed(sample.min(data.len()))?;
    let (mut shuffled, mut plain) = (0, 0);
    for start in starts {
        let values = &data[start..data.len().min(start + sample)];
        let planes = &mut room[..values.len()];
        shuffle::shuffle(values, itemsize, planes);
        shuffled += deflate::compress(planes, LEVEL)?.len();
        plain += deflate::compress(values, LEVEL)?.len();
    }
    Ok(shuffled <= plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The judgement of few numbers, which that of many has to equal.
    fn judged(numbers: impl Iterator<Item = f64>) -> bool {
        let data: Vec<u8> = numbers.take(600_000).flat_map(f64::to_le_bytes).collect();
        let few = shuffled_is_smaller(&data[..8 * 2_000], 8).unwrap();
        let many = shuffled_is_smaller(&data, 8).unwrap();
        assert_eq!(few, many);
        many
    }

    #[test]
    fn smooth_numbers_are_smaller_in_planes_and_repeated_ones_as_they_are() {
        let smooth = (0..).map(|number: u32| (f64::from(number) / 1e4).sin());
        assert!(judged(smooth));
        // Rows that read the same in both directions, as of a symmetric network.
        let symmetric = (0_u32..).map(|number| {
            let (row, place) = (number / 180, number % 180);
            (f64::from(row * 90 + place.min(179 - place)) * 1e3).sin()
        });
        assert!(!judged(symmetric));
    }
}
