//! NetCDF bytes to and from named arrays.
