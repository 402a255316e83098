//! Seeded damage of good inputs.

/// Numbers that are the same on every machine (Steele, Lea and Flood, `SplitMix64`).
pub(crate) struct Random(pub(crate) u64);

const INTERESTING: [u64; 12] = [
    0,
    1,
    2,
    7,
    0x7f,
    0xff,
    0xffff,
    0x7fff_ffff,
    0xffff_ffff,
    1 << 32,
    i64::MAX.cast_unsigned(),
    u64::MAX,
];

impl Random {
    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, or 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % end).unwrap_or(0)
    }
}

/// `good` after one to four changes; `other` lends bytes.
pub(crate) fn mutated(good: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=random.below(4) {
        change(&mut bytes, other, random);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(bytes.len());
    let end = (at + 1 + random.below(16)).min(bytes.len());
    match random.below(8) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let part = bytes[at..end].to_vec();
            let to = random.below(bytes.len());
            drop(bytes.splice(to..to, part));
        }
        3 => {
            let from = random.below(other.len());
            let lent = &other[from..(from + 16).min(other.len())];
            drop(bytes.splice(at..end, lent.iter().copied()));
        }
        4 | 5 => {
            let number = INTERESTING[random.below(INTERESTING.len())];
            let width = 1 << random.below(4);
            let mut value = number.to_le_bytes()[..width].to_vec();
            if random.below(2) == 0 {
                value.reverse();
            }
            for (to, from) in bytes.iter_mut().skip(at).zip(value) {
                *to = from;
            }
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
    }
}
