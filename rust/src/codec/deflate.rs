//! Whole deflate streams with libdeflate.

use std::cell::RefCell;
use std::collections::HashMap;

use libdeflater::{CompressionLvl, Compressor, Decompressor};

use crate::alloc::try_reserve;
use crate::error::Result;

thread_local! {
    /// Compressors are large (up to 9 MB at level 12); each thread keeps those it has used.
    static COMPRESSORS: RefCell<HashMap<i32, Compressor>> = RefCell::new(HashMap::new());
}

/// The libdeflate level of a `compresslevel` from 0 to 9.
///
/// Up to 7 they are the same. libdeflate's own 8 and 9 came out larger than its 7 on results of `AlaisBurr2004` and
/// Cuppini2014, so 8 and 9 are its near-optimal parsers, which keep the order (README, "Compression levels").
#[must_use]
const fn level_of(compresslevel: i32) -> i32 {
    match compresslevel {
        8 => 10,
        9.. => 12,
        _ => compresslevel,
    }
}

/// Compresses `data` whole at a `compresslevel` from 0 to 9.
pub(super) fn compress(data: &[u8], compresslevel: i32) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    append(&mut out, data, compresslevel)?;
    out.shrink_to_fit();
    Ok(out)
}

/// Appends one complete deflate stream of `data`, made at a `compresslevel` from 0 to 9.
pub(super) fn append(out: &mut Vec<u8>, data: &[u8], compresslevel: i32) -> Result<()> {
    let level = level_of(compresslevel);
    COMPRESSORS.with_borrow_mut(|compressors| {
        let compressor = compressors
            .entry(level)
            .or_insert_with(|| Compressor::new(CompressionLvl::new(level).unwrap_or_default()));
        let start = out.len();
        let bound = compressor.deflate_compress_bound(data.len());
        try_reserve(out, bound)?;
        out.resize(start + bound, 0);
        // The bound is always enough; 0 bytes would be no deflate stream and fail every reader.
        let written = compressor
            .deflate_compress(data, &mut out[start..])
            .unwrap_or(0);
        out.truncate(start + written);
        Ok(())
    })
}

/// Fills `out` from a zlib stream (RFC 1950); gives the bytes that came out, or what was found instead.
pub(crate) fn inflate_zlib(stored: &[u8], out: &mut [u8]) -> Result<usize, String> {
    Decompressor::new()
        .zlib_decompress(stored, out)
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_level_is_never_larger_on_a_real_file() {
        let file = include_bytes!("../../../tests/data/upstream/cuppini2014-netcdf4.ndc");
        let at = memchr::memmem::find(file, b"ndr_0/metadata.json").unwrap();
        let mut json = vec![0; 1_807_002];
        let written = Decompressor::new().deflate_decompress(&file[at + 19..], &mut json);
        assert_eq!(written.unwrap(), json.len());
        let sizes: Vec<_> = (0..=9)
            .map(|level| compress(&json, level).unwrap().len())
            .collect();
        assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
    }
}
