//! Results compressed in memory, and the parallel passes that open, store and measure them.
//!
//! A result is a text (its metadata), an array in a frame, and any number of further arrays. What
//! the text says and what the members are called is the caller's business.

mod format01;
mod frame;
mod frame_cache;
mod input;
mod kinds;
mod open;
mod packed;
mod payload;
mod store;
#[cfg(test)]
mod tests;

pub use format01::{Labelled, Spelled, spell};
pub use frame::Frame;
pub use frame_cache::FrameCache;
pub use kinds::Kinds;
pub use open::{OpenOptions, faults, open};
pub use packed::{Array, Body, PackedResult, variances};
pub use store::{StoreOptions, store};

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
