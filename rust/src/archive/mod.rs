//! Zip container: index, reader and writer.
