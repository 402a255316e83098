//! Types of numbers and their byte order, which all rooms share.

/// Type of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DType {
    /// Signed, 1 byte.
    I8,
    /// Signed, 2 bytes.
    I16,
    /// Signed, 4 bytes.
    I32,
    /// Signed, 8 bytes.
    I64,
    /// Unsigned, 1 byte.
    U8,
    /// Unsigned, 2 bytes.
    U16,
    /// Unsigned, 4 bytes.
    U32,
    /// Unsigned, 8 bytes.
    U64,
    /// IEEE 754 half precision.
    F16,
    /// IEEE 754 single precision.
    F32,
    /// IEEE 754 double precision.
    F64,
}

impl DType {
    /// All types.
    pub const ALL: [Self; 11] = [
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::F16,
        Self::F32,
        Self::F64,
    ];

    /// Bytes of one number.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 | Self::F16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// NumPy's name of it (`dtype.str`), little-endian.
    #[must_use]
    pub const fn numpy_name(self) -> &'static str {
        match self {
            Self::I8 => "|i1",
            Self::I16 => "<i2",
            Self::I32 => "<i4",
            Self::I64 => "<i8",
            Self::U8 => "|u1",
            Self::U16 => "<u2",
            Self::U32 => "<u4",
            Self::U64 => "<u8",
            Self::F16 => "<f2",
            Self::F32 => "<f4",
            Self::F64 => "<f8",
        }
    }

    /// The type that NumPy calls `name` (`dtype.str`), if it is one of these.
    #[must_use]
    pub fn from_numpy_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|dtype| dtype.numpy_name() == name)
    }
}

/// Byte order of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endian {
    /// Least significant byte first: what this crate writes to NetCDF-4.
    Little,
    /// Most significant byte first: all of NetCDF-3.
    Big,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_names_in_numpy_that_lead_back_to_them() {
        for dtype in DType::ALL {
            let name = dtype.numpy_name();
            assert_eq!(DType::from_numpy_name(name), Some(dtype));
            assert_eq!(name[2..].parse(), Ok(dtype.size()));
            let float = matches!(dtype, DType::F16 | DType::F32 | DType::F64);
            assert_eq!(name[1..].starts_with('f'), float);
        }
        for other in ["O", ">f8", "|b1", "<f16", "<c8", ""] {
            assert_eq!(DType::from_numpy_name(other), None, "{other}");
        }
    }
}
