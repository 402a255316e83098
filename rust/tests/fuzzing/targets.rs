//! Targets that run on arbitrary bytes, and the properties that must hold for all of them.
//!
//! A panic, a hang or a promise that is not kept is a fault. The same functions serve libFuzzer (`fuzz/`) and, with
//! seeded mutations of good files, `cargo test`.

use std::io::Read;
use std::sync::Arc;

use _native::archive::{Archive, Compressed, Options, Writer};
use _native::codec::memory::{Codec, CompressedArray};
use _native::codec::zip::{Method, crc32, decompress};
use _native::dtype::DType;
use _native::error::{Error, Kind, Result};
use _native::json::{self, Lifted};
use _native::limits::Limits;
use _native::memory::Buffer;
use _native::netcdf::{self, Data, Dataset};

use crate::{checksums, results, text};

/// A function on arbitrary bytes.
pub(crate) type Target = fn(&[u8]);

/// Every target, by the name of its libFuzzer program.
pub(crate) const TARGETS: [(&str, Target); 7] = [
    ("archive", archive),
    ("member", member),
    ("classic", classic),
    ("hdf5", hdf5),
    ("json", json),
    ("pack", pack),
    ("collection", results::collection),
];

/// Limits that bytes of this size can reach.
pub(crate) fn limits() -> Limits {
    Limits {
        members: 10_000,
        directory_bytes: 1 << 20,
        member_bytes: 64 << 20,
        ..Limits::default()
    }
}

/// The result of a call, which may refuse the bytes, but not say that this crate is at fault.
pub(crate) fn judged<T>(result: Result<T>) -> Result<T> {
    result.inspect_err(not_ours)
}

fn not_ours(error: &Error) {
    assert!(error.kind() != Kind::Internal, "{error}");
}

/// A zip archive of these members.
pub(crate) fn zip(members: &[Compressed]) -> Vec<u8> {
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

/// An archive: its directory is refused, or every member is refused or has the size and the CRC-32 that the
/// directory says, read whole or in pieces.
pub(crate) fn archive(bytes: &[u8]) {
    salvage(bytes);
    let Ok(archive) = judged(Archive::open(Arc::new(bytes.to_vec()), limits())) else {
        return;
    };
    assert!(archive.names().len() <= bytes.len() / 46);
    for name in archive.names().take(20) {
        let entry = archive.entry(name).expect("each name leads to its entry");
        let whole = judged(archive.read(name).and_then(Buffer::into_vec)).ok();
        if let Some(content) = &whole {
            assert_eq!(content.len() as u64, entry.size);
            assert_eq!(crc32(content), entry.crc);
        }
        assert_eq!(whole, streamed(&archive, name), "{name:?}");
    }
}

/// Salvages an archive: what is whole of it can be read.
fn salvage(bytes: &[u8]) {
    let salvaged = judged(Archive::salvage(Arc::new(bytes.to_vec()), limits()));
    let Ok((archive, faults)) = salvaged else {
        return;
    };
    for (_, fault) in &faults {
        not_ours(fault);
    }
    for name in archive.names().take(20) {
        let whole = archive.read(name).and_then(Buffer::into_vec);
        let whole = whole.expect("a member that was whole");
        assert_eq!(streamed(&archive, name), Some(whole), "{name:?}");
    }
}

/// A member read in pieces.
fn streamed(archive: &Archive, name: &str) -> Option<Vec<u8>> {
    let mut stream = judged(archive.stream(name)).ok()?;
    let mut content = Vec::new();
    let mut piece = [0; 1021];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return Some(content),
            Ok(count) => content.extend_from_slice(&piece[..count]),
            Err(_) => return None,
        }
    }
}

/// Compressed bytes of each method: an error or exactly the declared size, the same whole and in pieces.
///
/// Input: method, size (3 bytes), compressed bytes.
pub(crate) fn member(bytes: &[u8]) {
    let Some((&[method, low, middle, high], data)) = bytes.split_first_chunk() else {
        return;
    };
    let method = Method::ALL[usize::from(method) % Method::ALL.len()];
    let size = u64::from(u32::from_le_bytes([low, middle, high, 0]));
    let whole = judged(decompress(method, data, size, &limits()))
        .ok()
        .map(|(bytes, _)| bytes.into_vec().unwrap());
    if let Some(content) = &whole {
        assert_eq!(content.len() as u64, size);
    }
    let archive = zip(&[Compressed {
        name: "member".to_owned(),
        method,
        crc: crc32(whole.as_deref().unwrap_or_default()),
        size,
        data: data.to_vec().into(),
    }]);
    let archive = Archive::open(Arc::new(archive), limits()).unwrap();
    assert_eq!(
        judged(archive.read("member").and_then(Buffer::into_vec)).ok(),
        whole
    );
    assert_eq!(streamed(&archive, "member"), whole);
}

/// NetCDF-3: an error or a sound description, which can be written and read again.
pub(crate) fn classic(bytes: &[u8]) {
    let Ok(dataset) = judged(netcdf::classic::read(bytes, &limits())) else {
        return;
    };
    sound(&dataset, bytes);
    if let Ok(written) = judged(netcdf::classic::write(&dataset, bytes)) {
        let again = netcdf::classic::read(&written, &limits()).expect("a file of our own");
        sound(&again, &written);
    }
}

/// HDF5 whose checksums of metadata are right: an error or a sound description.
pub(crate) fn hdf5(bytes: &[u8]) {
    let mut file = bytes.to_vec();
    checksums::seal(&mut file);
    if let Ok(dataset) = judged(netcdf::hdf5::read(&file, &limits())) {
        sound(&dataset, &file);
    }
}

/// Each variable has as many elements as its shape says, all within the file.
fn sound(dataset: &Dataset, file: &[u8]) {
    for variable in &dataset.variables {
        assert_eq!(variable.dims.len(), variable.shape.len());
        for dim in variable.dims.iter().zip(&variable.shape) {
            assert!(
                dataset.dims.iter().any(|(name, len)| (name, len) == dim),
                "{dim:?} of {:?}",
                dataset.dims
            );
        }
        let count = variable.len().and_then(|n| usize::try_from(n).ok());
        let bytes = |size: usize| count.and_then(|n| n.checked_mul(size));
        match (&variable.data, variable.dtype.map(DType::size)) {
            (Data::Raw { range, .. }, Some(size)) => {
                assert!(range.start <= range.end && range.end <= file.len());
                assert_eq!(Some(range.len()), bytes(size));
            }
            (Data::Owned(data), Some(size)) => assert_eq!(Some(data.len()), bytes(size)),
            (Data::Strings(texts), None) => assert_eq!(Some(texts.len()), count),
            (data, size) => panic!("{data:?} of size {size:?}"),
        }
    }
}

/// Lists out of a text: with the arrays put back it is what it was, however it arrives.
///
/// Input: least count of numbers, size of pieces, text.
pub(crate) fn json(bytes: &[u8]) {
    let varying = json::Varying {
        object: "object_kwargs".to_owned(),
        keys: vec!["run_parameters".to_owned(), "extra".to_owned()],
        unless: vec!["nddata".to_owned()],
    };
    if let Some(skeleton) = json::skeleton(bytes, &varying) {
        assert_eq!(
            json::skeleton(&skeleton, &varying).as_ref(),
            Some(&skeleton)
        );
    }
    let Some((&[least, piece], original)) = bytes.split_first_chunk() else {
        return;
    };
    let least = usize::from(least % 8);
    let whole = json::lift(original, least, 0, &limits());
    let pieces = Pieces {
        rest: original,
        // Few pieces, of any length: the reader clears a large window for each.
        most: original.len() / 4 + usize::from(piece % 32) + 1,
    };
    let (Ok(whole), Ok(parts)) = (whole, json::lift(pieces, least, 0, &limits())) else {
        // Only memory and the source can fail here.
        panic!("a text in memory that cannot be read");
    };
    text::same(original, &whole, least);
    text::same(original, &parts, least);
    let shape = |lifted: &Lifted| (lifted.text.len(), lifted.arrays.clone());
    assert_eq!(shape(&whole), shape(&parts));
}

/// A source that gives at most so many bytes at once.
struct Pieces<'a> {
    rest: &'a [u8],
    most: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let most = self.most.min(buf.len());
        self.rest.read(&mut buf[..most])
    }
}

/// Arrays in memory: packed ones come back, and those of a pickle are refused or can be unpacked.
///
/// Input: codec, level, item size, bytes.
pub(crate) fn pack(bytes: &[u8]) {
    let Some((&[tag, level, itemsize], data)) = bytes.split_first_chunk() else {
        return;
    };
    let codec = codec(tag, level);
    let itemsize = usize::from(itemsize % 8) + 1;
    let packed = CompressedArray::from_plain(data, itemsize, codec).unwrap();
    let mut plain = vec![0; packed.nbytes()];
    packed.unpack_into(&mut plain).unwrap();
    assert!(plain == data);
    let mut planes = plain;
    packed.unpack_shuffled_into(&mut planes).unwrap();
    assert_eq!(
        CompressedArray::from_shuffled(&planes, itemsize, codec).unwrap(),
        packed
    );
    assert_eq!(
        CompressedArray::from_bytes(&packed.to_bytes().unwrap()).unwrap(),
        packed
    );
    restored(data);
}

/// A pickled array, as it is.
fn restored(state: &[u8]) {
    let Ok(packed) = judged(CompressedArray::from_bytes(state)) else {
        return;
    };
    if packed.nbytes() > 1 << 26 {
        return;
    }
    assert_eq!(packed.to_bytes().unwrap(), state);
    let mut plain = vec![0; packed.nbytes()];
    let mut threaded = vec![0; packed.nbytes()];
    let alone = judged(packed.unpack_into(&mut plain)).is_ok();
    let together = judged(packed.unpack_into_with(&mut threaded, 2)).is_ok();
    assert_eq!(alone, together);
    assert!(!alone || plain == threaded);
}

/// The memory codec of two bytes; slow levels are left out.
pub(crate) fn codec(tag: u8, level: u8) -> Codec {
    match tag % 4 {
        0 => Codec::None,
        1 => Codec::Lz4,
        2 => Codec::Lz4Hc(level % 12 + 1),
        _ => Codec::Deflate(level % 9 + 1),
    }
}
