use super::*;

fn sample(len: usize) -> Vec<u8> {
    (0..len).map(|i| ((i * i) >> 7).to_le_bytes()[0]).collect()
}

fn unpack(method: Method, data: &[u8], size: u64) -> Result<Vec<u8>> {
    decompress(method, data, size, &Limits::default()).map(Buffer::into_vec)
}

fn pack(method: Method, data: &[u8]) -> Vec<u8> {
    compress(method, None, data).unwrap().into_vec()
}

fn stream(method: Method, data: &[u8], size: u64) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut decoder = Decoder::new(method, data, data.len() as u64, size)?;
    decoder.read_to_end(&mut out).map_err(error_of)?;
    Ok(out)
}

#[test]
fn methods_have_the_numbers_of_zipfile_and_no_others_are_served() {
    let ids: Vec<_> = (0..=u16::MAX)
        .filter(|&id| Method::from_id(id).is_ok())
        .collect();
    assert_eq!(ids, [0, 8, 12, 14, 93]);
    assert_eq!(ids, Method::ALL.map(Method::id));
    assert_eq!(Method::from_id(99).unwrap_err().kind(), Kind::Unsupported);
}

#[test]
fn every_method_comes_back_whole_and_in_pieces() {
    for method in Method::ALL {
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
    for method in Method::ALL {
        let packed = pack(method, &data);
        for size in [0, 1, 4_999, 5_001, 1 << 20] {
            // LZMA ends where the declared size says; the CRC-32 of the member tells.
            if method == Method::Lzma && size < 5_000 {
                continue;
            }
            for result in [unpack(method, &packed, size), stream(method, &packed, size)] {
                assert_eq!(
                    result.unwrap_err().kind(),
                    Kind::Member,
                    "{method:?} {size}"
                );
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
    for method in [Method::Bzip2, Method::Lzma, Method::Zstd] {
        let packed = compress(method, None, &zeros).unwrap();
        let error = unpack(method, &packed, 8 << 20).unwrap_err();
        assert_eq!(error.kind(), Kind::Limit, "{method:?}");
        assert!(error.to_string().contains("limit expansion"), "{error}");
    }
    let packed = compress(Method::Deflated, None, &zeros).unwrap();
    assert_eq!(
        unpack(Method::Deflated, &packed, 8 << 20).unwrap().len(),
        8 << 20
    );
}

#[test]
fn truncation_is_an_error_and_trailing_bytes_are_not() {
    let data = sample(3_000);
    for method in Method::ALL {
        let mut packed = pack(method, &data);
        // An LZMA stream may lack its end marker, whose code is at most 6 bytes.
        let spare = if method == Method::Lzma { 6 } else { 0 };
        for end in 0..packed.len() - spare {
            for result in [
                unpack(method, &packed[..end], 3_000),
                stream(method, &packed[..end], 3_000),
            ] {
                assert_eq!(result.unwrap_err().kind(), Kind::Member, "{method:?} {end}");
            }
        }
        packed.extend(b"rest");
        if method == Method::Stored {
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
    for method in Method::ALL {
        let packed = pack(method, &data);
        for bit in 0..packed.len() * 8 {
            let mut bad = packed.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let whole = unpack(method, &bad, 600).ok();
            assert_eq!(whole, stream(method, &bad, 600).ok(), "{method:?} {bit}");
        }
    }
}

#[test]
fn lzma_without_end_marker_and_with_a_4_gib_dictionary() {
    let data = sample(3_000);
    let mut packed = pack(Method::Lzma, &data);
    packed[5..9].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(unpack(Method::Lzma, &packed, 3_000).unwrap(), data);
    packed.truncate(packed.len() - 6);
    assert_eq!(unpack(Method::Lzma, &packed, 3_000).unwrap(), data);
    packed[2] = 6;
    assert_eq!(
        unpack(Method::Lzma, &packed, 3_000).unwrap_err().kind(),
        Kind::Member
    );
}

#[test]
fn a_zstd_window_beyond_the_cap_is_refused() {
    // Frame header: magic, no content size, window descriptor with exponent 31 - 10.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00];
    assert_eq!(
        unpack(Method::Zstd, &frame, 0).unwrap_err().kind(),
        Kind::Member
    );
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 0x01, 0x00, 0x00];
    assert_eq!(unpack(Method::Zstd, &frame, 0).unwrap(), b"");
}

#[test]
fn levels_mean_what_zipfile_means() {
    let data = sample(100_000);
    let sizes = (0..=9).map(|level| {
        compress(Method::Deflated, Some(level), &data)
            .unwrap()
            .len()
    });
    let sizes: Vec<_> = sizes.collect();
    assert!(sizes[0] > data.len() && sizes[9] < sizes[1], "{sizes:?}");
    let default = pack(Method::Deflated, &data);
    assert_eq!(
        *compress(Method::Deflated, Some(-1), &data).unwrap(),
        *default
    );
    assert_eq!(
        *compress(Method::Deflated, Some(6), &data).unwrap(),
        *default
    );
    for (method, level) in [
        (Method::Deflated, -2),
        (Method::Deflated, 10),
        (Method::Bzip2, 0),
        (Method::Bzip2, 10),
        (Method::Zstd, 23),
    ] {
        let error = compress(method, Some(level), &data).unwrap_err();
        assert_eq!(error.kind(), Kind::Value, "{method:?} {level}");
    }
    for (method, level) in [
        (Method::Stored, 99),
        (Method::Lzma, 99),
        (Method::Bzip2, 1),
        (Method::Zstd, -131_072),
        (Method::Zstd, 22),
    ] {
        let packed = compress(method, Some(level), &data).unwrap();
        assert_eq!(unpack(method, &packed, 100_000).unwrap(), data);
    }
}
