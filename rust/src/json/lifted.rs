//! What comes out of lifting: the text that stays, and arrays.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use crate::netcdf::DType;

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

/// A prefix that no text contains.
pub(super) fn token() -> String {
    // Two hashes with keys from the operating system's randomness: 128 bits.
    let [a, b] = [0, 1].map(|_| RandomState::new().build_hasher().finish());
    format!("array-{a:016x}{b:016x}-")
}
