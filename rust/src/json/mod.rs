//! Metadata text to and from values and large numeric arrays.

mod fingerprint;
mod lift;
#[cfg(test)]
mod tests;
pub mod write;

pub use fingerprint::{
    LONGEST, LONGEST_NUMBER, Number, Varying, draw_key, fingerprint, numbers, numbers_between,
    skeleton, without,
};
pub use lift::{Lifted, NumberArray, lift};
