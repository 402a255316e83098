//! [`Kinds`] for Python: results whose metadata differ in numbers alone.

use pyo3::prelude::*;

use super::error::{detached, raise};
use super::packed::Packed;
use crate::json::Varying;
use crate::results::{self, PackedResult};

/// Kinds of results; see the stub.
#[pyclass(frozen, module = "skneuromsi_io._native")]
pub(super) struct Kinds(results::Kinds);

#[pymethods]
impl Kinds {
    #[new]
    fn new(within: String, keys: Vec<String>) -> Self {
        Self(results::Kinds::new(Varying {
            object: within,
            keys,
        }))
    }

    #[pyo3(signature = (results, *, threads))]
    fn of(
        &self,
        py: Python<'_>,
        results: Vec<Py<Packed>>,
        threads: usize,
    ) -> PyResult<Vec<Option<usize>>> {
        let results: Vec<&PackedResult> =
            results.iter().map(|packed| &packed.get().result).collect();
        detached(py, || self.0.of(&results, threads)).map_err(|error| raise(py, "", &error))
    }
}
