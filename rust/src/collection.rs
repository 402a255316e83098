//! Results compressed in memory and the parallel pass over them.
