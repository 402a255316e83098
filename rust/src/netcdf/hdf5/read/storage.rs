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
use crate::memory::{try_copy, try_reserve};
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
    let declared = Declared {
        shape: &shape,
        itemsize: typed.size,
        filters: &filters,
        len: bytes_of(&shape, typed.size)?,
    };
    let data = declared.stored(file, layout)?;
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

/// Messages of a dataset about its data.
struct Declared<'a> {
    shape: &'a [u64],
    itemsize: usize,
    filters: &'a [Filter],
    /// Bytes of the array.
    len: usize,
}

impl Declared<'_> {
    /// The stored bytes of the array, as they are where that is possible.
    fn stored(&self, file: &File, mut layout: Cursor) -> Result<Data> {
        let offset = layout.offset();
        let version = layout.u8()?;
        if !(3..=4).contains(&version) {
            return Err(unsupported(
                "a data layout of version 3 or 4",
                version.to_string(),
            ));
        }
        let class = layout.u8()?;
        if class != 2 && !self.filters.is_empty() {
            return Err(malformed(
                format!("chunks for the filters of the layout at {offset:#x}"),
                format!("class {class}"),
            ));
        }
        match class {
            0 => self.compact(&mut layout, offset),
            1 => self.contiguous(file, &mut layout, offset),
            2 => self.chunked(file, &mut layout, version),
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

    /// Within the message.
    fn compact(&self, layout: &mut Cursor, offset: usize) -> Result<Data> {
        let found = usize::from(layout.u16()?);
        let start = layout.offset();
        self.whole(start..start + found, offset)?;
        // Not in place: the header's checksum covers them, so that files with others differ elsewhere too.
        Ok(Data::Owned(try_copy(layout.take(found)?)?))
    }

    /// In one piece.
    fn contiguous(&self, file: &File, layout: &mut Cursor, offset: usize) -> Result<Data> {
        let address = layout.u64()?;
        let found = size(layout.u64()?, "an array")?;
        if self.len == 0 {
            return Ok(Data::Owned(Vec::new()));
        }
        if address == UNDEFINED {
            return Err(malformed(
                format!("data for the layout at {offset:#x}"),
                "an array that was never written",
            ));
        }
        self.whole(file.range(address, found, "an array")?, offset)
    }

    fn chunked(&self, file: &File, layout: &mut Cursor, version: u8) -> Result<Data> {
        let (shape, itemsize) = (self.shape, self.itemsize);
        let (chunk_shape, chunks) = chunks::all(file, layout, version, shape, itemsize)?;
        if self.len == 0 {
            return Ok(Data::Owned(Vec::new()));
        }
        if let ([only], true) = (chunks.as_slice(), chunk_shape == shape)
            && let Some(raw) = self.raw(file, only)?
        {
            return Ok(raw);
        }
        let grid = Grid::new(shape, &chunk_shape, itemsize, file.limits)?;
        Ok(Data::Owned(grid.assemble(file, &chunks, self.filters)?))
    }

    /// A chunk that needs no more than unshuffling stays where it is.
    fn raw(&self, file: &File, chunk: &Chunk) -> Result<Option<Data>> {
        if chunk.start.iter().any(|&start| start != 0) {
            return Ok(None);
        }
        let shuffled = match filter::active(self.filters, chunk.mask).as_slice() {
            [] => false,
            [Filter::Shuffle] => self.itemsize > 1,
            _ => return Ok(None),
        };
        let range = file.range(chunk.address, chunk.size, "a chunk")?;
        self.whole(range.clone(), range.start)?;
        Ok(Some(Data::Raw { range, shuffled }))
    }

    fn whole(&self, range: Range<usize>, offset: usize) -> Result<Data> {
        if range.len() == self.len {
            Ok(Data::Raw {
                range,
                shuffled: false,
            })
        } else {
            let len = self.len;
            Err(malformed(
                format!("{len} bytes, as shape and type say, in the layout at {offset:#x}"),
                format!("{}", range.len()),
            ))
        }
    }
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
    let count = bytes.len() / typed.size.max(1);
    file.limits.check_texts(count as u64)?;
    let mut elements = Cursor::new(&bytes, origin);
    let mut texts = Vec::new();
    try_reserve(&mut texts, count)?;
    while elements.left() > 0 {
        texts.push(heap::text(file, &mut elements)?);
    }
    Ok(Data::Strings(texts))
}
