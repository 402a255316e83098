//! A file that Python reads by ranges, as from a server.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::error::{Error, Kind, Result};
use crate::source::{ReadAt, Stretch, requests};

/// A file read by ranges; see the stub.
#[pyclass(frozen, module = "skneuromsi_io._native")]
pub(super) struct Ranges {
    read: Py<PyAny>,
    size: u64,
}

#[pymethods]
impl Ranges {
    #[new]
    fn new(read: Py<PyAny>, size: u64) -> Self {
        Self { read, size }
    }
}

impl Ranges {
    pub(super) fn source(&self, py: Python<'_>) -> impl ReadAt + use<> {
        Source {
            read: self.read.clone_ref(py),
            size: self.size,
        }
    }
}

struct Source {
    read: Py<PyAny>,
    size: u64,
}

impl ReadAt for Source {
    fn size(&self) -> u64 {
        self.size
    }

    fn concurrent(&self) -> bool {
        false
    }

    fn distant(&self) -> bool {
        true
    }

    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<()> {
        self.read_stretches(&mut [(offset, buf)])
    }

    fn read_stretches(&self, stretches: &mut [Stretch<'_>]) -> Result<()> {
        let all = requests::of(stretches);
        let mut rest = &all[..];
        while !rest.is_empty() {
            let (now, later) = rest.split_at(requests::at_once(rest));
            let answers = self.ask(now)?;
            for ((start, _), answer) in now.iter().zip(&answers) {
                requests::fill(stretches, *start, answer)?;
            }
            rest = later;
        }
        Ok(())
    }
}

impl Source {
    fn ask(&self, ranges: &[requests::Request]) -> Result<Vec<PyBackedBytes>> {
        let answers: Vec<PyBackedBytes> = Python::attach(|py| {
            let answers = self.read.call1(py, (ranges.to_vec(),))?;
            answers.extract(py)
        })
        .map_err(std::io::Error::other)?;
        let found = answers.iter().map(|answer| answer.len() as u64);
        let expected = ranges.iter().map(|(start, end)| end - start);
        if !found.clone().eq(expected.clone()) {
            let lengths =
                |all: &mut dyn Iterator<Item = u64>| format!("{:?}", all.collect::<Vec<_>>());
            let expected = format!("answers of {} bytes", lengths(&mut { expected }));
            return Err(Error::new(Kind::Stream, expected, lengths(&mut { found })));
        }
        Ok(answers)
    }
}
