//! Place and type of the data of a dataset (section IV.A.2.i).

use std::borrow::Cow;
use std::ops::Range;

use super::super::{UNDEFINED, message};
use super::btree::Chunk;
use super::chunks::{self, Grid};
use super::file::File;
use super::filter::{self, Filter};
use super::header::ObjectHeader;
use super::heap;
use super::types::{Type, Typed, bytes_of, dataspace, datatype};
use crate::dtype::{DType, Endian};
use crate::error::{Error, Result};
use crate::memory::try_copy;
use crate::netcdf::cursor::{Cursor, size};
use crate::netcdf::model::Data;
use crate::netcdf::{malformed, unsupported};

/// An array of the file.
pub(super) struct Array {
    pub(super) shape: Vec<u64>,
    /// `None` for text.
    pub(super) dtype: Option<DType>,
    pub(super) order: Endian,
    pub(super) data: Data,
}

/// Lengths of the dimensions of a dataset.
pub(super) fn shape(header: &ObjectHeader) -> Result<Vec<u64>> {
    let Some(mut space) = header.only(message::DATASPACE)? else {
        return Err(missing(header, "dataspace"));
    };
    dataspace(&mut space)?.ok_or_else(|| unsupported("data", "a dataset without elements"))
}

pub(super) fn array(file: &File, header: &ObjectHeader) -> Result<Array> {
    if header.all(message::EXTERNAL).next().is_some() {
        return Err(malformed(
            "data within the file",
            format!(
                "external storage at {:#x}, which is refused",
                header.address
            ),
        ));
    }
    let shape = shape(header)?;
    let Some(mut kind) = header.only(message::DATATYPE)? else {
        return Err(missing(header, "datatype"));
    };
    let typed = datatype(&mut kind)?;
    let filters = match header.only(message::FILTERS)? {
        Some(body) => filter::pipeline(body, typed.size)?,
        None => Vec::new(),
    };
    let Some(layout) = header.only(message::LAYOUT)? else {
        return Err(missing(header, "data layout"));
    };
    let data = stored(file, layout, &shape, typed.size, &filters)?;
    let (dtype, order, data) = match typed.kind {
        Type::Number(dtype, order) => (Some(dtype), order, data),
        Type::Text => (None, Endian::Little, texts(file, data, typed)?),
        Type::FixedText { .. } | Type::References => {
            return Err(unsupported(
                "numbers or texts of variable length",
                format!("{typed:?}"),
            ));
        }
    };
    Ok(Array {
        shape,
        dtype,
        order,
        data,
    })
}

fn missing(header: &ObjectHeader, what: &str) -> crate::Error {
    malformed(
        format!("a {what} in the object header at {:#x}", header.address),
        "none",
    )
}

/// The stored bytes of an array, as they are where that is possible.
fn stored(
    file: &File,
    mut layout: Cursor,
    shape: &[u64],
    itemsize: usize,
    filters: &[Filter],
) -> Result<Data> {
    let len = bytes_of(shape, itemsize)?;
    let offset = layout.offset();
    let version = layout.u8()?;
    if !(3..=4).contains(&version) {
        return Err(unsupported(
            "a data layout of version 3 or 4",
            version.to_string(),
        ));
    }
    let class = layout.u8()?;
    if class != 2 && !filters.is_empty() {
        return Err(malformed(
            format!("chunks for the filters of the layout at {offset:#x}"),
            format!("class {class}"),
        ));
    }
    match class {
        // Compact: within the message.
        0 => {
            let found = usize::from(layout.u16()?);
            let start = layout.offset();
            whole(start..start + found, len, offset)?;
            // Not in place: the header's checksum covers them, so that files with others differ elsewhere too.
            Ok(Data::Owned(try_copy(layout.take(found)?)?))
        }
        1 => {
            let address = layout.u64()?;
            let found = size(layout.u64()?, "an array")?;
            if len == 0 {
                return Ok(Data::Owned(Vec::new()));
            }
            if address == UNDEFINED {
                return Err(malformed(
                    format!("data for the layout at {offset:#x}"),
                    "an array that was never written",
                ));
            }
            whole(file.range(address, found, "an array")?, len, offset)
        }
        2 => {
            let (chunk_shape, chunks) = chunks::all(file, &mut layout, version, shape, itemsize)?;
            if len == 0 {
                return Ok(Data::Owned(Vec::new()));
            }
            if let ([only], true) = (chunks.as_slice(), chunk_shape == shape)
                && let Some(raw) = raw(file, only, filters, len, itemsize)?
            {
                return Ok(raw);
            }
            let grid = Grid::new(shape, &chunk_shape, itemsize, file.limits)?;
            Ok(Data::Owned(grid.assemble(file, &chunks, filters)?))
        }
        3 => Err(malformed(
            "data within the file",
            "a virtual dataset, which is refused",
        )),
        other => Err(unsupported(
            "a data layout of class 0 to 2",
            other.to_string(),
        )),
    }
}

fn whole(range: Range<usize>, len: usize, offset: usize) -> Result<Data> {
    if range.len() == len {
        Ok(Data::Raw {
            range,
            shuffled: false,
        })
    } else {
        Err(malformed(
            format!("{len} bytes, as shape and type say, in the layout at {offset:#x}"),
            format!("{}", range.len()),
        ))
    }
}

/// A chunk that needs no more than unshuffling stays where it is.
fn raw(
    file: &File,
    chunk: &Chunk,
    filters: &[Filter],
    len: usize,
    itemsize: usize,
) -> Result<Option<Data>> {
    if chunk.start.iter().any(|&start| start != 0) {
        return Ok(None);
    }
    let shuffled = match filter::active(filters, chunk.mask).as_slice() {
        [] => false,
        [Filter::Shuffle] => itemsize > 1,
        _ => return Ok(None),
    };
    let range = file.range(chunk.address, chunk.size, "a chunk")?;
    whole(range.clone(), len, range.start)?;
    Ok(Some(Data::Raw { range, shuffled }))
}

fn texts(file: &File, data: Data, typed: Typed) -> Result<Data> {
    let (bytes, origin): (Cow<[u8]>, usize) = match data {
        Data::Raw {
            range,
            shuffled: false,
        } => (file.slice(&range).into(), range.start),
        Data::Raw {
            range,
            shuffled: true,
        } => (
            filter::unshuffle(file.slice(&range), typed.size)?.into(),
            range.start,
        ),
        Data::Owned(bytes) => (bytes.into(), 0),
        Data::Strings(_) => return Err(Error::internal("references to texts", "texts")),
    };
    file.limits
        .check_texts((bytes.len() / typed.size.max(1)) as u64)?;
    let mut elements = Cursor::new(&bytes, origin);
    let mut texts = Vec::new();
    while elements.left() > 0 {
        texts.push(heap::text(file, &mut elements)?);
    }
    Ok(Data::Strings(texts))
}
