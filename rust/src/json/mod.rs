//! Metadata text to and from values and large numeric arrays.

mod fingerprint;
mod lift;
#[cfg(test)]
mod tests;
pub mod write;

pub use fingerprint::{Varying, fingerprint, numbers, skeleton};
pub use lift::{Lifted, NumberArray, lift};
