//! A NetCDF-4 file whose large variable is left to the caller.
//!
//! Superblock, the coordinates with their data, the payload's header, the root group, the global
//! heap; then the payload, which nothing follows. No checksum of HDF5 covers the data of a
//! variable, so files that differ only in the payload share this head. The global heap makes up
//! most of it, since libhdf5 refuses one of less than 4096 bytes; its unused part is zeros.

mod attribute;
mod file;
mod header;
mod heap;
mod plan;
#[cfg(test)]
mod tests;
mod types;

use crate::error::Result;
use crate::netcdf::model::{Data, Dataset, Variable};
use file::File;
use header::Header;
use plan::Plan;

/// The NetCDF-4 file of `dataset` up to the data of variable number `payload`.
///
/// The caller appends exactly those data (as many bytes as shape and type say, in the variable's
/// byte order), as HDF5's byte planes if `shuffled`. [`Data`] of the payload are not looked at; those of the others
/// must not be [`Data::Raw`]. [`Kind::Value`](crate::Kind::Value) means that `dataset` contradicts
/// itself; [`Kind::Unsupported`](crate::Kind::Unsupported) that HDF5 or this writer has no place for it.
pub fn head(dataset: &Dataset, payload: usize, shuffled: bool) -> Result<Vec<u8>> {
    let plan = Plan::new(dataset, payload, shuffled)?;
    let mut file = File::new();

    // Dimensions come first, because variables refer to them by address.
    let mut scales = Vec::new();
    for (id, coordinate) in plan.coordinates.iter().enumerate() {
        let stored = match coordinate {
            Some(variable) => store(&mut file, &plan, *variable)?,
            None => Stored::Nowhere,
        };
        let address = file.address();
        let mut header = Header::new(&mut file);
        match coordinate.and_then(|at| dataset.variables.get(at)) {
            Some(variable) => {
                header.variable(variable, stored)?;
                header.attrs(&variable.attrs)?;
                header.scale(id, &variable.name)?;
            }
            None => header.dimension(id, plan.length(id))?,
        }
        header.finish()?;
        scales.push(address);
    }

    let mut addresses = vec![0; dataset.variables.len()];
    for (at, variable) in dataset.variables.iter().enumerate() {
        if let Some(id) = plan.coordinates.iter().position(|&c| c == Some(at)) {
            addresses[at] = scales[id];
            continue;
        }
        let stored = store(&mut file, &plan, at)?;
        addresses[at] = file.address();
        let mut header = Header::new(&mut file);
        header.variable(variable, stored)?;
        let axes = plan.axes(variable).map(|id| scales[id]).collect::<Vec<_>>();
        header.attrs(&variable.attrs)?;
        header.dimension_list(&axes)?;
        header.finish()?;
    }

    let root = file.address();
    let mut header = Header::new(&mut file);
    let bare = plan.coordinates.iter().filter(|c| c.is_none()).count();
    header.group(bare + addresses.len())?;
    for (id, (name, _)) in dataset.dims.iter().enumerate() {
        if plan.coordinates[id].is_none() {
            header.link(name, scales[id])?;
        }
    }
    for (variable, address) in dataset.variables.iter().zip(addresses) {
        header.link(&variable.name, address)?;
    }
    header.attrs(&dataset.attrs)?;
    header.properties()?;
    header.finish()?;
    file.finish(root, plan.payload_bytes)
}

/// Where the data of a variable are.
#[derive(Clone, Copy)]
enum Stored {
    /// No data: an empty variable or a mere dimension.
    Nowhere,
    /// At this address.
    At { address: u64, bytes: u64 },
    /// At the end of the file.
    Last { bytes: u64 },
    /// At the end of the file, in one chunk of byte planes.
    LastShuffled { itemsize: u32, bytes: u64 },
}

/// Writes the data of variable number `at`, unless they are the payload.
fn store(file: &mut File, plan: &Plan, at: usize) -> Result<Stored> {
    if at == plan.payload {
        return Ok(match (plan.payload_bytes, plan.shuffled) {
            (0, _) => Stored::Nowhere,
            (bytes, Some(itemsize)) => Stored::LastShuffled { itemsize, bytes },
            (bytes, None) => Stored::Last { bytes },
        });
    }
    let address = file.address();
    match plan
        .dataset
        .variables
        .get(at)
        .map(|variable: &Variable| &variable.data)
    {
        Some(Data::Owned(bytes)) => file.put(bytes),
        Some(Data::Strings(texts)) => texts.iter().try_for_each(|text| file.text(text))?,
        Some(Data::Raw { .. }) | None => {}
    }
    let bytes = file.address() - address;
    Ok(if bytes == 0 {
        Stored::Nowhere
    } else {
        Stored::At { address, bytes }
    })
}
