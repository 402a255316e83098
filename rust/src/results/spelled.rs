//! Bytes that templates and frames take in an index: long numbers and escaped texts take more there than in memory.

use super::frame::Frame;
use crate::dtype::{DType, Endian};
use crate::error::{Error, Result};
use crate::json::write::{push_number, string_bytes};
use crate::netcdf::{Attr, Data, Variable};

/// Brackets, separators, the names of the parts of a frame, or of a coordinate, and types of what they hold.
const AROUND: usize = 128;

/// The longest number of 16 bits, `-6.103515625e-05`, and a separator.
const HALF: usize = 18;

/// Bytes of a template with a number in each of its columns, which are so long.
pub(super) fn template_bytes(text: &str, numbers: &[usize]) -> usize {
    let numbers = numbers.iter().map(|length| length + 2).sum::<usize>();
    r#"{"text": , "numbers": []}, "#.len() + string_bytes(text) + numbers
}

/// Bytes of a frame as an index spells it, or a few more.
pub(super) fn frame_bytes(frame: &Frame) -> Result<usize> {
    let mut total = AROUND + variable_bytes(frame.variable())?;
    for coordinate in frame.coordinates() {
        total += AROUND + variable_bytes(coordinate)?;
    }
    Ok(total)
}

fn variable_bytes(variable: &Variable) -> Result<usize> {
    let mut total = item(&variable.name);
    total += variable.dims.iter().map(|dim| item(dim)).sum::<usize>();
    for (name, value) in &variable.attrs {
        // The name stands beside the value, and in the type map.
        total += AROUND + 2 * item(name) + attr_bytes(value)?;
    }
    Ok(total + data_bytes(variable)?)
}

fn attr_bytes(value: &Attr) -> Result<usize> {
    match value {
        Attr::Text(text) => Ok(item(text)),
        Attr::Texts(texts) => Ok(items(texts)),
        Attr::Numbers {
            dtype,
            order,
            bytes,
        } => numbers(*dtype, *order, bytes),
    }
}

fn data_bytes(variable: &Variable) -> Result<usize> {
    match &variable.data {
        Data::Owned(bytes) => numbers(variable.number()?, variable.order, bytes),
        Data::Strings(texts) => Ok(items(texts)),
        Data::Raw { .. } => Err(Error::internal(
            "coordinates in memory",
            "a range of a file",
        )),
    }
}

/// Bytes of a text with the separator behind it.
fn item(text: &str) -> usize {
    string_bytes(text) + 2
}

fn items(texts: &[String]) -> usize {
    texts.iter().map(|text| item(text)).sum()
}

fn numbers(dtype: DType, order: Endian, bytes: &[u8]) -> Result<usize> {
    let numbers = bytes.chunks_exact(dtype.size());
    if dtype == DType::F16 {
        return Ok(numbers.len() * HALF);
    }
    let (mut total, mut number, mut text) = (0, Vec::new(), Vec::new());
    for stored in numbers {
        number.clear();
        number.extend_from_slice(stored);
        if order == Endian::Big {
            number.reverse();
        }
        text.clear();
        push_number(&mut text, dtype, &number)?;
        total += text.len() + 2;
    }
    Ok(total)
}
