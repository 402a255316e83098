//! PyO3 binding: the only room that names pyo3.
//!
//! Every entry extracts its Python inputs, detaches for the work, and builds Python outputs. Work that grows with a
//! file or a result is done under [`error::detached`], which answers signals.

mod archive;
mod buffer;
mod columns;
mod constants;
mod copying;
mod encode;
mod error;
mod frame;
mod pack;
mod packed;
mod plan;
mod ranges;
mod source;
mod stack;
mod varying;
mod writer;

use pyo3::prelude::*;

/// Native core of skneuromsi-io.
#[pymodule(gil_used = false)]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::archive::Archive;
    #[pymodule_export]
    use super::columns::{Columns, described, skeleton};
    #[pymodule_export]
    use super::constants::constants;
    #[pymodule_export]
    use super::encode::{encode, encode_nested};
    #[pymodule_export]
    use super::error::error_kinds;
    #[pymodule_export]
    use super::frame::Frame;
    #[pymodule_export]
    use super::pack::pack;
    #[pymodule_export]
    use super::packed::{Packed, read_netcdf};
    #[pymodule_export]
    use super::ranges::Ranges;
    #[pymodule_export]
    use super::stack::{numbers, stack_packed};
    #[pymodule_export]
    use super::writer::Writer;

    /// The import, which a fork waits for, makes what a thread would make under a lock later.
    #[pymodule_init]
    #[expect(clippy::unnecessary_wraps, reason = "PyO3 asks for a result")]
    fn init(_module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::json::draw_key();
        Ok(())
    }
}
