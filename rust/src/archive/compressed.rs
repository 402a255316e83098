//! A member that is ready to be written.

use crate::codec::Pieces;
use crate::codec::zip::{self, Method};
use crate::error::Result;

/// A member that is ready to be written.
#[derive(Debug, PartialEq, Eq)]
pub struct Compressed {
    /// Name, with `/` between its parts.
    pub name: String,
    /// Compression method.
    pub method: Method,
    /// CRC-32 of the uncompressed bytes.
    pub crc: u32,
    /// Uncompressed size.
    pub size: u64,
    /// Compressed bytes.
    pub data: Pieces,
}

impl Compressed {
    /// Compresses `data`; `level` as for [`zip::compress`].
    pub fn new(name: String, method: Method, level: Option<i32>, data: &[u8]) -> Result<Self> {
        Ok(Self {
            name,
            method,
            crc: zip::crc32(data),
            size: data.len() as u64,
            data: zip::compress(method, level, data)?.into(),
        })
    }
}
