//! Many results at once, for Python: their arrays in one, and the numbers of their metadata.

use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::archive::stacked;
use super::buffer::{bytes, filled};
use super::error::{detached, raise};
use super::packed::{Packed, plain_frame};
use super::varying::{PyVarying, py_varying};
use crate::dtype::DType;
use crate::error::Result;
use crate::json::{self, Varying};
use crate::results;
use crate::work::interrupt;

/// The arrays of results in memory, one after the other; see the stub.
#[pyfunction]
#[pyo3(signature = (packed, name, *, threads))]
pub(super) fn stack_packed<'py>(
    py: Python<'py>,
    packed: Vec<Py<Packed>>,
    name: Option<&str>,
    threads: usize,
) -> PyResult<Bound<'py, PyAny>> {
    let results: Vec<_> = packed.iter().map(|one| &one.get().result).collect();
    let (array, outcome) = match name {
        None => {
            let frames = results.iter().map(|result| plain_frame(result));
            let (dtype, shape) =
                common(frames.map(|frame| {
                    frame.map(|frame| (frame.dtype(), frame.variable().shape.clone()))
                }))?;
            filled(py, &stacked(results.len(), &shape), dtype, |out| {
                results::stack_packed(&results, out, threads)
            })?
        }
        Some(name) => {
            let array =
                |result: &&results::PackedResult| result.arrays.iter().position(|a| a.name == name);
            let arrays: Vec<_> = results
                .iter()
                .filter_map(|result| array(result).map(|at| &result.arrays[at]))
                .collect();
            if arrays.len() != results.len() {
                return Err(PyKeyError::new_err(format!(
                    "no array {name:?} in one of the results"
                )));
            }
            let (dtype, shape) = common(
                arrays
                    .iter()
                    .map(|array| Some((array.dtype, array.shape.clone()))),
            )?;
            filled(py, &stacked(arrays.len(), &shape), dtype, |out| {
                results::stack_packed_arrays(&arrays, out, threads)
            })?
        }
    };
    outcome.map_err(|error| raise(py, "", &error))?;
    Ok(array)
}

/// The type and shape that all arrays have.
fn common(
    mut arrays: impl Iterator<Item = Option<(DType, Vec<u64>)>>,
) -> PyResult<(DType, Vec<u64>)> {
    let first = arrays.next().flatten();
    match first {
        Some(first) if arrays.all(|other| other.as_ref() == Some(&first)) => Ok(first),
        _ => Err(PyValueError::new_err(
            "expected arrays of one type and shape, found others",
        )),
    }
}

/// Numbers that vary, as JSON; see the stub.
#[pyfunction]
pub(super) fn numbers(
    py: Python<'_>,
    packed: Vec<Py<Packed>>,
    varying: PyVarying,
    keys: Vec<String>,
) -> PyResult<Bound<'_, PyBytes>> {
    let varying = py_varying(varying);
    let texts: Vec<_> = packed
        .iter()
        .map(|one| &one.get().result.text[..])
        .collect();
    let rows = detached(py, || rows(&texts, &varying, &keys));
    let rows = rows
        .map_err(|error| raise(py, "", &error))?
        .ok_or_else(|| {
            PyValueError::new_err("expected metadata with a fingerprint, found some without")
        })?;
    bytes(py, &rows)
}

/// The numbers of `keys` in each text, as JSON; `None` where a text has no fingerprint.
fn rows(texts: &[&[u8]], varying: &Varying, keys: &[String]) -> Result<Option<Vec<u8>>> {
    let mut rows = vec![b'['];
    for (row, text) in texts.iter().enumerate() {
        interrupt::check()?;
        let Some(found) = json::numbers(text, varying) else {
            return Ok(None);
        };
        rows.extend_from_slice(if row > 0 { b",[" } else { b"[" });
        let asked = found
            .into_iter()
            .filter(|number| keys.contains(&varying.keys[number.key]));
        for (column, number) in asked.enumerate() {
            if column > 0 {
                rows.push(b',');
            }
            rows.extend_from_slice(&text[number.at]);
        }
        rows.push(b']');
    }
    rows.push(b']');
    Ok(Some(rows))
}
