//! The header of a NetCDF-3 file.

use super::{ATTRIBUTE, DIMENSION, NC_CHAR, VARIABLE};
use crate::dtype::{DType, Endian};
use crate::error::Result;
use crate::memory::{try_copy, try_push};
use crate::netcdf::cursor::{Cursor, size};
use crate::netcdf::model::{Attr, product};
use crate::netcdf::{malformed, name, unsupported, utf8};
use crate::work::interrupt;

/// `numrecs` of a file that was still being written.
const STREAMING: u64 = u32::MAX as u64;

/// Type of a variable or attribute: a number or NetCDF's char.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Type {
    Char,
    Number(DType),
}

impl Type {
    fn size(self) -> usize {
        match self {
            Self::Char => 1,
            Self::Number(dtype) => dtype.size(),
        }
    }
}

/// A variable as the header describes it.
pub(super) struct Declared {
    pub(super) name: String,
    pub(super) dims: Vec<usize>,
    /// Lengths; the record dimension, which can only be the first, is `None`.
    pub(super) shape: Vec<Option<u64>>,
    pub(super) attrs: Vec<(String, Attr)>,
    pub(super) kind: Type,
    pub(super) begin: usize,
    /// Bytes of the variable, or of one of its records, without padding.
    pub(super) bytes: usize,
}

impl Declared {
    pub(super) fn is_record(&self) -> bool {
        self.shape.first() == Some(&None)
    }
}

pub(super) struct Header<'a> {
    cursor: Cursor<'a>,
    version: u8,
    pub(super) records: u64,
}

impl<'a> Header<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self> {
        let mut cursor = Cursor::new(bytes, 0);
        cursor.take(3)?;
        match cursor.u8()? {
            version @ (1 | 2 | 5) => {
                let records = 0;
                let mut header = Self {
                    cursor,
                    version,
                    records,
                };
                header.records = header.count()?;
                if header.records == STREAMING {
                    let found = "a file in streaming state";
                    return Err(unsupported("a number of records", found));
                }
                Ok(header)
            }
            other => Err(malformed(
                "NetCDF-3 version 1, 2 or 5 at offset 3",
                other.to_string(),
            )),
        }
    }

    /// Returns whether the bytes end within the header.
    pub(super) fn ran_out(&self) -> bool {
        self.cursor.ran_out()
    }

    /// Offset of what follows.
    pub(super) fn offset(&self) -> usize {
        self.cursor.offset()
    }

    /// `NON_NEG`: 32 bits before CDF-5.
    fn count(&mut self) -> Result<u64> {
        if self.version == 5 {
            self.cursor.be_u64()
        } else {
            self.cursor.be_u32().map(u64::from)
        }
    }

    /// Number of elements of a list, which is ABSENT (two zeros) or has its tag.
    fn list(&mut self, tag: u32) -> Result<u64> {
        let offset = self.cursor.offset();
        let found = self.cursor.be_u32()?;
        let count = self.count()?;
        if found == tag || (found == 0 && count == 0) {
            Ok(count)
        } else {
            Err(malformed(
                format!("list tag {tag} at offset {offset}"),
                format!("{found} with {count} elements"),
            ))
        }
    }

    fn name(&mut self) -> Result<String> {
        let len = size(self.count()?, "a name")?;
        let offset = self.cursor.offset();
        name(self.padded(len)?, "a name", offset)
    }

    /// Bytes followed by padding to a multiple of four.
    fn padded(&mut self, len: usize) -> Result<&'a [u8]> {
        let part = self.cursor.take(len)?;
        self.cursor.take(len.wrapping_neg() % 4)?;
        Ok(part)
    }

    fn kind(&mut self) -> Result<Type> {
        let offset = self.cursor.offset();
        Ok(Type::Number(match self.cursor.be_u32()? {
            NC_CHAR => return Ok(Type::Char),
            1 => DType::I8,
            3 => DType::I16,
            4 => DType::I32,
            5 => DType::F32,
            6 => DType::F64,
            7 if self.version == 5 => DType::U8,
            8 if self.version == 5 => DType::U16,
            9 if self.version == 5 => DType::U32,
            10 if self.version == 5 => DType::I64,
            11 if self.version == 5 => DType::U64,
            other => {
                let expected = format!("a type of CDF-{} at offset {offset}", self.version);
                return Err(malformed(expected, other.to_string()));
            }
        }))
    }

    /// Names and lengths; `None` is the record dimension.
    pub(super) fn dims(&mut self) -> Result<Vec<(String, Option<u64>)>> {
        let mut dims: Vec<(String, Option<u64>)> = Vec::new();
        for _ in 0..self.list(DIMENSION)? {
            interrupt::check()?;
            let name = self.name()?;
            let len = Some(self.count()?).filter(|&len| len != 0);
            if len.is_none() && dims.iter().any(|(_, len)| len.is_none()) {
                return Err(malformed("one record dimension", format!("also {name:?}")));
            }
            try_push(&mut dims, (name, len))?;
        }
        distinct(dims.iter().map(|(name, _)| name.as_str()))?;
        Ok(dims)
    }

    pub(super) fn attrs(&mut self) -> Result<Vec<(String, Attr)>> {
        let mut attrs = Vec::new();
        for _ in 0..self.list(ATTRIBUTE)? {
            interrupt::check()?;
            let name = self.name()?;
            let kind = self.kind()?;
            let count = size(self.count()?, "an attribute")?;
            let offset = self.cursor.offset();
            let len = count.checked_mul(kind.size()).ok_or_else(|| {
                malformed("an attribute in the header", format!("{count} values"))
            })?;
            let bytes = self.padded(len)?;
            let value = match kind {
                Type::Char => Attr::Text(utf8(trim(bytes), "text", offset)?),
                Type::Number(dtype) => Attr::Numbers {
                    dtype,
                    order: Endian::Big,
                    bytes: try_copy(bytes)?,
                },
            };
            try_push(&mut attrs, (name, value))?;
        }
        distinct(attrs.iter().map(|(name, _)| name.as_str()))?;
        Ok(attrs)
    }

    pub(super) fn variables(&mut self, dims: &[(String, Option<u64>)]) -> Result<Vec<Declared>> {
        let mut declared = Vec::new();
        for _ in 0..self.list(VARIABLE)? {
            interrupt::check()?;
            try_push(&mut declared, self.variable(dims)?)?;
        }
        distinct(declared.iter().map(|variable| variable.name.as_str()))?;
        Ok(declared)
    }

    fn variable(&mut self, dims: &[(String, Option<u64>)]) -> Result<Declared> {
        let name = self.name()?;
        let (ids, shape) = self.axes(&name, dims)?;
        let attrs = self.attrs()?;
        let kind = self.kind()?;
        let offset = self.cursor.offset();
        let vsize = self.count()?;
        let begin = if self.version == 1 {
            u64::from(self.cursor.be_u32()?)
        } else {
            self.cursor.be_u64()?
        };
        let fixed: Vec<u64> = shape.iter().copied().flatten().collect();
        let bytes = product(&fixed)
            .and_then(|n| n.checked_mul(kind.size() as u64))
            .ok_or_else(|| malformed("a size of 64 bits", format!("{name:?}: {fixed:?}")))?;
        // The specification calls vsize redundant: what does not fit in its 32 bits is 2^32 - 1.
        let padded = bytes
            .checked_next_multiple_of(4)
            .ok_or_else(|| malformed("a size of 64 bits", format!("{name:?}: {bytes} bytes")))?;
        // scipy stores empty variables as records of which there are none.
        let empty = vsize == 0 && self.records == 0 && shape.first() == Some(&None);
        let large = self.version != 5 && padded > u64::from(u32::MAX);
        if vsize != padded && vsize != bytes && !large && !empty {
            return Err(malformed(
                format!("vsize {padded} of {name:?} at offset {offset}"),
                vsize.to_string(),
            ));
        }
        Ok(Declared {
            begin: size(begin, "an offset")?,
            bytes: size(bytes, "a variable")?,
            dims: ids,
            name,
            shape,
            attrs,
            kind,
        })
    }

    /// Numbers of the dimensions of a variable, and their lengths: `None` for the records.
    fn axes(
        &mut self,
        name: &str,
        dims: &[(String, Option<u64>)],
    ) -> Result<(Vec<usize>, Vec<Option<u64>>)> {
        let mut ids = Vec::new();
        let mut shape = Vec::new();
        for axis in 0..self.count()? {
            let id = self.count()?;
            let (id, len) = usize::try_from(id)
                .ok()
                .and_then(|id| dims.get(id).map(|(_, len)| (id, *len)))
                .filter(|(_, len)| len.is_some() || axis == 0)
                .ok_or_else(|| {
                    malformed(
                        format!("a dimension for axis {axis} of {name:?}"),
                        id.to_string(),
                    )
                })?;
            try_push(&mut ids, id)?;
            try_push(&mut shape, len)?;
        }
        Ok((ids, shape))
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut seen = std::collections::HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(malformed("distinct names", format!("{name:?} twice")));
        }
    }
    Ok(())
}

/// Bytes without the NULs that fill them up.
pub(super) fn trim(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [shorter @ .., 0] = rest {
        rest = shorter;
    }
    rest
}
