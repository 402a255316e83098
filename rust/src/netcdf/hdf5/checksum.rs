//! The two checksums of HDF5: Jenkins' lookup3 for metadata, Fletcher-32 for chunks.

use std::fmt::Display;

use crate::error::Result;
use crate::netcdf::malformed;

/// Fails unless the checksum of `what` is the one that the file states.
pub(super) fn check(stated: u32, found: u32, what: impl Display) -> Result<()> {
    if stated == found {
        return Ok(());
    }
    Err(malformed(
        format!("checksum {stated:#010x} of {what}"),
        format!("{found:#010x}"),
    ))
}

/// Bob Jenkins' `lookup3.c`, `hashlittle` with an initial value of 0 (section VIII).
pub(super) fn lookup3(bytes: &[u8]) -> u32 {
    // The C code adds the length as an unsigned int, so its low 32 bits count.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the low 32 bits are what is defined"
    )]
    let start = 0xdead_beef_u32.wrapping_add(bytes.len() as u32);
    let mut state = [start; 3];
    let mut blocks = bytes.chunks(12).peekable();
    while let Some(block) = blocks.next() {
        let mut words = [0; 12];
        for (to, from) in words.iter_mut().zip(block) {
            *to = *from;
        }
        for (value, word) in state.iter_mut().zip(words.as_chunks::<4>().0) {
            *value = value.wrapping_add(u32::from_le_bytes(*word));
        }
        if blocks.peek().is_some() {
            mix(&mut state);
        } else {
            finish(&mut state);
        }
    }
    state[2]
}

fn mix([a, b, c]: &mut [u32; 3]) {
    let step = |x: &mut u32, y: &mut u32, z: &mut u32, bits: u32| {
        *x = x.wrapping_sub(*z) ^ z.rotate_left(bits);
        *z = z.wrapping_add(*y);
    };
    step(a, b, c, 4);
    step(b, c, a, 6);
    step(c, a, b, 8);
    step(a, b, c, 16);
    step(b, c, a, 19);
    step(c, a, b, 4);
}

fn finish([a, b, c]: &mut [u32; 3]) {
    let step = |x: &mut u32, y: u32, bits: u32| *x = (*x ^ y).wrapping_sub(y.rotate_left(bits));
    step(c, *b, 14);
    step(a, *c, 11);
    step(b, *a, 25);
    step(c, *b, 16);
    step(a, *c, 4);
    step(b, *a, 14);
    step(c, *b, 24);
}

/// Fletcher-32 of big-endian 16-bit words, as HDF5's filter has it.
pub(super) fn fletcher32(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (0_u32, 0_u32);
    // 360 words are the most before the sums could exceed 32 bits.
    for block in bytes.chunks(720) {
        for word in block.chunks(2) {
            let word = [0, 1].map(|at| word.get(at).copied().unwrap_or(0));
            low += u32::from(u16::from_be_bytes(word));
            high += low;
        }
        low = (low & 0xFFFF) + (low >> 16);
        high = (high & 0xFFFF) + (high >> 16);
    }
    low = (low & 0xFFFF) + (low >> 16);
    high = (high & 0xFFFF) + (high >> 16);
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookup3_gives_the_values_of_its_author() {
        assert_eq!(lookup3(b""), 0xdead_beef);
        assert_eq!(lookup3(b"Four score and seven years ago"), 0x1777_0551);
    }
}
