//! [`Packed`] for Python: one result in memory.

use std::collections::HashMap;
use std::sync::Arc;

use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use super::buffer::{bytes, dtype_of, filled};
use super::error::{detached, raise};
use super::frame::Frame;
use crate::codec::memory::{Codec, CompressedArray};
use crate::memory::try_zeroed;
use crate::results::{self, Array, Body, PackedResult};

/// A result in memory; see the stub.
#[pyclass(frozen, module = "skneuromsi_io._native")]
pub(super) struct Packed {
    pub(super) result: PackedResult,
    /// The same Python object for every result that shares the frame.
    pub(super) frame: Option<Py<Frame>>,
}

/// The memory codec that Python calls (name, level).
pub(super) fn codec((name, level): &(String, u8)) -> PyResult<Codec> {
    let codec = match name.as_str() {
        "none" => Some(Codec::None),
        "lz4" => Some(Codec::Lz4),
        "lz4hc" => Some(Codec::Lz4Hc(*level)),
        "deflate" => Some(Codec::Deflate(*level)),
        _ => None,
    };
    codec
        .filter(|codec| codec.has_known_level())
        .ok_or_else(|| {
            PyValueError::new_err(format!("unknown memory codec {name:?} of level {level}"))
        })
}

/// Wraps results for Python; those that share a frame share its Python object.
pub(super) fn wrap(py: Python<'_>, results: Vec<PackedResult>) -> PyResult<Vec<Packed>> {
    let frames = frames_of(py, results.iter().map(plain_frame))?;
    let results = results.into_iter().zip(frames);
    Ok(results
        .map(|(result, frame)| Packed { result, frame })
        .collect())
}

pub(super) fn plain_frame(result: &PackedResult) -> Option<&Arc<results::Frame>> {
    match &result.body {
        Body::Plain(frame, _) => Some(frame),
        Body::General(_) | Body::Absent => None,
    }
}

/// Each frame once, and the number among these of each; archives share equal ones.
pub(super) fn distinct(
    frames: Vec<Option<Arc<results::Frame>>>,
) -> (Vec<Arc<results::Frame>>, Vec<Option<u32>>) {
    let (mut distinct, mut known, mut next) = (Vec::new(), HashMap::new(), 0..);
    let mut number = |frame: Arc<results::Frame>| {
        *known.entry(Arc::as_ptr(&frame)).or_insert_with(|| {
            distinct.push(frame);
            next.next()
        })
    };
    let numbers = frames.into_iter().map(|frame| frame.and_then(&mut number));
    let numbers = numbers.collect();
    (distinct, numbers)
}

/// Wraps frames for Python; equal ones that follow each other are one object.
pub(super) fn frames_of<'a>(
    py: Python<'_>,
    frames: impl Iterator<Item = Option<&'a Arc<results::Frame>>>,
) -> PyResult<Vec<Option<Py<Frame>>>> {
    let mut last: Option<Py<Frame>> = None;
    frames
        .map(|frame| frame.map(|frame| shared(py, &mut last, frame)).transpose())
        .collect()
}

fn shared(
    py: Python<'_>,
    last: &mut Option<Py<Frame>>,
    frame: &Arc<results::Frame>,
) -> PyResult<Py<Frame>> {
    if let Some(known) = last
        .as_ref()
        .filter(|known| Arc::ptr_eq(&known.get().0, frame))
    {
        return Ok(known.clone_ref(py));
    }
    let new = Py::new(py, Frame(Arc::clone(frame)))?;
    *last = Some(new.clone_ref(py));
    Ok(new)
}

/// The labelled array of a NetCDF file; see the stub.
#[pyfunction]
pub(super) fn read_netcdf(py: Python<'_>, netcdf: &[u8]) -> PyResult<Packed> {
    let body =
        detached(py, || results::read_netcdf(netcdf)).map_err(|error| raise(py, "", &error))?;
    let result = PackedResult {
        text: Vec::new(),
        body,
        arrays: Vec::new(),
        lifted: false,
        fingerprint: None,
    };
    let frame = plain_frame(&result)
        .map(|frame| Py::new(py, Frame(Arc::clone(frame))))
        .transpose()?;
    Ok(Packed { result, frame })
}

#[pymethods]
impl Packed {
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        bytes(py, &self.result.text)
    }

    #[getter]
    fn frame(&self, py: Python<'_>) -> Option<Py<Frame>> {
        self.frame.as_ref().map(|frame| frame.clone_ref(py))
    }

    #[getter]
    fn lifted(&self) -> bool {
        self.result.lifted
    }

    #[getter]
    fn fingerprint(&self) -> Option<u64> {
        self.result.fingerprint
    }

    #[getter]
    fn nbytes(&self) -> usize {
        self.result.nbytes()
    }

    #[getter]
    fn array_names(&self) -> Vec<&str> {
        self.result
            .arrays
            .iter()
            .map(|array| array.name.as_str())
            .collect()
    }

    #[pyo3(signature = (*, threads))]
    fn values<'py>(&self, py: Python<'py>, threads: usize) -> PyResult<Bound<'py, PyAny>> {
        let Body::Plain(frame, packed) = &self.result.body else {
            return Err(PyValueError::new_err(
                "expected a natively read array, found a NetCDF file",
            ));
        };
        let variable = frame.variable();
        let (array, outcome) = filled(py, &variable.shape, frame.dtype(), |out| {
            packed.unpack_into_with(out, threads)
        })?;
        outcome.map_err(|error| raise(py, "", &error))?;
        Ok(array)
    }

    fn netcdf<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let Body::General(packed) = &self.result.body else {
            return Err(PyValueError::new_err(
                "expected a NetCDF file, found a natively read array",
            ));
        };
        let unpacked = detached(py, || {
            let mut file = try_zeroed(packed.nbytes())?;
            packed.unpack_into(&mut file)?;
            Ok(file)
        });
        bytes(py, &unpacked.map_err(|error| raise(py, "", &error))?)
    }

    #[pyo3(signature = (name, *, threads))]
    fn array<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        threads: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(array) = self.result.arrays.iter().find(|array| array.name == name) else {
            return Err(PyKeyError::new_err(format!(
                "no array {name:?} in this result"
            )));
        };
        let (values, outcome) = filled(py, &array.shape, array.dtype, |out| {
            array.packed.unpack_into_with(out, threads)
        })?;
        outcome.map_err(|error| raise(py, "", &error))?;
        Ok(values)
    }

    fn __sizeof__(&self) -> usize {
        size_of::<Self>() + self.result.packed_bytes()
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let (py, this) = (slf.py(), slf.get());
        let result = &this.result;
        let pickled = |packed: &CompressedArray| {
            let content = packed.to_bytes().map_err(|error| raise(py, "", &error))?;
            bytes(py, &content)
        };
        let packed = result.body.packed().ok_or_else(Body::absent);
        let packed = packed.map_err(|error| raise(py, "", &error))?;
        let arrays: Vec<_> = result
            .arrays
            .iter()
            .map(|a| {
                let content = pickled(&a.packed)?;
                Ok((&a.name, a.dtype.numpy_name(), &a.shape, content))
            })
            .collect::<PyResult<_>>()?;
        let state = (
            bytes(py, &result.text)?,
            this.frame(py),
            pickled(packed)?,
            arrays,
            result.lifted,
        );
        let restore = slf.get_type().getattr("_restore")?;
        Ok((restore, state.into_pyobject(py)?))
    }

    /// Rebuilds a pickled result; everything in it is checked again.
    #[staticmethod]
    fn _restore(
        py: Python<'_>,
        text: Vec<u8>,
        frame: Option<Py<Frame>>,
        data: &[u8],
        arrays: Vec<(String, String, Vec<u64>, Vec<u8>)>,
        lifted: bool,
    ) -> PyResult<Self> {
        let unpack = |bytes: &[u8]| {
            CompressedArray::from_bytes(bytes).map_err(|error| raise(py, "pickled result", &error))
        };
        let packed = unpack(data)?;
        let body = match &frame {
            Some(frame) => Body::Plain(Arc::clone(&frame.get().0), packed),
            None => Body::General(packed),
        };
        let arrays = arrays
            .into_iter()
            .map(|(name, dtype, shape, bytes)| {
                Ok(Array {
                    name,
                    dtype: dtype_of(&dtype)?,
                    shape,
                    packed: unpack(&bytes)?,
                })
            })
            .collect::<PyResult<_>>()?;
        let result = PackedResult {
            text,
            body,
            arrays,
            lifted,
            // It holds within one process.
            fingerprint: None,
        };
        result
            .check()
            .map_err(|error| raise(py, "pickled result", &error))?;
        Ok(Self { result, frame })
    }
}
