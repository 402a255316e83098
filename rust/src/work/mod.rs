//! Work on several threads, none of which outlives the call, and which a signal stops.

pub mod interrupt;
pub mod parallel;
pub(crate) mod read_ahead;
pub(crate) mod shared;
