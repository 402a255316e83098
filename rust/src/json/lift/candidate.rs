//! A list that may turn out to be an array: its text, its numbers, and the lists that are open in it.

use std::ops::Range;

use super::scan::Number;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::memory::{try_copy, try_extend, try_reserve};

/// An array that was a list in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberArray {
    /// [`DType::F64`] or [`DType::I64`].
    pub dtype: DType,
    /// Lengths of the nested lists, outermost first.
    pub shape: Vec<usize>,
    /// The numbers, little-endian.
    pub bytes: Vec<u8>,
}

/// Most bytes of text a number, beyond the first mebibyte, for a list to become an array. Upstream's lists take at most
/// 50, of which 25 are the number.
const SPARSE: usize = 128;
const SPARSE_FROM: usize = 1 << 20;

/// A list that is complete and rectangular.
#[derive(Debug)]
struct Child {
    text: Range<usize>,
    numbers: Range<usize>,
    shape: Vec<usize>,
}

/// A list that is open.
#[derive(Debug)]
struct Open {
    text: usize,
    numbers: usize,
    /// Numbers directly in it.
    scalars: usize,
    /// Shape of the lists directly in it, if there are any, and how many they are.
    shape: Option<Vec<usize>>,
    lists: usize,
    /// Large lists in it that become arrays if it does not become one itself. Keeping small lists too would take
    /// 25 bytes for each byte of `[1],[1],`.
    large: Vec<Child>,
}

/// The outermost open list and all that is in it, as long as it may still be an array.
#[derive(Debug, Default)]
pub(super) struct Candidate {
    pub(super) text: Vec<u8>,
    numbers: Vec<u8>,
    dtype: Option<DType>,
    open: Vec<Open>,
}

/// The outcome of a candidate.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Text with arrays in it: where they were, in order.
    pub(super) arrays: Vec<(Range<usize>, NumberArray)>,
}

impl Candidate {
    /// Lists that are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// True if a list may begin here: not beside numbers.
    pub(super) fn takes_list(&self) -> bool {
        self.open.last().is_none_or(|open| open.scalars == 0)
    }

    /// A list begins; its bracket is the next byte of the text.
    pub(super) fn begin(&mut self) {
        self.open.push(Open {
            text: self.text.len(),
            numbers: self.numbers.len() / 8,
            scalars: 0,
            shape: None,
            lists: 0,
            large: Vec::new(),
        });
    }

    /// Adds a number, unless it is beside a list or of another type than the numbers before it.
    pub(super) fn push(&mut self, number: Number) -> Result<bool> {
        let Some(open) = self.open.last_mut() else {
            return Ok(false);
        };
        if open.lists > 0 || self.dtype.is_some_and(|dtype| dtype != number.dtype()) {
            return Ok(false);
        }
        self.dtype = Some(number.dtype());
        try_extend(&mut self.numbers, &number.bytes())?;
        open.scalars += 1;
        Ok(true)
    }

    /// True if the innermost list is empty so far.
    pub(super) fn innermost_is_empty(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| open.scalars == 0 && open.lists == 0)
    }

    /// Offset of the text of the innermost list.
    pub(super) fn innermost_text(&self) -> usize {
        self.open.last().map_or(self.text.len(), |open| open.text)
    }

    /// True if most of the text is not numbers: a list that is all blanks must not stay in memory.
    pub(super) fn is_sparse(&self) -> bool {
        self.text.len() > SPARSE_FROM + self.numbers.len() / 8 * SPARSE
    }

    /// Ends the innermost list, whose bracket is the last byte of the text; false if the lists around it can be arrays
    /// no more. Lists of more than `least` numbers are remembered.
    pub(super) fn end(&mut self, least: usize) -> Result<bool> {
        let Some(list) = self.open.pop() else {
            return Ok(false);
        };
        let shape = match list.shape {
            Some(inner) => [&[list.lists], inner.as_slice()].concat(),
            None => vec![list.scalars],
        };
        let child = Child {
            text: list.text..self.text.len(),
            numbers: list.numbers..self.numbers.len() / 8,
            shape,
        };
        if self.open.is_empty() {
            // The outermost list is its own only child.
            self.begin();
        }
        let Some(parent) = self.open.last_mut() else {
            return Err(Error::internal("a list around a list", "none"));
        };
        parent.lists += 1;
        let shape = parent.shape.get_or_insert_with(|| child.shape.clone());
        let rectangular = *shape == child.shape;
        if child.numbers.len() > least {
            try_reserve(&mut parent.large, 1)?;
            parent.large.push(child);
        }
        Ok(rectangular)
    }

    /// Gives up all lists that are open: the large ones that are complete are arrays.
    pub(super) fn settle(&mut self) -> Result<Outcome> {
        let mut arrays = Vec::new();
        for child in self.open.drain(..).flat_map(|open| open.large) {
            let numbers = 8 * child.numbers.start..8 * child.numbers.end;
            let bytes = if numbers == (0..self.numbers.len()) {
                std::mem::take(&mut self.numbers)
            } else {
                try_copy(&self.numbers[numbers])?
            };
            let array = NumberArray {
                dtype: self
                    .dtype
                    .ok_or_else(|| Error::internal("numbers of one type", "none"))?,
                shape: child.shape,
                bytes,
            };
            arrays.push((child.text, array));
        }
        Ok(Outcome { arrays })
    }
}
