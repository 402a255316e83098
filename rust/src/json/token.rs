//! Numbers and what is between them, as bytes.

/// Where in `text` the number begins that follows `at`, behind blanks, a comma, and blanks.
pub(super) fn next_number(text: &[u8], at: usize) -> Option<usize> {
    let comma = at + text[at..].iter().position(|&byte| !is_blank(byte))?;
    if text[comma] != b',' {
        return None;
    }
    let start = comma + 1;
    Some(start + text[start..].iter().position(|&byte| !is_blank(byte))?)
}

pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

pub(super) const fn is_number_byte(byte: u8) -> bool {
    // The letters of NaN, Infinity and exponents are judged by the parser.
    matches!(
        byte,
        b'0'..=b'9'
            | b'-'
            | b'+'
            | b'.'
            | b'e'
            | b'E'
            | b'N'
            | b'a'
            | b'I'
            | b'n'
            | b'f'
            | b'i'
            | b't'
            | b'y'
    )
}
