//! The blocks of a deflate stream (RFC 1951), gone through to the last.
//!
//! libdeflate makes whole streams only. Two of them can be joined once the last block of the first does not say that it
//! is the last. To find where that block begins, all codes before it have to be read.

/// The last block of a stream: the bits at which it begins, and at which the stream ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Last {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Longest code in bits.
const LONGEST: u32 = 15;
/// Symbol of the end of a block.
const END: u16 = 256;
/// Extra bits of the lengths from symbol 257 on, and of distances (3.2.5).
const LENGTHS: [u8; 29] = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];
const DISTANCES: [u8; 30] = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13,
    13,
];
/// Order of the lengths of the code that codes the lengths of the others (3.2.7).
const ORDER: [usize; 19] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/// Finds the last block of a whole stream; None where `stream` is none.
pub(super) fn last(stream: &[u8]) -> Option<Last> {
    let mut bits = Bits { stream, at: 0 };
    let (mut literals, mut distances) = (Code::new(), Code::new());
    loop {
        let start = bits.at;
        let is_last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => bits.skip_stored()?,
            1 => {
                literals.set(&fixed())?;
                distances.set(&[5; 30])?;
                bits.skip_coded(&literals, &distances)?;
            }
            2 => {
                bits.read_codes(&mut literals, &mut distances)?;
                bits.skip_coded(&literals, &distances)?;
            }
            _ => return None,
        }
        if is_last {
            let end = bits.at;
            return Some(Last { start, end });
        }
    }
}

/// Lengths of the fixed code of literals and lengths (3.2.6).
fn fixed() -> [u8; 288] {
    let mut lengths = [8; 288];
    lengths[144..256].fill(9);
    lengths[256..280].fill(7);
    lengths
}

/// A prefix code: by its next 15 bits, a symbol and its length in the low four bits.
struct Code(Vec<u16>);

impl Code {
    fn new() -> Self {
        Self(vec![0; 1 << LONGEST])
    }

    /// Takes the code of these lengths (3.2.2).
    fn set(&mut self, lengths: &[u8]) -> Option<()> {
        self.0.fill(0);
        let mut code = 0_u32;
        for length in 1..=LONGEST {
            for (symbol, _) in lengths
                .iter()
                .enumerate()
                .filter(|&(_, &l)| u32::from(l) == length)
            {
                // Codes come with their first bit first.
                let reversed = code.reverse_bits() >> (u32::BITS - length);
                let entry = u16::try_from(symbol << 4).ok()? | u16::try_from(length).ok()?;
                let place = usize::try_from(reversed).ok()?;
                for slot in self.0.iter_mut().skip(place).step_by(1 << length) {
                    *slot = entry;
                }
                code += 1;
            }
            code <<= 1;
        }
        Some(())
    }
}

struct Bits<'a> {
    stream: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// The next 57 bits at least; zeros follow the end of the stream.
    fn peek(&self) -> u64 {
        let rest = self.stream.get(self.at / 8..).unwrap_or_default();
        let word = match rest.first_chunk() {
            Some(word) => u64::from_le_bytes(*word),
            None => rest
                .iter()
                .rev()
                .fold(0, |word, &byte| word << 8 | u64::from(byte)),
        };
        word >> (self.at % 8)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.at += count;
        (self.at <= 8 * self.stream.len()).then_some(())
    }

    fn take(&mut self, count: u8) -> Option<usize> {
        let bits = self.peek() & ((1 << count) - 1);
        self.skip(count.into())?;
        usize::try_from(bits).ok()
    }

    fn skip_stored(&mut self) -> Option<()> {
        self.at = self.at.next_multiple_of(8);
        let len = self.take(16)?;
        self.skip(16 + 8 * len)
    }

    fn symbol(&mut self, code: &Code) -> Option<u16> {
        // Cut before it is an index: all bits of it are more than 32.
        let next = self.peek() & ((1 << LONGEST) - 1);
        let entry = *code.0.get(usize::try_from(next).ok()?)?;
        self.skip(usize::from(entry & 15))?;
        // No symbol has a code without bits.
        (entry & 15 != 0).then_some(entry >> 4)
    }

    fn read_codes(&mut self, literals: &mut Code, distances: &mut Code) -> Option<()> {
        let (literal, distance) = (257 + self.take(5)?, 1 + self.take(5)?);
        let mut lengths = [0; 19];
        for &place in &ORDER[..4 + self.take(4)?] {
            lengths[place] = u8::try_from(self.take(3)?).ok()?;
        }
        // The code of lengths is done with before that of literals is there.
        literals.set(&lengths)?;
        let mut lengths: Vec<u8> = Vec::with_capacity(literal + distance);
        while lengths.len() < literal + distance {
            let (length, times) = match self.symbol(literals)? {
                symbol @ 0..16 => (u8::try_from(symbol).ok()?, 1),
                16 => (*lengths.last()?, 3 + self.take(2)?),
                17 => (0, 3 + self.take(3)?),
                _ => (0, 11 + self.take(7)?),
            };
            lengths.resize(lengths.len() + times, length);
        }
        literals.set(lengths.get(..literal)?)?;
        distances.set(lengths.get(literal..literal + distance)?)
    }

    fn skip_coded(&mut self, literals: &Code, distances: &Code) -> Option<()> {
        loop {
            match self.symbol(literals)? {
                0..END => {}
                END => return Some(()),
                length => {
                    let extra = *LENGTHS.get(usize::from(length - END - 1))?;
                    self.skip(extra.into())?;
                    let distance = self.symbol(distances)?;
                    self.skip((*DISTANCES.get(usize::from(distance))?).into())?;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_each_kind() {
        // Fixed: the end alone (3 + 7 bits). Stored: empty, then one byte that is the last.
        assert_eq!(last(&[3, 0]), Some(Last { start: 0, end: 10 }));
        let stored = [0, 0, 0, 0xff, 0xff, 1, 1, 0, 0xfe, 0xff, 7];
        assert_eq!(last(&stored), Some(Last { start: 40, end: 88 }));
        assert_eq!(last(&stored[..10]), None);
        assert_eq!(last(&[]), None);
        assert_eq!(last(&[7]), None);
        // A repetition of nothing.
        assert_eq!(last(&[5, 0, 0, 0, 0, 0, 0]), None);
    }
}
