//! Whole results: what an archive holds does not depend on how it is opened, and survives being stored.

use std::sync::Arc;

use _native::Result;
use _native::archive::{Archive, Compressed};
use _native::codec::memory::{Codec, CompressedArray};
use _native::codec::zip::Method;
use _native::dtype::Endian;
use _native::netcdf::{Attr, Variable};
use _native::results::{
    self, Arrays, Body, Frame, FrameCache, OpenOptions, PackedResult, Plan, StoreOptions,
};
use _native::source::ReadAt;

use crate::checksums;
use crate::targets::{judged, limits, zip};

/// An archive as it is, or one built around a text and a NetCDF file.
///
/// Input: flags; then an archive, or the length of the text (2 bytes), place and value of a byte that a second result
/// has instead (3 bytes), the text, the file.
pub(crate) fn collection(bytes: &[u8]) {
    let Some((&flags, rest)) = bytes.split_first() else {
        return;
    };
    let archive = if flags & 1 == 0 {
        rest.to_vec()
    } else if let Some(archive) = built(rest, flags & 2 == 0) {
        archive
    } else {
        return;
    };
    let serial = judged(Archive::open(Arc::new(Serial(archive.clone())), limits()));
    let archive = judged(Archive::open(Arc::new(archive), limits()));
    if let (Ok(archive), Ok(serial)) = (archive, serial) {
        let codec = if flags & 4 == 0 {
            Codec::Lz4
        } else {
            Codec::None
        };
        let lift = (flags & 8 == 0).then_some(2);
        all_ways(&archive, &serial, codec, lift);
    }
}

/// Bytes that are read on one thread.
struct Serial(Vec<u8>);

impl ReadAt for Serial {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<()> {
        self.0.read_exact_at(buf, offset)
    }

    fn concurrent(&self) -> bool {
        false
    }
}

/// An archive of two results that differ in one byte.
fn built(input: &[u8], seal: bool) -> Option<Vec<u8>> {
    let (&[low, high, place, above, value], rest) = input.split_first_chunk()?;
    let len = usize::from(u16::from_le_bytes([low, high]));
    let (text, file) = rest.split_at_checked(len)?;
    let mut files = [file.to_vec(), file.to_vec()];
    if let Some(byte) = files[1].get_mut(usize::from(u16::from_le_bytes([place, above]))) {
        *byte = value;
    }
    let mut members = Vec::new();
    for (plan, file) in plans(2).into_iter().zip(&mut files) {
        if seal && file.starts_with(b"\x89HDF") {
            checksums::seal(file);
        }
        members.push(judged(Compressed::new(plan.data, Method::Stored, None, file)).ok()?);
        members.push(judged(Compressed::new(plan.text, Method::Stored, None, text)).ok()?);
    }
    Some(zip(&members))
}

/// Names of the members of so many results.
pub(crate) fn plans(count: usize) -> Vec<Plan> {
    let plan = |index| Plan {
        text: format!("ndr_{index}/metadata.json"),
        data: format!("ndr_{index}/nddata.nc"),
        arrays: Arrays::default(),
    };
    (0..count).map(plan).collect()
}

/// The results that an archive may have, with their further arrays.
fn plans_of(archive: &Archive) -> Vec<Plan> {
    let mut plans = plans(8);
    plans.retain(|plan| archive.entry(&plan.data).is_some());
    for (index, plan) in plans.iter_mut().enumerate() {
        plan.arrays = Arrays::Numbered {
            prefix: format!("ndr_{index}/extra_"),
            suffix: ".nc".to_owned(),
        };
    }
    plans
}

fn all_ways(archive: &Archive, serial: &Archive, codec: Codec, lift: Option<usize>) {
    let plans = plans_of(archive);
    let options = |threads| OpenOptions {
        codec,
        lift,
        varying: None,
        threads,
    };
    let one_by_one: Vec<_> = plans
        .iter()
        .map(|plan| {
            let plan = std::slice::from_ref(plan);
            judged(results::open(
                archive,
                plan,
                &options(1),
                &FrameCache::default(),
            ))
        })
        .collect();
    let frames = FrameCache::default();
    for (archive, threads) in [(archive, 1), (serial, 1), (archive, 2)] {
        let together = judged(results::open(archive, &plans, &options(threads), &frames));
        compare(&one_by_one, &together);
    }
    for (plan, alone) in plans.iter().zip(one_by_one) {
        if let Ok(results) = alone {
            check(&results[0]);
            restored(&results[0], plan);
        }
    }
}

/// Results opened together, where frames are shared, are those opened one by one.
fn compare(one_by_one: &[Result<Vec<PackedResult>>], together: &Result<Vec<PackedResult>>) {
    match together {
        Ok(together) => {
            for (alone, result) in one_by_one.iter().zip(together) {
                same(&alone.as_ref().expect("no error alone")[0], result, false);
            }
        }
        Err(error) => assert!(one_by_one.iter().any(Result::is_err), "{error}"),
    }
}

fn check(result: &PackedResult) {
    result.check().expect("arrays of their sizes");
}

/// Stores a result and opens it again.
fn restored(result: &PackedResult, plan: &Plan) {
    let mut plan = plan.clone();
    let named = |index| format!("ndr_0/extra_{index}.nc");
    plan.arrays = result
        .arrays
        .iter()
        .enumerate()
        .map(|(index, array)| (named(index), array.name.clone()))
        .collect();
    for method in [Method::Stored, Method::Deflated] {
        let options = StoreOptions {
            method,
            level: Some(1),
            threads: 1,
        };
        let plans = [plan.clone()];
        let Ok(members) = judged(results::store(&[result], &plans, &options)) else {
            // What no NetCDF-4 file of ours can carry.
            return;
        };
        let archive = Archive::open(Arc::new(zip(&members)), limits()).expect("our own archive");
        let options = OpenOptions {
            codec: Codec::Lz4,
            lift: None,
            varying: None,
            threads: 1,
        };
        let again = results::open(&archive, &plans, &options, &FrameCache::default());
        let mut again = again.expect("what we stored").remove(0);
        assert_eq!(again.text, result.text);
        // What was lifted is a member of its own now.
        assert!(!again.lifted);
        again.lifted = result.lifted;
        same(result, &again, true);
    }
}

/// The content of a frame, independent of order and byte order in the file.
fn meaning(frame: &Frame) -> Vec<Variable> {
    let mut coordinates: Vec<_> = frame.coordinates().cloned().collect();
    coordinates.sort_by(|a, b| a.name.cmp(&b.name));
    coordinates.insert(0, frame.variable().clone());
    for variable in &mut coordinates {
        variable.order = Endian::Little;
        for (_, attr) in &mut variable.attrs {
            if let Attr::Numbers {
                dtype,
                order,
                bytes,
            } = attr
            {
                if *order == Endian::Big {
                    let size = dtype.size();
                    bytes.chunks_mut(size).for_each(<[u8]>::reverse);
                }
                *order = Endian::Little;
            }
        }
    }
    coordinates
}

/// Fails unless two results are equal; one that was `stored` in between has a frame of another order.
fn same(a: &PackedResult, b: &PackedResult, stored: bool) {
    assert_eq!(a.lifted, b.lifted);
    assert_eq!(a.arrays.len(), b.arrays.len());
    for (a, b) in a.arrays.iter().zip(&b.arrays) {
        assert_eq!((a.dtype, &a.shape), (b.dtype, &b.shape));
        assert!(bytes(&a.packed) == bytes(&b.packed));
    }
    if a.lifted {
        // Names of lifted arrays are random, of one length.
        assert_eq!(a.text.len(), b.text.len());
    } else {
        assert_eq!(a.text, b.text);
    }
    match (&a.body, &b.body) {
        (Body::Plain(frame, a), Body::Plain(other, b)) => {
            if stored {
                assert_eq!(meaning(frame), meaning(other));
            } else {
                assert_eq!(frame, other);
            }
            assert!(bytes(a) == bytes(b));
        }
        (Body::General(a), Body::General(b)) => assert!(bytes(a) == bytes(b)),
        (a, b) => panic!("{a:?} and {b:?}"),
    }
}

fn bytes(packed: &CompressedArray) -> Vec<u8> {
    let mut bytes = vec![0; packed.nbytes()];
    packed
        .unpack_into(&mut bytes)
        .expect("an array that was packed here");
    bytes
}
