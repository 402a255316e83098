//! CDF-2 files as xarray writes them through scipy, byte for byte.

use super::{ATTRIBUTE, DIMENSION, ENCODING, NC_CHAR, VARIABLE, number};
use crate::dtype::{DType, Endian};
use crate::error::{Error, Kind, Result};
use crate::memory::try_reserve;
use crate::netcdf::model::{Attr, Data, Dataset, Variable, product};
use crate::netcdf::unsupported;

/// Writes a dataset as NetCDF-3 with 64-bit offsets; `raw` is what [`Data::Raw`] points into.
///
/// [`Kind::Unsupported`] means that NetCDF-3 has no place for a type, a number or a size.
pub fn write(dataset: &Dataset, raw: &[u8]) -> Result<Vec<u8>> {
    let mut dims = dataset.dims.clone();
    let mut columns = Vec::new();
    for variable in &dataset.variables {
        columns.push(Column::new(variable, dataset, &mut dims)?);
    }
    // scipy writes larger shapes first (`netcdf_file._write_var_array`).
    columns.sort_by(|a, b| b.shape.cmp(&a.shape));

    let mut out = Vec::new();
    out.extend_from_slice(b"CDF\x02\0\0\0\0");
    list(&mut out, DIMENSION, dims.len())?;
    for (dim, len) in &dims {
        name(&mut out, dim)?;
        // A length of 0 would mean the record dimension.
        let len = Some(*len)
            .filter(|&len| len != 0)
            .ok_or_else(|| unsupported("dimensions that are not empty", format!("{dim:?}")))?;
        count(&mut out, len)?;
    }
    attrs(&mut out, &dataset.attrs, false)?;
    list(&mut out, VARIABLE, columns.len())?;
    let mut begins = Vec::new();
    for column in &columns {
        begins.push(column.describe(&mut out, &dims)?);
    }
    let total = columns
        .iter()
        .fold(0, |sum: usize, column| sum.saturating_add(column.padded));
    try_reserve(&mut out, total)?;
    for (column, at) in columns.iter().zip(begins) {
        let begin = out.len() as u64;
        out[at..at + 8].copy_from_slice(&begin.to_be_bytes());
        column.data(&mut out, raw)?;
    }
    Ok(out)
}

/// A variable as NetCDF-3 sees it.
struct Column<'a> {
    variable: &'a Variable,
    dims: Vec<String>,
    shape: Vec<u64>,
    kind: u32,
    /// Chars of each text.
    width: usize,
    /// Bytes, without and with padding.
    bytes: usize,
    padded: usize,
}

impl<'a> Column<'a> {
    /// Texts get a dimension for their chars, which follows the one that they are over.
    fn new(
        variable: &'a Variable,
        dataset: &Dataset,
        dims: &mut Vec<(String, u64)>,
    ) -> Result<Self> {
        check_shape(variable, dataset)?;
        let (mut names, mut shape) = (variable.dims.clone(), variable.shape.clone());
        let mut width = 0;
        let (kind, size) = match &variable.data {
            Data::Strings(texts) => {
                width = texts.iter().map(String::len).fold(1, usize::max);
                let (name, len) = dimension_of_chars(width, names.last(), dims)?;
                names.push(name);
                shape.push(len);
                (NC_CHAR, 1)
            }
            Data::Raw { .. } | Data::Owned(_) => {
                let (stored, kind) = number::stored(variable.number()?)?;
                (kind, stored.size() as u64)
            }
        };
        // The field for it has 32 bits with a sign in scipy.
        let bytes = product(&shape)
            .and_then(|n| i32::try_from(n.checked_mul(size)?).ok())
            .filter(|n| *n < i32::MAX - 3)
            .and_then(|n| usize::try_from(n).ok())
            .ok_or_else(|| {
                let found = format!("{:?} of {shape:?}", variable.name);
                unsupported("variables below 2 GiB", found)
            })?;
        Ok(Self {
            variable,
            dims: names,
            shape,
            kind,
            width,
            bytes,
            padded: bytes.next_multiple_of(4),
        })
    }

    /// Writes the header's entry; gives the place where the data's offset will stand.
    fn describe(&self, out: &mut Vec<u8>, dims: &[(String, u64)]) -> Result<usize> {
        name(out, &self.variable.name)?;
        count(out, self.dims.len() as u64)?;
        for dim in &self.dims {
            let id = dims.iter().position(|(name, _)| name == dim);
            let id = id.ok_or_else(|| Error::internal(format!("the dimension {dim:?}"), "none"))?;
            count(out, id as u64)?;
        }
        attrs(out, &self.variable.attrs, self.kind == NC_CHAR)?;
        out.extend(self.kind.to_be_bytes());
        count(out, self.padded as u64)?;
        out.extend([0; 8]);
        Ok(out.len() - 8)
    }

    fn data(&self, out: &mut Vec<u8>, raw: &[u8]) -> Result<()> {
        let Variable { name, order, .. } = self.variable;
        let start = out.len();
        match &self.variable.data {
            Data::Strings(texts) => {
                for text in texts {
                    let end = out.len() + self.width;
                    out.extend_from_slice(text.as_bytes());
                    out.resize(end, 0);
                }
            }
            Data::Owned(bytes) => number::append(out, bytes, self.variable.number()?, *order)?,
            Data::Raw {
                range,
                shuffled: false,
            } => {
                let bytes = raw.get(range.clone()).ok_or_else(|| {
                    let expected = format!("the data of {name:?} at {range:?}");
                    Error::new(Kind::Value, expected, format!("{} bytes", raw.len()))
                })?;
                number::append(out, bytes, self.variable.number()?, *order)?;
            }
            Data::Raw { shuffled: true, .. } => {
                let expected = format!("plain data of {name:?}");
                return Err(Error::new(Kind::Value, expected, "byte planes"));
            }
        }
        let found = out.len() - start;
        if found != self.bytes {
            let expected = format!("data of {name:?}, stored in {} bytes", self.bytes);
            return Err(Error::new(Kind::Value, expected, format!("{found} bytes")));
        }
        self.pad(out)
    }

    /// scipy pads with the fill value, which for the small types is not 0.
    fn pad(&self, out: &mut Vec<u8>) -> Result<()> {
        let mut fill = Vec::new();
        for (name, attr) in &self.variable.attrs {
            if let (
                "_FillValue",
                Attr::Numbers {
                    dtype,
                    order,
                    bytes,
                },
            ) = (name.as_str(), attr)
            {
                number::append(&mut fill, bytes, *dtype, *order)?;
            }
        }
        let default: &[u8] = match self.kind {
            1 => &[0x81],
            3 => &[0x80, 0x01],
            _ => &[0],
        };
        let fill = if fill.len() == default.len() {
            fill.as_slice()
        } else {
            default
        };
        out.extend(fill.iter().cycle().take(self.padded - self.bytes));
        Ok(())
    }
}

/// Checks that a variable has the lengths of its dimensions.
fn check_shape(variable: &Variable, dataset: &Dataset) -> Result<()> {
    let (names, shape) = (&variable.dims, &variable.shape);
    let has = |dim: &String, len: &u64| dataset.dims.iter().any(|d| d.0 == *dim && d.1 == *len);
    if names.len() == shape.len() && names.iter().zip(shape).all(|(dim, len)| has(dim, len)) {
        return Ok(());
    }
    let expected = format!("{:?} of the lengths of its dimensions", variable.name);
    let found = format!("shape {shape:?}");
    Err(Error::new(Kind::Value, expected, found))
}

/// The dimension of texts of `width` chars, made behind the one that the texts are over if it is not there.
fn dimension_of_chars(
    width: usize,
    over: Option<&String>,
    dims: &mut Vec<(String, u64)>,
) -> Result<(String, u64)> {
    let dim = (format!("string{width}"), width as u64);
    if dims.iter().any(|d| d.0 == dim.0 && d.1 != dim.1) {
        let expected = format!("no dimension {:?} but for chars", dim.0);
        return Err(unsupported(expected, "one of another length"));
    }
    if !dims.contains(&dim) {
        let before = over.and_then(|over| dims.iter().position(|d| d.0 == *over));
        dims.insert(before.map_or(dims.len(), |at| at + 1), dim.clone());
    }
    Ok(dim)
}

/// Start of a list: its tag and length, or twice 0.
fn list(out: &mut Vec<u8>, tag: u32, len: usize) -> Result<()> {
    out.extend(if len == 0 { 0 } else { tag }.to_be_bytes());
    count(out, len as u64)
}

fn count(out: &mut Vec<u8>, value: u64) -> Result<()> {
    let value =
        i32::try_from(value).map_err(|_| unsupported("lengths below 2^31", value.to_string()))?;
    out.extend(value.to_be_bytes());
    Ok(())
}

fn name(out: &mut Vec<u8>, name: &str) -> Result<()> {
    if name.is_empty() || name.contains(['/', '\0']) {
        return Err(Error::new(
            Kind::Value,
            "a name for NetCDF-3",
            format!("{name:?}"),
        ));
    }
    chars(out, name)
}

fn chars(out: &mut Vec<u8>, text: &str) -> Result<()> {
    count(out, text.len() as u64)?;
    out.extend_from_slice(text.as_bytes());
    align(out);
    Ok(())
}

/// The header begins at 0 and all of its parts are multiples of four bytes.
fn align(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(4), 0);
}

fn attrs(out: &mut Vec<u8>, attrs: &[(String, Attr)], text: bool) -> Result<()> {
    list(out, ATTRIBUTE, attrs.len() + usize::from(text))?;
    for (key, attr) in attrs {
        name(out, key)?;
        match attr {
            Attr::Text(text) => {
                out.extend(NC_CHAR.to_be_bytes());
                // numpy, and with it scipy, has no empty byte string.
                chars(out, if text.is_empty() { "\0" } else { text })?;
            }
            Attr::Texts(_) => {
                return Err(unsupported(
                    "one text an attribute, as NetCDF-3",
                    format!("{key:?}"),
                ));
            }
            Attr::Numbers {
                dtype,
                order,
                bytes,
            } => numbers(out, bytes, *dtype, *order)?,
        }
    }
    if text {
        name(out, ENCODING)?;
        out.extend(NC_CHAR.to_be_bytes());
        chars(out, "utf-8")?;
    }
    Ok(())
}

fn numbers(out: &mut Vec<u8>, bytes: &[u8], dtype: DType, order: Endian) -> Result<()> {
    let (_, kind) = number::stored(dtype)?;
    out.extend(kind.to_be_bytes());
    count(out, (bytes.len() / dtype.size()) as u64)?;
    number::append(out, bytes, dtype, order)?;
    align(out);
    Ok(())
}
