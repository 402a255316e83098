//! Datatypes (section IV.A.2.d) and dataspaces (IV.A.2.b).

use crate::dtype::{DType, Endian};
use crate::error::Result;
use crate::netcdf::cursor::{Cursor, size};
use crate::netcdf::model::product;
use crate::netcdf::{malformed, unsupported};

/// The types of elements that NetCDF's model needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Type {
    Number(DType, Endian),
    /// Text within the element, which ends or is filled up as HDF5 numbers it.
    FixedText {
        padding: u8,
    },
    /// Text in the global heap.
    Text,
    /// References to objects in the global heap.
    References,
}

/// A type and the bytes of one element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Typed {
    pub(super) kind: Type,
    pub(super) size: usize,
}

pub(super) fn datatype(cursor: &mut Cursor) -> Result<Typed> {
    let offset = cursor.offset();
    let class = cursor.u8()?;
    let [low, middle, _] = cursor.array()?;
    let bytes = size(u64::from(cursor.u32()?), "an element")?;
    let order = if low & 1 == 0 {
        Endian::Little
    } else {
        Endian::Big
    };
    let variety = low & 0x0F;
    // Versions 1 to 3 have the same fields for these classes.
    let known = (1..=3).contains(&(class >> 4));
    let kind = match class & 0x0F {
        0 if known => integer(cursor, low, bytes)?.map(|dtype| Type::Number(dtype, order)),
        1 if known => float(cursor, [low, middle], bytes)?.map(|dtype| Type::Number(dtype, order)),
        3 if known && bytes > 0 => Some(Type::FixedText { padding: variety }),
        9 if known && bytes == 16 && variety == 1 => Some(Type::Text),
        9 if known && bytes == 16 && variety == 0 => references(cursor)?,
        _ => None,
    };
    match kind {
        Some(kind) => Ok(Typed { kind, size: bytes }),
        None => Err(unsupported(
            "integers, IEEE floats or text",
            format!(
                "datatype class {} of {bytes} bytes at {offset:#x}",
                class & 0x0F
            ),
        )),
    }
}

fn integer(cursor: &mut Cursor, low: u8, bytes: usize) -> Result<Option<DType>> {
    let start = cursor.u16()?;
    let bits = usize::from(cursor.u16()?);
    if start != 0 || Some(bits) != bytes.checked_mul(8) {
        return Ok(None);
    }
    Ok(match (bytes, low & 0x08 != 0) {
        (1, true) => Some(DType::I8),
        (2, true) => Some(DType::I16),
        (4, true) => Some(DType::I32),
        (8, true) => Some(DType::I64),
        (1, false) => Some(DType::U8),
        (2, false) => Some(DType::U16),
        (4, false) => Some(DType::U32),
        (8, false) => Some(DType::U64),
        _ => None,
    })
}

fn float(cursor: &mut Cursor, [low, sign]: [u8; 2], bytes: usize) -> Result<Option<DType>> {
    let start = cursor.u16()?;
    let width = cursor.u16()?;
    let parts = cursor.array::<4>()?;
    let bias = cursor.u32()?;
    // Bits 4 and 5 are 2 where a leading 1 of the mantissa is implied; bit 6 is for VAX.
    if start != 0 || low & 0x70 != 0x20 {
        return Ok(None);
    }
    // Size, sign, start and width of the exponent, of the mantissa, bias: IEEE 754.
    Ok(match (bytes, width, sign, parts, bias) {
        (2, 16, 15, [10, 5, 0, 10], 15) => Some(DType::F16),
        (4, 32, 31, [23, 8, 0, 23], 127) => Some(DType::F32),
        (8, 64, 63, [52, 11, 0, 52], 1023) => Some(DType::F64),
        _ => None,
    })
}

/// A sequence is known only of references to objects.
fn references(cursor: &mut Cursor) -> Result<Option<Type>> {
    let class = cursor.u8()?;
    let flags = cursor.array::<3>()?;
    let bytes = cursor.u32()?;
    Ok(Some(Type::References).filter(|_| class & 0x0F == 7 && flags == [0; 3] && bytes == 8))
}

/// Lengths of the dimensions; none for a scalar, and `None` for a space without elements.
pub(super) fn dataspace(cursor: &mut Cursor) -> Result<Option<Vec<u64>>> {
    let offset = cursor.offset();
    let version = cursor.u8()?;
    let rank = cursor.u8()?;
    let flags = cursor.u8()?;
    match version {
        1 => {
            cursor.take(5)?;
        }
        2 => match (cursor.u8()?, rank) {
            (2, 0) => return Ok(None),
            (0, 0) | (1, _) => {}
            (kind, rank) => {
                return Err(malformed(
                    format!("a dataspace at {offset:#x}"),
                    format!("type {kind} with {rank} dimensions"),
                ));
            }
        },
        other => {
            return Err(unsupported(
                "a dataspace of version 1 or 2",
                other.to_string(),
            ));
        }
    }
    let mut shape = Vec::new();
    for _ in 0..rank {
        shape.push(cursor.u64()?);
    }
    if flags & 0x01 != 0 {
        cursor.take(8 * usize::from(rank))?;
    }
    Ok(Some(shape))
}

/// Bytes of an array.
pub(super) fn bytes_of(shape: &[u64], size: usize) -> Result<usize> {
    product(shape)
        .and_then(|n| n.checked_mul(size as u64))
        .and_then(|n| usize::try_from(n).ok())
        .ok_or_else(|| malformed("an array within the address space", format!("{shape:?}")))
}
