//! [`Archive`] for Python: an open zip archive and the results in it.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::buffer::bytes;
use super::error::raise;
use super::packed::{Packed, codec, wrap};
use super::source::source;
use crate::archive::{self, DecodeName};
use crate::collection::{self, Frames, OpenOptions, Plan};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::source::ReadAt;

/// An open zip archive; see the stub.
#[pyclass(frozen, module = "skneuromsi_io._native")]
pub(super) struct Archive {
    archive: archive::Archive,
    label: String,
    /// Whether the source is read on the calling thread only.
    prefetch: bool,
    limits: Limits,
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
    #[pyo3(signature = (source_, label, encoding=None, limits=Vec::new()))]
    fn new(
        py: Python<'_>,
        source_: &Bound<'_, PyAny>,
        label: String,
        encoding: Option<&str>,
        limits: Vec<(String, u64)>,
    ) -> PyResult<Self> {
        let mut caps = Limits::default();
        for (name, value) in limits {
            caps.set(&name, value)
                .map_err(|error| raise(py, "'limits'", &error))?;
        }
        let source = source(source_)?;
        let prefetch = source.as_ref().is_ok_and(|source| !source.concurrent());
        let opened = source.and_then(|source| py.detach(|| open(source, encoding, caps)));
        match opened {
            Ok(archive) => Ok(Self {
                archive,
                prefetch,
                label,
                limits: caps,
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
            .map_err(|error| raise(py, &self.label, &error))
    }

    fn text<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyBytes>> {
        let text = self.run(py, || self.archive.read_text(name))?;
        bytes(py, &text)
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
        let options = OpenOptions {
            codec: codec(&compression)?,
            lift,
            threads,
            limits: self.limits,
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

/// Opens an archive whose names are, unless flagged as UTF-8, in one of Python's encodings.
fn open(
    source: Arc<dyn ReadAt>,
    encoding: Option<&str>,
    limits: Limits,
) -> Result<archive::Archive> {
    let decode = |name: &[u8]| {
        Python::attach(|py| -> PyResult<String> {
            PyBytes::new(py, name)
                .call_method1("decode", (encoding,))?
                .extract()
        })
        .map_err(|failure| Error::from(std::io::Error::other(failure)))
    };
    let decode = encoding.map(|_| &decode as DecodeName<'_>);
    archive::Archive::open_with(source, limits, decode)
}
