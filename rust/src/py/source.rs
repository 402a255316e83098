//! The source of an archive, as Python gives it: a path, bytes, ranges, or an object with `read` and `seek`.

use std::fs::File;
use std::sync::Arc;

use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyString;

use super::ranges::Ranges;
use crate::error::{Error, Kind, Result};
use crate::source::{FileSource, ReadAt};

/// A Python object with `seek` and `read`, read while attached.
struct Stream {
    object: Py<PyAny>,
    size: u64,
    /// The lock of the object, which all have that read it.
    lock: Py<PyAny>,
}

/// Largest piece that is asked of a Python stream at once.
const PIECE: usize = 16 << 20;

/// Letters of an answer that an error shows.
const MOST_SHOWN: usize = 80;

impl ReadAt for Stream {
    fn size(&self) -> u64 {
        self.size
    }

    fn concurrent(&self) -> bool {
        false
    }

    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<()> {
        Python::attach(|py| self.fill_alone(py, buf, offset)).map_err(std::io::Error::other)?
    }
}

impl Stream {
    /// Fills `buf` while no other thread moves the stream.
    fn fill_alone(&self, py: Python<'_>, buf: &mut [u8], offset: u64) -> PyResult<Result<()>> {
        alone(self.lock.bind(py), || self.fill(py, buf, offset))
    }

    fn fill(&self, py: Python<'_>, buf: &mut [u8], offset: u64) -> PyResult<Result<()>> {
        let object = self.object.bind(py);
        object.call_method1("seek", (offset,))?;
        let mut filled = 0;
        while filled < buf.len() {
            let wanted = (buf.len() - filled).min(PIECE);
            let answer = object.call_method1("read", (wanted,))?;
            let expected = || format!("'read' to give at most {wanted} bytes");
            // bytes as a rule, but any buffer will do, as for `zipfile`.
            let Ok(piece) = PyBuffer::<u8>::get(&answer) else {
                return nonsense(&answer, expected()).map(Err);
            };
            let len = piece.len_bytes();
            if len == 0 {
                let wanted = format!("{} bytes at offset {offset} of the stream", buf.len());
                return Ok(Err(Error::new(Kind::Archive, wanted, "its end")));
            }
            let Some(room) = buf.get_mut(filled..filled + len).filter(|_| len <= wanted) else {
                return Ok(Err(Error::new(Kind::Stream, expected(), format!("{len}"))));
            };
            piece.copy_to_slice(py, room)?;
            filled += len;
        }
        Ok(Ok(()))
    }
}

/// Does `work` under the lock of a stream, which is Python's: who waits for it is detached. The one that is let go of is
/// the one that was taken, also in a child that is forked meanwhile.
fn alone<T>(lock: &Bound<'_, PyAny>, work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    let lock = lock.getattr("lock")?;
    lock.call_method0("acquire")?;
    let done = work();
    lock.call_method0("release")?;
    done
}

/// The error for what a method of a stream cannot mean by its answer.
pub(super) fn nonsense(answer: &Bound<'_, PyAny>, expected: String) -> PyResult<Error> {
    let mut found = answer.repr()?.to_string_lossy().into_owned();
    if let Some((end, _)) = found.char_indices().nth(MOST_SHOWN) {
        found.truncate(end);
    }
    Ok(Error::new(Kind::Stream, expected, found))
}

/// The source that `object` stands for.
pub(super) fn source(object: &Bound<'_, PyAny>) -> PyResult<Result<Arc<dyn ReadAt>>> {
    if object.is_instance_of::<PyString>() {
        let path: std::path::PathBuf = object.extract()?;
        let opened = object.py().detach(|| File::open(path));
        return Ok(opened.map_err(Error::from).and_then(file));
    }
    if let Ok(ranges) = object.cast::<Ranges>() {
        return Ok(Ok(Arc::new(ranges.get().source(object.py()))));
    }
    if let Ok(bytes) = object.extract::<PyBackedBytes>() {
        return Ok(Ok(Arc::new(bytes)));
    }
    let locks = object.py().import("skneuromsi_io._locks")?;
    let lock = locks.call_method1("stream_lock", (object,))?;
    let size = alone(&lock, || {
        let size = object.call_method1("seek", (0, 2))?;
        if size.is_none() {
            object.call_method0("tell")
        } else {
            Ok(size)
        }
    })?;
    // 63 bits are what positions in files have.
    let Some(end) = size
        .extract::<i64>()
        .ok()
        .and_then(|end| u64::try_from(end).ok())
    else {
        let expected = "'seek' or 'tell' to give the position of the end, 0 or more";
        return nonsense(&size, expected.to_owned()).map(Err);
    };
    Ok(Ok(Arc::new(Stream {
        object: object.clone().unbind(),
        size: end,
        lock: lock.unbind(),
    })))
}

fn file(file: File) -> Result<Arc<dyn ReadAt>> {
    Ok(Arc::new(FileSource::new(file)?))
}
