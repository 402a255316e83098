//! Arrays compressed in memory.
