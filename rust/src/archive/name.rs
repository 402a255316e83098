//! Names whose header does not say that they are UTF-8.

/// Code page 437 from 0x80 on (APPNOTE D.1), the encoding of names without flag bit 11.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧\
╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

pub(super) fn cp437(raw: &[u8]) -> String {
    raw.iter()
        .map(|&byte| match byte.checked_sub(0x80) {
            None => char::from(byte),
            Some(high) => CP437
                .chars()
                .nth(high.into())
                .unwrap_or(char::REPLACEMENT_CHARACTER),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_half_is_whole() {
        assert_eq!(CP437.chars().count(), 128);
        // bytes([0x41, 0x80, 0x9f, 0xb0, 0xe0, 0xff]).decode("cp437")
        assert_eq!(cp437(&[0x41, 0x80, 0x9f, 0xb0, 0xe0, 0xff]), "AÇƒ░α\u{a0}");
    }
}
