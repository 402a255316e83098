//! Number lists out of a stream of JSON text, into arrays.
//!
//! Upstream writes arrays as nested lists: 530 MB of text for one Cuppini2014 result, which Python's parser turns
//! into 20 million objects. Here a list of numbers leaves the text for a buffer as it goes by; what remains is
//! small, and `json.loads` decides about it. Nothing here judges whether the text is JSON: whatever
//! looks odd stays in it.
//!
//! A list becomes an array if it is rectangular, has more numbers than a given count, and has only floats or only
//! integers of 64 bits. A list within such a list is part of its array.

mod candidate;
mod scan;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::Read;

use crate::error::Result;
use crate::limits::Limits;
use crate::memory::try_extend;
use candidate::Candidate;
use scan::{Number, PIECE, Scanner, is_blank, is_number_byte, next_number};

pub use candidate::NumberArray;

/// Dimensions that a NumPy array may have (`NPY_MAXDIMS`; 64 from NumPy 2 on).
const MOST_DIMS: usize = 32;

/// Text without its large number lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifted {
    /// The text; the string `token` + index stands where array number index was.
    pub text: Vec<u8>,
    /// The arrays, in the order of the text.
    pub arrays: Vec<NumberArray>,
    /// Prefix of the strings that stand for arrays; nobody who wrote the text could know it.
    pub token: String,
}

/// Lifts the lists of more than `least` numbers out of `text`.
///
/// At any time the memory holds the arrays, the text that stays, for which `compressed` bytes of a file give room
/// ([`Limits::text_room`]), and the list at hand.
pub fn lift(text: impl Read, least: usize, compressed: u64, limits: &Limits) -> Result<Lifted> {
    let mut lifter = Lifter {
        scanner: Scanner::new(text),
        least,
        compressed,
        limits: *limits,
        lifted: Lifted {
            text: Vec::new(),
            arrays: Vec::new(),
            token: token(),
        },
    };
    while lifter.plain()? {
        lifter.lists()?;
    }
    Ok(lifter.lifted)
}

/// A prefix that no text contains.
fn token() -> String {
    // Two hashes with keys from the operating system's randomness: 128 bits.
    let [a, b] = [0, 1].map(|_| RandomState::new().build_hasher().finish());
    format!("array-{a:016x}{b:016x}-")
}

struct Lifter<R> {
    scanner: Scanner<R>,
    least: usize,
    compressed: u64,
    limits: Limits,
    lifted: Lifted,
}

impl<R: Read> Lifter<R> {
    /// Passes text on up to the next list; false at the end.
    fn plain(&mut self) -> Result<bool> {
        let mut in_string = false;
        loop {
            if self.scanner.peek()?.is_none() {
                return Ok(false);
            }
            let rest = self.scanner.rest();
            let stop = if in_string {
                memchr::memchr2(b'"', b'\\', rest)
            } else {
                memchr::memchr2(b'"', b'[', rest)
            };
            let Some(stop) = stop else {
                self.pass(rest.len())?;
                continue;
            };
            match rest[stop] {
                b'[' => {
                    self.pass(stop)?;
                    return Ok(true);
                }
                b'"' => {
                    in_string = !in_string;
                    self.pass(stop + 1)?;
                }
                // An escape: whatever follows the backslash belongs to the string.
                _ => {
                    self.pass(stop + 1)?;
                    if self.scanner.peek()?.is_some() {
                        self.pass(1)?;
                    }
                }
            }
        }
    }

    fn pass(&mut self, count: usize) -> Result<()> {
        self.scanner.take(count, &mut self.lifted.text)?;
        self.check()
    }

    fn check(&self) -> Result<()> {
        let size = self.lifted.text.len() as u64;
        self.limits.check_text(self.compressed, size)
    }

    /// Reads lists of numbers, the next byte being a bracket, until they end or something else comes.
    fn lists(&mut self) -> Result<()> {
        let mut candidate = Candidate::default();
        // Whether a value may stand here, and whether it must: after a comma.
        let (mut value, mut must) = (true, false);
        loop {
            self.blanks(&mut candidate)?;
            if candidate.is_sparse() {
                return self.settle(&mut candidate);
            }
            match self.scanner.peek()? {
                Some(b'[') if value && candidate.depth() < MOST_DIMS => {
                    if !candidate.takes_list() {
                        self.settle(&mut candidate)?;
                    }
                    candidate.begin();
                    self.take(&mut candidate, 1)?;
                    must = false;
                }
                Some(b'[') if value => {
                    self.settle(&mut candidate)?;
                    return self.brackets();
                }
                Some(b',') if !value => {
                    self.take(&mut candidate, 1)?;
                    (value, must) = (true, true);
                }
                Some(b']') if !must && candidate.depth() > 0 => {
                    let empty = candidate.innermost_is_empty();
                    self.take(&mut candidate, 1)?;
                    let outermost = candidate.depth() == 1;
                    if empty || !candidate.end(self.least)? || outermost {
                        return self.settle(&mut candidate);
                    }
                    value = false;
                }
                Some(byte) if value && is_number_byte(byte) => {
                    if !self.numbers(&mut candidate)? {
                        return self.settle(&mut candidate);
                    }
                    (value, must) = (false, false);
                }
                _ => {
                    self.settle(&mut candidate)?;
                    return self.step_over();
                }
            }
        }
    }

    /// Adds the number at hand and those that follow; false if it cannot be in an array. Where it is of another type
    /// than those of earlier lists, its own list starts afresh.
    fn numbers(&mut self, candidate: &mut Candidate) -> Result<bool> {
        let len = self.number_len()?;
        let Some(number) = Number::parse(&self.scanner.rest()[..len]) else {
            return Ok(false);
        };
        if !candidate.push(number)? {
            if !candidate.innermost_is_empty() {
                return Ok(false);
            }
            self.restart(candidate)?;
            if !candidate.push(number)? {
                return Ok(false);
            }
        }
        self.take(candidate, len)?;
        self.run(candidate)?;
        Ok(true)
    }

    /// Adds the numbers that follow one, each behind a comma, as far as they are whole in memory and of its type.
    /// It is the hot loop, which keeps the text of all of them at once.
    fn run(&mut self, candidate: &mut Candidate) -> Result<()> {
        let rest = self.scanner.rest();
        let mut at = 0;
        while let Some(start) = next_number(rest, at) {
            let token = &rest[start..];
            let Some(len) = token.iter().position(|&byte| !is_number_byte(byte)) else {
                break;
            };
            let Some(number) = Number::parse(&token[..len]) else {
                break;
            };
            if !candidate.push(number)? {
                break;
            }
            at = start + len;
        }
        self.take(candidate, at)
    }

    /// Length of the number at hand, which is brought into memory whole.
    fn number_len(&mut self) -> Result<usize> {
        loop {
            let rest = self.scanner.rest();
            let len = rest.iter().position(|&byte| !is_number_byte(byte));
            match len {
                Some(len) => return Ok(len),
                // Longer than any number that a float or 64 bits need: `json.loads` decides.
                None if rest.len() > PIECE => return Ok(rest.len()),
                None => {
                    if !self.scanner.more()? {
                        return Ok(self.scanner.rest().len());
                    }
                }
            }
        }
    }

    fn blanks(&mut self, candidate: &mut Candidate) -> Result<()> {
        loop {
            let rest = self.scanner.rest();
            let count = rest.iter().take_while(|&&byte| is_blank(byte)).count();
            let all = count == rest.len();
            self.take(candidate, count)?;
            if !all || self.scanner.peek()?.is_none() {
                return Ok(());
            }
        }
    }

    fn take(&mut self, candidate: &mut Candidate, count: usize) -> Result<()> {
        self.scanner.take(count, &mut candidate.text)
    }

    /// Passes the candidate's text on, with arrays for the complete lists that are large enough.
    fn settle(&mut self, candidate: &mut Candidate) -> Result<()> {
        let outcome = candidate.settle()?;
        let mut from = 0;
        for (range, array) in outcome.arrays {
            let before = &candidate.text[from..range.start];
            try_extend(&mut self.lifted.text, before)?;
            let name = format!("\"{}{}\"", self.lifted.token, self.lifted.arrays.len());
            try_extend(&mut self.lifted.text, name.as_bytes())?;
            self.lifted.arrays.push(array);
            from = range.end;
        }
        try_extend(&mut self.lifted.text, &candidate.text[from..])?;
        *candidate = Candidate::default();
        self.check()
    }

    /// Settles all but the innermost list, which has nothing in it yet.
    fn restart(&mut self, candidate: &mut Candidate) -> Result<()> {
        let bracket = candidate.innermost_text();
        let tail = candidate.text.split_off(bracket);
        self.settle(candidate)?;
        candidate.begin();
        candidate.text = tail;
        Ok(())
    }

    /// Passes on brackets that nest too deep for an array.
    fn brackets(&mut self) -> Result<()> {
        while let Some(b'[' | b' ' | b'\n' | b'\r' | b'\t') = self.scanner.peek()? {
            self.pass(1)?;
        }
        Ok(())
    }

    /// Passes one byte on, so that a closing bracket or a stray byte is not met again.
    fn step_over(&mut self) -> Result<()> {
        match self.scanner.peek()? {
            // Strings and lists are for `plain` to recognise.
            Some(b'"' | b'[') | None => Ok(()),
            Some(_) => self.pass(1),
        }
    }
}
