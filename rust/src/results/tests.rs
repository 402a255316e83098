//! Real archives opened, stored and opened again.

use std::sync::Arc;

mod claims;

use super::*;
use crate::archive::{Archive, Options, Writer};
use crate::codec::memory::Codec;
use crate::codec::zip::Method;
use crate::dtype::DType;
use crate::error::{Kind, Result};
use crate::json;
use crate::limits::Limits;
use crate::source::ReadAt;

const NETCDF4: &[u8] = include_bytes!("../../../tests/data/upstream/alais-netcdf4.ndc");
const NETCDF3: &[u8] = include_bytes!("../../../tests/data/upstream/alais-netcdf3.ndc");
const H5NETCDF: &[u8] = include_bytes!("../../../tests/data/upstream/alais-h5netcdf.ndc");
const EXTRA: &[u8] = include_bytes!("../../../tests/data/upstream/cuppini2014-netcdf4.ndc");

const OPTIONS: Options = Options {
    allow_zip64: true,
    modified: 0x21 << 16,
};

fn archive(bytes: &[u8]) -> Result<Archive> {
    Archive::open(Arc::new(bytes.to_vec()), Limits::default())
}

fn options(codec: Codec, lift: Option<usize>) -> OpenOptions {
    OpenOptions {
        codec,
        lift,
        varying: None,
        threads: 2,
    }
}

fn plans(count: usize) -> Vec<Plan> {
    let plan = |i| Plan {
        text: format!("ndr_{i}/metadata.json"),
        data: format!("ndr_{i}/nddata.nc"),
        arrays: Arrays::default(),
    };
    (0..count).map(plan).collect()
}

fn opened(bytes: &[u8], count: usize, options: &OpenOptions) -> Vec<PackedResult> {
    open(
        &archive(bytes).unwrap(),
        &plans(count),
        options,
        &FrameCache::default(),
    )
    .unwrap()
}

fn values(result: &PackedResult) -> (DType, Vec<u64>, Vec<u8>) {
    let Body::Plain(frame, packed) = &result.body else {
        panic!("a general body");
    };
    let mut bytes = vec![0; packed.nbytes()];
    packed.unpack_into(&mut bytes).unwrap();
    let variable = frame.variable();
    (frame.dtype(), variable.shape.clone(), bytes)
}

fn stored(results: &[PackedResult], plans: &[Plan], method: Method) -> Vec<u8> {
    let options = StoreOptions {
        method,
        level: None,
        threads: 2,
    };
    let results: Vec<_> = results.iter().collect();
    let mut writer = Writer::new(Vec::new(), 0, OPTIONS);
    for member in store(&results, plans, &options).unwrap() {
        writer.add(&member).unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn the_three_writers_files_hold_the_same_arrays() {
    let default = options(Codec::Lz4, None);
    let expected: Vec<_> = opened(NETCDF4, 6, &default).iter().map(values).collect();
    for other in [NETCDF3, H5NETCDF] {
        let found: Vec<_> = opened(other, 6, &default).iter().map(values).collect();
        assert!(found == expected);
    }
    assert_eq!(expected[0].0, DType::F64);
}

#[test]
fn a_round_trip_keeps_every_byte() {
    for codec in [Codec::None, Codec::Lz4, Codec::Lz4Hc(9), Codec::Deflate(3)] {
        let before = opened(NETCDF3, 6, &options(codec, None));
        for method in [Method::Stored, Method::Deflated] {
            let file = stored(&before, &plans(6), method);
            let after = opened(&file, 6, &options(codec, None));
            for (one, other) in before.iter().zip(&after) {
                assert_eq!(one.text, other.text);
                assert!(values(one) == values(other));
                other.check().unwrap();
            }
        }
    }
}

#[test]
fn results_of_a_sweep_share_one_frame() {
    let results = opened(NETCDF4, 6, &options(Codec::Lz4, None));
    let frame = |result: &PackedResult| match &result.body {
        Body::Plain(frame, _) => Arc::as_ptr(frame),
        Body::General(_) | Body::Absent => panic!("another body"),
    };
    assert!(results.iter().all(|r| frame(r) == frame(&results[0])));
}

#[test]
fn members_of_one_frame_begin_with_the_same_compressed_bytes() {
    let results = opened(NETCDF3, 2, &options(Codec::Lz4, None));
    let file = stored(&results, &plans(2), Method::Deflated);
    let archive = archive(&file).unwrap();
    let Body::Plain(frame, _) = &results[0].body else {
        panic!("a general body");
    };
    let prefix = frame.file_prefix(true).unwrap();
    for plan in plans(2) {
        let member = archive.fetch(&plan.data).unwrap();
        assert!(member.compressed().starts_with(&prefix.deflated().unwrap()));
        assert!(member.decode().unwrap().starts_with(&prefix.bytes));
    }
}

#[test]
fn lifted_arrays_become_members_and_come_back() {
    let before = opened(EXTRA, 2, &options(Codec::Lz4, Some(1000)));
    assert!(before[0].lifted);
    let mut plans = plans(2);
    for (i, (plan, result)) in plans.iter_mut().zip(&before).enumerate() {
        let member = |k| format!("ndr_{i}/extra_{k}.nc");
        plan.arrays = result
            .arrays
            .iter()
            .enumerate()
            .map(|(k, array)| (member(k), array.name.clone()))
            .collect();
    }
    let file = stored(&before, &plans, Method::Deflated);
    let options = options(Codec::Lz4, None);
    let after = open(
        &archive(&file).unwrap(),
        &plans,
        &options,
        &FrameCache::default(),
    )
    .unwrap();
    assert_eq!(before[1].arrays.len(), after[1].arrays.len());
    for (one, other) in before[1].arrays.iter().zip(&after[1].arrays) {
        assert_eq!(
            (&one.name, one.dtype, &one.shape),
            (&other.name, other.dtype, &other.shape)
        );
        assert_eq!(one.packed, other.packed);
    }
}

#[test]
fn a_source_that_is_not_made_for_threads_is_read_on_the_calling_thread() {
    /// Bytes that one thread may read.
    struct Serial(Vec<u8>, std::thread::ThreadId);

    impl ReadAt for Serial {
        fn size(&self) -> u64 {
            self.0.size()
        }

        fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<()> {
            assert_eq!(std::thread::current().id(), self.1);
            self.0.read_exact_at(buf, offset)
        }

        fn concurrent(&self) -> bool {
            false
        }
    }

    let source = Serial(NETCDF4.to_vec(), std::thread::current().id());
    let archive = Archive::open(Arc::new(source), Limits::default()).unwrap();
    let lz4 = options(Codec::Lz4, None);
    let results = open(&archive, &plans(6), &lz4, &FrameCache::default()).unwrap();
    let expected = opened(NETCDF4, 6, &lz4);
    assert!(results.iter().map(values).eq(expected.iter().map(values)));
}

#[test]
fn errors_name_the_member() {
    let fail = |bytes: &[u8], count| {
        open(
            &archive(bytes).unwrap(),
            &plans(count),
            &options(Codec::Lz4, None),
            &FrameCache::default(),
        )
        .unwrap_err()
    };
    let missing = fail(NETCDF4, 7);
    assert_eq!(missing.kind(), Kind::Missing);
    assert!(missing.to_string().contains("ndr_6/nddata.nc"), "{missing}");
    let mut damaged = NETCDF4.to_vec();
    let name = memchr::memmem::find(&damaged, b"ndr_3/nddata.nc").unwrap();
    damaged[name + 500] ^= 1;
    let damaged = fail(&damaged, 6);
    assert_eq!(damaged.kind(), Kind::Member);
    assert!(damaged.to_string().contains("ndr_3/nddata.nc"), "{damaged}");
}

#[test]
fn a_wrong_size_is_noticed() {
    let mut result = opened(NETCDF4, 1, &options(Codec::Lz4, None)).remove(0);
    result.check().unwrap();
    result.arrays.push(Array {
        name: "x".to_owned(),
        dtype: DType::F64,
        shape: vec![3],
        packed: crate::codec::memory::CompressedArray::from_plain(&[0; 16], 8, Codec::Lz4).unwrap(),
    });
    assert_eq!(result.check().unwrap_err().kind(), Kind::Value);
}

#[test]
fn results_and_arrays_without_names_of_members_are_not_left_out() {
    let mut results = opened(NETCDF4, 2, &options(Codec::Lz4, None));
    let store = |results: &[PackedResult], plans: &[Plan]| {
        let options = StoreOptions {
            method: Method::Deflated,
            level: None,
            threads: 1,
        };
        super::store(&results.iter().collect::<Vec<_>>(), plans, &options)
            .map(|members| members.len())
    };
    assert_eq!(store(&results, &plans(2)).unwrap(), 4);
    for count in [1, 3] {
        let error = store(&results, &plans(count)).unwrap_err();
        assert_eq!(error.kind(), Kind::Value, "{error}");
    }
    results[1].arrays.push(Array {
        name: "x".to_owned(),
        dtype: DType::F64,
        shape: vec![2],
        packed: crate::codec::memory::CompressedArray::from_plain(&[0; 16], 8, Codec::Lz4).unwrap(),
    });
    let error = store(&results, &plans(2)).unwrap_err();
    assert_eq!(error.member(), Some("ndr_1/metadata.json"), "{error}");
}

#[test]
fn columns_are_floats_where_all_numbers_are_spelled_so() {
    let text = |a: &str, b: &str, c: &str| {
        format!(r#"{{"kwargs": {{"run": {{"a": {a}, "b": {b}, "c": {c}}}}}}}"#).into_bytes()
    };
    let rows = [
        ("-0.0", "1", "5.5"),
        ("1e-320", "2.5", "5.5"),
        ("1.7976931348623157E+308", "2.5", "5.5"),
    ];
    let varying = json::Varying {
        object: "kwargs".to_owned(),
        keys: vec!["run".to_owned()],
        unless: Vec::new(),
    };
    let mut columns = Columns::new(varying.clone(), &varying.keys);
    for (a, b, c) in rows {
        let result = PackedResult {
            text: text(a, b, c),
            body: Body::Absent,
            arrays: Vec::new(),
            lifted: false,
            fingerprint: None,
        };
        columns.add(&result).unwrap();
    }
    let (skeleton, numbers) = columns.templates().next().unwrap();
    assert_eq!(skeleton.as_bytes(), text("0", "0", "0"));
    let [Numbers::Floats(a), Numbers::Spelled(b), Numbers::Spelled(c)] =
        &numbers.collect::<Vec<_>>()[..]
    else {
        panic!("one column of floats");
    };
    let bits = |numbers: &[f64]| {
        numbers
            .iter()
            .map(|number| number.to_bits())
            .collect::<Vec<_>>()
    };
    assert_eq!(bits(a), bits(&[-0.0, 1e-320, f64::MAX]));
    assert_eq!((&b[..], &c[..]), (&b"[1,2.5,2.5]"[..], &b"5.5"[..]));
    let first = Some(0);
    assert!(columns.template_numbers().eq([first; 3]) && columns.frame_numbers().eq([None; 3]));
}
