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
    let pack = || parallel::map(loose.len(), threads, |index| pack_one(&loose[index], codec));
    let results = detached(py, pack).map_err(|error| raise(py, "", &error))?;
    Ok(results
        .into_iter()
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

fn pack_one(loose: &Loose, codec: Codec) -> Result<PackedResult> {
    let body = match &loose.frame {
        Some(frame) => {
            let packed = CompressedArray::from_plain(&loose.data, frame.itemsize(), codec)?;
            Body::Plain(Arc::clone(frame), packed)
        }
        None => Body::General(CompressedArray::from_plain(&loose.data, 1, codec)?),
    };
    let mut arrays = Vec::with_capacity(loose.arrays.len());
    for (name, dtype, shape, bytes) in &loose.arrays {
        arrays.push(Array {
            name: name.clone(),
            dtype: *dtype,
            shape: shape.clone(),
            packed: CompressedArray::from_plain(bytes, dtype.size(), codec)?,
        });
    }
    Ok(PackedResult {
        text: loose.text.clone(),
        body,
        arrays,
        lifted: false,
        fingerprint: None,
    })
}
