//! The part of a text that is in memory while it goes by.

use std::io::Read;

use crate::alloc::{try_extend, try_reserve};
use crate::error::Result;
use crate::interrupt;

/// Bytes that are read at once.
pub(super) const PIECE: usize = 256 << 10;

/// The part of the input that is in memory.
pub(super) struct Window<R> {
    input: R,
    bytes: Vec<u8>,
    at: usize,
    done: bool,
}

impl<R: Read> Window<R> {
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
