//! [`Archive`] for Python: an open zip archive and the results in it.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::error::raise;
use super::packed::{Packed, codec, wrap};
use super::source::source;
use crate::archive;
use crate::collection::{self, Frames, OpenOptions, Plan};
use crate::error::{Error, Result};
use crate::limits::Limits;

/// An open zip archive; see the stub.
#[pyclass(frozen, module = "skneuromsi_io._native")]
pub(super) struct Archive {
    archive: archive::Archive,
    label: String,
    frames: Frames,
}

/// Member names of one result as Python gives them: text, data, [(member, name)].
pub(super) type PyPlan = (String, String, Vec<(String, String)>);

pub(super) fn plans(plans: Vec<PyPlan>) -> Vec<Plan> {
    plans
        .into_iter()
        .map(|(text, data, arrays)| Plan { text, data, arrays })
        .collect()
}

#[pymethods]
impl Archive {
    #[new]
    #[pyo3(signature = (source_, label, encoding=None))]
    fn new(
        py: Python<'_>,
        source_: &Bound<'_, PyAny>,
        label: String,
        encoding: Option<String>,
    ) -> PyResult<Self> {
        let decode = encoding.map(decoder);
        let opened = source(source_)?.and_then(|source| {
            let decode = decode
                .as_deref()
                .map(|decode| decode as &dyn Fn(&[u8]) -> Result<String>);
            py.detach(|| {
                archive::Archive::open_with(Arc::clone(&source), Limits::default(), decode)
            })
        });
        match opened {
            Ok(archive) => Ok(Self {
                archive,
                label,
                frames: Frames::default(),
            }),
            Err(error) => Err(raise(py, &label, &error)),
        }
    }

    fn names(&self) -> Vec<&str> {
        self.archive.names().collect()
    }

    fn __contains__(&self, name: &str) -> bool {
        self.archive.entry(name).is_some()
    }

    fn size(&self, py: Python<'_>, name: &str) -> PyResult<u64> {
        self.archive
            .size(name)
            .map_err(|e| raise(py, &self.label, &e))
    }

    fn read<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.run(py, || self.archive.read(name))?;
        Ok(PyBytes::new(py, &bytes))
    }

    #[pyo3(signature = (plans_, *, compression, lift, threads))]
    fn results(
        &self,
        py: Python<'_>,
        plans_: Vec<PyPlan>,
        compression: (String, u8),
        lift: Option<usize>,
        threads: usize,
    ) -> PyResult<Vec<Packed>> {
        let plans = plans(plans_);
        let limits = Limits::default();
        let options = OpenOptions {
            codec: codec(&compression)?,
            lift,
            threads,
            limits,
            prefetch: self.prefetch,
        };
        let results = self.run(py, || {
            collection::open(&self.archive, &plans, &options, &self.frames)
        })?;
        wrap(py, results)
    }
}

impl Archive {
    fn run<T: Send>(&self, py: Python<'_>, work: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
        py.detach(work)
            .map_err(|error| raise(py, &self.label, &error))
    }
}

/// Decodes member names that are not flagged as UTF-8, with one of Python's encodings.
fn decoder(encoding: String) -> Box<dyn Fn(&[u8]) -> Result<String> + Send + Sync> {
    Box::new(move |name| {
        Python::attach(|py| -> PyResult<String> {
            PyBytes::new(py, name)
                .call_method1("decode", (&encoding,))?
                .extract()
        })
        .map_err(|failure| Error::from(std::io::Error::other(failure)))
    })
}
