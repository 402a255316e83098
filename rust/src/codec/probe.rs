//! A look at some of an array, to tell whether its bytes or its byte planes compress better.

use super::shuffle;
use super::zip::{self, Method};
use crate::error::Result;
use crate::memory::Buffer;

/// Arrays up to this size are not worth a probe: both ways of them can be compressed whole.
pub const WHOLE: usize = SAMPLES * SAMPLE;

/// Samples of an array, and their size: eight windows of deflate, so that planes of doubles have one each.
const SAMPLES: usize = 8;
const SAMPLE: usize = 256 << 10;

/// Compresses samples of `data`, which is larger than [`WHOLE`], in both ways; true if byte planes take no more.
pub fn shuffled_is_smaller(
    data: &[u8],
    itemsize: usize,
    method: Method,
    level: Option<i32>,
) -> Result<bool> {
    let itemsize = itemsize.max(1);
    let sample = SAMPLE / itemsize * itemsize;
    let stride = data.len() / SAMPLES;
    let mut planes = Buffer::zeroed(sample)?;
    let (mut shuffled, mut plain) = (0, 0);
    for start in (0..SAMPLES).map(|index| index * stride / itemsize * itemsize) {
        let values = &data[start..start + sample];
        shuffle::shuffle(values, itemsize, &mut planes);
        shuffled += zip::compress(method, level, &planes)?.len();
        plain += zip::compress(method, level, values)?.len();
    }
    Ok(shuffled <= plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(numbers: impl Iterator<Item = f64>) -> bool {
        let data: Vec<u8> = numbers.take(600_000).flat_map(f64::to_le_bytes).collect();
        assert!(data.len() > WHOLE);
        shuffled_is_smaller(&data, 8, Method::Deflated, Some(6)).unwrap()
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
