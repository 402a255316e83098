//! Results compressed in memory, and the parallel passes that open, store and measure them.
//!
//! A result is a text (its metadata), an array in a frame, and any number of further arrays. What
//! the text says and what the members are called is the caller's business.

mod body;
mod columns;
mod file_prefix;
mod format01;
pub(crate) mod frame;
mod frame_cache;
mod input;
mod members;
mod netcdf_member;
mod open;
mod packed;
mod payload;
mod plan;
mod policy;
mod spelled;
mod stack;
mod store;
#[cfg(test)]
mod tests;

pub use columns::{Columns, Numbers, texts};
pub use format01::{Labelled, Spelled, spell};
pub use frame::Frame;
pub use frame_cache::FrameCache;
pub use open::{OpenOptions, faults, open, open_metadata, read_netcdf};
pub use packed::{Array, Body, PackedResult};
pub use plan::{Arrays, Plan, is_numbered};
pub use policy::StoreOptions;
pub use stack::{Claim, Part, claimed, frame_of, stack, stack_packed, stack_packed_arrays};
pub use store::store;
