//! Numbers as CDF-2 has them: big-endian, of fewer types. What has none takes the type that xarray
//! chooses (`xarray.backends.netcdf3.coerce_nc3_dtype`), where each value fits into it.

use crate::dtype::{DType, Endian};
use crate::error::Result;
use crate::netcdf::unsupported;

/// The type under which CDF-2 stores a type, and its number.
pub(super) fn stored(dtype: DType) -> Result<(DType, u32)> {
    match dtype {
        DType::I8 | DType::U8 => Ok((DType::I8, 1)),
        DType::I16 | DType::U16 => Ok((DType::I16, 3)),
        DType::I32 | DType::U32 | DType::I64 | DType::U64 => Ok((DType::I32, 4)),
        DType::F32 => Ok((DType::F32, 5)),
        DType::F64 => Ok((DType::F64, 6)),
        DType::F16 => Err(unsupported("a type of NetCDF-3", format!("{dtype:?}"))),
    }
}

/// Appends numbers as CDF-2 stores them.
pub(super) fn append(out: &mut Vec<u8>, bytes: &[u8], dtype: DType, order: Endian) -> Result<()> {
    match (dtype, order) {
        (DType::U8, _) => narrow(out, bytes, |b: [u8; 1]| i8::try_from(b[0]).ok(), order),
        (DType::U16, _) => narrow(
            out,
            bytes,
            |b| i16::try_from(u16::from_be_bytes(b)).ok(),
            order,
        ),
        (DType::U32, _) => narrow(
            out,
            bytes,
            |b| i32::try_from(u32::from_be_bytes(b)).ok(),
            order,
        ),
        (DType::U64, _) => narrow(
            out,
            bytes,
            |b| i32::try_from(u64::from_be_bytes(b)).ok(),
            order,
        ),
        (DType::I64, _) => narrow(
            out,
            bytes,
            |b| i32::try_from(i64::from_be_bytes(b)).ok(),
            order,
        ),
        (_, Endian::Big) => {
            out.extend_from_slice(bytes);
            Ok(())
        }
        (_, Endian::Little) => {
            for element in bytes.chunks_exact(dtype.size()) {
                out.extend(element.iter().rev());
            }
            Ok(())
        }
    }
}

/// Appends each number by way of the bytes of what `convert` makes of it.
fn narrow<const N: usize, T: Big>(
    out: &mut Vec<u8>,
    bytes: &[u8],
    convert: impl Fn([u8; N]) -> Option<T>,
    order: Endian,
) -> Result<()> {
    for element in bytes.as_chunks::<N>().0 {
        let mut element = *element;
        if order == Endian::Little {
            element.reverse();
        }
        let number = convert(element).ok_or_else(|| {
            unsupported(
                "numbers that fit into a type of NetCDF-3",
                format!("{element:02x?}"),
            )
        })?;
        number.append(out);
    }
    Ok(())
}

trait Big {
    fn append(self, out: &mut Vec<u8>);
}

impl Big for i8 {
    fn append(self, out: &mut Vec<u8>) {
        out.extend(self.to_be_bytes());
    }
}

impl Big for i16 {
    fn append(self, out: &mut Vec<u8>) {
        out.extend(self.to_be_bytes());
    }
}

impl Big for i32 {
    fn append(self, out: &mut Vec<u8>) {
        out.extend(self.to_be_bytes());
    }
}
