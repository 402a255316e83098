//! Byte shuffle, as HDF5 defines it.
