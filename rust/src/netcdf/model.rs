//! The content of a NetCDF file of either format: names, shapes, attributes and
//! where the bytes of each variable are.

use std::ops::Range;

use crate::dtype::{DType, Endian};
use crate::error::{Error, Result};

/// The place of a variable's elements.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// In the file itself, without a copy.
    Raw {
        /// Bytes of the file.
        range: Range<usize>,
        /// True if they are byte planes, as HDF5's shuffle filter leaves them.
        shuffled: bool,
    },
    /// Assembled or decompressed from several places of the file.
    Owned(Vec<u8>),
    /// Text, in C order.
    Strings(Vec<String>),
}

/// Value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Attr {
    /// One text.
    Text(String),
    /// A list of texts; never of one, which is [`Attr::Text`].
    Texts(Vec<String>),
    /// Numbers of one type. NetCDF makes no difference between a number and a list of one.
    Numbers {
        /// Type of each number.
        dtype: DType,
        /// Byte order of `bytes`.
        order: Endian,
        /// The numbers, one after the other.
        bytes: Vec<u8>,
    },
}

/// A named array.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its name; that of one of its dimensions if it is that dimension's coordinate.
    pub name: String,
    /// Names of its dimensions, slowest first.
    pub dims: Vec<String>,
    /// Lengths of its dimensions.
    pub shape: Vec<u64>,
    /// Type of its numbers, or `None` for text, whose data are [`Data::Strings`].
    pub dtype: Option<DType>,
    /// Byte order of its numbers.
    pub order: Endian,
    /// Its elements, in C order.
    pub data: Data,
    /// Attributes, in the order of the file.
    pub attrs: Vec<(String, Attr)>,
}

impl Variable {
    /// Type of its numbers, where text was ruled out before.
    pub fn number(&self) -> Result<DType> {
        let text = || Error::internal(format!("numbers in {:?}", self.name), "text");
        self.dtype.ok_or_else(text)
    }

    /// Number of elements, or `None` where it exceeds 64 bits.
    #[must_use]
    pub fn len(&self) -> Option<u64> {
        product(&self.shape)
    }

    /// True if it has no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }
}

/// A file: dimensions, variables and attributes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dataset {
    /// Names and lengths of the dimensions, in the order of the file.
    pub dims: Vec<(String, u64)>,
    /// The variables, in the order of the file.
    pub variables: Vec<Variable>,
    /// Attributes of the whole file.
    pub attrs: Vec<(String, Attr)>,
}

/// Number of elements of an array of this shape; zero-size shapes are zero whatever else they hold.
pub(crate) fn product(shape: &[u64]) -> Option<u64> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1_u64, |n, &d| n.checked_mul(d))
}
