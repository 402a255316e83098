//! Throughput of the codecs on simulated activity, in bytes of the array.
#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first failure")]

#[path = "common/activity.rs"]
mod activity;
#[path = "common/settings.rs"]
mod settings;

use std::hint::black_box;
use std::sync::Arc;

use _native::codec::memory::{Codec, CompressedArray};
use _native::codec::zip::{self, Method};
use _native::codec::{noise, shuffle};
use _native::limits::Limits;
use criterion::{Criterion, Throughput};

const ITEMSIZE: usize = 8;
const COUNT: u32 = 1 << 21;

fn codecs(criterion: &mut Criterion) {
    let plain: Vec<u8> = activity::activity(COUNT)
        .into_iter()
        .flat_map(f64::to_le_bytes)
        .collect();
    let mut planes = vec![0; plain.len()];
    let mut out = vec![0; plain.len()];
    let mut group = criterion.benchmark_group("codecs");
    group.throughput(Throughput::Bytes(plain.len() as u64));

    group.bench_function("shuffle", |b| {
        b.iter(|| shuffle::shuffle(black_box(&plain), ITEMSIZE, &mut planes));
    });
    group.bench_function("unshuffle", |b| {
        b.iter(|| shuffle::unshuffle(black_box(&planes), ITEMSIZE, &mut out));
    });
    assert_eq!(out, plain);

    let pack =
        |planes: &[u8]| CompressedArray::from_shuffled(planes, ITEMSIZE, Codec::Lz4).unwrap();
    group.bench_function("pack", |b| b.iter(|| pack(black_box(&planes))));
    let packed = pack(&planes);
    group.bench_function("unpack", |b| {
        b.iter(|| black_box(&packed).unpack_into(&mut out).unwrap());
    });
    assert_eq!(out, plain);

    let deflate = |planes: &[u8]| {
        let copy = planes.to_vec().into();
        let mut stream = Vec::new();
        let prefix = Arc::from(noise::beginning(&[]).unwrap());
        let encoded = noise::deflate(prefix, copy, ITEMSIZE, 1).unwrap();
        encoded.write_to(&mut stream).unwrap();
        stream
    };
    group.bench_function("deflate, noise stored", |b| {
        b.iter(|| deflate(black_box(&planes)));
    });
    let whole = |planes: &[u8]| {
        zip::compress(Method::Deflated, Some(1), planes)
            .unwrap()
            .into_vec()
            .unwrap()
    };
    group.bench_function("deflate, noise compressed", |b| {
        b.iter(|| whole(black_box(&planes)));
    });
    for (name, deflated) in [
        ("inflate, noise stored", deflate(&planes)),
        ("inflate, noise compressed", whole(&planes)),
    ] {
        let (size, limits) = (planes.len() as u64, Limits::default());
        let inflate = |data: &[u8]| {
            zip::decompress(Method::Deflated, data, size, &limits)
                .unwrap()
                .0
        };
        assert_eq!(*inflate(&deflated), *planes);
        group.bench_function(name, |b| b.iter(|| inflate(black_box(&deflated))));
    }
    group.bench_function("CRC-32", |b| b.iter(|| zip::crc32(black_box(&planes))));
    group.finish();
}

fn main() {
    let mut criterion = settings::criterion();
    codecs(&mut criterion);
    criterion.final_summary();
}
