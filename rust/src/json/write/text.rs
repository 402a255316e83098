//! Strings as Python writes them.

/// Appends `text` quoted, with everything but printable ASCII escaped (`ensure_ascii=True`).
pub fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text;
    while let Some(index) = rest
        .bytes()
        .position(|b| !(b' '..=b'~').contains(&b) || b == b'"' || b == b'\\')
    {
        out.extend_from_slice(&rest.as_bytes()[..index]);
        let mut chars = rest[index..].chars();
        if let Some(special) = chars.next() {
            push_escape(out, special);
        }
        rest = chars.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

/// Bytes that [`push_string`] appends.
#[must_use]
pub fn string_bytes(text: &str) -> usize {
    let mut out = Vec::new();
    push_string(&mut out, text);
    out.len()
}

fn push_escape(out: &mut Vec<u8>, special: char) {
    let short: &[u8] = match special {
        '"' => b"\\\"",
        '\\' => b"\\\\",
        '\n' => b"\\n",
        '\r' => b"\\r",
        '\t' => b"\\t",
        '\u{8}' => b"\\b",
        '\u{c}' => b"\\f",
        _ => {
            let mut units = [0; 2];
            for unit in special.encode_utf16(&mut units) {
                out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
            return;
        }
    };
    out.extend_from_slice(short);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_python_writes_them() {
        for (text, expected) in [
            ("", r#""""#),
            ("plain", r#""plain""#),
            (
                "a\"b\\c\n\r\t\u{8}\u{c}\u{1}",
                r#""a\"b\\c\n\r\t\b\f\u0001""#,
            ),
            ("ñandú 😀", r#""\u00f1and\u00fa \ud83d\ude00""#),
            ("~\u{7f}", r#""~\u007f""#),
        ] {
            let mut out = Vec::new();
            push_string(&mut out, text);
            assert_eq!(string_bytes(text), out.len());
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
