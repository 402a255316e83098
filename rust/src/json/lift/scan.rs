//! A text that goes by: the part of it that is in memory, and the numbers in it.

use std::io::Read;

use crate::dtype::DType;
use crate::error::Result;
use crate::memory::{try_extend, try_reserve};
use crate::work::interrupt;

/// Bytes that are read at once.
pub(super) const PIECE: usize = 256 << 10;

/// A text that goes by, of which a part is in memory.
pub(super) struct Scanner<R> {
    input: R,
    bytes: Vec<u8>,
    at: usize,
    done: bool,
}

impl<R: Read> Scanner<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            bytes: Vec::new(),
            at: 0,
            done: false,
        }
    }

    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Moves the next `count` bytes to `out`.
    pub(super) fn take(&mut self, count: usize, out: &mut Vec<u8>) -> Result<()> {
        try_extend(out, &self.bytes[self.at..self.at + count])?;
        self.at += count;
        Ok(())
    }

    /// Reads a further piece behind what is left; false at the end of the input.
    pub(super) fn more(&mut self) -> Result<bool> {
        if self.done {
            return Ok(false);
        }
        interrupt::check()?;
        self.bytes.drain(..self.at);
        self.at = 0;
        let len = self.bytes.len();
        try_reserve(&mut self.bytes, PIECE)?;
        self.bytes.resize(len + PIECE, 0);
        let read = loop {
            match self.input.read(&mut self.bytes[len..]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.bytes.truncate(len + read);
        self.done = read == 0;
        Ok(!self.done)
    }

    pub(super) fn peek(&mut self) -> Result<Option<u8>> {
        while self.at == self.bytes.len() {
            if !self.more()? {
                return Ok(None);
            }
        }
        Ok(Some(self.bytes[self.at]))
    }
}

/// Offset in `text` of the number that follows `at`, behind blanks, a comma, and blanks.
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

/// The type of a number, by its token: -1.5 and NaN are floats, -1 is an integer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    /// Reads a token as Python's `json` does, or gives None: no number, or an integer beyond 64 bits.
    pub(super) fn parse(token: &[u8]) -> Option<Self> {
        match token {
            b"NaN" => return Some(Self::Float(f64::NAN)),
            b"Infinity" => return Some(Self::Float(f64::INFINITY)),
            b"-Infinity" => return Some(Self::Float(f64::NEG_INFINITY)),
            _ => {}
        }
        let digits = token.strip_prefix(b"-").unwrap_or(token);
        let whole = digits.iter().take_while(|b| b.is_ascii_digit()).count();
        if whole == 0 || (whole > 1 && digits[0] == b'0') {
            return None;
        }
        if whole == digits.len() {
            return std::str::from_utf8(token).ok()?.parse().ok().map(Self::Int);
        }
        let mut rest = &digits[whole..];
        if let Some(fraction) = rest.strip_prefix(b".") {
            rest = after_digits(fraction)?;
        }
        if let [b'e' | b'E', exponent @ ..] = rest {
            let unsigned = match exponent {
                [b'+' | b'-', unsigned @ ..] => unsigned,
                _ => exponent,
            };
            rest = after_digits(unsigned)?;
        }
        if !rest.is_empty() {
            return None;
        }
        fast_float2::parse(token).ok().map(Self::Float)
    }

    pub(super) const fn dtype(self) -> DType {
        match self {
            Self::Int(_) => DType::I64,
            Self::Float(_) => DType::F64,
        }
    }

    pub(super) const fn bytes(self) -> [u8; 8] {
        match self {
            Self::Int(value) => value.to_le_bytes(),
            Self::Float(value) => value.to_le_bytes(),
        }
    }
}

fn after_digits(text: &[u8]) -> Option<&[u8]> {
    let count = text.iter().take_while(|b| b.is_ascii_digit()).count();
    (count > 0).then(|| &text[count..])
}
