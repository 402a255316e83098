//! Arrays of numbers as nested lists, laid out as `json.dumps(obj, indent=2)` does it: one number a line.

use std::io::Write;
use std::ops::Range;

use super::number::push_float;
use crate::dtype::DType;
use crate::error::{Error, Kind, Result};

/// An array of numbers that is yet to be spelled out.
#[derive(Debug)]
pub struct Nested {
    dtype: DType,
    /// Numbers in one innermost list, in one list of these, and so on to the whole array.
    rows: Vec<usize>,
    bytes: Vec<u8>,
    level: usize,
}

impl Nested {
    /// An array of little-endian numbers that stands inside `level` brackets.
    ///
    /// It has an axis and a number: what is empty, and what is a number alone, has no lists to lay out.
    pub fn new(dtype: DType, shape: &[u64], bytes: Vec<u8>, level: usize) -> Result<Self> {
        let mut rows = Vec::with_capacity(shape.len());
        let mut len = 1_usize;
        for &axis in shape.iter().rev() {
            len = len.saturating_mul(usize::try_from(axis).unwrap_or(usize::MAX));
            rows.push(len);
        }
        if dtype == DType::F16 {
            return Err(Error::new(
                Kind::Value,
                "a type of JSON's numbers",
                "float16",
            ));
        }
        let size = len.checked_mul(dtype.size());
        if bytes.is_empty() || rows.is_empty() || size != Some(bytes.len()) {
            let found = format!("shape {shape:?} of {dtype:?} in {} bytes", bytes.len());
            return Err(Error::new(Kind::Value, "an array of numbers", found));
        }
        Ok(Self {
            dtype,
            rows,
            bytes,
            level,
        })
    }

    /// Count of its numbers; at least one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.bytes.len() / self.dtype.size()
    }

    /// Appends a range of its numbers with the brackets that open before and close between them; those that end the
    /// array belong to its last number.
    pub fn push(&self, out: &mut Vec<u8>, range: Range<usize>) -> Result<()> {
        let inner = self.level + self.rows.len();
        let size = self.dtype.size();
        let bytes = self.bytes.get(range.start * size..range.end * size);
        let bytes = bytes.ok_or_else(|| {
            let expected = format!("a range of {} numbers", self.count());
            Error::internal(expected, format!("{range:?}"))
        })?;
        let numbers = bytes.chunks_exact(size);
        for (index, number) in range.zip(numbers) {
            let begun = self.rows.iter().take_while(|&row| index % row == 0).count();
            if index > 0 {
                close(out, inner, begun);
                out.push(b',');
                line(out, inner - begun);
            }
            for level in inner - begun..inner {
                out.push(b'[');
                line(out, level + 1);
            }
            push_number(out, self.dtype, number)?;
            if index + 1 == self.count() {
                close(out, inner, self.rows.len());
            }
        }
        Ok(())
    }
}

fn close(out: &mut Vec<u8>, inner: usize, lists: usize) {
    for level in (inner - lists..inner).rev() {
        line(out, level);
        out.push(b']');
    }
}

/// A new line, indented for what stands inside `level` brackets.
pub fn line(out: &mut Vec<u8>, level: usize) {
    out.push(b'\n');
    out.resize(out.len() + 2 * level, b' ');
}

/// Appends a little-endian number.
pub fn push_number(out: &mut Vec<u8>, dtype: DType, bytes: &[u8]) -> Result<()> {
    let mut eight = [0; 8];
    eight[..bytes.len()].copy_from_slice(bytes);
    let bits = u64::from_le_bytes(eight);
    let unused = 64 - 8 * bytes.len();
    match dtype {
        DType::F64 => push_float(out, f64::from_bits(bits)),
        DType::F32 => {
            let four = [eight[0], eight[1], eight[2], eight[3]];
            push_float(out, f64::from(f32::from_le_bytes(four)))
        }
        DType::I8 | DType::I16 | DType::I32 | DType::I64 => {
            Ok(write!(out, "{}", (bits << unused).cast_signed() >> unused)?)
        }
        DType::U8 | DType::U16 | DType::U32 | DType::U64 => Ok(write!(out, "{bits}")?),
        DType::F16 => Err(Error::internal("a type of JSON's numbers", "float16")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(dtype: DType, shape: &[u64], bytes: &[u8], level: usize) -> String {
        let nested = Nested::new(dtype, shape, bytes.to_vec(), level).unwrap();
        let mut whole = Vec::new();
        nested.push(&mut whole, 0..nested.count()).unwrap();
        for cut in 0..=nested.count() {
            let mut parts = Vec::new();
            nested.push(&mut parts, 0..cut).unwrap();
            nested.push(&mut parts, cut..nested.count()).unwrap();
            assert!(parts == whole, "cut at {cut}");
        }
        String::from_utf8(whole).unwrap()
    }

    #[test]
    fn brackets_stand_where_python_puts_them() {
        let bytes: Vec<u8> = (1..=6).collect();
        let expected = "[\n  [\n    1,\n    2,\n    3\n  ],\n  [\n    4,\n    5,\n    6\n  ]\n]";
        assert_eq!(text(DType::U8, &[2, 3], &bytes, 0), expected);
        let deeper = expected.replace('\n', "\n    ");
        assert_eq!(text(DType::U8, &[2, 3], &bytes, 2), deeper);
        let cube = text(DType::U8, &[2, 1, 2], &bytes[..4], 0).replace(['\n', ' '], "");
        assert_eq!(cube, "[[[1,2]],[[3,4]]]");
    }

    #[test]
    fn numbers_of_every_type() {
        let squeezed = |dtype: DType, bytes: &[u8]| {
            let shape = [(bytes.len() / dtype.size()) as u64];
            text(dtype, &shape, bytes, 0).replace(['\n', ' '], "")
        };
        assert_eq!(squeezed(DType::I8, &[0x80, 0x7f]), "[-128,127]");
        assert_eq!(squeezed(DType::U16, &[0xff, 0xff]), "[65535]");
        assert_eq!(
            squeezed(DType::I64, &i64::MIN.to_le_bytes()),
            "[-9223372036854775808]"
        );
        assert_eq!(
            squeezed(DType::U64, &u64::MAX.to_le_bytes()),
            "[18446744073709551615]"
        );
        // What the float is as a double, not its own shortest digits.
        assert_eq!(
            squeezed(DType::F32, &0.1_f32.to_le_bytes()),
            "[0.10000000149011612]"
        );
        assert_eq!(squeezed(DType::F64, &f64::NAN.to_le_bytes()), "[NaN]");
    }

    #[test]
    fn halves_are_refused() {
        let error = Nested::new(DType::F16, &[1], vec![0; 2], 0).unwrap_err();
        assert_eq!(error.kind(), Kind::Value);
    }

    #[test]
    fn what_has_no_lists_is_refused() {
        for (shape, bytes) in [(&[][..], 8), (&[0], 0), (&[2], 8), (&[u64::MAX, 2], 16)] {
            assert!(
                Nested::new(DType::F64, shape, vec![0; bytes], 0).is_err(),
                "{shape:?}"
            );
        }
    }
}
