//! Checks a dataset before the first byte is written, and finds its coordinates.

use std::collections::HashMap;

use super::types::byte;
use crate::dtype::DType;
use crate::error::{Error, Kind, Result};
use crate::netcdf::model::{Data, Dataset, Variable};
use crate::netcdf::unsupported;

/// HDF5's `H5S_MAX_RANK`.
const MOST_DIMENSIONS: usize = 32;

/// A dataset that can be written.
pub(super) struct Writable<'a> {
    pub(super) dataset: &'a Dataset,
    /// The number of each dimension's coordinate variable.
    pub(super) coordinates: Vec<Option<usize>>,
    pub(super) payload: usize,
    pub(super) payload_bytes: u64,
    /// Bytes of an element, where the payload is byte planes that differ from its plain bytes.
    pub(super) shuffled: Option<u32>,
    ids: HashMap<&'a str, usize>,
}

impl<'a> Writable<'a> {
    pub(super) fn new(dataset: &'a Dataset, payload: usize, shuffled: bool) -> Result<Self> {
        let mut ids = HashMap::new();
        for (id, (name, _)) in dataset.dims.iter().enumerate() {
            check_name(name)?;
            if ids.insert(name.as_str(), id).is_some() {
                return Err(value("distinct dimensions", format!("{name:?} twice")));
            }
        }
        let mut writable = Self {
            dataset,
            coordinates: vec![None; dataset.dims.len()],
            payload,
            payload_bytes: 0,
            shuffled: None,
            ids,
        };
        let mut names = HashMap::new();
        for (at, variable) in dataset.variables.iter().enumerate() {
            check_name(&variable.name)?;
            if names.insert(variable.name.as_str(), at).is_some() {
                let found = format!("{:?} twice", variable.name);
                return Err(value("distinct variables", found));
            }
            writable.check(at, variable)?;
        }
        let variable = dataset
            .variables
            .get(payload)
            .ok_or_else(|| value("the number of a variable", payload.to_string()))?;
        writable.payload_bytes = bytes_of(variable)?;
        if let Some(size) = variable.dtype.map(DType::size)
            && shuffled
            && size > 1
            && writable.payload_bytes > size as u64
        {
            writable.shuffled = Some(u32::from(byte(size, "bytes of a number")?));
        }
        if writable.shuffled.is_some() && writable.payload_bytes > u64::from(u32::MAX) {
            return Err(unsupported(
                "a shuffled payload below 4 GiB, the most of a chunk of HDF5",
                format!("{} bytes", writable.payload_bytes),
            ));
        }
        Ok(writable)
    }

    pub(super) fn length(&self, id: usize) -> u64 {
        self.dataset.dims[id].1
    }

    /// Number of the dimension whose coordinate variable number `at` is.
    pub(super) fn dimension(&self, at: usize) -> Option<usize> {
        let id = self.ids.get(self.dataset.variables[at].name.as_str());
        id.copied().filter(|&id| self.coordinates[id] == Some(at))
    }

    /// Numbers of the dimensions of a variable.
    pub(super) fn axes(&self, variable: &Variable) -> impl Iterator<Item = usize> {
        variable
            .dims
            .iter()
            .filter_map(|dim| self.ids.get(dim.as_str()).copied())
    }

    fn check(&mut self, at: usize, variable: &Variable) -> Result<()> {
        let name = &variable.name;
        let lengths: Vec<u64> = self.axes(variable).map(|id| self.length(id)).collect();
        if lengths != variable.shape || lengths.len() != variable.dims.len() {
            return Err(value(
                format!("{name:?} of shape {lengths:?}, as its dimensions say"),
                format!("{:?}", variable.shape),
            ));
        }
        if lengths.len() > MOST_DIMENSIONS {
            return Err(unsupported(
                format!("at most {MOST_DIMENSIONS} dimensions of {name:?}, as HDF5"),
                lengths.len().to_string(),
            ));
        }
        if let Some(&id) = self.ids.get(name.as_str()) {
            if variable.dims != [name.as_str()] {
                return Err(unsupported(
                    format!("{name:?} over the dimension of its name only"),
                    format!("dimensions {:?}", variable.dims),
                ));
            }
            self.coordinates[id] = Some(at);
        }
        let expected = bytes_of(variable)?;
        let found = match &variable.data {
            _ if at == self.payload => return Ok(()),
            Data::Owned(bytes) if variable.dtype.is_some() => bytes.len() as u64,
            Data::Strings(texts) if variable.dtype.is_none() => texts.len() as u64,
            Data::Owned(_) | Data::Strings(_) | Data::Raw { .. } => {
                let kind = variable
                    .dtype
                    .map_or("text".to_owned(), |d| format!("{d:?}"));
                let expected = format!("data of {name:?}, {kind} in memory");
                return Err(value(expected, "data of another kind"));
            }
        };
        if found == expected {
            Ok(())
        } else {
            Err(value(
                format!("{expected} bytes or texts of {name:?}"),
                found.to_string(),
            ))
        }
    }
}

/// Bytes of a variable, or the number of its texts.
fn bytes_of(variable: &Variable) -> Result<u64> {
    variable
        .len()
        .and_then(|n| n.checked_mul(variable.dtype.map_or(1, DType::size) as u64))
        .filter(|&n| i64::try_from(n).is_ok())
        .ok_or_else(|| value("less than 8 EiB", format!("shape {:?}", variable.shape)))
}

/// HDF5 separates the names of a path by slashes and ends them by NUL.
fn check_name(name: &str) -> Result<()> {
    if name.is_empty() || name == "." || name.contains(['/', '\0']) {
        return Err(value("a name for HDF5", format!("{name:?}")));
    }
    Ok(())
}

fn value(expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::new(Kind::Value, expected, found)
}
