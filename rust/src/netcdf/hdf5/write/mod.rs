//! A NetCDF-4 file whose large variable is left to the caller.
//!
//! Superblock; the coordinates with their data, the payload's header, the root group, the global heap; the
//! payload. No checksum of HDF5 covers the data of a variable, so files that differ only in the payload share
//! all the rest, and that comes first: it is compressed once for all of them. The global heap makes up most of
//! it, since libhdf5 refuses one of less than 4096 bytes; its unused part is zeros.

mod attribute;
mod draft;
mod header;
mod heap;
#[cfg(test)]
mod tests;
mod types;
mod writable;

use crate::codec::shuffle::shuffle;
use crate::error::{Error, Result};
use crate::memory::try_zeroed;
use crate::netcdf::model::{Data, Dataset, Variable};
use crate::work::interrupt;
use draft::Draft;
use header::ObjectHeader;
use types::byte;
use writable::Writable;

/// The NetCDF-4 file of `dataset` up to the data of variable number `payload`, which end it.
///
/// The caller appends these data: as many bytes as shape and type say, in the variable's byte order, and as HDF5's
/// byte planes if `shuffled`. Large coordinates are then byte planes too. The payload's [`Data`] are not looked at;
/// those of other variables must not be [`Data::Raw`].
///
/// [`Kind::Value`](crate::Kind::Value) means that `dataset` contradicts itself;
/// [`Kind::Unsupported`](crate::Kind::Unsupported) that HDF5 or this writer has no place for it.
pub fn file_prefix(dataset: &Dataset, payload: usize, shuffled: bool) -> Result<Vec<u8>> {
    let writable = Writable::new(dataset, payload, shuffled)?;
    let mut file = Draft::new(writable.payload_bytes);
    // Dimensions come first, because variables refer to them by address.
    let scales = put_scales(&mut file, &writable)?;
    let variables = put_variables(&mut file, &writable, &scales)?;
    let root = put_root(&mut file, &writable, &scales, &variables)?;
    file.finish(root)
}

/// Writes dimensions, with their coordinates; gives the addresses of their headers.
fn put_scales(file: &mut Draft, writable: &Writable) -> Result<Vec<u64>> {
    let mut scales = Vec::new();
    for (id, coordinate) in writable.coordinates.iter().enumerate() {
        let stored = match coordinate {
            Some(variable) => store(file, writable, *variable)?,
            None => Stored::Nowhere,
        };
        scales.push(file.address());
        let mut header = ObjectHeader::new(file)?;
        match coordinate.map(|at| &writable.dataset.variables[at]) {
            Some(variable) => {
                header.variable(variable, stored)?;
                header.attrs(&variable.attrs)?;
                header.scale(id, &variable.name)?;
            }
            None => header.dimension(id, writable.length(id))?,
        }
        header.finish()?;
    }
    Ok(scales)
}

/// Writes the variables that are not coordinates; gives the addresses of the headers of all.
fn put_variables(file: &mut Draft, writable: &Writable, scales: &[u64]) -> Result<Vec<u64>> {
    let mut addresses = Vec::new();
    for (at, variable) in writable.dataset.variables.iter().enumerate() {
        interrupt::check()?;
        if let Some(id) = writable.dimension(at) {
            addresses.push(scales[id]);
            continue;
        }
        let stored = store(file, writable, at)?;
        addresses.push(file.address());
        let mut header = ObjectHeader::new(file)?;
        header.variable(variable, stored)?;
        let axes: Vec<_> = writable.axes(variable).map(|id| scales[id]).collect();
        header.attrs(&variable.attrs)?;
        header.dimension_list(&axes)?;
        header.finish()?;
    }
    Ok(addresses)
}

/// Writes the root group, which links to dimensions and variables; gives its address.
fn put_root(
    file: &mut Draft,
    writable: &Writable,
    scales: &[u64],
    variables: &[u64],
) -> Result<u64> {
    let dataset = writable.dataset;
    let root = file.address();
    let mut header = ObjectHeader::new(file)?;
    let bare = writable.coordinates.iter().filter(|c| c.is_none()).count();
    header.group(bare + variables.len())?;
    for (id, (name, _)) in dataset.dims.iter().enumerate() {
        if writable.coordinates[id].is_none() {
            header.link(name, scales[id])?;
        }
    }
    for (variable, address) in dataset.variables.iter().zip(variables) {
        header.link(&variable.name, *address)?;
    }
    header.attrs(&dataset.attrs)?;
    header.properties()?;
    header.finish()?;
    Ok(root)
}

/// Arrays from this size on are worth a chunk that is byte-shuffled: below, its description costs more than that saves.
pub const SHUFFLED_FROM: usize = 4096;

/// Writes a coordinate as byte planes: 4,000 consecutive int64 then deflate to 0.5 kB instead of 8.
fn store_shuffled(file: &mut Draft, variable: &Variable, bytes: &[u8]) -> Result<Stored> {
    let address = file.address();
    let itemsize = variable.number()?.size();
    let mut planes = try_zeroed(bytes.len())?;
    shuffle(bytes, itemsize, &mut planes);
    file.put(&planes)?;
    Ok(Stored::Shuffled {
        address: Address::At(address),
        itemsize: u32::from(byte(itemsize, "bytes of a number")?),
        bytes: bytes.len() as u64,
    })
}

/// The place of a variable's data.
#[derive(Clone, Copy)]
enum Stored {
    /// No data: an empty variable or a mere dimension.
    Nowhere,
    /// As they are.
    Plain { address: Address, bytes: u64 },
    /// In one chunk of byte planes.
    Shuffled {
        address: Address,
        itemsize: u32,
        bytes: u64,
    },
}

/// An address in the file.
#[derive(Clone, Copy)]
enum Address {
    At(u64),
    /// That of the payload, which is known last.
    Payload,
}

/// Writes the data of variable number `at`, unless they are the payload.
fn store(file: &mut Draft, writable: &Writable, at: usize) -> Result<Stored> {
    if at == writable.payload {
        let (address, bytes) = (Address::Payload, writable.payload_bytes);
        return Ok(match (bytes, writable.shuffled) {
            (0, _) => Stored::Nowhere,
            (_, Some(itemsize)) => Stored::Shuffled {
                address,
                itemsize,
                bytes,
            },
            (_, None) => Stored::Plain { address, bytes },
        });
    }
    let address = file.address();
    let variable = &writable.dataset.variables[at];
    match &variable.data {
        Data::Owned(bytes) if writable.shuffled.is_some() && bytes.len() >= SHUFFLED_FROM => {
            return store_shuffled(file, variable, bytes);
        }
        Data::Owned(bytes) => file.put(bytes)?,
        Data::Strings(texts) => texts.iter().try_for_each(|text| file.text(text))?,
        Data::Raw { .. } => {
            let expected = format!("data of {:?} in memory", variable.name);
            return Err(Error::internal(expected, "a range of a file"));
        }
    }
    let bytes = file.address() - address;
    Ok(if bytes == 0 {
        Stored::Nowhere
    } else {
        Stored::Plain {
            address: Address::At(address),
            bytes,
        }
    })
}
