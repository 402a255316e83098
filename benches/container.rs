//! The zip container: index and members.
#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first failure")]

#[path = "common/activity.rs"]
mod activity;
#[path = "common/settings.rs"]
mod settings;

use std::hint::black_box;
use std::sync::Arc;

use _native::archive::{Archive, Compressed, Options, Writer};
use _native::codec::zip::Method;
use _native::limits::Limits;
use criterion::{Criterion, Throughput};

const MEMBERS: usize = 70_000;
/// A NetCDF member of a small result.
const SMALL: &[u8] = include_bytes!("../tests/data/kording-h5netcdf.nc");

fn member(name: String, data: &[u8]) -> Compressed {
    Compressed::new(name, Method::Deflated, None, data).unwrap()
}

fn archive_of(members: &[Compressed]) -> Vec<u8> {
    let options = Options {
        allow_zip64: true,
        modified: 0,
    };
    let mut writer = Writer::new(Vec::new(), 0, options);
    for member in members {
        writer.add(member).unwrap();
    }
    writer.finish().unwrap()
}

fn open(bytes: &Arc<Vec<u8>>) -> Archive {
    let source: Arc<Vec<u8>> = Arc::clone(bytes);
    Archive::open(source, Limits::default()).unwrap()
}

fn index(criterion: &mut Criterion) {
    let members: Vec<_> = (0..MEMBERS)
        .map(|i| member(format!("ndr_{i}/nddata.nc"), b"some data"))
        .collect();
    let bytes = Arc::new(archive_of(&members));
    assert_eq!(open(&bytes).names().len(), MEMBERS);
    let mut group = criterion.benchmark_group("container, members");
    group.throughput(Throughput::Elements(MEMBERS as u64));
    group.bench_function("index", |b| b.iter(|| open(black_box(&bytes))));
    group.bench_function("write", |b| b.iter(|| archive_of(black_box(&members))));
    group.finish();
}

fn read(criterion: &mut Criterion) {
    let large: Vec<u8> = activity::activity(1 << 21)
        .into_iter()
        .flat_map(f64::to_le_bytes)
        .collect();
    let mut group = criterion.benchmark_group("container, read a member");
    for (name, data) in [("small", SMALL), ("large", &large)] {
        let bytes = Arc::new(archive_of(&[member(name.to_owned(), data)]));
        let archive = open(&bytes);
        assert_eq!(*archive.read(name).unwrap(), *data);
        group.throughput(Throughput::Bytes(data.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| archive.read(black_box(name)).unwrap());
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = settings::criterion();
    index(&mut criterion);
    read(&mut criterion);
    criterion.final_summary();
}
