//! NetCDF bytes to and from named arrays.
//!
//! Two formats share the model: [`classic`] (NetCDF-3) and [`hdf5`] (NetCDF-4). Of HDF5 only what
//! NetCDF writers emit for plain arrays is read; the rest is [`Kind::Unsupported`].

pub mod classic;
mod cursor;
pub mod hdf5;
mod model;
#[cfg(test)]
mod tests;

use crate::error::{Error, Kind, Result};
use crate::limits::Limits;
use crate::memory::try_text;

pub use hdf5::file_prefix;
pub use model::{Attr, Data, Dataset, Variable};

/// Reads a NetCDF file of either format, told apart by its first bytes.
///
/// [`Kind::Netcdf`] means that it is malformed; [`Kind::Unsupported`] that another reader may be
/// asked.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Dataset> {
    if bytes.starts_with(&hdf5::SIGNATURE) {
        hdf5::read(bytes, limits)
    } else if is_classic(bytes) {
        classic::read(bytes, limits)
    } else {
        Err(unknown(bytes))
    }
}

/// The bytes that a file has by its own header, of which `beginning` are the first; `None` where the header goes
/// on behind them.
///
/// Fails as [`read`] would. `beginning` is at least 64 bytes long.
pub fn stated_length(beginning: &[u8]) -> Result<Option<u64>> {
    if beginning.starts_with(&hdf5::SIGNATURE) {
        hdf5::stated_length(beginning).map(Some)
    } else if is_classic(beginning) {
        classic::stated_length(beginning)
    } else {
        Err(unknown(beginning))
    }
}

/// True if a file that begins so is NetCDF-3.
#[must_use]
pub fn is_classic(beginning: &[u8]) -> bool {
    beginning.starts_with(b"CDF")
}

fn unknown(bytes: &[u8]) -> Error {
    let start = bytes.get(..8).unwrap_or(bytes);
    malformed(
        "the signature of NetCDF-3 or HDF5 at offset 0",
        format!("{}", start.escape_ascii()),
    )
}

fn malformed(expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::new(Kind::Netcdf, expected, found)
}

fn unsupported(expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::new(Kind::Unsupported, expected, found)
}

/// A name of the file. Other readers end it at a NUL, so that one within it could mean two things.
fn name(bytes: &[u8], what: &str, offset: usize) -> Result<String> {
    if bytes.is_empty() || bytes.contains(&0) {
        return Err(malformed(
            format!("{what} without NUL at offset {offset}"),
            shown(bytes),
        ));
    }
    utf8(bytes, what, offset)
}

/// A UTF-8 name or text of the file, or an error that says where it is.
fn utf8(bytes: &[u8], what: &str, offset: usize) -> Result<String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => try_text(text),
        Err(_) => Err(malformed(
            format!("{what} in UTF-8 at offset {offset}"),
            shown(bytes),
        )),
    }
}

/// The beginning of a name or text, as messages show it.
fn shown(bytes: &[u8]) -> String {
    let start = bytes.get(..60).unwrap_or(bytes);
    format!("\"{}\"", start.escape_ascii())
}
