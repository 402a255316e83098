//! From variables of a NetCDF file to arrays and frames that do not refer to it.

use std::borrow::Cow;

use super::frame::{Frame, nbytes};
use crate::codec::memory::{Codec, CompressedArray};
use crate::codec::shuffle;
use crate::dtype::{DType, Endian};
use crate::error::{Error, Kind, Result};
use crate::memory::{try_copy, try_extend, try_zeroed};
use crate::netcdf::hdf5::RESERVED;
use crate::netcdf::{self, Data, Dataset, Variable};

/// Packs the elements of an array as they lie in a file.
pub(super) fn pack(
    data: &[u8],
    shuffled: bool,
    order: Endian,
    itemsize: usize,
    codec: Codec,
) -> Result<CompressedArray> {
    match (shuffled, order) {
        (true, Endian::Little) => CompressedArray::from_shuffled(data, itemsize, codec),
        (false, _) => CompressedArray::from_plain(&little(data, order, itemsize)?, itemsize, codec),
        (true, Endian::Big) => {
            let mut plain = try_zeroed(data.len())?;
            shuffle::unshuffle(data, itemsize, &mut plain);
            CompressedArray::from_plain(&little(&plain, order, itemsize)?, itemsize, codec)
        }
    }
}

/// Writes the elements of an array, as they lie in a file, in their order and the least significant byte first.
pub(super) fn unpack(
    data: &[u8],
    shuffled: bool,
    order: Endian,
    itemsize: usize,
    out: &mut [u8],
) -> Result<()> {
    if data.len() != out.len() {
        let expected = format!("{} bytes of an array", out.len());
        return Err(Error::new(Kind::Netcdf, expected, data.len().to_string()));
    }
    if shuffled {
        shuffle::unshuffle(data, itemsize, out);
    } else {
        out.copy_from_slice(data);
    }
    if order == Endian::Big && itemsize > 1 {
        out.chunks_exact_mut(itemsize).for_each(<[u8]>::reverse);
    }
    Ok(())
}

/// The same numbers with the least significant byte first.
fn little(data: &[u8], order: Endian, itemsize: usize) -> Result<Cow<'_, [u8]>> {
    if order == Endian::Little || itemsize == 1 {
        return Ok(Cow::Borrowed(data));
    }
    let mut swapped = try_copy(data)?;
    swapped.chunks_exact_mut(itemsize).for_each(<[u8]>::reverse);
    Ok(Cow::Owned(swapped))
}

/// The dataset without references into `file`: coordinates are copied, little-endian, unshuffled.
fn owned(file: &[u8], dataset: &mut Dataset, payload: Option<usize>) -> Result<()> {
    for (index, variable) in dataset.variables.iter_mut().enumerate() {
        if Some(index) != payload {
            own(file, variable)?;
        }
    }
    Ok(())
}

fn own(file: &[u8], variable: &mut Variable) -> Result<()> {
    let Some(size) = variable.dtype.map(DType::size) else {
        // Text has no byte order: frames of both formats are equal.
        variable.order = Endian::Little;
        return Ok(());
    };
    let mut plain = match &variable.data {
        Data::Raw {
            range,
            shuffled: true,
        } => {
            let mut plain = try_zeroed(nbytes(variable)?)?;
            shuffle::unshuffle(&file[range.clone()], size, &mut plain);
            plain
        }
        Data::Raw { range, .. } => try_copy(&file[range.clone()])?,
        Data::Owned(bytes) => try_copy(bytes)?,
        Data::Strings(_) => {
            let expected = format!("numbers in {:?}", variable.name);
            return Err(Error::internal(expected, "texts"));
        }
    };
    if variable.order == Endian::Big {
        plain.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
    variable.data = Data::Owned(plain);
    variable.order = Endian::Little;
    Ok(())
}

/// The frame of variable `payload`, without what xarray writes by itself.
pub(super) fn frame_of(file: &[u8], mut dataset: Dataset, payload: usize) -> Result<Frame> {
    owned(file, &mut dataset, Some(payload))?;
    dataset.attrs.clear();
    dataset.variables[payload]
        .attrs
        .retain(|(name, _)| name != "_FillValue");
    Frame::new(dataset, payload)
}

/// The file itself if it is HDF5, else the same dataset as NetCDF-4: xarray then reads both with h5netcdf.
///
/// NetCDF-3 may have names that NetCDF-4 has no place for. Attributes of the file are not among those of its array, so
/// that nothing is lost without these.
pub(super) fn as_netcdf4(file: &[u8], mut dataset: Dataset) -> Result<Cow<'_, [u8]>> {
    if !netcdf::is_classic(file) {
        return Ok(Cow::Borrowed(file));
    }
    owned(file, &mut dataset, None)?;
    dataset
        .attrs
        .retain(|(name, _)| !RESERVED.contains(&name.as_str()));
    let last = dataset
        .variables
        .iter()
        .rposition(|v| v.dtype.is_some())
        .ok_or_else(|| Error::new(Kind::Netcdf, "one numeric variable", "none"))?;
    let mut whole = netcdf::file_prefix(&dataset, last, false).map_err(unsupported)?;
    let Data::Owned(payload) = &dataset.variables[last].data else {
        return Err(Error::internal("numbers in memory", "others"));
    };
    try_extend(&mut whole, payload)?;
    Ok(Cow::Owned(whole))
}

/// The error of a file that NetCDF-4 has no place for: to the writer, the dataset is an argument.
fn unsupported(error: Error) -> Error {
    match error.kind() {
        Kind::Value => Error::new(Kind::Unsupported, error.expected(), error.found()),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::netcdf::Attr;

    /// A NetCDF-3 file of two numbers and their dimension's coordinate, which has these attributes beside `units`.
    fn classic(name: &str, of_coordinate: &[&str], of_file: &[&str]) -> Vec<u8> {
        let attr = |name: &&str| ((*name).to_owned(), Attr::Text("m".to_owned()));
        let variable = |name: &str, attrs: &[&str]| Variable {
            name: name.to_owned(),
            dims: vec!["times".to_owned()],
            shape: vec![2],
            dtype: Some(DType::I32),
            order: Endian::Little,
            data: Data::Owned(vec![7; 8]),
            attrs: attrs.iter().map(attr).collect(),
        };
        let dataset = Dataset {
            dims: vec![("times".to_owned(), 2)],
            variables: vec![
                variable("times", &[&["units"], of_coordinate].concat()),
                variable(name, &[]),
            ],
            attrs: of_file.iter().map(attr).collect(),
        };
        netcdf::classic::write(&dataset, &[7; 8]).unwrap()
    }

    fn converted(file: &[u8]) -> Result<Dataset> {
        let dataset = netcdf::read(file, &Limits::default())?;
        let whole = as_netcdf4(file, dataset)?;
        netcdf::read(&whole, &Limits::default())
    }

    #[test]
    fn reserved_attributes_of_a_file_are_not_those_of_its_array() {
        let file = classic("values", &[], &["_NCProperties", "CLASS", "title"]);
        let dataset = converted(&file).unwrap();
        let names: Vec<_> = dataset.attrs.iter().map(|(name, _)| &name[..]).collect();
        assert_eq!(names, ["title"]);
        assert_eq!(dataset.variables.len(), 2);
    }

    #[test]
    fn what_netcdf_4_has_no_place_for_is_a_fault_of_the_file() {
        for (name, attrs, found) in [("values", &["CLASS"][..], "\"CLASS\""), (".", &[], "\".\"")] {
            let error = converted(&classic(name, attrs, &[])).unwrap_err();
            assert_eq!(error.kind(), Kind::Unsupported);
            assert_eq!(error.found(), found);
        }
    }
}
