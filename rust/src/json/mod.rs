//! Metadata text to and from values and large numeric arrays.

mod candidate;
mod lift;
mod lifted;
pub mod nested;
pub mod number;
mod skeleton;
#[cfg(test)]
mod tests;
pub mod text;
mod token;
mod window;

pub use lift::lift;
pub use lifted::{Lifted, NumberArray};
pub use nested::Nested;
pub use skeleton::{Varying, skeleton};
