//! Memory for what a file or an array decides the size of: an error where there is not enough, never an abort.

mod alloc;
mod buffer;
mod scratch;

pub use alloc::{
    no_memory, try_copy, try_extend, try_push, try_push_str, try_reserve, try_text, try_zeroed,
};
pub use buffer::Buffer;
pub use scratch::Scratch;
