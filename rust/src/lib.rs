//! Native core of `skneuromsi-io`: façade only.
//!
//! The rooms and the direction of their arrows are described in `DESIGN.md`, section 5. Everything
//! but [`py`] is plain Rust without `pyo3`, so that `cargo test` needs no Python.

mod ahead;
pub mod alloc;
pub mod archive;
pub mod buffer;
pub mod codec;
pub mod collection;
pub mod error;
pub mod interrupt;
pub mod json;
pub mod limits;
pub mod netcdf;
pub mod parallel;
pub mod source;
pub mod variance;

#[cfg(feature = "python")]
mod py;

pub use error::{Error, Kind, Result};
