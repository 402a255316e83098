//! Archives that must open, whoever wrote them.

use proptest::prelude::*;

use super::*;
use crate::archive::record::{CENTRAL, END, LOCAL};

#[test]
fn every_method_comes_back_from_memory_and_from_elsewhere() {
    let data: Vec<u8> = (0..100_000_u32)
        .flat_map(|i| (i / 7).to_le_bytes())
        .collect();
    let members = [
        ("stored", Method::Stored, &data[..]),
        ("dir/deflated", Method::Deflated, &data[..]),
        ("bzip2", Method::Bzip2, &data[..]),
        ("lzma", Method::Lzma, &data[..]),
        ("ünï/zstd", Method::Zstd, &data[..]),
        ("empty", Method::Deflated, b""),
    ];
    let bytes = write(&members);
    let opaque = Archive::open(Arc::new(Opaque(bytes.clone())), Limits::default()).unwrap();
    for archive in [open(&bytes).unwrap(), opaque] {
        assert!(archive.names().eq(members.iter().map(|member| member.0)));
        for (name, method, data) in members {
            let entry = archive.entry(name).unwrap();
            assert_eq!((entry.method, entry.size), (method.id(), data.len() as u64));
            assert_eq!(entry.crc, zip::crc32(data));
            let compressed = zip::compress(method, None, data).unwrap();
            assert_eq!(archive.fetch(name).unwrap().compressed(), &*compressed);
            assert_eq!(read(&archive, name).unwrap(), data);
            let (mut pieces, fetched) = (Vec::new(), archive.fetch(name).unwrap());
            fetched.stream().unwrap().read_to_end(&mut pieces).unwrap();
            assert_eq!(pieces, data);
        }
    }
}

#[test]
fn an_empty_archive_opens() {
    assert_eq!(open(&write(&[])).unwrap().names().len(), 0);
}

#[test]
fn a_missing_member_is_told_with_what_is_there() {
    let archive = open(&small()).unwrap();
    let error = archive.read("c").unwrap_err();
    assert_eq!(error.kind(), Kind::Missing);
    assert_eq!(
        error.to_string(),
        r#"member "c": expected a member of this name, found 2 members: "a", "bb""#
    );
    assert!(archive.entry("c").is_none());
}

#[test]
fn bytes_before_after_and_in_the_comment_are_tolerated() {
    let plain = small();
    let mut commented = patched(&plain, END, 0, 20, &[7, 0]);
    commented.extend(b"comment");
    let longest = [
        &patched(&plain, END, 0, 20, &[0xff, 0xff])[..],
        &vec![b'x'; 65_535],
    ]
    .concat();
    for archive in [
        [b"#!/bin/sh\n", &plain[..]].concat(),
        [&plain[..], b"tail"].concat(),
        [b"prefix", &commented[..], b"tail"].concat(),
        commented,
        longest,
        // Offsets from the start of a file of which the archive was cut out.
        write_at(
            1_000,
            &[
                ("a", Method::Stored, b"first"),
                ("bb", Method::Stored, b"second"),
            ],
        ),
    ] {
        let archive = open(&archive).unwrap();
        assert_eq!(read(&archive, "a").unwrap(), b"first");
        assert_eq!(read(&archive, "bb").unwrap(), b"second");
    }
}

/// A member as `zipfile` writes it to a stream that cannot seek, and others without signature.
fn with_descriptor(zeros: bool, signature: bool) -> Vec<u8> {
    let mut bytes = small();
    let directory = record(&bytes, CENTRAL, 0);
    for signature in [LOCAL, CENTRAL] {
        let flags = if signature == LOCAL { 6 } else { 8 };
        bytes = patched(&bytes, signature, 1, flags, &[8, 0]);
    }
    let sizes = bytes[record(&bytes, LOCAL, 1) + 14..][..12].to_vec();
    if zeros {
        bytes = patched(&bytes, LOCAL, 1, 14, &[0; 12]);
    }
    let descriptor = if signature {
        [b"PK\x07\x08", &sizes[..]].concat()
    } else {
        sizes
    };
    let moved = directory + descriptor.len();
    bytes = patched(&bytes, END, 0, 16, &word(moved));
    bytes.splice(directory..directory, descriptor);
    bytes
}

#[test]
fn data_descriptors_and_padding_are_no_overlap() {
    for (zeros, signature) in [(true, true), (true, false), (false, true)] {
        let archive = open(&with_descriptor(zeros, signature)).unwrap();
        assert_eq!(read(&archive, "bb").unwrap(), b"second");
    }
    let descriptor = with_descriptor(true, true);
    let wrong = patched(&descriptor, LOCAL, 1, 22, &[7]);
    assert_eq!(read_kind(&wrong, "bb"), Kind::Member);
}

#[test]
fn an_extra_field_in_the_local_header_alone_moves_the_data() {
    let bytes = small();
    // zipalign pads with zeros, which need not be whole extra fields.
    let mut bytes = patched(&bytes, LOCAL, 1, 28, &[7, 0]);
    let at = record(&bytes, LOCAL, 1) + 32;
    bytes.splice(at..at, [0; 7]);
    let directory = record(&bytes, CENTRAL, 0);
    let bytes = patched(&bytes, END, 0, 16, &word(directory));
    assert_eq!(read(&open(&bytes).unwrap(), "bb").unwrap(), b"second");
}

fn renamed(raw: &[u8], utf8: bool) -> Vec<u8> {
    let mut bytes = small();
    for (signature, flags, name) in [(LOCAL, 6, 30), (CENTRAL, 8, 46)] {
        bytes = patched(&bytes, signature, 1, name, raw);
        bytes = patched(&bytes, signature, 1, flags, &[0, if utf8 { 8 } else { 0 }]);
    }
    bytes
}

#[test]
fn names_are_utf8_or_bytes() {
    let archive = open(&renamed("é".as_bytes(), true)).unwrap();
    assert_eq!(read(&archive, "é").unwrap(), b"second");
    let archive = open(&renamed(b"\x82\xe9", false)).unwrap();
    assert_eq!(read(&archive, "\u{82}é").unwrap(), b"second");

    assert_eq!(refusal(&renamed(b"\xff\xff", true)).kind(), Kind::Archive);
    assert_eq!(refusal(&renamed(b"b\0", false)).kind(), Kind::Archive);
}

#[test]
fn seventy_thousand_members_open() {
    let mut writer = Writer::new(Vec::new(), 0, options());
    let data = b"x".to_vec();
    for i in 0..70_000 {
        let member = Compressed {
            name: format!("ndr_{i}/metadata.json"),
            method: Method::Stored,
            crc: zip::crc32(&data),
            size: 1,
            data: data.clone().into(),
        };
        writer.add(&member).unwrap();
    }
    let bytes = Arc::new(writer.finish().unwrap());
    let start = std::time::Instant::now();
    let archive = Archive::open(bytes, Limits::default()).unwrap();
    println!("70,000 members indexed in {:?}", start.elapsed());
    assert_eq!(archive.names().len(), 70_000);
    assert_eq!(read(&archive, "ndr_69999/metadata.json").unwrap(), b"x");
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        members in prop::collection::btree_map(
            "[a-zà-ž/]{0,20}",
            (
                prop::sample::select(Method::ALL.to_vec()),
                prop::collection::vec(any::<u8>(), 0..2_000),
            ),
            0..8,
        ),
        prefix in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let list: Vec<_> =
            members.iter().map(|(name, (method, data))| (&name[..], *method, &data[..])).collect();
        let bytes = [prefix, write(&list)].concat();
        let archive = open(&bytes).unwrap();
        prop_assert!(archive.names().eq(members.keys().map(String::as_str)));
        for (name, _, data) in list {
            prop_assert_eq!(read(&archive, name).unwrap(), data);
        }
        // Another reader finds the same members in the same places.
        let other = rawzip::ZipArchive::from_slice(&bytes).unwrap();
        for (name, entry) in archive.names().zip(other.entries()) {
            let entry = entry.unwrap();
            let path = entry.file_path();
            prop_assert_eq!(path.as_ref(), name.as_bytes());
            let member = other.get_entry(entry.wayfinder()).unwrap();
            let fetched = archive.fetch(name).unwrap();
            prop_assert_eq!(member.data(), fetched.compressed());
        }
    }
}
