//! The compression methods of zip members.
