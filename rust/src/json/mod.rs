//! Metadata text to and from values and large numeric arrays.

mod candidate;
mod lift;
pub mod number;
pub mod text;

pub use lift::{Lifted, NumberArray, lift};
