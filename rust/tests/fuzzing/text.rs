//! Comparison of a text and its lifted form.

use _native::dtype::DType;
use _native::json::{Lifted, NumberArray};

/// Fails unless the strings that stand for arrays, each replaced by its array, make up the original: byte by byte
/// outside the lists, number by number within them.
pub(crate) fn same(original: &[u8], lifted: &Lifted, least: usize) {
    let marker = format!("\"{}", lifted.token);
    let mut arrays = lifted.arrays.iter().enumerate();
    let mut rest = original;
    let mut left = lifted.text.as_slice();
    let (mut in_string, mut escaped) = (false, false);
    while let Some((&byte, after)) = left.split_first() {
        if !in_string && left.starts_with(marker.as_bytes()) {
            let (index, array) = arrays.next().expect("an array for each string");
            let name = format!("{marker}{index}\"");
            left = left.strip_prefix(name.as_bytes()).expect("arrays in order");
            let count: usize = array.shape.iter().product();
            assert!(count > least && array.bytes.len() == 8 * count);
            let mut numbers = array.bytes.as_chunks::<8>().0.iter();
            rest = list(rest, &array.shape, array, &mut numbers);
            assert!(numbers.next().is_none());
            continue;
        }
        assert_eq!(rest.first(), Some(&byte));
        rest = &rest[1..];
        left = after;
        in_string ^= byte == b'"' && !escaped;
        escaped = in_string && byte == b'\\' && !escaped;
    }
    assert!(rest.is_empty() && arrays.next().is_none());
}

/// Takes a list of this shape off `text`, whose numbers are the next of `numbers`.
fn list<'a, 'n>(
    text: &'a [u8],
    shape: &[usize],
    array: &NumberArray,
    numbers: &mut impl Iterator<Item = &'n [u8; 8]>,
) -> &'a [u8] {
    let Some((&count, inner)) = shape.split_first() else {
        let end = text
            .iter()
            .position(|b| b",] \n\r\t".contains(b))
            .unwrap_or(text.len());
        let token = str::from_utf8(&text[..end]).expect("ASCII");
        let number = numbers.next().expect("as many numbers as the shape says");
        assert!(
            equal(token, array.dtype, *number),
            "{token} is not {number:?}"
        );
        return &text[end..];
    };
    let mut rest = text;
    for index in 0..count {
        rest = expect(rest, if index == 0 { b'[' } else { b',' }).trim_ascii_start();
        rest = list(rest, inner, array, numbers).trim_ascii_start();
    }
    expect(rest, b']')
}

fn expect(text: &[u8], byte: u8) -> &[u8] {
    text.strip_prefix(&[byte])
        .unwrap_or_else(|| panic!("expected {:?} before {}", byte as char, text.escape_ascii()))
}

/// True if a number of the text, read by Rust's own parsers, has these bytes.
fn equal(token: &str, dtype: DType, bytes: [u8; 8]) -> bool {
    let float = token.contains(['.', 'e', 'E', 'N', 'I']);
    if dtype == DType::I64 {
        return !float && token.parse() == Ok(i64::from_le_bytes(bytes));
    }
    let expected = match token {
        "NaN" => return float && f64::from_le_bytes(bytes).is_nan(),
        "Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ => token.parse().expect("a number"),
    };
    float && expected.to_le_bytes() == bytes
}
