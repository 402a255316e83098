//! All of a NetCDF file but its payload, shared by the results of a sweep.

use std::sync::Arc;

use super::file_prefix::FilePrefix;
use crate::dtype::{DType, Endian};
use crate::error::{Error, Kind, Result};
use crate::netcdf::{self, Attr, Data, Dataset, Variable};
use crate::work::shared::Shared;

/// Attributes that make xarray decode a variable by the CF conventions. An array that has one of them
/// is read by xarray itself.
pub(crate) const CF_ATTRIBUTES: [&str; 16] = [
    "_FillValue",
    "missing_value",
    "scale_factor",
    "add_offset",
    "_Unsigned",
    "dtype",
    "units",
    "calendar",
    "coordinates",
    "_Encoding",
    "bounds",
    "grid_mapping",
    "cell_measures",
    "formula_terms",
    "ancillary_variables",
    "flag_values",
];

/// The name under which xarray stores an array that has none (`DATAARRAY_VARIABLE`).
pub(crate) const UNNAMED: &str = "__xarray_dataarray_variable__";

/// Name of an array without labels.
pub(crate) const BARE_ARRAY: &str = "values";

/// The attribute of a file in which xarray stores the name of an array that has the name of a coordinate
/// (`DATAARRAY_NAME`).
const NAME: &str = "__xarray_dataarray_name__";

/// Name, dimensions, shape, type, coordinates and attributes of an array.
#[derive(Debug)]
pub struct Frame {
    dataset: Dataset,
    payload: usize,
    dtype: DType,
    /// The files up to a plain and to a shuffled payload, made when first asked for.
    prefixes: [Shared<FilePrefix>; 2],
}

impl PartialEq for Frame {
    fn eq(&self, other: &Self) -> bool {
        self.payload == other.payload && self.dataset == other.dataset
    }
}

impl Frame {
    /// The frame of variable `payload` of `dataset`, whose own data are not looked at.
    pub fn new(mut dataset: Dataset, payload: usize) -> Result<Self> {
        let variable = dataset
            .variables
            .get_mut(payload)
            .ok_or_else(|| Error::new(Kind::Netcdf, "a variable", "none"))?;
        let dtype = variable.number()?;
        variable.data = Data::Owned(Vec::new());
        variable.order = Endian::Little;
        Ok(Self {
            dataset,
            payload,
            dtype,
            prefixes: Default::default(),
        })
    }

    /// The frame of a bare array: no coordinates, one dimension an axis.
    pub fn bare(dtype: DType, shape: &[u64]) -> Result<Self> {
        let dims: Vec<_> = (0..shape.len()).map(|axis| format!("dim_{axis}")).collect();
        let variable = Variable {
            name: BARE_ARRAY.to_owned(),
            dims: dims.clone(),
            shape: shape.to_vec(),
            dtype: Some(dtype),
            order: Endian::Little,
            data: Data::Owned(Vec::new()),
            attrs: Vec::new(),
        };
        let dims = dims.into_iter().zip(shape.iter().copied()).collect();
        Self::new(
            Dataset {
                dims,
                variables: vec![variable],
                attrs: Vec::new(),
            },
            0,
        )
    }

    /// The array itself, without data.
    #[must_use]
    pub fn variable(&self) -> &Variable {
        &self.dataset.variables[self.payload]
    }

    /// The coordinates, in the order of the file.
    pub fn coordinates(&self) -> impl Iterator<Item = &Variable> {
        let payload = self.payload;
        self.dataset
            .variables
            .iter()
            .enumerate()
            .filter(move |&(i, _)| i != payload)
            .map(|(_, v)| v)
    }

    /// Type of its numbers.
    #[must_use]
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Bytes of one number.
    #[must_use]
    pub fn itemsize(&self) -> usize {
        self.dtype.size()
    }

    /// Bytes of the payload.
    pub fn nbytes(&self) -> Result<usize> {
        nbytes(self.variable())
    }

    /// Bytes that its labels, names and attributes take in memory, about.
    #[must_use]
    pub fn label_bytes(&self) -> usize {
        let dims = self.dataset.dims.iter().map(|(name, _)| text_bytes(name));
        let variables = self.dataset.variables.iter().map(|variable| {
            let dims = variable.dims.iter().map(|dim| text_bytes(dim));
            let attrs = variable.attrs.iter().map(|(name, value)| {
                let value = match value {
                    Attr::Text(text) => text_bytes(text),
                    Attr::Texts(texts) => texts.iter().map(|text| text_bytes(text)).sum(),
                    Attr::Numbers { bytes, .. } => bytes.len(),
                };
                text_bytes(name) + value
            });
            let data = match &variable.data {
                Data::Owned(bytes) => bytes.len(),
                Data::Strings(texts) => texts.iter().map(|text| text_bytes(text)).sum(),
                Data::Raw { range, .. } => range.len(),
            };
            text_bytes(&variable.name) + dims.sum::<usize>() + attrs.sum::<usize>() + data
        });
        dims.sum::<usize>() + variables.sum::<usize>()
    }

    /// The NetCDF-4 file up to its payload, which ends it.
    pub fn file_prefix(&self, shuffled: bool) -> Result<Arc<FilePrefix>> {
        self.prefixes[usize::from(shuffled)].get_or_make(|| {
            let bytes = netcdf::file_prefix(&self.dataset, self.payload, shuffled)?;
            Ok(Arc::new(FilePrefix::new(bytes)))
        })
    }
}

/// Bytes that a text takes in memory: an empty one too.
fn text_bytes(text: &str) -> usize {
    size_of::<String>() + text.len()
}

/// Bytes of a numeric variable.
pub(super) fn nbytes(variable: &Variable) -> Result<usize> {
    variable
        .len()
        .zip(variable.dtype)
        .and_then(|(len, dtype)| usize::try_from(len).ok()?.checked_mul(dtype.size()))
        .ok_or_else(|| {
            Error::new(
                Kind::Netcdf,
                "a numeric array that fits memory",
                format!("{:?}", variable.shape),
            )
        })
}

/// Returns whether `variable` is the coordinate of a dimension of its own name.
fn is_coordinate(variable: &Variable) -> bool {
    matches!(variable.dims.as_slice(), [dim] if *dim == variable.name)
}

/// `_FillValue = NaN`, which xarray writes on every float array and which changes nothing.
fn is_nan_fill(variable: &Variable, name: &str, value: &Attr) -> bool {
    let Attr::Numbers {
        dtype,
        order,
        bytes,
        ..
    } = value
    else {
        return false;
    };
    if name != "_FillValue" || Some(*dtype) != variable.dtype {
        return false;
    }
    let mut big = bytes.clone();
    if *order == Endian::Little {
        big.reverse();
    }
    // NaN has all exponent bits set and some fraction bits.
    match dtype {
        DType::F16 => big
            .try_into()
            .is_ok_and(|b| u16::from_be_bytes(b) & 0x7fff > 0x7c00),
        DType::F32 => big.try_into().is_ok_and(|b| f32::from_be_bytes(b).is_nan()),
        DType::F64 => big.try_into().is_ok_and(|b| f64::from_be_bytes(b).is_nan()),
        _ => false,
    }
}

/// Index of the one array of a plain file, or `None` where xarray has to decode the file.
///
/// Plain is: one numeric array, coordinates of dimensions only, and no attribute that means decoding.
pub(super) fn plain_array(dataset: &Dataset) -> Option<usize> {
    let mut arrays = dataset
        .variables
        .iter()
        .enumerate()
        .filter(|(_, v)| !is_coordinate(v));
    let (payload, variable) = arrays.next()?;
    // xarray takes the name of the array from there.
    if dataset.attrs.iter().any(|(name, _)| name == NAME) {
        return None;
    }
    if arrays.next().is_some() || variable.dtype.is_none() || variable.name == UNNAMED {
        return None;
    }
    let decoded = dataset.variables.iter().any(|v| {
        v.attrs.iter().any(|(name, value)| {
            CF_ATTRIBUTES.contains(&name.as_str())
                && !(std::ptr::eq(v, variable) && is_nan_fill(v, name, value))
        })
    });
    (!decoded).then_some(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_texts_and_names_take_memory_too() {
        let bare = Frame::bare(DType::U8, &[1]).unwrap();
        let Dataset {
            dims, variables, ..
        } = &bare.dataset;
        let labels = Variable {
            name: String::new(),
            dtype: None,
            data: Data::Strings(vec![String::new(); 1000]),
            ..variables[0].clone()
        };
        let dataset = Dataset {
            dims: dims.clone(),
            variables: vec![variables[0].clone(), labels],
            attrs: Vec::new(),
        };
        let labelled = Frame::new(dataset, 0).unwrap();
        let taken = labelled.label_bytes() - bare.label_bytes();
        assert!(taken >= 1000 * size_of::<String>(), "{taken}");
    }
}
