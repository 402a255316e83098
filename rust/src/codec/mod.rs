//! Compression of whole buffers; the only room that names codec crates.

pub(crate) mod deflate;
mod encoded;
pub mod noise;
pub mod pack;
pub mod shuffle;
pub mod zip;

pub use encoded::Encoded;
pub use noise::beginning;
