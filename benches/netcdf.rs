//! NetCDF files of small results, where the description outweighs the data.
#![expect(clippy::unwrap_used, reason = "a benchmark ends at the first failure")]

#[path = "common/settings.rs"]
mod settings;

use std::hint::black_box;

use _native::limits::Limits;
use _native::netcdf::{self, Data, Dataset, classic};
use criterion::{Criterion, Throughput};

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../tests/data/", $name)).as_slice()
    };
}

const FILES: [(&str, &[u8]); 3] = [
    ("read NetCDF-3", file!("kording-netcdf3.nc")),
    ("read NetCDF-4 of netCDF4-C", file!("kording-netcdf4.nc")),
    ("read NetCDF-4 of h5netcdf", file!("kording-h5netcdf.nc")),
];

fn read(file: &[u8]) -> Dataset {
    netcdf::read(file, &Limits::default()).unwrap()
}

/// The dataset without references into its file.
fn owned(file: &[u8]) -> Dataset {
    let mut dataset = read(file);
    for variable in &mut dataset.variables {
        if let Data::Raw { range, .. } = &variable.data {
            variable.data = Data::Owned(file[range.clone()].to_vec());
        }
    }
    dataset
}

fn files(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("NetCDF");
    group.throughput(Throughput::Elements(1));
    for (name, file) in FILES {
        assert_eq!(read(file).variables.len(), 5);
        group.bench_function(name, |b| b.iter(|| read(black_box(file))));
    }
    let dataset = owned(FILES[2].1);
    let payload = dataset
        .variables
        .iter()
        .position(|variable| variable.name == "values")
        .unwrap();
    group.bench_function("write NetCDF-4", |b| {
        b.iter(|| netcdf::file_prefix(black_box(&dataset), payload, false).unwrap());
    });
    let dataset = owned(FILES[0].1);
    group.bench_function("write NetCDF-3", |b| {
        b.iter(|| classic::write(black_box(&dataset), &[]).unwrap());
    });
    group.finish();
}

fn main() {
    let mut criterion = settings::criterion();
    files(&mut criterion);
    criterion.final_summary();
}
