//! Native core of `skneuromsi-io`: façade only.
//!
//! The rooms and the direction of their arrows are described in `DESIGN.md`, section 3. Everything
//! but `py` is plain Rust without `pyo3`, so that `cargo test` needs no Python.

pub mod archive;
pub mod codec;
pub mod dtype;
pub mod error;
pub mod json;
pub mod limits;
pub mod memory;
pub mod netcdf;
pub mod results;
pub mod source;
pub mod work;

#[cfg(feature = "python")]
mod py;

pub use error::{Error, Kind, Result};
