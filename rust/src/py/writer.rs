//! [`Writer`] for Python: an archive being written to a file or to a stream.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::{PyBlockingIOError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::archive::Archive;
use super::buffer::copied;
use super::encode::{LeftOut, nested};
use super::error::{detached, raise};
use super::frame::Frame;
use super::packed::Packed;
use super::plan::{PyPlan, plans};
use super::source::nonsense;
use crate::archive::{self, Compressed, Options};
use crate::codec::zip::Method;
use crate::error::{Error, Result};
use crate::results::{self, Labelled, PackedResult, Spelled, StoreOptions};

/// The file or stream that the bytes go to.
enum Target {
    File(File),
    Stream(Py<PyAny>),
}

/// A target that gets large pieces: a member is written in many small ones.
type Sink = BufWriter<Target>;

/// Bytes of such a piece.
const PIECE: usize = 1 << 20;

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Stream(stream) => Python::attach(|py| offer(stream.bind(py), bytes))
                .map_err(std::io::Error::other::<PyErr>)?
                .map_err(std::io::Error::other),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Stream(_) => Ok(()),
        }
    }
}

/// Writes bytes to a Python stream and tells how many it took: a raw one may take less than it was offered.
fn offer(stream: &Bound<'_, PyAny>, bytes: &[u8]) -> PyResult<Result<usize>> {
    let py = stream.py();
    let answer = stream.call_method1("write", (PyBytes::new(py, bytes),))?;
    if answer.is_none() {
        // Sinks of all kinds return nothing; of a raw stream it says that writing would block.
        if stream.is_instance(&py.import("io")?.getattr("RawIOBase")?)? {
            let display_name = stream.str()?;
            let message = format!(
                "{display_name}: expected a stream that takes bytes, found one that would block"
            );
            return Err(PyBlockingIOError::new_err(message));
        }
        return Ok(Ok(bytes.len()));
    }
    let taken = answer.extract().ok().filter(|taken| {
        // A stream that takes nothing would be offered the same bytes for ever.
        (1..=bytes.len()).contains(taken)
    });
    let expected = || format!("'write' to say that it took 1 to {} bytes", bytes.len());
    taken.map_or_else(
        || nonsense(&answer, expected()).map(Err),
        |taken| Ok(Ok(taken)),
    )
}

/// A result to spell out as Python gives it: text, arrays that it lacks, frame (None: `data` is a NetCDF file), data.
type PySpelled<'py> = (
    Vec<u8>,
    Vec<LeftOut<'py>>,
    Option<Py<Frame>>,
    Bound<'py, PyAny>,
);

fn spelled((text, left_out, frame, data): PySpelled<'_>) -> PyResult<Spelled> {
    let arrays = left_out.into_iter();
    let arrays = arrays.map(|(at, level, array)| Ok((at, nested(&array, level)?)));
    let bytes = copied(&data)?;
    Ok(Spelled {
        text,
        arrays: arrays.collect::<PyResult<_>>()?,
        data: match frame {
            Some(frame) => Labelled::Plain(Arc::clone(&frame.get().0), bytes),
            None => Labelled::General(bytes),
        },
    })
}

/// An archive being written; see the stub.
#[pyclass(frozen, module = "skneuromsi_io._native")]
pub(super) struct Writer {
    /// None once the archive is finished. A forked child, which may find the lock held, does not touch it.
    writer: Mutex<Option<archive::Writer<Sink>>>,
    display_name: String,
    method: Method,
    level: Option<i32>,
}

#[pymethods]
impl Writer {
    #[new]
    #[pyo3(signature = (sink, display_name, *, start, method, level, allow_zip64, modified))]
    #[expect(
        clippy::too_many_arguments,
        reason = "keyword arguments of one Python call"
    )]
    fn new(
        py: Python<'_>,
        sink: &Bound<'_, PyAny>,
        display_name: String,
        start: u64,
        method: u16,
        level: Option<i32>,
        allow_zip64: bool,
        modified: u32,
    ) -> PyResult<Self> {
        let method = Method::from_id(method).map_err(|error| raise(py, &display_name, &error))?;
        let sink = if sink.is_instance_of::<PyString>() {
            let path: std::path::PathBuf = sink.extract()?;
            let file = OpenOptions::new().write(true).truncate(true).open(path);
            Target::File(file.map_err(|error| raise(py, &display_name, &Error::from(error)))?)
        } else {
            Target::Stream(sink.clone().unbind())
        };
        let options = Options {
            allow_zip64,
            modified,
        };
        let writer = archive::Writer::new(BufWriter::with_capacity(PIECE, sink), start, options);
        Ok(Self::of(writer, display_name, method, level))
    }

    /// Goes on behind the members of an archive that is in the file already.
    #[staticmethod]
    #[pyo3(signature = (path, display_name, archive, names, *, method, level, allow_zip64, modified))]
    #[expect(
        clippy::too_many_arguments,
        reason = "keyword arguments of one Python call"
    )]
    fn resume(
        py: Python<'_>,
        path: std::path::PathBuf,
        display_name: String,
        archive: &Archive,
        names: Vec<String>,
        method: u16,
        level: Option<i32>,
        allow_zip64: bool,
        modified: u32,
    ) -> PyResult<Self> {
        let method = Method::from_id(method).map_err(|error| raise(py, &display_name, &error))?;
        let failed = |error: std::io::Error| raise(py, &display_name, &Error::from(error));
        let file = OpenOptions::new().write(true).open(path).map_err(failed)?;
        // It has the position of the file that is written to.
        let mut cursor = file.try_clone().map_err(failed)?;
        let options = Options {
            allow_zip64,
            modified,
        };
        let sink = BufWriter::with_capacity(PIECE, Target::File(file));
        let mut writer = archive::Writer::new(sink, 0, options);
        archive.adopted(py, &mut writer, &names)?;
        let end = writer.position();
        cursor
            .set_len(end)
            .and_then(|()| cursor.seek(SeekFrom::Start(end)))
            .map_err(failed)?;
        Ok(Self::of(writer, display_name, method, level))
    }

    /// Compresses on several threads, then writes in order on this one.
    #[pyo3(signature = (results, plans_, *, threads))]
    fn add_results(
        &self,
        py: Python<'_>,
        results: Vec<Py<Packed>>,
        plans_: Vec<PyPlan>,
        threads: usize,
    ) -> PyResult<()> {
        let plans = plans(plans_);
        let results: Vec<&PackedResult> =
            results.iter().map(|packed| &packed.get().result).collect();
        let options = self.options(threads);
        self.run(py, |writer| {
            add_all(writer, results::store(&results, &plans, &options)?)
        })
    }

    /// The same for results whose arrays are spelled out.
    #[pyo3(signature = (results, plans_, *, threads))]
    fn add_spelled(
        &self,
        py: Python<'_>,
        results: Vec<PySpelled<'_>>,
        plans_: Vec<PyPlan>,
        threads: usize,
    ) -> PyResult<()> {
        let plans = plans(plans_);
        let results: Vec<Spelled> = results.into_iter().map(spelled).collect::<PyResult<_>>()?;
        let options = self.options(threads);
        self.run(py, |writer| {
            add_all(writer, results::spell(&results, &plans, &options)?)
        })
    }

    fn add_text(&self, py: Python<'_>, name: &str, data: &[u8]) -> PyResult<()> {
        self.run(py, |writer| writer.add(&self.options(1).text(name, data)?))
    }

    fn copy(
        &self,
        py: Python<'_>,
        archive: &Archive,
        members: Vec<(String, String)>,
    ) -> PyResult<()> {
        for members in members.chunks(archive.copied_at_once()?) {
            let copied = archive.copied(py, members)?;
            self.run(py, |writer| {
                copied.iter().try_for_each(|member| writer.add(member))
            })?;
        }
        Ok(())
    }

    fn flush(&self, py: Python<'_>) -> PyResult<()> {
        self.run(py, archive::Writer::flush)
    }

    fn finish(&self, py: Python<'_>) -> PyResult<()> {
        let outcome = py.detach(|| {
            let mut writer = self.take()?;
            let outcome = writer.end();
            discard(writer);
            Some(outcome)
        });
        outcome
            .ok_or_else(finished)?
            .map_err(|error| raise(py, &self.display_name, &error))
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| {
            if let Some(writer) = self.take() {
                discard(writer);
            }
        });
    }
}

/// Lets go of the sink. What an archive that failed has not written yet is not written any more.
fn discard(writer: archive::Writer<Sink>) {
    drop(writer.into_sink().into_parts());
}

fn add_all(writer: &mut archive::Writer<Sink>, members: Vec<Compressed>) -> Result<()> {
    for member in members {
        writer
            .add(&member)
            .map_err(|error| error.in_member(&member.name))?;
    }
    Ok(())
}

impl Writer {
    fn of(
        writer: archive::Writer<Sink>,
        display_name: String,
        method: Method,
        level: Option<i32>,
    ) -> Self {
        Self {
            writer: Mutex::new(Some(writer)),
            display_name,
            method,
            level,
        }
    }

    fn take(&self) -> Option<archive::Writer<Sink>> {
        let mut guard = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        guard.take()
    }

    fn options(&self, threads: usize) -> StoreOptions {
        StoreOptions {
            method: self.method,
            level: self.level,
            threads,
        }
    }

    fn run<F>(&self, py: Python<'_>, work: F) -> PyResult<()>
    where
        F: FnOnce(&mut archive::Writer<Sink>) -> Result<()> + Send,
    {
        let outcome = detached(py, || {
            let mut guard = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            guard.as_mut().map(work).transpose()
        });
        outcome
            .map_err(|error| raise(py, &self.display_name, &error))?
            .ok_or_else(finished)
    }
}

fn finished() -> PyErr {
    PyValueError::new_err("expected an archive being written, found a finished one")
}
