//! stub
use crate::error::Result;
use crate::limits::Limits;
use crate::netcdf::Dataset;
/// stub
pub fn read(_b: &[u8], _l: &Limits) -> Result<Dataset> {
    Err(crate::netcdf::unsupported("x", "y"))
}
