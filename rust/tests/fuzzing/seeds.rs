//! Good inputs of every target, made of the test data.

use std::sync::Arc;

use _native::archive::{Archive, Compressed};
use _native::codec::memory::CompressedArray;
use _native::codec::zip::{Method, compress};

use crate::targets::{codec, limits, zip};

macro_rules! data {
    ($($name:literal),*) => {
        [$(include_bytes!(concat!("../../../tests/data/", $name)).as_slice()),*]
    };
}

const TEXT: &[u8] = br#"{"object_type": "ndresult", "a": [[1.5, -2e5, NaN], [1e-7, Infinity, 0.1]],
    "b": [1, 2, -3, 99999999999999999999, 4], "c": "[1, 2, 3] \" \\", "d": [[[], [1]], [[1, 2, 3], [4, 5, 6]]],
    "e": {"f": [true, null, "x", 1.0, 2.0, 3.0], "g": [[1, 2, 3], [1.0, 2.0, 3.0]], "h": [0.1,0.2,0.3,0.4]}}"#;

/// Inputs of the target of this name.
pub(crate) fn seeds(target: &str) -> Vec<Vec<u8>> {
    match target {
        "archive" => archives(),
        "member" => members(),
        "classic" => netcdf("CDF"),
        "hdf5" => netcdf("\u{89}HDF"),
        "json" => texts(),
        "pack" => packs(),
        "collection" => collections(),
        other => panic!("no target {other:?}"),
    }
}

fn archives() -> Vec<Vec<u8>> {
    let mut all: Vec<_> = data!(
        "zstandard.ndc",
        "upstream/random-int32-netcdf3.ndc",
        "upstream/random-float64-netcdf4.ndc"
    )
    .map(<[u8]>::to_vec)
    .into();
    let members = Method::ALL.map(|method| {
        Compressed::new(format!("ndr_{}/x.nc", method.id()), method, None, TEXT).unwrap()
    });
    all.push(zip(&members));
    all.push(zip(&[]));
    all
}

fn members() -> Vec<Vec<u8>> {
    let contents = [TEXT.to_vec(), Vec::new(), vec![7; 3000], TEXT.repeat(20)];
    let mut all = Vec::new();
    for content in contents {
        for (number, method) in Method::ALL.into_iter().enumerate() {
            let size = u32::try_from(content.len()).unwrap().to_le_bytes();
            let start = [&[u8::try_from(number).unwrap()], &size[..3]].concat();
            all.push(
                [
                    start,
                    compress(method, None, &content)
                        .unwrap()
                        .into_vec()
                        .unwrap(),
                ]
                .concat(),
            );
        }
    }
    all
}

/// NetCDF files that begin so.
fn netcdf(start: &str) -> Vec<Vec<u8>> {
    let mut all: Vec<_> = data!(
        "kording-netcdf3.nc",
        "records.nc",
        "kording-h5netcdf.nc",
        "layouts.nc",
        "virtual.nc",
        "external_storage.nc",
        "external_link.nc"
    )
    .map(<[u8]>::to_vec)
    .into();
    for archive in data!(
        "zstandard.ndc",
        "upstream/random-int32-netcdf3.ndc",
        "upstream/random-int32-netcdf4.ndc",
        "upstream/kording-h5netcdf.ndc"
    ) {
        let archive = Archive::open(Arc::new(archive), limits()).unwrap();
        all.push(archive.read("ndr_0/nddata.nc").unwrap().into_vec().unwrap());
    }
    let start: Vec<u8> = start.chars().map(|c| u8::try_from(c).unwrap()).collect();
    all.retain(|file| file.starts_with(&start) && file.len() < 40_000);
    all
}

fn texts() -> Vec<Vec<u8>> {
    let mut all = vec![[&[0, 255], TEXT].concat(), [&[3, 0], TEXT].concat()];
    for text in [
        "[[1,2],[3,4]]",
        "[1 , 2.0]",
        "[[1.0],[2.0]]",
        r#"{"a":[],"b":[-0,0]}"#,
    ] {
        all.push([&[1, 2], text.as_bytes()].concat());
    }
    all
}

fn packs() -> Vec<Vec<u8>> {
    let plain: Vec<u8> = (0..2000_u32)
        .flat_map(|n| f64::from(n % 77).to_le_bytes())
        .collect();
    let mut all = Vec::new();
    for tag in 0..7 {
        let short = &plain[..4000];
        all.push([&[tag, 3, 7], short].concat());
        for part in [short, &plain] {
            let packed = CompressedArray::from_plain(part, 8, codec(tag, 3)).unwrap();
            all.push([&[tag, 3, 0], packed.to_bytes().unwrap().as_slice()].concat());
        }
    }
    all
}

fn collections() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for archive in data!(
        "zstandard.ndc",
        "upstream/random-int32-netcdf3.ndc",
        "upstream/random-float64-netcdf3.ndc",
        "upstream/random-float64-netcdf4.ndc"
    ) {
        all.push([&[0], archive].concat());
    }
    let len = u16::try_from(TEXT.len()).unwrap().to_le_bytes();
    for file in [netcdf("CDF"), netcdf("\u{89}HDF")].concat() {
        let last = u16::try_from(file.len() - 9).unwrap().to_le_bytes();
        all.push([&[1], &len[..], &last, &[0], TEXT, &file].concat());
    }
    all
}
