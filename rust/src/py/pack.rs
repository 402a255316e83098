//! From Python's arrays to results in memory.

use std::sync::Arc;

use pyo3::prelude::*;

use super::buffer::{copied, dtype_of};
use super::error::{detached, raise};
use super::frame::Frame;
use super::packed::{Packed, codec};
use crate::codec::memory::{Codec, CompressedArray};
use crate::dtype::DType;
use crate::error::Result;
use crate::results::{self, Array, Body, PackedResult};
use crate::work::parallel;

/// One result as Python gives it: text, frame (None: `data` is a NetCDF file), data, [(name, array)].
type Job<'py> = (
    Vec<u8>,
    Option<Py<Frame>>,
    Bound<'py, PyAny>,
    Vec<(String, Bound<'py, PyAny>)>,
);

/// The same with its bytes copied, so that arrays may change while the work goes on detached.
struct Loose {
    text: Vec<u8>,
    frame: Option<Arc<results::Frame>>,
    data: Vec<u8>,
    arrays: Vec<(String, DType, Vec<u64>, Vec<u8>)>,
}

/// Packs results; see the stub.
#[pyfunction]
#[pyo3(signature = (jobs, *, compression, threads))]
pub(super) fn pack(
    py: Python<'_>,
    jobs: Vec<Job<'_>>,
    compression: (String, u8),
    threads: usize,
) -> PyResult<Vec<Packed>> {
    let codec = codec(&compression)?;
    let mut frames = Vec::with_capacity(jobs.len());
    let mut loose = Vec::with_capacity(jobs.len());
    for (text, frame, data, arrays) in jobs {
        let arrays = arrays.into_iter().map(|(name, array)| loosen(name, &array));
        loose.push(Loose {
            text,
            frame: frame.as_ref().map(|f| Arc::clone(&f.get().0)),
            data: copied(&data)?,
            arrays: arrays.collect::<PyResult<_>>()?,
        });
        frames.push(frame);
    }
    let pack = || parallel::map(loose.len(), threads, |index| loose[index].packed(codec));
    let parts = detached(py, pack).map_err(|error| raise(py, "", &error))?;
    let results = loose.into_iter().zip(parts);
    let results = results.map(|(loose, (body, packed))| loose.with(body, packed));
    Ok(results
        .zip(frames)
        .map(|(result, frame)| Packed { result, frame })
        .collect())
}

pub(super) fn loosen(
    name: String,
    array: &Bound<'_, PyAny>,
) -> PyResult<(String, DType, Vec<u64>, Vec<u8>)> {
    let dtype: String = array.getattr("dtype")?.getattr("str")?.extract()?;
    Ok((
        name,
        dtype_of(&dtype)?,
        array.getattr("shape")?.extract()?,
        copied(array)?,
    ))
}

impl Loose {
    /// Its data and its arrays.
    fn packed(&self, codec: Codec) -> Result<(Body, Vec<CompressedArray>)> {
        let body = match &self.frame {
            Some(frame) => {
                let packed = CompressedArray::from_plain(&self.data, frame.itemsize(), codec)?;
                Body::Plain(Arc::clone(frame), packed)
            }
            None => Body::General(CompressedArray::from_plain(&self.data, 1, codec)?),
        };
        let arrays = self.arrays.iter();
        let arrays = arrays
            .map(|(_, dtype, _, bytes)| CompressedArray::from_plain(bytes, dtype.size(), codec));
        Ok((body, arrays.collect::<Result<_>>()?))
    }

    /// The result of which these are the data and the arrays.
    fn with(self, body: Body, packed: Vec<CompressedArray>) -> PackedResult {
        let arrays = self.arrays.into_iter().zip(packed);
        PackedResult {
            text: self.text,
            body,
            arrays: arrays
                .map(|((name, dtype, shape, _), packed)| Array {
                    name,
                    dtype,
                    shape,
                    packed,
                })
                .collect(),
            lifted: false,
            fingerprint: None,
        }
    }
}
