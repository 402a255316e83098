//! Datatypes (section IV.A.2.d) and dataspaces (IV.A.2.b) as bytes.

use crate::dtype::{DType, Endian};
use crate::error::{Error, Result};

/// One text of variable length, UTF-8: a sequence of bytes in the global heap.
pub(super) const TEXT: [u8; 20] = [
    0x19, 1, 1, 0, 16, 0, 0,
    0, // class 9 of version 1: string, NUL-terminated, UTF-8; 16 bytes
    0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0, // of unsigned integers of 8 bits
];

/// A list of references to objects, in the global heap.
pub(super) const REFERENCES: [u8; 16] = [0x19, 0, 0, 0, 16, 0, 0, 0, 0x17, 0, 0, 0, 8, 0, 0, 0];

/// Dataspaces of version 2.
pub(super) const SCALAR: [u8; 4] = [2, 0, 0, 0];
pub(super) const NULL: [u8; 4] = [2, 0, 0, 2];

pub(super) fn simple(shape: &[u64]) -> Result<Vec<u8>> {
    if shape.is_empty() {
        return Ok(SCALAR.to_vec());
    }
    let mut bytes = vec![2, byte(shape.len(), "dimensions")?, 0, 1];
    bytes.extend(shape.iter().flat_map(|len| len.to_le_bytes()));
    Ok(bytes)
}

/// A number that fits one byte: HDF5 allows 32 dimensions, which `Writable` has checked.
pub(super) fn byte(number: usize, what: &str) -> Result<u8> {
    u8::try_from(number).map_err(|_| Error::internal(format!("fewer than 256 {what}"), number))
}

/// Text of `len` bytes, ended by NUL if it is shorter, UTF-8.
pub(super) fn fixed_text(len: u32) -> Vec<u8> {
    [&[0x13, 0x10, 0, 0], len.to_le_bytes().as_slice()].concat()
}

pub(super) fn number(dtype: DType, order: Endian) -> Vec<u8> {
    let big = u8::from(order == Endian::Big);
    let float = |sign, exponent_at, exponent: u8, mantissa: u8, bias: u32| {
        // An implied leading 1 of the mantissa (0x20), and where sign, exponent and mantissa are.
        let bytes = (exponent + mantissa + 1) / 8;
        let class = [0x11, 0x20 | big, sign, 0, bytes, 0, 0, 0];
        let place = [0, 0, 8 * bytes, 0, exponent_at, exponent, 0, mantissa];
        [class.as_slice(), &place, &bias.to_le_bytes()].concat()
    };
    let integer = |signed: u8, bytes: u8| {
        let class = [0x10, signed << 3 | big, 0, 0, bytes, 0, 0, 0];
        [class.as_slice(), &[0, 0, 8 * bytes, 0]].concat()
    };
    match dtype {
        DType::I8 => integer(1, 1),
        DType::I16 => integer(1, 2),
        DType::I32 => integer(1, 4),
        DType::I64 => integer(1, 8),
        DType::U8 => integer(0, 1),
        DType::U16 => integer(0, 2),
        DType::U32 => integer(0, 4),
        DType::U64 => integer(0, 8),
        DType::F16 => float(15, 10, 5, 10, 15),
        DType::F32 => float(31, 23, 8, 23, 127),
        DType::F64 => float(63, 52, 11, 52, 1023),
    }
}
