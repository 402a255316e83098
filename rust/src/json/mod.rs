//! Metadata text to and from values and large numeric arrays.
