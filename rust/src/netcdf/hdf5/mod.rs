//! NetCDF-4: the part of HDF5 that NetCDF writers use for plain arrays.
//!
//! Section numbers are those of the "HDF5 File Format Specification" version 3.0.

mod checksum;
mod read;
mod write;

pub use read::{read, stated_length};
pub use write::{SHUFFLED_FROM, file_prefix};

/// First bytes of a file (section II.A).
pub(super) const SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";

/// The address that stands for none.
const UNDEFINED: u64 = u64::MAX;

/// Attributes by which NetCDF-4 stores its own model; they are not the user's.
pub(crate) const RESERVED: [&str; 8] = [
    "CLASS",
    "NAME",
    "REFERENCE_LIST",
    "DIMENSION_LIST",
    "_Netcdf4Dimid",
    "_Netcdf4Coordinates",
    "_nc3_strict",
    "_NCProperties",
];

/// The prefix that netCDF gives to a variable that has a dimension's name, and is not the coordinate of it.
pub(crate) const NOT_A_COORDINATE: &str = "_nc4_non_coord_";

/// The text of `_NCProperties` in our files, up to the version of this crate.
pub(crate) const WRITER: &str = "version=2,skneuromsi-io=";

/// `NAME` of a dimension that has no coordinate variable, up to its length (`nc4internal.h`).
const NOT_A_VARIABLE: &str = "This is a netCDF dimension but not a netCDF variable.";

/// Numbers of object header messages (section IV.A.2).
mod message {
    pub(super) const NIL: u8 = 0x00;
    pub(super) const DATASPACE: u8 = 0x01;
    pub(super) const LINK_INFO: u8 = 0x02;
    pub(super) const DATATYPE: u8 = 0x03;
    pub(super) const FILL_VALUE: u8 = 0x05;
    pub(super) const LINK: u8 = 0x06;
    pub(super) const EXTERNAL: u8 = 0x07;
    pub(super) const LAYOUT: u8 = 0x08;
    pub(super) const GROUP_INFO: u8 = 0x0A;
    pub(super) const FILTERS: u8 = 0x0B;
    pub(super) const ATTRIBUTE: u8 = 0x0C;
    pub(super) const CONTINUATION: u8 = 0x10;
    pub(super) const SYMBOL_TABLE: u8 = 0x11;
    pub(super) const ATTRIBUTE_INFO: u8 = 0x15;
}
