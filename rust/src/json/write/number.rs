//! Numbers as Python writes them.

use crate::error::{Error, Result};

/// Appends `value` as `float.__repr__` writes it, with JSON's extended tokens for what is not finite.
///
/// The digits are the shortest that read back equal (zmij); the layout is CPython's (`pystrtod.c`, format `r`): an
/// exponent below -4 or from 16 on, of at least two digits, and `.0` on whole numbers.
pub fn push_float(out: &mut Vec<u8>, value: f64) -> Result<()> {
    if !value.is_finite() {
        let token: &[u8] = if value.is_nan() {
            b"NaN"
        } else if value > 0.0 {
            b"Infinity"
        } else {
            b"-Infinity"
        };
        out.extend_from_slice(token);
        return Ok(());
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    if value == 0.0 {
        out.extend_from_slice(b"0.0");
        return Ok(());
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value.abs());
    if (1e-4..1e16).contains(&value.abs()) && !text.contains('e') {
        // Both write these alike, and nearly all numbers are such.
        out.extend_from_slice(text.as_bytes());
        return Ok(());
    }
    let (digits, point) =
        decimal(text).ok_or_else(|| Error::internal("the digits of a number", text))?;
    layout(out, &digits, point);
    Ok(())
}

/// The significant digits of a decimal text and where the point stands before the first of them.
fn decimal(text: &str) -> Option<(Vec<u8>, i32)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut point = exponent.parse::<i32>().ok()?;
    point += i32::try_from(whole.len()).ok()?;
    let mut digits: Vec<u8> = [whole, fraction].concat().into_bytes();
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    digits.drain(..zeros);
    point -= i32::try_from(zeros).ok()?;
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
    Some((digits, point))
}

fn layout(out: &mut Vec<u8>, digits: &[u8], point: i32) {
    match usize::try_from(point) {
        Ok(whole) if (1..=16).contains(&whole) => {
            if let Some((left, right)) = digits
                .split_at_checked(whole)
                .filter(|(_, r)| !r.is_empty())
            {
                out.extend_from_slice(left);
                out.push(b'.');
                out.extend_from_slice(right);
            } else {
                out.extend_from_slice(digits);
                out.resize(out.len() + whole - digits.len(), b'0');
                out.extend_from_slice(b".0");
            }
        }
        _ if (-3..=0).contains(&point) => {
            out.extend_from_slice(b"0.");
            out.resize(out.len() + point.unsigned_abs() as usize, b'0');
            out.extend_from_slice(digits);
        }
        _ => {
            let (first, others) = digits.split_at(1);
            out.extend_from_slice(first);
            if !others.is_empty() {
                out.push(b'.');
                out.extend_from_slice(others);
            }
            let exponent = point - 1;
            let sign = if exponent < 0 { '-' } else { '+' };
            out.extend_from_slice(format!("e{sign}{:02}", exponent.unsigned_abs()).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(value: f64) -> String {
        let mut out = Vec::new();
        push_float(&mut out, value).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn as_python_writes_them() {
        for (value, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-1.5, "-1.5"),
            (0.1, "0.1"),
            (100.0, "100.0"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.25e22, "1.25e+22"),
            (123_456.789, "123456.789"),
            (1e300, "1e+300"),
            (5e-324, "5e-324"),
            (1.797_693_134_862_315_7e308, "1.7976931348623157e+308"),
            (9_007_199_254_740_993.0, "9007199254740992.0"),
            (0.001_234, "0.001234"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(text(value), expected);
        }
    }

    proptest! {
        #[test]
        fn they_read_back_equal(value in any::<f64>()) {
            if value.is_finite() {
                prop_assert_eq!(text(value).parse::<f64>().unwrap().to_bits(), value.to_bits());
            }
        }

        #[test]
        fn the_short_way_writes_what_the_long_way_does(digits in any::<u64>(), power in -5..17) {
            #[expect(clippy::cast_precision_loss, reason = "any number will do")]
            let value = digits as f64 / 2_f64.powi(64) * 10_f64.powi(power);
            let mut buffer = zmij::Buffer::new();
            let (decimals, point) = decimal(buffer.format_finite(value.max(1e-300))).unwrap();
            let mut long = Vec::new();
            layout(&mut long, &decimals, point);
            prop_assert_eq!(text(value.max(1e-300)).into_bytes(), long);
        }
    }
}
