//! The one place where an [`Error`] becomes a Python exception.

use std::sync::Arc;

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::{Error, Kind, Result};
use crate::work::interrupt;
use crate::work::shared::Shared;

static BY_KIND: Shared<Py<PyDict>> = Shared::new();

/// Does `work` while other Python threads run; a signal that Python raises an exception for, such as Ctrl-C, stops it.
pub(super) fn detached<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    let signals = || {
        let asked = Python::try_attach(|py| {
            py.check_signals()
                .map_err(|signal| Error::from(std::io::Error::other(signal)))
        });
        // A daemon thread outlives the interpreter.
        let gone = || Error::new(Kind::Io, "a running interpreter", "one that ends");
        asked.ok_or_else(gone)?
    };
    py.detach(|| interrupt::watched(signals, work))
}

/// The exception for `error`. `archive` is the name of the archive in messages, and empty where there is none.
pub(super) fn raise(py: Python<'_>, archive: &str, error: &Error) -> PyErr {
    exception(py, archive, error).unwrap_or_else(|failure| failure)
}

/// The same for reports: the exceptions as values, all in one archive.
pub(super) fn raised<'a>(
    py: Python<'_>,
    archive: &str,
    errors: impl IntoIterator<Item = &'a Error>,
) -> Vec<Py<PyAny>> {
    let raised = errors.into_iter().map(|error| raise(py, archive, error));
    raised
        .map(|error| error.into_value(py).into_any())
        .collect()
}

/// The exception that a Python stream raised, if that is what `error` carries.
fn carried(py: Python<'_>, error: &Error) -> Option<PyErr> {
    let io = std::error::Error::source(error)?.downcast_ref::<std::io::Error>()?;
    Some(io.get_ref()?.downcast_ref::<PyErr>()?.clone_ref(py))
}

/// Each field of `error` becomes the attribute of that name; Python words the text.
fn exception(py: Python<'_>, archive: &str, error: &Error) -> PyResult<PyErr> {
    if let Some(original) = carried(py, error) {
        return Ok(original);
    }
    if let (Kind::Io, Some(errno)) = (error.kind(), error.os_error()) {
        let text = py.import("os")?.call_method1("strerror", (errno,))?;
        return Ok(PyOSError::new_err((
            errno,
            text.unbind(),
            archive.to_owned(),
        )));
    }
    if error.kind() == Kind::Io {
        return Ok(PyOSError::new_err(format!("{archive}: {error}")));
    }
    let classes = BY_KIND.get_or_make(|| {
        let table = py.import("skneuromsi_io._errors")?.getattr("BY_KIND")?;
        PyResult::Ok(Arc::new(table.cast_into::<PyDict>()?.unbind()))
    })?;
    let class = classes.bind(py).as_any().get_item(error.kind().name())?;
    let fields = PyDict::new(py);
    if !archive.is_empty() {
        fields.set_item("archive", archive)?;
    }
    fields.set_item("member", error.member())?;
    fields.set_item("expected", error.expected())?;
    fields.set_item("found", error.found())?;
    let raised = class.call((), Some(&fields))?;
    if error.lacks_end() {
        raised.setattr("lacks_end", true)?;
    }
    Ok(PyErr::from_value(raised))
}

/// Names of the native error kinds, for the test that keeps both sides in step.
#[pyfunction]
pub(super) fn error_kinds() -> Vec<&'static str> {
    Kind::ALL.map(Kind::name).to_vec()
}
