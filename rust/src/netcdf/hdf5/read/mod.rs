//! The strict subset of HDF5 that NetCDF-4 files of plain arrays need.
//!
//! libhdf5 is not meant for hostile files, so this reader refuses whatever it does not know: what is
//! malformed with [`Kind::Netcdf`](crate::Kind::Netcdf), what is only beyond it with
//! [`Kind::Unsupported`](crate::Kind::Unsupported). What would make a reader open another file is
//! malformed here, so that no other reader is asked.

mod attribute;
mod btree;
mod chunks;
mod file;
mod filter;
mod group;
mod header;
mod heap;
mod netcdf;
mod storage;
mod superblock;
mod types;

use crate::error::Result;
use crate::limits::Limits;
use crate::netcdf::model::Dataset;
use file::File;

pub use superblock::stated_length;

/// Reads a NetCDF-4 file.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Dataset> {
    let superblock = superblock::read(bytes)?;
    let content = &bytes[..superblock.file_end];
    let file = File::new(content, superblock.len, limits);
    let dataset = netcdf::dataset(&file, superblock.root)?;
    file.refuse_overlaps()?;
    Ok(dataset)
}
