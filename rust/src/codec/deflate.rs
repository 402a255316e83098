//! Whole deflate streams with libdeflate.

use std::cell::RefCell;
use std::collections::HashMap;

use libdeflater::{CompressionLvl, Compressor, Decompressor};

thread_local! {
    /// Compressors are large (up to 9 MB at level 12); each thread keeps those it has used.
    static COMPRESSORS: RefCell<HashMap<i32, Compressor>> = RefCell::new(HashMap::new());
}

/// Appends one complete deflate stream of `data`.
pub(super) fn append(out: &mut Vec<u8>, data: &[u8], level: i32) {
    COMPRESSORS.with_borrow_mut(|compressors| {
        let compressor = compressors
            .entry(level)
            .or_insert_with(|| Compressor::new(CompressionLvl::new(level).unwrap_or_default()));
        let start = out.len();
        out.resize(start + compressor.deflate_compress_bound(data.len()), 0);
        // The bound is always enough; 0 bytes would be no deflate stream and fail every reader.
        let written = compressor
            .deflate_compress(data, &mut out[start..])
            .unwrap_or(0);
        out.truncate(start + written);
    });
}

/// Fills `out` from a zlib stream (RFC 1950); gives the bytes that came out, or what was found instead.
pub(crate) fn inflate_zlib(stored: &[u8], out: &mut [u8]) -> Result<usize, String> {
    Decompressor::new()
        .zlib_decompress(stored, out)
        .map_err(|error| error.to_string())
}
