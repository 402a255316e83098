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
use draft::Draft;
use header::ObjectHeader;
use types::byte;
use writable::Writable;

/// The NetCDF-4 file of `dataset` up to the data of variable number `payload`, which end it.
///
/// The caller appends exactly those data (as many bytes as shape and type say, in the variable's
/// byte order), as HDF5's byte planes if `shuffled`; large coordinates are shuffled with them. [`Data`] of the payload are not looked at; those of the others
/// must not be [`Data::Raw`]. [`Kind::Value`](crate::Kind::Value) means that `dataset` contradicts
/// itself; [`Kind::Unsupported`](crate::Kind::Unsupported) that HDF5 or this writer has no place for it.
pub fn file_prefix(dataset: &Dataset, payload: usize, shuffled: bool) -> Result<Vec<u8>> {
    let writable = Writable::new(dataset, payload, shuffled)?;
    let mut file = Draft::new(writable.payload_bytes);

    // Dimensions come first, because variables refer to them by address.
    let mut scales = Vec::new();
    for (id, coordinate) in writable.coordinates.iter().enumerate() {
        let stored = match coordinate {
            Some(variable) => store(&mut file, &writable, *variable)?,
            None => Stored::Nowhere,
        };
        let address = file.address();
        let mut header = ObjectHeader::new(&mut file);
        match coordinate.map(|at| &dataset.variables[at]) {
            Some(variable) => {
                header.variable(variable, stored)?;
                header.attrs(&variable.attrs)?;
                header.scale(id, &variable.name)?;
            }
            None => header.dimension(id, writable.length(id))?,
        }
        header.finish()?;
        scales.push(address);
    }

    let mut addresses = vec![0; dataset.variables.len()];
    for (at, variable) in dataset.variables.iter().enumerate() {
        if let Some(id) = writable.coordinates.iter().position(|&c| c == Some(at)) {
            addresses[at] = scales[id];
            continue;
        }
        let stored = store(&mut file, &writable, at)?;
        addresses[at] = file.address();
        let mut header = ObjectHeader::new(&mut file);
        header.variable(variable, stored)?;
        let axes = writable
            .axes(variable)
            .map(|id| scales[id])
            .collect::<Vec<_>>();
        header.attrs(&variable.attrs)?;
        header.dimension_list(&axes)?;
        header.finish()?;
    }

    let root = file.address();
    let mut header = ObjectHeader::new(&mut file);
    let bare = writable.coordinates.iter().filter(|c| c.is_none()).count();
    header.group(bare + addresses.len())?;
    for (id, (name, _)) in dataset.dims.iter().enumerate() {
        if writable.coordinates[id].is_none() {
            header.link(name, scales[id])?;
        }
    }
    for (variable, address) in dataset.variables.iter().zip(addresses) {
        header.link(&variable.name, address)?;
    }
    header.attrs(&dataset.attrs)?;
    header.properties()?;
    header.finish()?;
    Ok(file.finish(root))
}

/// Coordinates of fewer bytes are not worth a chunk.
const SHUFFLED_FROM: usize = 4096;

/// Writes a coordinate as byte planes: 4,000 consecutive int64 then deflate to 0.5 kB instead of 8.
fn store_shuffled(file: &mut Draft, variable: &Variable, bytes: &[u8]) -> Result<Stored> {
    let address = file.address();
    let itemsize = variable.number()?.size();
    let mut planes = try_zeroed(bytes.len())?;
    shuffle(bytes, itemsize, &mut planes);
    file.put(&planes);
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
        Data::Owned(bytes) => file.put(bytes),
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
