use super::*;
use crate::work::interrupt::watched;

/// Does `work` with an interruption that came before.
fn interrupted<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    watched(
        || Err(Error::new(Kind::Value, "nothing", "a key press")),
        work,
    )
}

#[test]
fn an_interruption_is_answered_while_a_member_is_decoded() {
    let data = sample(1 << 20);
    for method in Method::ALL {
        let packed = pack(method, &data);
        let size = data.len() as u64;
        let error = interrupted(|| stream(method, &packed, size)).unwrap_err();
        assert_eq!(error.found(), "a key press", "{method:?}");
        if method != Method::Stored {
            let error = interrupted(|| unpack(method, &packed, size)).unwrap_err();
            assert_eq!(error.found(), "a key press", "{method:?}");
        }
    }
}

#[test]
fn a_decoder_takes_and_gives_no_more_than_a_piece_at_once() {
    const PIECE: usize = 256 << 10;
    let data = sample(1 << 20);
    let mut out = vec![0; data.len()];
    for method in Method::ALL {
        let packed = pack(method, &data);
        let mut decoder = Decompressor::new(method, &packed[..], Some(1 << 20)).unwrap();
        let count = decoder.read(&mut out).unwrap();
        assert!((1..=PIECE).contains(&count), "{method:?}: {count}");
    }
    // Stored blocks of no bytes: nothing comes out, however many go in.
    let blocks = [0, 0, 0, 0xff, 0xff].repeat(PIECE);
    let mut pieces = 0;
    let source = Pieces(&blocks, &mut pieces);
    let mut decoder = Decompressor::new(Method::Deflated, source, None).unwrap();
    decoder.read(&mut out).unwrap_err();
    assert!(pieces >= 5, "{pieces}");
    let error = interrupted(|| unpack(Method::Deflated, &blocks, 1)).unwrap_err();
    assert_eq!(error.found(), "a key press");
}

/// A source in memory that counts how often it is asked.
struct Pieces<'a>(&'a [u8], &'a mut usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buf)
    }
}

impl BufRead for Pieces<'_> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        *self.1 += 1;
        Ok(self.0)
    }

    fn consume(&mut self, count: usize) {
        self.0.consume(count);
    }
}

fn sample(len: usize) -> Vec<u8> {
    (0..len).map(|i| ((i * i) >> 7).to_le_bytes()[0]).collect()
}

fn unpack(method: Method, data: &[u8], size: u64) -> Result<Vec<u8>> {
    decompress(method, data, size, &Limits::default()).map(|(bytes, crc)| {
        assert_eq!(crc, crc32(&bytes));
        bytes.into_vec().unwrap()
    })
}

fn pack(method: Method, data: &[u8]) -> Vec<u8> {
    compress(method, None, data).unwrap().into_vec().unwrap()
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
fn a_stream_that_is_cut_or_followed_by_more_is_an_error() {
    for (method, len) in Method::ALL.into_iter().flat_map(|m| [(m, 3_000), (m, 0)]) {
        let data = sample(len);
        let mut packed = pack(method, &data);
        let refused = |packed: &[u8]| {
            for result in [
                unpack(method, packed, len as u64),
                stream(method, packed, len as u64),
            ] {
                let error = result.expect_err(&format!("{method:?}: {} bytes", packed.len()));
                assert_eq!(error.kind(), Kind::Member, "{method:?} {}", packed.len());
            }
        };
        // No bytes at all are an empty member, whatever the method.
        for end in usize::from(len == 0)..packed.len() {
            refused(&packed[..end]);
        }
        let (whole, another) = (packed.len(), pack(method, b"another"));
        for more in [b"\0".as_slice(), b"rest", &another, &sample(300_000)] {
            packed.truncate(whole);
            packed.extend_from_slice(more);
            refused(&packed);
        }
    }
}

#[test]
fn a_large_stream_that_is_followed_by_more_is_an_error() {
    // Runs of equal bytes are decoded step by step, other data at once.
    for data in [vec![7; 4 << 20], sample(4 << 20)] {
        let mut packed = pack(Method::Deflated, &data);
        let size = data.len() as u64;
        assert!(unpack(Method::Deflated, &packed, size).unwrap() == data);
        packed.push(0);
        let error = unpack(Method::Deflated, &packed, size).unwrap_err();
        let end = packed.len() - 1;
        assert_eq!(error.found(), format!("its end after {end}"));
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

/// LZMA data without an end marker: what a chunk of LZMA2 holds behind its header of 6 bytes.
fn markerless(data: &[u8]) -> Vec<u8> {
    use liblzma::stream::{Filters, LzmaOptions, Stream};
    let options = LzmaOptions::new_preset(6).unwrap();
    let stream = Stream::new_raw_encoder(Filters::new().lzma2(&options)).unwrap();
    let mut chunk = Vec::new();
    liblzma::bufread::XzEncoder::new_stream(data, stream)
        .read_to_end(&mut chunk)
        .unwrap();
    let len = usize::from(u16::from_be_bytes([chunk[3], chunk[4]])) + 1;
    assert_eq!((chunk[0], len), (0xe0, chunk.len() - 7), "one chunk");
    [&pack(Method::Lzma, b"")[..9], &chunk[6..6 + len]].concat()
}

#[test]
fn lzma_with_and_without_end_marker_and_with_a_4_gib_dictionary() {
    let data = sample(3_000);
    for mut packed in [pack(Method::Lzma, &data), markerless(&data)] {
        packed[5..9].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(unpack(Method::Lzma, &packed, 3_000).unwrap(), data);
        let wrong = [
            packed[..packed.len() - 1].to_vec(),
            [&packed[..], b"\0"].concat(),
            [&packed[..2], &[6], &packed[3..]].concat(),
        ];
        for packed in wrong {
            let error = unpack(Method::Lzma, &packed, 3_000).unwrap_err();
            assert_eq!(error.kind(), Kind::Member);
        }
    }
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
