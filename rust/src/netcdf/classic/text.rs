//! Text in NetCDF-3, which has only chars: xarray adds a last dimension for the length of the
//! longest text and says `_Encoding = "utf-8"`.

use std::collections::HashSet;

use super::ENCODING;
use super::header::trim;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::memory::try_reserve;
use crate::netcdf::cursor::size;
use crate::netcdf::model::{Attr, Data, Variable};
use crate::netcdf::{malformed, unsupported, utf8};
use crate::work::interrupt;

/// A variable, and whether it holds chars, which are yet to become texts.
pub(super) struct RawVariable {
    pub(super) text: bool,
    pub(super) variable: Variable,
}

/// Turns char variables into texts and forgets the dimensions that only counted their chars.
pub(super) fn decode(
    file: &[u8],
    raw: Vec<RawVariable>,
    dims: &mut Vec<(String, u64)>,
    limits: &Limits,
) -> Result<Vec<Variable>> {
    let mut variables = Vec::new();
    let mut lengths = HashSet::new();
    for RawVariable { text, mut variable } in raw {
        interrupt::check()?;
        if text {
            lengths.extend(join(file, &mut variable, limits)?);
        }
        variables.push(variable);
    }
    let axes = variables.iter().flat_map(|variable| &variable.dims);
    for name in axes {
        lengths.remove(name);
    }
    dims.retain(|(name, _)| !lengths.contains(name));
    Ok(variables)
}

/// Makes texts of a variable of chars; returns the dimension that counted them.
fn join(file: &[u8], variable: &mut Variable, limits: &Limits) -> Result<Option<String>> {
    let name = &variable.name;
    let encoding = variable.attrs.iter().position(|(key, _)| key == ENCODING);
    let encoded = encoding.is_some_and(|at| {
        matches!(variable.attrs.get(at), Some((_, Attr::Text(e))) if e.eq_ignore_ascii_case("utf-8"))
    });
    let filled = variable.attrs.iter().any(|(key, _)| key == "_FillValue");
    let Some(width) = variable
        .shape
        .last()
        .copied()
        .filter(|_| encoded && !filled)
    else {
        return Err(unsupported(
            format!("chars {name:?} with {ENCODING} \"utf-8\" and no fill value"),
            "other chars",
        ));
    };
    if let Some(at) = encoding {
        variable.attrs.remove(at);
    }
    variable.shape.pop();
    let length = variable.dims.pop();
    let width = size(width, "the chars of a text")?;
    let (start, bytes) = match &variable.data {
        Data::Raw { range, .. } => (range.start, &file[range.clone()]),
        Data::Owned(bytes) => (0, bytes.as_slice()),
        Data::Strings(_) => return Err(Error::internal("chars", "texts")),
    };
    // Where texts have no width, no byte of the file stands for them.
    let count = variable
        .len()
        .ok_or_else(|| malformed("texts within 64 bits", format!("{:?}", variable.shape)))?;
    limits.check_texts(count)?;
    let mut texts = Vec::new();
    try_reserve(&mut texts, size(count, "texts")?)?;
    if width == 0 {
        texts.extend((0..count).map(|_| String::new()));
    } else {
        for (index, chars) in bytes.chunks_exact(width).enumerate() {
            texts.push(utf8(trim(chars), "a text", start + index * width)?);
        }
    }
    if texts.len() as u64 != count {
        return Err(Error::internal(format!("{count} texts"), texts.len()));
    }
    variable.data = Data::Strings(texts);
    Ok(length)
}
