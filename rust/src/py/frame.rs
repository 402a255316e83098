//! [`Frame`] for Python: what labels an array.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use super::buffer::{copied, dtype_of, filled};
use super::error::raise;
use crate::dtype::{DType, Endian};
use crate::error::{Error, Kind};
use crate::netcdf::{Attr, Data, Dataset, Variable};
use crate::results;

/// Name, dimensions, shape, dtype, coordinates and attributes of an array; see the stub.
#[pyclass(frozen, module = "skneuromsi_io._native")]
pub(super) struct Frame(pub(super) Arc<results::Frame>);

/// A coordinate as Python gives it: name, values (an array or a list of str), attributes.
type Coordinate<'py> = (String, Bound<'py, PyAny>, Bound<'py, PyDict>);

#[pymethods]
impl Frame {
    #[new]
    fn new(
        py: Python<'_>,
        name: String,
        dims: Vec<String>,
        shape: Vec<u64>,
        dtype: &str,
        coords: Vec<Coordinate<'_>>,
        attrs: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        if dims.len() != shape.len() {
            let expected = format!("a length for each of {} dimensions", dims.len());
            let error = Error::new(Kind::Value, expected, format!("shape {shape:?}"));
            return Err(raise(py, "", &error));
        }
        let array = Variable {
            name,
            shape: shape.clone(),
            dtype: Some(dtype_of(dtype)?),
            order: Endian::Little,
            data: Data::Owned(Vec::new()),
            attrs: attributes(attrs)?,
            dims: dims.clone(),
        };
        let mut variables = vec![array];
        for (name, values, attrs) in coords {
            variables.push(coordinate(name, &values, &attrs)?);
        }
        let dims = dims.into_iter().zip(shape).collect();
        let dataset = Dataset {
            dims,
            variables,
            attrs: Vec::new(),
        };
        results::Frame::new(dataset, 0)
            .map(|frame| Self(Arc::new(frame)))
            .map_err(|error| raise(py, "", &error))
    }

    // Equal frames come from several batches of an archive, which share them in Rust, and from several archives and
    // processes, which do not.
    fn __eq__(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }

    fn __hash__(&self) -> u64 {
        let variable = self.0.variable();
        let mut hasher = DefaultHasher::new();
        (
            &variable.name,
            &variable.dims,
            &variable.shape,
            variable.dtype,
        )
            .hash(&mut hasher);
        // The frames of a sweep over positions differ in their coordinates alone.
        for coordinate in self.0.coordinates() {
            match &coordinate.data {
                Data::Strings(texts) => texts.hash(&mut hasher),
                Data::Owned(bytes) => bytes.hash(&mut hasher),
                Data::Raw { range, .. } => range.hash(&mut hasher),
            }
        }
        hasher.finish()
    }

    #[getter]
    fn name(&self) -> &str {
        &self.0.variable().name
    }

    #[getter]
    fn dims<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.0.variable().dims)
    }

    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.0.variable().shape)
    }

    #[getter]
    fn dtype(&self) -> &'static str {
        self.0.dtype().numpy_name()
    }

    #[getter]
    fn attrs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        attribute_dict(py, &self.0.variable().attrs)
    }

    #[getter]
    fn coords<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let coords = PyList::empty(py);
        for variable in self.0.coordinates() {
            let values = values(py, variable)?;
            coords.append((&variable.name, values, attribute_dict(py, &variable.attrs)?))?;
        }
        Ok(coords)
    }

    /// The arguments that make an equal frame.
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (
            self.name(),
            self.dims(py)?,
            self.shape(py)?,
            self.dtype(),
            self.coords(py)?,
            self.attrs(py)?,
        )
            .into_pyobject(py)
    }
}

fn coordinate(
    name: String,
    values: &Bound<'_, PyAny>,
    attrs: &Bound<'_, PyDict>,
) -> PyResult<Variable> {
    let (dtype, data, len) = if let Ok(texts) = values.cast::<PyList>() {
        (None, Data::Strings(texts.extract()?), texts.len())
    } else {
        let dtype: String = values.getattr("dtype")?.getattr("str")?.extract()?;
        (
            Some(dtype_of(&dtype)?),
            Data::Owned(copied(values)?),
            values.len()?,
        )
    };
    Ok(Variable {
        dims: vec![name.clone()],
        name,
        shape: vec![len as u64],
        dtype,
        order: Endian::Little,
        data,
        attrs: attributes(attrs)?,
    })
}

fn values<'py>(py: Python<'py>, variable: &Variable) -> PyResult<Bound<'py, PyAny>> {
    match &variable.data {
        Data::Strings(texts) => Ok(PyList::new(py, texts)?.into_any()),
        Data::Owned(bytes) => {
            let dtype = variable.number().map_err(|error| raise(py, "", &error))?;
            let (array, outcome) = filled(py, &variable.shape, dtype, |out| {
                out.copy_from_slice(bytes);
                Ok(())
            })?;
            outcome.map_err(|error| raise(py, "", &error))?;
            Ok(array)
        }
        Data::Raw { .. } => {
            let error = Error::internal("coordinates in memory", "a range of a file");
            Err(raise(py, "", &error))
        }
    }
}

fn attributes(attrs: &Bound<'_, PyDict>) -> PyResult<Vec<(String, Attr)>> {
    attrs
        .iter()
        .map(|(name, value)| Ok((name.extract()?, attribute(&value)?)))
        .collect()
}

/// An attribute is given as str, as a list of str, or as a NumPy scalar or 1-D array.
fn attribute(value: &Bound<'_, PyAny>) -> PyResult<Attr> {
    if value.is_instance_of::<PyString>() {
        return Ok(Attr::Text(value.extract()?));
    }
    if value.is_instance_of::<PyList>() {
        return Ok(Attr::Texts(value.extract()?));
    }
    let dtype: String = value.getattr("dtype")?.getattr("str")?.extract()?;
    let array = value
        .py()
        .import("numpy")?
        .call_method1("ascontiguousarray", (value,))?;
    Ok(Attr::Numbers {
        dtype: dtype_of(&dtype)?,
        order: Endian::Little,
        bytes: copied(&array)?,
    })
}

fn attribute_dict<'py>(py: Python<'py>, attrs: &[(String, Attr)]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in attrs {
        match value {
            Attr::Text(text) => dict.set_item(name, text)?,
            Attr::Texts(texts) => dict.set_item(name, PyList::new(py, texts)?)?,
            Attr::Numbers {
                dtype,
                order,
                bytes,
            } => {
                dict.set_item(name, numbers(py, *dtype, *order, bytes)?)?;
            }
        }
    }
    Ok(dict)
}

fn numbers<'py>(
    py: Python<'py>,
    dtype: DType,
    order: Endian,
    bytes: &[u8],
) -> PyResult<Bound<'py, PyAny>> {
    let size = dtype.size();
    let shape = [(bytes.len() / size) as u64];
    let (array, outcome) = filled(py, &shape, dtype, |out| {
        out.copy_from_slice(bytes);
        if order == Endian::Big {
            out.chunks_exact_mut(size).for_each(<[u8]>::reverse);
        }
        Ok(())
    })?;
    outcome.map_err(|error| raise(py, "", &error))?;
    // NetCDF does not tell a number from a list of one; xarray shows a number.
    if shape == [1] {
        array.get_item(0)
    } else {
        Ok(array)
    }
}
