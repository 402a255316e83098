use super::*;

const METHODS: [u16; 5] = [STORED, DEFLATED, BZIP2, LZMA, ZSTD];

fn sample(len: usize) -> Vec<u8> {
    (0..len).map(|i| ((i * i) >> 7).to_le_bytes()[0]).collect()
}

fn unpack(method: u16, data: &[u8], size: u64) -> Result<Vec<u8>> {
    decompress(method, data, size, &Limits::default()).map(Buffer::into_vec)
}

fn pack(method: u16, data: &[u8]) -> Vec<u8> {
    compress(method, None, data).unwrap().into_vec()
}

fn stream(method: u16, data: &[u8], size: u64) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut decoder = Decoder::new(method, data, data.len() as u64, size)?;
    decoder.read_to_end(&mut out).map_err(error_of)?;
    Ok(out)
}

#[test]
fn every_method_comes_back_whole_and_in_pieces() {
    for method in METHODS {
        for len in [0, 1, 100, 70_000, 300_000] {
            let data = sample(len);
            let packed = pack(method, &data);
            assert_eq!(unpack(method, &packed, len as u64).unwrap(), data);
            assert_eq!(stream(method, &packed, len as u64).unwrap(), data);
        }
    }
}

#[test]
fn a_lying_size_is_an_error() {
    let data = sample(5_000);
    for method in METHODS {
        let packed = pack(method, &data);
        for size in [0, 1, 4_999, 5_001, 1 << 20] {
            // LZMA ends where the declared size says; the CRC-32 of the member tells.
            if method == LZMA && size < 5_000 {
                continue;
            }
            for result in [unpack(method, &packed, size), stream(method, &packed, size)] {
                assert_eq!(result.unwrap_err().kind(), Kind::Member, "{method} {size}");
            }
        }
        for size in [1 << 33, 1 << 63, u64::MAX] {
            assert_eq!(
                unpack(method, &packed, size).unwrap_err().kind(),
                Kind::Limit
            );
        }
    }
}

#[test]
fn a_bomb_meets_the_expansion_limit() {
    let zeros = vec![0; 8 << 20];
    for method in [BZIP2, LZMA, ZSTD] {
        let packed = compress(method, None, &zeros).unwrap();
        let error = unpack(method, &packed, 8 << 20).unwrap_err();
        assert_eq!(error.kind(), Kind::Limit, "{method}");
        assert!(error.to_string().contains("limit expansion"), "{error}");
    }
    let packed = compress(DEFLATED, None, &zeros).unwrap();
    assert_eq!(unpack(DEFLATED, &packed, 8 << 20).unwrap().len(), 8 << 20);
}

#[test]
fn truncation_is_an_error_and_trailing_bytes_are_not() {
    let data = sample(3_000);
    for method in METHODS {
        let mut packed = pack(method, &data);
        // An LZMA stream may lack its end marker, whose code is at most 6 bytes.
        let spare = if method == LZMA { 6 } else { 0 };
        for end in 0..packed.len() - spare {
            for result in [
                unpack(method, &packed[..end], 3_000),
                stream(method, &packed[..end], 3_000),
            ] {
                assert_eq!(result.unwrap_err().kind(), Kind::Member, "{method} {end}");
            }
        }
        packed.extend(b"rest");
        if method == STORED {
            assert!(unpack(method, &packed, 3_000).is_err());
        } else {
            assert_eq!(unpack(method, &packed, 3_000).unwrap(), data);
            assert_eq!(stream(method, &packed, 3_000).unwrap(), data);
        }
    }
}

#[test]
fn flipped_bits_never_panic_and_whole_agrees_with_pieces() {
    let data = sample(600);
    for method in METHODS {
        let packed = pack(method, &data);
        for bit in 0..packed.len() * 8 {
            let mut bad = packed.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let whole = unpack(method, &bad, 600).ok();
            assert_eq!(whole, stream(method, &bad, 600).ok(), "{method} {bit}");
        }
    }
}

#[test]
fn lzma_without_end_marker_and_with_a_4_gib_dictionary() {
    let data = sample(3_000);
    let mut packed = pack(LZMA, &data);
    packed[5..9].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(unpack(LZMA, &packed, 3_000).unwrap(), data);
    packed.truncate(packed.len() - 6);
    assert_eq!(unpack(LZMA, &packed, 3_000).unwrap(), data);
    packed[2] = 6;
    assert_eq!(
        unpack(LZMA, &packed, 3_000).unwrap_err().kind(),
        Kind::Member
    );
}

#[test]
fn a_zstd_window_beyond_the_cap_is_refused() {
    // Frame header: magic, no content size, window descriptor with exponent 31 - 10.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00];
    assert_eq!(unpack(ZSTD, &frame, 0).unwrap_err().kind(), Kind::Member);
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0x00, 0x00];
    assert_eq!(unpack(ZSTD, &frame, 0).unwrap(), b"");
}

#[test]
fn levels_mean_what_zipfile_means() {
    let data = sample(100_000);
    let sizes = (0..=9).map(|level| compress(DEFLATED, Some(level), &data).unwrap().len());
    let sizes: Vec<_> = sizes.collect();
    assert!(sizes[0] > data.len() && sizes[9] < sizes[1], "{sizes:?}");
    let default = pack(DEFLATED, &data);
    assert_eq!(*compress(DEFLATED, Some(-1), &data).unwrap(), *default);
    assert_eq!(*compress(DEFLATED, Some(6), &data).unwrap(), *default);
    for (method, level) in [
        (DEFLATED, -2),
        (DEFLATED, 10),
        (BZIP2, 0),
        (BZIP2, 10),
        (ZSTD, 23),
    ] {
        let error = compress(method, Some(level), &data).unwrap_err();
        assert_eq!(error.kind(), Kind::Value, "{method} {level}");
    }
    for (method, level) in [
        (STORED, 99),
        (LZMA, 99),
        (BZIP2, 1),
        (ZSTD, -131_072),
        (ZSTD, 22),
    ] {
        let packed = compress(method, Some(level), &data).unwrap();
        assert_eq!(unpack(method, &packed, 100_000).unwrap(), data);
    }
}

#[test]
fn an_unknown_method_is_unsupported() {
    assert_eq!(unpack(9, b"", 0).unwrap_err().kind(), Kind::Unsupported);
    assert_eq!(
        compress(9, None, b"").unwrap_err().kind(),
        Kind::Unsupported
    );
}
