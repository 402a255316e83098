//! Results compressed in memory, and the parallel passes that open, store and measure them.
//!
//! A result is a text (its metadata), an array in a frame, and any number of further arrays. What
//! the text says and what the members are called is the caller's business.

mod body;
mod file_prefix;
mod format01;
pub(crate) mod frame;
mod frame_cache;
mod input;
mod netcdf_member;
mod open;
mod packed;
mod payload;
mod policy;
mod stack;
mod store;
#[cfg(test)]
mod tests;

pub use format01::{Labelled, Spelled, spell};
pub use frame::Frame;
pub use frame_cache::FrameCache;
pub use open::{OpenOptions, faults, open, open_metadata, read_netcdf};
pub use packed::{Array, Body, PackedResult};
pub use policy::StoreOptions;
pub use stack::{stack, stack_arrays, stack_packed, stack_packed_arrays};
pub use store::store;

/// Names of the members that one result consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The JSON member.
    pub text: String,
    /// The NetCDF member of the array.
    pub data: String,
    /// Members of further arrays, each with the name by which the text refers to it.
    pub arrays: Vec<(String, String)>,
}

/// One of the members that a result consists of.
#[derive(Debug, Clone, Copy)]
enum Member {
    /// The NetCDF member of the labelled array.
    Data,
    /// The JSON member.
    Text,
    /// The NetCDF member of a further array, by its index.
    Array(usize),
}

impl Plan {
    /// The members in upstream's order: the data, the text, then further arrays.
    fn members(&self) -> impl Iterator<Item = Member> + use<> {
        [Member::Data, Member::Text]
            .into_iter()
            .chain((0..self.arrays.len()).map(Member::Array))
    }

    fn name(&self, member: Member) -> &str {
        match member {
            Member::Data => &self.data,
            Member::Text => &self.text,
            Member::Array(index) => &self.arrays[index].0,
        }
    }
}
