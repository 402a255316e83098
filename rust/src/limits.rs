//! Caps on what a file may ask for; each is checked before anything is allocated.

/// Limits of one open archive. Raise a field to open a larger file that you trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Members in the central directory.
    pub members: u64,
    /// Bytes of the central directory, names included.
    pub directory: u64,
    /// Uncompressed bytes of one member.
    pub member_bytes: u64,
    /// Uncompressed bytes per compressed byte of one member, beyond a first free mebibyte. Deflate cannot
    /// exceed 1032:1 (<https://zlib.net/zlib_tech.html>); bzip2, LZMA and Zstandard can.
    pub expansion: u64,
    /// Nesting of JSON arrays and objects.
    pub json_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            members: 4_000_000,
            directory: 1 << 30,
            member_bytes: 16 << 30,
            expansion: 1_100,
            json_depth: 500,
        }
    }
}
