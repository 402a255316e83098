//! Memory shared with NumPy; the only file with `unsafe`.

use std::sync::Arc;

use pyo3::buffer::{PyBuffer, PyUntypedBuffer};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use super::error::{detached, raise};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::work::shared::Shared;

/// The type that NumPy calls `name` (its `dtype.str`), or a `ValueError`.
pub(super) fn dtype_of(name: &str) -> PyResult<DType> {
    DType::from_numpy_name(name).ok_or_else(|| {
        let message = format!("expected a little-endian integer or float dtype, found {name:?}");
        PyValueError::new_err(message)
    })
}

/// A new NumPy array of `shape` whose bytes `fill` writes while the interpreter is detached.
pub(super) fn filled<'py, F>(
    py: Python<'py>,
    shape: &[u64],
    dtype: DType,
    fill: F,
) -> PyResult<(Bound<'py, PyAny>, Result<()>)>
where
    F: FnOnce(&mut [u8]) -> Result<()> + Send,
{
    let (mut arrays, outcome) = all_filled(py, &[(dtype, shape.to_vec())], |slices| {
        slices.into_iter().next().map_or(Ok(()), fill)
    })?;
    let none = || raise(py, "", &Error::internal("an array", "none"));
    Ok((arrays.pop().ok_or_else(none)?, outcome))
}

/// New NumPy arrays of some types and shapes, whose bytes `fill` writes while the interpreter is detached.
///
/// The memory comes zeroed from `calloc`, so that no path ever shows uninitialised bytes; for large arrays
/// these are fresh pages, which `numpy.empty` would have to fault in just the same.
pub(super) fn all_filled<'py, T: Send, F>(
    py: Python<'py>,
    arrays: &[(DType, Vec<u64>)],
    fill: F,
) -> PyResult<(Vec<Bound<'py, PyAny>>, Result<T>)>
where
    F: FnOnce(Vec<&mut [u8]>) -> Result<T> + Send,
{
    static ZEROS: Shared<Py<PyAny>> = Shared::new();
    let zeros = ZEROS.get_or_make(|| {
        let zeros = py.import("numpy")?.getattr("zeros")?;
        PyResult::Ok(Arc::new(zeros.unbind()))
    })?;
    let make = |(dtype, shape): &(DType, Vec<u64>)| {
        let zeros = zeros.bind(py);
        zeros.call1((PyTuple::new(py, shape)?, dtype.numpy_name()))
    };
    let arrays = arrays.iter().map(make).collect::<PyResult<Vec<_>>>()?;
    let buffers = arrays
        .iter()
        .map(PyUntypedBuffer::get)
        .collect::<PyResult<Vec<_>>>()?;
    let slices = buffers.iter().map(|buffer| {
        if buffer.readonly() || !buffer.is_c_contiguous() || buffer.len_bytes() == 0 {
            return &mut [][..];
        }
        // SAFETY: each of `arrays` was made above and no other code has a reference to it, so this is the only
        // access to its memory until the function returns; `buffers` keeps the memory alive and in place, is
        // writable and C-contiguous (checked), `len_bytes` long, and initialised (zeros).
        #[expect(unsafe_code, reason = "NumPy's memory is filled while detached")]
        unsafe {
            std::slice::from_raw_parts_mut(buffer.buf_ptr().cast::<u8>(), buffer.len_bytes())
        }
    });
    let slices = slices.collect();
    let outcome = detached(py, || fill(slices));
    Ok((arrays, outcome))
}

/// A new NumPy array of numbers of 8 bytes each, the least significant first.
pub(super) fn array_of<'py>(
    py: Python<'py>,
    dtype: DType,
    numbers: &[[u8; 8]],
) -> PyResult<Bound<'py, PyAny>> {
    let (array, outcome) = filled(py, &[numbers.len() as u64], dtype, |out| {
        out.copy_from_slice(numbers.as_flattened());
        Ok(())
    })?;
    outcome.map_err(|error| raise(py, "", &error))?;
    Ok(array)
}

/// An array of numbers of things; -1 where there is none.
pub(super) fn numbered(
    py: Python<'_>,
    numbers: impl Iterator<Item = Option<u32>>,
) -> PyResult<Bound<'_, PyAny>> {
    let number = |number: Option<u32>| number.map_or(-1, i64::from).to_le_bytes();
    array_of(py, DType::I64, &numbers.map(number).collect::<Vec<_>>())
}

/// A Python object of these bytes, or a `MemoryError`.
pub(super) fn bytes<'py>(py: Python<'py>, content: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    PyBytes::new_with(py, content.len(), |room| {
        room.copy_from_slice(content);
        Ok(())
    })
}

/// A copy of the bytes of a C-contiguous array; the array may change as soon as this returns.
pub(super) fn copied(array: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let flat = array
        .call_method1("reshape", (-1,))?
        .call_method1("view", ("u1",))?;
    PyBuffer::<u8>::get(&flat)?.to_vec(array.py())
}
