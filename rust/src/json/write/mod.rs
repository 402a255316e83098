//! Values as Python's `json.dumps(obj, indent=2)` writes them.

mod nested;
mod number;
mod text;

pub use nested::{Nested, line, push_number};
pub use number::push_float;
pub use text::{push_string, string_bytes};
