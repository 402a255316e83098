//! Files of other writers, and what damage does to them.

mod found;
mod many;
mod overlaps;
mod stated;

use super::*;
use crate::dtype::{DType, Endian};
use crate::error::Kind;

macro_rules! data {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/", $name)).as_slice()
    };
}

const CLASSIC: &[u8] = data!("kording-netcdf3.nc");
const NETCDF4: &[u8] = data!("kording-netcdf4.nc");
const H5NETCDF: &[u8] = data!("kording-h5netcdf.nc");
const LAYOUTS: &[u8] = data!("layouts.nc");
const RECORDS: &[u8] = data!("records.nc");

impl Dataset {
    fn variable(&self, name: &str) -> &Variable {
        self.variables.iter().find(|v| v.name == name).unwrap()
    }
}

fn open(bytes: &[u8]) -> Dataset {
    read(bytes, &Limits::default()).unwrap()
}

/// The numbers of a variable, all of which are exact in 64-bit floats.
fn numbers(variable: &Variable, file: &[u8]) -> Vec<f64> {
    let dtype = variable.number().unwrap();
    let size = dtype.size();
    let bytes = match &variable.data {
        Data::Owned(bytes) => bytes.clone(),
        Data::Raw { range, shuffled } => {
            let bytes = &file[range.clone()];
            let count = bytes.len() / size;
            let plain = |at: usize| bytes[at % size * count + at / size];
            if *shuffled {
                (0..bytes.len()).map(plain).collect()
            } else {
                bytes.to_vec()
            }
        }
        Data::Strings(_) => panic!("texts"),
    };
    let number = |element: &[u8]| {
        let mut e = element.to_vec();
        if variable.order == Endian::Big {
            e.reverse();
        }
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        match dtype {
            DType::I8 => f64::from(e[0].cast_signed()),
            DType::U8 => f64::from(e[0]),
            DType::I16 => f64::from(i16::from_le_bytes(e.try_into().unwrap())),
            DType::U16 => f64::from(u16::from_le_bytes(e.try_into().unwrap())),
            DType::I32 => f64::from(i32::from_le_bytes(e.try_into().unwrap())),
            DType::U32 => f64::from(u32::from_le_bytes(e.try_into().unwrap())),
            DType::I64 => i64::from_le_bytes(e.try_into().unwrap()) as f64,
            DType::U64 => u64::from_le_bytes(e.try_into().unwrap()) as f64,
            DType::F32 => f64::from(f32::from_le_bytes(e.try_into().unwrap())),
            DType::F64 => f64::from_le_bytes(e.try_into().unwrap()),
            DType::F16 => panic!("{dtype:?}"),
        }
    };
    bytes.chunks(size).map(number).collect()
}

#[test]
fn three_writers_of_one_result_agree_on_its_labels() {
    for file in [CLASSIC, NETCDF4, H5NETCDF] {
        let dataset = open(file);
        let dims = ["modes", "times", "positions", "positions_coordinates"];
        let lengths = [3, 1, 49, 1];
        let expected: Vec<_> = dims.map(str::to_owned).into_iter().zip(lengths).collect();
        assert_eq!(dataset.dims, expected);
        assert_eq!(dataset.attrs, []);

        let texts = |name: &str| dataset.variable(name).data.clone();
        let modes = ["auditory", "visual", "multi"].map(str::to_owned).to_vec();
        assert_eq!(texts("modes"), Data::Strings(modes));
        assert_eq!(
            texts("positions_coordinates"),
            Data::Strings(vec!["x0".to_owned()])
        );
        let positions = dataset.variable("positions");
        assert_eq!(
            numbers(positions, file),
            (0..49).map(f64::from).collect::<Vec<_>>()
        );
        assert_eq!(numbers(dataset.variable("times"), file), [0.0]);
        assert_eq!(dataset.variable("values").dims, dims);
        assert_eq!(dataset.variable("values").shape, lengths);
    }
}

#[test]
fn three_writers_of_one_result_agree_on_its_values() {
    for file in [CLASSIC, NETCDF4, H5NETCDF] {
        let dataset = open(file);
        let values = dataset.variable("values");
        assert!(matches!(
            values.data,
            Data::Raw {
                shuffled: false,
                ..
            }
        ));
        let found = numbers(values, file);
        let ones: Vec<usize> = (0..147).filter(|&at| found[at] != 0.0).collect();
        assert_eq!(ones, [13, 82, 112]);
        assert!(
            ones.iter()
                .all(|&at| found[at].to_bits() == 1_f64.to_bits())
        );
        let [
            (
                name,
                Attr::Numbers {
                    dtype: DType::F64,
                    order,
                    bytes,
                },
            ),
        ] = values.attrs.as_slice()
        else {
            panic!("{:?}", values.attrs)
        };
        assert_eq!((name.as_str(), *order), ("_FillValue", values.order));
        assert_eq!(bytes.len(), 8);
    }
}

#[test]
fn every_layout_of_hdf5_gives_the_same_values() {
    let dataset = open(LAYOUTS);
    let expected: Vec<f64> = (0..24).map(|n| f64::from(n) / 2.0).collect();
    for name in [
        "contiguous",
        "compact",
        "whole_chunk",
        "shuffled",
        "edges",
        "deflated",
        "checked",
    ] {
        let variable = dataset.variable(name);
        assert_eq!(
            (variable.dims.join(" "), &variable.shape),
            ("x y".to_owned(), &vec![4, 6])
        );
        assert_eq!(numbers(variable, LAYOUTS), expected, "{name}");
        let raw =
            matches!(variable.data, Data::Raw { shuffled, .. } if shuffled == (name == "shuffled"));
        assert_eq!(
            raw,
            !["compact", "edges", "deflated", "checked"].contains(&name),
            "{name}"
        );
    }
}

#[test]
fn records_are_joined_for_every_type_of_cdf5() {
    let dataset = open(RECORDS);
    assert_eq!(dataset.dims, [("t".to_owned(), 5), ("x".to_owned(), 3)]);
    for code in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"] {
        let variable = |kind: &str| dataset.variable(&format!("{kind}_{code}"));
        let found = [variable("record"), variable("fixed")].map(|v| numbers(v, RECORDS));
        assert_eq!(
            found,
            [15, 3].map(|n| (0..n).map(f64::from).collect::<Vec<_>>())
        );
        assert_eq!(variable("record").shape, [5, 3]);
    }
    let numbers = Attr::Numbers {
        dtype: DType::U16,
        order: Endian::Big,
        bytes: vec![0, 0, 0, 1, 0, 2],
    };
    assert_eq!(dataset.attrs, [("numbers".to_owned(), numbers)]);
}

#[test]
fn files_that_refer_to_other_files_are_refused() {
    let strangers = [
        data!("external_storage.nc"),
        data!("external_link.nc"),
        data!("virtual.nc"),
    ];
    for file in strangers {
        // Not Unsupported: no other reader, which would open the other file, may be asked.
        let error = read(file, &Limits::default()).unwrap_err();
        assert_eq!(error.kind(), Kind::Netcdf);
        assert!(error.found().ends_with("is refused"), "{error}");
    }
}

#[test]
fn keys_of_chunks_that_libhdf5_would_not_find_are_malformed() {
    // The tree of "deflated" is the second of two with several chunks, and the third key is its
    // third chunk's; libhdf5 reads zeros where this key is changed.
    let mut file = LAYOUTS.to_vec();
    let trees: Vec<usize> = (0..file.len() - 8)
        .filter(|&at| file[at..at + 8] == *b"TREE\x01\0\x04\0")
        .collect();
    assert_eq!(trees.len(), 2);
    let key = trees[1] + 24 + 2 * (8 + 3 * 8 + 8) + 8;
    assert_eq!(file[key], 3);
    file[key] = 0;
    assert_eq!(
        read(&file, &Limits::default()).unwrap_err().kind(),
        Kind::Netcdf
    );
}

#[test]
fn classic_files_are_written_as_scipy_writes_them() {
    assert!(classic::write(&open(CLASSIC), CLASSIC).unwrap() == CLASSIC);
}

#[test]
fn numbers_that_netcdf_3_cannot_hold_are_refused() {
    let mut dataset = open(NETCDF4);
    let times = dataset
        .variables
        .iter_mut()
        .find(|v| v.name == "times")
        .unwrap();
    times.data = Data::Owned((1_i64 << 31).to_le_bytes().to_vec());
    assert_eq!(
        classic::write(&dataset, NETCDF4).unwrap_err().kind(),
        Kind::Unsupported
    );
}

/// The places of the variables' data: no checksum covers these bytes.
fn payload(dataset: &Dataset, at: usize) -> bool {
    dataset
        .variables
        .iter()
        .any(|v| matches!(&v.data, Data::Raw { range, .. } if range.contains(&at)))
}

/// Flips one bit of each byte; gives the offsets where that was not noticed though it changed what
/// was read or could have.
fn flips(file: &[u8], end: usize) -> Vec<usize> {
    let sound = open(file);
    let mut damaged = file.to_vec();
    let mut unnoticed = Vec::new();
    for at in (0..end).filter(|&at| !payload(&sound, at)) {
        damaged[at] ^= 1 << (at % 8);
        match read(&damaged, &Limits::default()) {
            Ok(found) if found != sound => unnoticed.push(at),
            _ => {}
        }
        damaged[at] = file[at];
    }
    unnoticed
}

#[test]
fn damage_to_headers_of_hdf5_never_goes_unnoticed() {
    // Only the texts in the global heap may read differently, because nothing guards them.
    for (file, heap) in [(NETCDF4, 0x800..0x1840), (H5NETCDF, 0x775..0x1775)] {
        let unnoticed = flips(file, 0x25f0.min(file.len()));
        assert!(
            unnoticed.iter().all(|at| heap.contains(at)),
            "{unnoticed:x?}"
        );
    }
}

/// Flips a bit of many bytes: of a content, or of the checksum of one.
#[test]
fn the_checksum_that_a_file_states_is_the_expected_one() {
    for (file, end, step, owner) in [
        (NETCDF4, 48, 1, "the superblock"),
        (H5NETCDF, H5NETCDF.len(), 29, "the object header"),
        (LAYOUTS, LAYOUTS.len(), 7, "the chunk"),
    ] {
        let mut damaged = file.to_vec();
        let mut seen = 0;
        for at in (0..end).step_by(step) {
            damaged[at] ^= 1;
            if let Err(error) = read(&damaged, &Limits::default())
                && let Some(sum) = error.expected().strip_prefix("checksum 0x")
                && sum.contains(owner)
            {
                let stated = u32::from_str_radix(&sum[..8], 16).unwrap().to_le_bytes();
                let place = memchr::memmem::find(&damaged, &stated);
                assert!(place.is_some(), "{error} after a change at {at:#x}");
                seen += 1;
            }
            damaged[at] = file[at];
        }
        assert!(seen > 4, "{owner}");
    }
}

#[test]
fn damage_to_unguarded_files_is_survived() {
    for file in [CLASSIC, LAYOUTS, RECORDS] {
        flips(file, file.len());
    }
}

#[test]
fn truncated_files_are_malformed() {
    // netCDF4-C allocates more than it uses, of which its superblock knows.
    for (file, end) in [
        (CLASSIC, CLASSIC.len()),
        (NETCDF4, 0x25e5),
        (H5NETCDF, H5NETCDF.len()),
    ] {
        for len in 0..end {
            assert_eq!(
                read(&file[..len], &Limits::default()).unwrap_err().kind(),
                Kind::Netcdf
            );
        }
        assert!(read(&file[..end], &Limits::default()).is_ok());
    }
}
