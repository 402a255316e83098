//! Sample variance of each mode, as `pandas.DataFrame.var` computes it.

use crate::dtype::DType;
use crate::error::{Error, Kind, Result};

/// Values that are added up one after the other before pairs of sums are added: as in NumPy, this bounds the
/// rounding error by the logarithm of the count.
const RUN: usize = 128;

/// The sample variance (ddof = 1) of each of `modes` equal consecutive parts of `bytes`.
///
/// Little-endian numbers; the sums are float64 whatever the dtype, in two passes, and NaN is skipped (pandas,
/// `nanops.nanvar`). Fewer than two values give NaN.
pub fn variances(bytes: &[u8], dtype: DType, modes: usize) -> Result<Vec<f64>> {
    let size = dtype
        .size()
        .ok_or_else(|| Error::new(Kind::Value, "numbers", "text"))?;
    if modes == 0 || !bytes.len().is_multiple_of(modes * size) {
        let found = format!("{} bytes", bytes.len());
        return Err(Error::new(
            Kind::Value,
            format!("{modes} modes of equal size"),
            found,
        ));
    }
    let each = bytes.len() / modes;
    if each == 0 {
        return Ok(vec![f64::NAN; modes]);
    }
    Ok(bytes
        .chunks_exact(each)
        .map(|mode| variance_of(mode, dtype))
        .collect())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "pandas converts 64-bit integers to float64 too"
)]
fn variance_of(mode: &[u8], dtype: DType) -> f64 {
    match dtype {
        DType::I8 => variance(mode, |[a]| f64::from(i8::from_le_bytes([a]))),
        DType::U8 => variance(mode, |[a]| f64::from(a)),
        DType::I16 => variance(mode, |b| f64::from(i16::from_le_bytes(b))),
        DType::U16 => variance(mode, |b| f64::from(u16::from_le_bytes(b))),
        DType::I32 => variance(mode, |b| f64::from(i32::from_le_bytes(b))),
        DType::U32 => variance(mode, |b| f64::from(u32::from_le_bytes(b))),
        DType::I64 => variance(mode, |b| i64::from_le_bytes(b) as f64),
        DType::U64 => variance(mode, |b| u64::from_le_bytes(b) as f64),
        DType::F16 => variance(mode, |b| half(u16::from_le_bytes(b))),
        DType::F32 => variance(mode, |b| f64::from(f32::from_le_bytes(b))),
        DType::F64 => variance(mode, f64::from_le_bytes),
        DType::Str => f64::NAN,
    }
}

/// IEEE 754 half precision to double; exact.
fn half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let fraction = f64::from(bits & 0x3ff);
    match i32::from(bits >> 10 & 0x1f) {
        0 => sign * fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN,
        exponent => sign * (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2**53")]
fn variance<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f64) -> f64 {
    let (items, _) = bytes.as_chunks::<N>();
    let (total, count) = pairwise(items, &|item| {
        let value = number(*item);
        if value.is_nan() { (0.0, 0) } else { (value, 1) }
    });
    if count < 2 {
        return f64::NAN;
    }
    let mean = total / count as f64;
    let (squares, _) = pairwise(items, &|item| {
        let value = number(*item);
        if value.is_nan() {
            (0.0, 0)
        } else {
            ((mean - value) * (mean - value), 1)
        }
    });
    squares / (count - 1) as f64
}

/// Sum of the values and their count, added in pairs of halves.
fn pairwise<T>(items: &[T], value: &impl Fn(&T) -> (f64, u64)) -> (f64, u64) {
    if items.len() <= RUN {
        // Eight running sums, so that additions need not wait for each other.
        let (mut sums, mut count) = ([0.0; 8], 0);
        for eight in items.chunks(8) {
            for (sum, item) in sums.iter_mut().zip(eight) {
                let (v, n) = value(item);
                *sum += v;
                count += n;
            }
        }
        let fours: [f64; 4] = std::array::from_fn(|i| sums[i] + sums[i + 4]);
        return ((fours[0] + fours[2]) + (fours[1] + fours[3]), count);
    }
    let (left, right) = items.split_at(items.len() / 2 / 8 * 8);
    let ((a, m), (b, n)) = (pairwise(left, value), pairwise(right, value));
    (a + b, m + n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(values: &[f64]) -> Vec<u8> {
        values.iter().flat_map(|v| v.to_le_bytes()).collect()
    }

    #[test]
    fn as_pandas_computes_it() {
        // pandas.DataFrame({"a": [1., 2., nan, 4.], "b": [.1, .1, .1, .1]}).var()
        let data = bytes(&[1.0, 2.0, f64::NAN, 4.0, 0.1, 0.1, 0.1, 0.1]);
        let found = variances(&data, DType::F64, 2).unwrap();
        assert!((found[0] - 7.0 / 3.0).abs() < 1e-15, "{found:?}");
        assert!(found[1].abs() < 1e-30, "{found:?}");
    }

    #[test]
    fn too_few_values_and_infinities_give_nan() {
        let data = bytes(&[1.0, f64::NAN, f64::NAN, f64::NAN, f64::INFINITY, 1.0]);
        assert!(
            variances(&data, DType::F64, 3)
                .unwrap()
                .iter()
                .all(|v| v.is_nan())
        );
        assert!(
            variances(&[], DType::F64, 2)
                .unwrap()
                .iter()
                .all(|v| v.is_nan())
        );
    }

    #[test]
    fn every_dtype_is_read() {
        let expected = 1.0;
        for (dtype, data) in [
            (DType::I8, vec![255, 0, 1]),
            (DType::U8, vec![1, 2, 3]),
            (DType::I16, vec![255, 255, 0, 0, 1, 0]),
            (DType::U16, vec![1, 0, 2, 0, 3, 0]),
            (DType::F16, vec![0x00, 0x3c, 0x00, 0x40, 0x00, 0x42]),
            (
                DType::F32,
                [1_f32, 2.0, 3.0]
                    .iter()
                    .flat_map(|v| v.to_le_bytes())
                    .collect(),
            ),
            (
                DType::I32,
                [-1_i32, 0, 1]
                    .iter()
                    .flat_map(|v| v.to_le_bytes())
                    .collect(),
            ),
            (
                DType::U32,
                [1_u32, 2, 3].iter().flat_map(|v| v.to_le_bytes()).collect(),
            ),
            (
                DType::I64,
                [-1_i64, 0, 1]
                    .iter()
                    .flat_map(|v| v.to_le_bytes())
                    .collect(),
            ),
            (
                DType::U64,
                [1_u64, 2, 3].iter().flat_map(|v| v.to_le_bytes()).collect(),
            ),
        ] {
            let found = variances(&data, dtype, 1).unwrap();
            assert!((found[0] - expected).abs() < 1e-12, "{dtype:?} {found:?}");
        }
    }

    #[test]
    fn long_sums_stay_accurate() {
        let values: Vec<f64> = (0..1_000_000).map(|i| 1e6 + f64::from(i % 2)).collect();
        let found = variances(&bytes(&values), DType::F64, 1).unwrap();
        assert!(
            (found[0] - 0.25 * 1e6 / (1e6 - 1.0)).abs() < 1e-12,
            "{found:?}"
        );
    }

    #[test]
    fn unequal_modes_are_refused() {
        assert!(variances(&[0; 8], DType::F64, 3).is_err());
        assert!(variances(&[0; 8], DType::F64, 0).is_err());
    }
}
