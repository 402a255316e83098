//! Names of members as text.

use std::borrow::Cow;

use super::record::UTF8;

/// The name in a header with these flags; `None` if it is not the UTF-8 that it is flagged to be.
///
/// A name that is neither ASCII nor flagged may be in any code page. No member that counts has one: each byte is taken
/// for the character of its number, so that such members can be named and told apart.
pub(super) fn decoded(raw: &[u8], flags: u16) -> Option<Cow<'_, str>> {
    if flags & UTF8 != 0 || raw.is_ascii() {
        return str::from_utf8(raw).ok().map(Cow::Borrowed);
    }
    Some(raw.iter().map(|&byte| char::from(byte)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_without_flag_has_a_text_of_its_own() {
        let names: Vec<_> = (0..=255)
            .map(|byte| decoded(&[byte], 0).unwrap().into_owned())
            .collect();
        assert_eq!(&names[0x41], "A");
        assert_eq!(&names[0xe9], "é");
        let distinct: std::collections::HashSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), 256);
    }

    #[test]
    fn a_flagged_name_is_utf8() {
        assert_eq!(decoded("é".as_bytes(), UTF8).unwrap(), "é");
        assert_eq!(decoded(b"\xe9", UTF8), None);
    }
}
