//! One result in memory.

use std::sync::Arc;

use super::frame::Frame;
use crate::codec::memory::CompressedArray;
use crate::dtype::DType;
use crate::error::{Error, Kind, Result};

/// An array without coordinates.
#[derive(Debug)]
pub struct Array {
    /// The name by which the text refers to it.
    pub name: String,
    /// Type of its elements.
    pub dtype: DType,
    /// Its shape.
    pub shape: Vec<u64>,
    /// Its elements.
    pub packed: CompressedArray,
}

/// The labelled array of a result.
#[derive(Debug)]
pub enum Body {
    /// Read natively: the payload and its shared frame.
    Plain(Arc<Frame>, CompressedArray),
    /// A whole NetCDF-4 file that xarray has to decode.
    General(CompressedArray),
    /// Not read: only the metadata were asked for.
    Absent,
}

impl Body {
    /// The array or file in memory, if it was read.
    #[must_use]
    pub fn packed(&self) -> Option<&CompressedArray> {
        match self {
            Self::Plain(_, packed) | Self::General(packed) => Some(packed),
            Self::Absent => None,
        }
    }

    /// The error for a result that was opened without its array, where the array is needed.
    #[must_use]
    pub fn absent() -> Error {
        Error::internal("a result with its array", "its metadata alone")
    }
}

/// A result: its metadata as text, its array, its further arrays.
#[derive(Debug)]
pub struct PackedResult {
    /// JSON text.
    pub text: Vec<u8>,
    /// The labelled array.
    pub body: Body,
    /// Large arrays that the text refers to.
    pub arrays: Vec<Array>,
    /// True if `arrays` were lifted out of the text, whose strings that equal a name stand for them.
    pub lifted: bool,
    /// A hash that its text shares with others that differ in some numbers only, if it was asked for.
    pub fingerprint: Option<u64>,
}

impl PackedResult {
    /// Bytes that the result takes in memory, but for the shared frame.
    #[must_use]
    pub fn packed_bytes(&self) -> usize {
        let body = self.body.packed().map_or(0, CompressedArray::packed_bytes);
        let arrays: usize = self.arrays.iter().map(|a| a.packed.packed_bytes()).sum();
        self.text.len() + body + arrays
    }

    /// Fails unless every array has as many bytes as its shape and type ask for.
    pub fn check(&self) -> Result<()> {
        if let Body::Plain(frame, packed) = &self.body {
            same_size(frame.nbytes()?, packed)?;
        }
        self.arrays.iter().try_for_each(|array| {
            same_size(
                Frame::bare(array.dtype, &array.shape)?.nbytes()?,
                &array.packed,
            )
        })
    }

    /// Bytes of its arrays when they are unpacked.
    #[must_use]
    pub fn nbytes(&self) -> usize {
        let body = self.body.packed().map_or(0, CompressedArray::nbytes);
        body + self.arrays.iter().map(|a| a.packed.nbytes()).sum::<usize>()
    }
}

fn same_size(expected: usize, packed: &CompressedArray) -> Result<()> {
    if packed.nbytes() == expected {
        return Ok(());
    }
    let found = format!("{}", packed.nbytes());
    Err(Error::new(
        Kind::Value,
        format!("{expected} bytes of an array"),
        found,
    ))
}
