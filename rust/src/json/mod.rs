//! Metadata text to and from values and large numeric arrays.

mod candidate;
mod lift;
pub mod nested;
pub mod number;
#[cfg(test)]
mod tests;
pub mod text;
mod window;

pub use lift::{Lifted, NumberArray, lift};
pub use nested::Nested;
