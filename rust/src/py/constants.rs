//! Values that Python must know as this crate knows them.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::encode::DEPTH;
use crate::codec::zip::Method;
use crate::json::LONGEST_NUMBER;
use crate::limits::{FREE_EXPANSION, Limits};
use crate::netcdf::hdf5::{NOT_A_COORDINATE, RESERVED, WRITER};
use crate::results::frame::{BARE_ARRAY, CF_ATTRIBUTES, UNNAMED};

/// Values that both languages decide by; see the stub.
#[pyfunction]
pub(super) fn constants(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let levels = PyDict::new(py);
    for method in Method::ALL {
        if let Some(range) = method.levels() {
            levels.set_item(method.id(), (*range.start(), *range.end()))?;
        }
    }
    let constants = PyDict::new(py);
    constants.set_item("version", env!("CARGO_PKG_VERSION"))?;
    constants.set_item("cf_attributes", PyTuple::new(py, CF_ATTRIBUTES)?)?;
    constants.set_item("reserved_attributes", PyTuple::new(py, RESERVED)?)?;
    constants.set_item("not_a_coordinate", NOT_A_COORDINATE)?;
    constants.set_item("unnamed_array", UNNAMED)?;
    constants.set_item("bare_array", BARE_ARRAY)?;
    constants.set_item("writer", WRITER)?;
    constants.set_item("nesting", DEPTH)?;
    constants.set_item("longest_number", LONGEST_NUMBER)?;
    constants.set_item("expansion", Limits::default().expansion)?;
    constants.set_item("free_expansion", FREE_EXPANSION)?;
    constants.set_item("levels", levels)?;
    Ok(constants)
}
