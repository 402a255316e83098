//! NetCDF-3: CDF-1, CDF-2 (64-bit offset) and CDF-5, as the "NetCDF Classic Format Specification"
//! defines them, with xarray's convention for text.

mod header;
mod number;
mod read;
mod text;
mod write;

pub use read::{read, stated_length};
pub use write::write;

/// Tags of the lists of the header and type numbers (specification, "The Format in Detail").
const DIMENSION: u32 = 0x0A;
const VARIABLE: u32 = 0x0B;
const ATTRIBUTE: u32 = 0x0C;
const NC_CHAR: u32 = 2;

/// The attribute by which xarray marks char arrays that are text.
const ENCODING: &str = "_Encoding";
