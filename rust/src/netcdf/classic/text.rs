//! Text in NetCDF-3, which has only chars: xarray adds a last dimension for the length of the
//! longest text and says `_Encoding = "utf-8"`.

use super::ENCODING;
use super::header::trim;
use crate::error::Result;
use crate::limits::Limits;
use crate::netcdf::model::{Attr, Data, Variable};
use crate::netcdf::{unsupported, utf8};

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
    let mut lengths = Vec::new();
    for RawVariable { text, mut variable } in raw {
        if text {
            lengths.extend(join(file, &mut variable, limits)?);
        }
        variables.push(variable);
    }
    dims.retain(|(name, _)| {
        !lengths.contains(name) || variables.iter().any(|v| v.dims.contains(name))
    });
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
    let width = usize::try_from(width).unwrap_or(usize::MAX);
    let (start, bytes) = match &variable.data {
        Data::Raw { range, .. } => (range.start, file.get(range.clone()).unwrap_or_default()),
        Data::Owned(bytes) => (0, bytes.as_slice()),
        Data::Strings(_) => (0, [].as_slice()),
    };
    // Where texts have no width, no byte of the file stands for them.
    let count = variable.len().unwrap_or(u64::MAX);
    limits.check_texts(count)?;
    let mut texts = Vec::new();
    if width == 0 {
        texts.extend((0..count).map(|_| String::new()));
    } else {
        for (index, chars) in bytes.chunks_exact(width).enumerate() {
            texts.push(utf8(trim(chars), "a text", start + index * width)?);
        }
    }
    variable.data = Data::Strings(texts);
    Ok(length)
}
