//! Deflate with the incompressible leading bytes stored.
