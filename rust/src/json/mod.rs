//! Metadata text to and from values and large numeric arrays.

pub mod number;
pub mod text;
use crate::{error::Result, limits::Limits, netcdf::DType};
pub struct NumberArray {
    pub dtype: DType,
    pub shape: Vec<usize>,
    pub bytes: Vec<u8>,
}
pub struct Lifted {
    pub text: Vec<u8>,
    pub arrays: Vec<NumberArray>,
    pub token: String,
}
pub fn lift(mut text: impl std::io::Read, _least: usize, _limits: &Limits) -> Result<Lifted> {
    let mut t = Vec::new();
    text.read_to_end(&mut t)?;
    Ok(Lifted {
        text: t,
        arrays: Vec::new(),
        token: String::new(),
    })
}
