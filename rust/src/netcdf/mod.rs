//! NetCDF bytes to and from named arrays.

mod model;

pub use model::{Attr, DType, Data, Dataset, Endian, Variable};
