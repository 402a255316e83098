//! Memory to work in, which one piece of work after the other uses.

use super::buffer::Buffer;
use crate::error::Result;

/// Room as large as the largest demand so far: its pages are faulted in and zeroed once, not for each piece of work.
#[derive(Debug, Default)]
pub struct Scratch(Option<Buffer>);

/// Demands of less are met with so many bytes.
const LEAST: usize = 64 << 10;

impl Scratch {
    /// Room for `len` bytes, which hold what earlier work left there.
    ///
    /// A size that a file declares must have been checked against [`crate::limits`] before.
    pub fn room(&mut self, len: usize) -> Result<&mut [u8]> {
        let held = match self.0.take() {
            Some(held) if held.len() >= len => held,
            // What was too small is freed before.
            _ => Buffer::zeroed(len.max(LEAST))?,
        };
        Ok(&mut self.0.insert(held)[..len])
    }

    /// Takes bytes that were made elsewhere.
    pub fn hold(&mut self, bytes: Buffer) -> &mut [u8] {
        self.0.insert(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_as_long_as_it_is_asked_for() {
        let mut scratch = Scratch::default();
        for len in [5, 0, LEAST + 1, 7, LEAST + 2] {
            scratch.room(len).unwrap().fill(3);
            assert_eq!(scratch.room(len).unwrap(), vec![3; len]);
        }
        assert_eq!(scratch.hold(Buffer::from(vec![1, 2])), [1, 2]);
        assert_eq!(scratch.room(2).unwrap(), [1, 2]);
    }
}
