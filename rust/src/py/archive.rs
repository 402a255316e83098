//! [`Archive`] for Python: an open zip archive and the results in it.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use super::buffer::{all_filled, bytes, dtype_of, numbered};
use super::error::{detached, raise, raised};
use super::frame::Frame;
use super::packed::{Packed, codec, distinct, wrap};
use super::plan::{PyPlan, plan, plans};
use super::source::source;
use super::varying::{PyVarying, py_varying};
use crate::archive;
use crate::codec::memory::Codec;
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;
use crate::results::{self, FrameCache, OpenOptions, Part};
use crate::work::parallel;

/// An open zip archive; see the stub.
#[pyclass(frozen, module = "skneuromsi_io._native")]
pub(super) struct Archive {
    /// None once it is closed. The lock is held to take the reference, not to read, and while attached: who forks has
    /// Python's own lock, so that no child finds this one held.
    archive: Mutex<Option<Arc<archive::Archive>>>,
    display_name: String,
    frames: FrameCache,
}

/// Arrays to stack: their members, true for labelled ones, dtype and shape of each; None where the first says them.
type PyPart = (Vec<String>, bool, Option<(String, Vec<u64>)>);

/// The array of each part, the frames of labelled members, and the number of that of each.
type Stacked<'py> = (Vec<Bound<'py, PyAny>>, Vec<Py<Frame>>, Bound<'py, PyAny>);

/// An exception that is reported, not raised.
type Fault = Py<PyAny>;

/// Shape of so many arrays of `shape`, one after the other.
pub(super) fn stacked(count: usize, shape: &[u64]) -> Vec<u64> {
    [&[count as u64], shape].concat()
}

fn caps(py: Python<'_>, limits: Vec<(String, u64)>) -> PyResult<Limits> {
    let mut caps = Limits::default();
    for (name, value) in limits {
        if let Err(error) = caps.set(&name, value) {
            let raised = raise(py, "", &error);
            raised.value(py).setattr("key", "limits")?;
            return Err(raised);
        }
    }
    Ok(caps)
}

#[pymethods]
impl Archive {
    #[new]
    #[pyo3(signature = (source_, display_name, limits=None))]
    fn new(
        py: Python<'_>,
        source_: &Bound<'_, PyAny>,
        display_name: String,
        limits: Option<Vec<(String, u64)>>,
    ) -> PyResult<Self> {
        let caps = caps(py, limits.unwrap_or_default())?;
        let source = source(source_)?;
        let opened =
            source.and_then(|source| detached(py, || archive::Archive::open(source, caps)));
        match opened {
            Ok(archive) => Ok(Self::of(archive, display_name)),
            Err(error) => Err(raise(py, &display_name, &error)),
        }
    }

    /// The whole members of a damaged archive, as an archive, and faults of the others.
    #[staticmethod]
    fn salvage(
        py: Python<'_>,
        source_: &Bound<'_, PyAny>,
        display_name: String,
        limits: Vec<(String, u64)>,
    ) -> PyResult<(Self, Vec<Fault>)> {
        let caps = caps(py, limits)?;
        let source = source(source_)?;
        let (archive, lost) = source
            .and_then(|source| detached(py, || archive::Archive::salvage(source, caps)))
            .map_err(|error| raise(py, &display_name, &error))?;
        let lost: Vec<Error> = lost
            .into_iter()
            .map(|(name, error)| error.in_member(&name))
            .collect();
        let lost = raised(py, &display_name, &lost);
        Ok((Self::of(archive, display_name), lost))
    }

    fn close(&self, py: Python<'_>) {
        let archive = self.lock().take();
        // Closing a file may take long, and a stream is let go of while attached.
        py.detach(|| drop(archive));
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyAny>) {
        self.close(py);
    }

    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.open_archive()?.names())
    }

    fn names_before_a_gap<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let archive = self.open_archive()?;
        let names = detached(py, || archive.names_before_a_gap());
        PyList::new(
            py,
            names.map_err(|error| raise(py, &self.display_name, &error))?,
        )
    }

    fn numbered<'py>(
        &self,
        py: Python<'py>,
        prefix: &str,
        suffix: &str,
    ) -> PyResult<Bound<'py, PyList>> {
        let archive = self.open_archive()?;
        let members = archive.prefixed(prefix);
        let names = (0..members.len()).map(|nth| members.name(nth));
        let names = names.filter(|name| results::is_numbered(name, prefix, suffix));
        let names: Vec<_> = py.detach(|| names.collect());
        PyList::new(py, names)
    }

    fn __len__(&self) -> PyResult<usize> {
        Ok(self.open_archive()?.names().len())
    }

    #[getter]
    fn stamp(&self) -> PyResult<Option<(u64, i128, u64)>> {
        let stamp = self.open_archive()?.stamp();
        Ok(stamp.map(|stamp| (stamp.size, stamp.modified, stamp.number)))
    }

    fn __contains__(&self, name: &str) -> PyResult<bool> {
        Ok(self.open_archive()?.entry(name).is_some())
    }

    fn size(&self, py: Python<'_>, name: &str) -> PyResult<u64> {
        self.open_archive()?
            .size(name)
            .map_err(|error| raise(py, &self.display_name, &error))
    }

    fn entries<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let archive = self.open_archive()?;
        let entries = archive.names().filter_map(|name| {
            let entry = archive.entry(name)?;
            Some((name, entry.method, entry.compressed, entry.size))
        });
        PyList::new(py, entries.collect::<Vec<_>>())
    }

    fn peek<'py>(&self, py: Python<'py>, name: &str, size: u64) -> PyResult<Bound<'py, PyBytes>> {
        let start = self.run(py, |archive| {
            let mut start = Vec::new();
            archive.stream(name)?.take(size).read_to_end(&mut start)?;
            Ok(start)
        })?;
        bytes(py, &start)
    }

    fn text<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyBytes>> {
        let text = self.run(py, |archive| archive.read_text(name))?;
        bytes(py, &text)
    }

    #[pyo3(signature = (plans_, *, compression, lift, varying, threads))]
    fn results(
        &self,
        py: Python<'_>,
        plans_: Vec<PyPlan>,
        compression: (String, u8),
        lift: Option<usize>,
        varying: Option<PyVarying>,
        threads: usize,
    ) -> PyResult<Vec<Packed>> {
        let plans = plans(plans_);
        let options = OpenOptions {
            codec: codec(&compression)?,
            lift,
            varying: varying.map(py_varying),
            threads,
        };
        let results = self.run(py, |archive| {
            results::open(archive, &plans, &options, &self.frames)
        })?;
        wrap(py, results)
    }

    #[pyo3(signature = (names, *, lift, varying, threads))]
    fn metadata(
        &self,
        py: Python<'_>,
        names: Vec<String>,
        lift: Option<usize>,
        varying: PyVarying,
        threads: usize,
    ) -> PyResult<Vec<Packed>> {
        let options = OpenOptions {
            codec: Codec::None,
            lift,
            varying: Some(py_varying(varying)),
            threads,
        };
        let results = self.run(py, |archive| {
            results::open_metadata(archive, &names, &options)
        })?;
        wrap(py, results)
    }

    fn frame(&self, py: Python<'_>, name: &str) -> PyResult<Option<Frame>> {
        let frame = self.run(py, |archive| results::frame_of(archive, name, &self.frames))?;
        Ok(frame.map(Frame))
    }

    #[pyo3(signature = (parts, *, threads))]
    fn stack<'py>(
        &self,
        py: Python<'py>,
        parts: Vec<PyPart>,
        threads: usize,
    ) -> PyResult<Stacked<'py>> {
        let raised = |error: Error| raise(py, &self.display_name, &error);
        let archive = self.open_archive()?;
        let (mut made, mut claim) = (Vec::with_capacity(parts.len()), None);
        for (members, _, like) in &parts {
            let like = if let Some((dtype, shape)) = like {
                (dtype_of(dtype)?, shape.clone())
            } else {
                let (Some(first), None) = (members.first(), &claim) else {
                    let found = "a second one, or one of no members";
                    let expected = "one part without a shape, of some members";
                    return Err(raised(Error::internal(expected, found)));
                };
                let found = detached(py, || results::claimed(&archive, first, &self.frames));
                let Some(found) = found.map_err(raised)? else {
                    return Ok((Vec::new(), Vec::new(), numbered(py, std::iter::empty())?));
                };
                let like = (found.dtype, found.shape.clone());
                claim = Some(found);
                like
            };
            made.push((like.0, stacked(members.len(), &like.1)));
        }
        let (arrays, frames) = all_filled(py, &made, |slices| {
            let parts = parts.iter().zip(&made).zip(slices);
            let parts = parts.map(|(((members, labelled, _), (dtype, shape)), out)| Part {
                members,
                labelled: *labelled,
                dtype: *dtype,
                shape: &shape[1..],
                out,
            });
            results::stack(&archive, parts.collect(), claim, threads, &self.frames)
        })?;
        let frames = frames.map_err(raised)?;
        let (distinct, numbers) = distinct(frames);
        let distinct = distinct
            .into_iter()
            .map(|frame| Py::new(py, Frame(frame)))
            .collect::<PyResult<_>>()?;
        Ok((arrays, distinct, numbered(py, numbers.into_iter())?))
    }

    fn result_faults(
        &self,
        py: Python<'_>,
        plan_: PyPlan,
        lift: Option<usize>,
    ) -> PyResult<Vec<Fault>> {
        let plan = plan(plan_);
        let options = OpenOptions {
            codec: Codec::None,
            lift,
            varying: None,
            threads: 1,
        };
        let found = self.run(py, |archive| {
            results::faults(archive, &plan, &options, &self.frames)
        })?;
        Ok(raised(py, &self.display_name, &found))
    }

    #[pyo3(signature = (names, *, threads))]
    fn faults(&self, py: Python<'_>, names: Vec<String>, threads: usize) -> PyResult<Vec<Fault>> {
        let found = self.run(py, |archive| {
            let threads = if archive.concurrent() { threads } else { 1 };
            parallel::map(names.len(), threads, |index| {
                match archive.check(&names[index]) {
                    Ok(()) => Ok(None),
                    Err(error) if error.is_of_machine() => Err(error),
                    Err(error) => Ok(Some(error)),
                }
            })
        })?;
        Ok(raised(py, &self.display_name, found.iter().flatten()))
    }
}

impl Archive {
    fn of(archive: archive::Archive, display_name: String) -> Self {
        Self {
            archive: Mutex::new(Some(Arc::new(archive))),
            display_name,
            frames: FrameCache::default(),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<archive::Archive>>> {
        self.archive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The archive, which stays open as long as it is used, also if another thread closes it.
    pub(super) fn open_archive(&self) -> PyResult<Arc<archive::Archive>> {
        let archive = self.lock().clone();
        archive.ok_or_else(|| {
            let closed = Error::new(Kind::Value, "an open archive", "a closed one");
            Python::attach(|py| raise(py, &self.display_name, &closed))
        })
    }

    pub(super) fn run<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&archive::Archive) -> Result<T> + Send,
    ) -> PyResult<T> {
        let archive = self.open_archive()?;
        detached(py, || work(&archive)).map_err(|error| raise(py, &self.display_name, &error))
    }
}
