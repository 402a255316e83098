//! [`Columns`] for Python: what an index says of many results, and the metadata that it is compared with.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::archive::Archive;
use super::buffer::{array_of, bytes, numbered};
use super::error::raise;
use super::frame::Frame;
use super::packed::Packed;
use super::varying::{PyVarying, py_varying};
use crate::dtype::DType;
use crate::json;
use crate::results::{self, Body, Numbers, PackedResult};

/// Columns of many results; see the stub.
///
/// The lock is held while detached, so that a forked child may find it held. A child has no use for columns: they belong
/// to one call, or to a writer, which children may not use.
#[pyclass(frozen, module = "skneuromsi_io._native")]
pub(super) struct Columns(Mutex<results::Columns>);

#[pymethods]
impl Columns {
    #[new]
    fn new(varying: PyVarying, listed: Vec<String>) -> Self {
        Self(Mutex::new(results::Columns::new(
            py_varying(varying),
            &listed,
        )))
    }

    fn add(&self, py: Python<'_>, packed: Vec<Py<Packed>>) -> PyResult<()> {
        let packed: Vec<_> = packed.iter().map(|one| &one.get().result).collect();
        let added = py.detach(|| {
            let mut columns = self.lock();
            packed
                .into_iter()
                .try_for_each(|result| columns.add(result))
        });
        added.map_err(|error| raise(py, "", &error))
    }

    #[pyo3(signature = (archive, names, *, threads))]
    fn read(
        &self,
        py: Python<'_>,
        archive: &Archive,
        names: Vec<String>,
        threads: usize,
    ) -> PyResult<()> {
        archive.run(py, |archive| {
            // Others wait for the lock while they are attached, and to read a stream attaches.
            results::texts(archive, &names, threads, |texts| {
                let mut columns = self.lock();
                for text in texts {
                    columns.add_text(text.as_deref());
                }
            })
        })
    }

    fn __len__(&self) -> usize {
        self.lock().size()
    }

    fn frames(&self) -> Vec<Frame> {
        let columns = self.lock();
        columns
            .frames()
            .iter()
            .map(|f| Frame(Arc::clone(f)))
            .collect()
    }

    fn table<'py>(&self, py: Python<'py>) -> PyResult<Table<'py>> {
        // Nothing of Python's is made under the lock: its garbage collector lets threads run that may wait for it.
        let (template, frame, templates) = py.detach(|| {
            let columns = self.lock();
            let templates = columns
                .templates()
                .map(|(text, numbers)| (text.to_owned(), numbers.collect()));
            let templates: Vec<(String, Vec<Numbers>)> = templates.collect();
            let template: Vec<_> = columns.template_numbers().collect();
            let frame: Vec<_> = columns.frame_numbers().collect();
            (template, frame, templates)
        });
        let templates = templates.into_iter().map(|(text, numbers)| {
            let numbers = numbers.into_iter().map(|numbers| column(py, numbers));
            Ok((
                bytes(py, text.as_bytes())?,
                numbers.collect::<PyResult<_>>()?,
            ))
        });
        Ok((
            numbered(py, template.into_iter())?,
            numbered(py, frame.into_iter())?,
            templates.collect::<PyResult<_>>()?,
        ))
    }

    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let json = py.detach(|| self.lock().json());
        bytes(py, &json)
    }
}

/// A column as an array of floats, or as JSON.
fn column(py: Python<'_>, numbers: Numbers) -> PyResult<Bound<'_, PyAny>> {
    match numbers {
        Numbers::Floats(floats) => {
            let floats: Vec<_> = floats.into_iter().map(f64::to_le_bytes).collect();
            array_of(py, DType::F64, &floats)
        }
        Numbers::Spelled(spelled) => Ok(bytes(py, &spelled)?.into_any()),
    }
}

/// Columns of numbers of templates and arrays, and each template with its columns.
type Table<'py> = (
    Bound<'py, PyAny>,
    Bound<'py, PyAny>,
    Vec<(Bound<'py, PyBytes>, Vec<Bound<'py, PyAny>>)>,
);

impl Columns {
    fn lock(&self) -> std::sync::MutexGuard<'_, results::Columns> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Metadata alone; see the stub.
#[pyfunction]
pub(super) fn described(py: Python<'_>, text: Vec<u8>, varying: PyVarying) -> Packed {
    let varying = py_varying(varying);
    let result = PackedResult {
        fingerprint: py.detach(|| json::fingerprint(&text, &varying)),
        text,
        body: Body::Absent,
        arrays: Vec::new(),
        lifted: false,
    };
    Packed {
        result,
        frame: None,
    }
}

/// A text without the numbers that vary; see the stub.
#[pyfunction]
pub(super) fn skeleton<'py>(
    py: Python<'py>,
    packed: &Packed,
    varying: PyVarying,
) -> PyResult<Option<Bound<'py, PyBytes>>> {
    let (text, varying) = (&packed.result.text, py_varying(varying));
    let skeleton = py.detach(|| json::skeleton(text, &varying));
    skeleton.map(|text| bytes(py, &text)).transpose()
}
