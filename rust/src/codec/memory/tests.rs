//! Tests of packed arrays.

use proptest::prelude::*;

use super::*;

const CODECS: [Codec; 4] = [Codec::None, Codec::Lz4, Codec::Lz4Hc(9), Codec::Deflate(3)];

fn smooth(items: u32) -> Vec<u8> {
    (0..items)
        .flat_map(|i| (f64::from(i) / 1e3).sin().to_le_bytes())
        .collect()
}

fn check(plain: &[u8], itemsize: usize, codec: Codec) {
    let mut planes = vec![0; plain.len()];
    shuffle::shuffle(plain, itemsize, &mut planes);
    let packed = CompressedArray::from_plain(plain, itemsize, codec).unwrap();
    assert_eq!(
        packed,
        CompressedArray::from_shuffled(&planes, itemsize, codec).unwrap()
    );
    for threads in [1, 3] {
        let mut out = vec![1; plain.len()];
        packed.unpack_into_with(&mut out, threads).unwrap();
        assert_eq!(out, plain);
    }
    let mut out = vec![1; plain.len()];
    packed.unpack_shuffled_into(&mut out).unwrap();
    assert_eq!(out, planes);
    assert_eq!(
        CompressedArray::from_bytes(&packed.to_bytes().unwrap()).unwrap(),
        packed
    );
}

#[test]
fn every_codec_gives_back_what_it_got() {
    for codec in CODECS {
        for items in [0, 1, 31, 33, 1023, 1024, 70_000] {
            check(&smooth(items), 8, codec);
            check(&smooth(items), 1, codec);
        }
    }
}

#[test]
fn smooth_numbers_get_smaller() {
    let plain = smooth(200_000);
    for codec in CODECS.into_iter().filter(|&codec| codec != Codec::None) {
        let packed = CompressedArray::from_plain(&plain, 8, codec).unwrap();
        assert!(
            packed.packed_bytes() < plain.len() * 9 / 10,
            "{codec:?} {}",
            packed.packed_bytes()
        );
    }
}

#[test]
fn a_pickle_states_a_level_that_its_codec_has() {
    for (codec, levels) in [
        (Codec::None, 0..=0),
        (Codec::Lz4, 0..=0),
        (Codec::Lz4Hc(9), 1..=12),
        (Codec::Deflate(3), 1..=9),
    ] {
        let mut bytes = CompressedArray::from_plain(&smooth(100), 8, codec)
            .unwrap()
            .to_bytes()
            .unwrap();
        for level in 0..=u8::MAX {
            bytes[1] = level;
            let known = CompressedArray::from_bytes(&bytes).is_ok();
            assert_eq!(known, levels.contains(&level), "{codec:?} of {level}");
        }
    }
}

#[test]
fn a_damaged_pickle_never_panics() {
    let plain = smooth(3_000);
    let bytes = CompressedArray::from_plain(&plain, 8, Codec::Lz4)
        .unwrap()
        .to_bytes()
        .unwrap();
    let mut out = vec![0; plain.len()];
    for index in 0..bytes.len().min(400) {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[index] ^= 1 << bit;
            if let Ok(packed) = CompressedArray::from_bytes(&damaged) {
                // Errors and other values are both fine: a pickle has no checksum.
                let _ = packed.unpack_into(&mut out);
            }
        }
        assert!(CompressedArray::from_bytes(&bytes[..index]).is_err());
    }
}

proptest! {
    #[test]
    fn any_bytes_come_back(
        bytes in proptest::collection::vec(any::<u8>(), 0..20_000),
        itemsize in prop_oneof![Just(1_usize), Just(2), Just(4), Just(8)],
        codec in proptest::sample::select(CODECS.to_vec()),
    ) {
        let whole = bytes.len() / itemsize * itemsize;
        check(&bytes[..whole], itemsize, codec);
    }
}
