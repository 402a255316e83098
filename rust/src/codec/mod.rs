//! Compression of whole buffers; the only room that names codec crates.

mod blocks;
pub(crate) mod deflate;
pub mod memory;
pub mod noise;
mod pieces;
pub mod probe;
pub mod shares;
pub mod shuffle;
pub mod zip;

pub use noise::beginning;
pub use pieces::Pieces;
