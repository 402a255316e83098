//! Archives that must not open, or whose members must not be given out.

use super::*;
use crate::archive::record::{CENTRAL, END, LOCAL};

#[test]
fn the_crc_that_the_headers_state_is_the_expected_one() {
    let stated = format!("CRC-32 {:#010x}", zip::crc32(b"first"));
    let found = format!("{:#010x}", zip::crc32(b"fIrst"));
    let mut bytes = small();
    let at = memchr::memmem::find(&bytes, b"first").unwrap();
    bytes[at..at + 5].copy_from_slice(b"fIrst");
    let archive = open(&bytes).unwrap();
    let mut pieces = archive.stream("a").unwrap();
    for error in [
        archive.read("a").unwrap_err(),
        zip::error_of(pieces.read_to_end(&mut Vec::new()).unwrap_err()),
    ] {
        assert_eq!((error.expected(), error.found()), (&stated[..], &found[..]));
    }
    let (_, lost) = Archive::salvage(Arc::new(bytes), Limits::default()).unwrap();
    let error = &lost[0].1;
    assert_eq!((error.expected(), error.found()), (&stated[..], &found[..]));
}

/// All that reading gives of every member that `small` has, or nothing.
fn contents(bytes: &[u8]) -> [Option<Vec<u8>>; 2] {
    match open(bytes) {
        Ok(archive) => ["a", "bb"].map(|name| read(&archive, name).ok()),
        Err(_) => [None, None],
    }
}

fn assert_equal_or_error(bytes: &[u8], what: &str) {
    for (found, right) in contents(bytes).iter().zip([&b"first"[..], b"second"]) {
        assert!(
            found.as_ref().is_none_or(|found| found == right),
            "{what}: {found:?}"
        );
    }
}

#[test]
fn truncated_archives_are_refused() {
    let bytes = small();
    for end in 0..bytes.len() {
        assert_eq!(refusal(&bytes[..end]).kind(), Kind::Archive, "{end}");
    }
    let mut commented = patched(&bytes, END, 0, 20, &[7, 0]);
    commented.extend(b"commen");
    assert_eq!(refusal(&commented).kind(), Kind::Archive);
}

#[test]
fn flipped_bits_give_the_same_or_an_error() {
    let [first, second] = [&b"first"[..], b"second"];
    for methods in [
        [Method::Stored, Method::Deflated],
        [Method::Lzma, Method::Zstd],
        [Method::Bzip2; 2],
    ] {
        let bytes = write(&[("a", methods[0], first), ("bb", methods[1], second)]);
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_equal_or_error(&bad, &format!("bit {bit}"));
        }
        for at in 0..bytes.len() {
            for value in [0, 0xff] {
                let mut bad = bytes.clone();
                bad[at] = value;
                assert_equal_or_error(&bad, &format!("byte {at}"));
            }
        }
    }
}

#[test]
fn garbage_is_no_archive() {
    assert_eq!(refusal(b"").kind(), Kind::Archive);
    assert_eq!(refusal(&vec![b'x'; 100_000]).kind(), Kind::Archive);
    assert_eq!(refusal(b"PK\x05\x06").kind(), Kind::Archive);
    assert!(refusal(b"").lacks_end() && refusal(b"PK\x05\x06").lacks_end());
}

#[test]
fn duplicate_names_are_refused() {
    let bytes = write(&[
        ("a", Method::Stored, b"first"),
        ("b", Method::Stored, b"second"),
    ]);
    let bytes = patched(&bytes, LOCAL, 1, 30, b"a");
    let error = refusal(&patched(&bytes, CENTRAL, 1, 46, b"a"));
    assert_eq!((error.kind(), error.member()), (Kind::Archive, Some("a")));
}

#[test]
fn members_that_share_bytes_are_refused() {
    let bytes = small();
    // Fifield's full overlap: two directory entries, one local header.
    let full = patched(&bytes, CENTRAL, 1, 42, &[0; 4]);
    assert_eq!(refusal(&full).kind(), Kind::Archive);
    // His quoted overlap: the first member's data holds the header of the second.
    for signature_and_size in [(CENTRAL, 20), (LOCAL, 18)] {
        let (signature, at) = signature_and_size;
        let longer = patched(&bytes, signature, 0, at, &[6, 0, 0, 0, 6]);
        if signature == CENTRAL {
            assert_eq!(refusal(&longer).kind(), Kind::Archive);
        } else {
            assert_eq!(read_kind(&longer, "a"), Kind::Member);
        }
    }
    let directory = patched(&bytes, CENTRAL, 1, 20, &[7, 0, 0, 0, 7]);
    assert_eq!(refusal(&directory).kind(), Kind::Archive);
    // Only the local header tells that the extra field reaches into the data and the data beyond.
    let extra = patched(&bytes, LOCAL, 1, 28, &[1, 0]);
    assert_eq!(read_kind(&extra, "bb"), Kind::Member);
    let error = open(&extra).unwrap().read("bb").unwrap_err();
    assert!(
        error.expected().contains("data that ends by offset"),
        "{error}"
    );
}

#[test]
fn a_local_header_that_contradicts_the_directory_is_refused() {
    let bytes = small();
    for (offset, value) in [
        (0, &b"PK\x03\x05"[..]),
        (8, &[8]),
        (14, &[0; 4]),
        (18, &[5]),
        (22, &[5]),
        (26, &[1]),
        (30, b"bc"),
    ] {
        let bad = patched(&bytes, LOCAL, 1, offset, value);
        assert_eq!(read_kind(&bad, "bb"), Kind::Member, "offset {offset}");
        assert_eq!(read(&open(&bad).unwrap(), "a").unwrap(), b"first");
    }
}

#[test]
fn a_damaged_member_is_named() {
    let bytes = small();
    let bad = patched(&bytes, LOCAL, 1, 33, b"X");
    let error = open(&bad).unwrap().read("bb").unwrap_err();
    assert_eq!((error.kind(), error.member()), (Kind::Member, Some("bb")));
    assert!(error.expected().contains("CRC-32"), "{error}");
    assert_eq!(read_kind(&bad, "bb"), Kind::Member);
}

#[test]
fn what_is_not_served_is_told_when_it_is_read() {
    let bytes = small();
    for (offset, value) in [(8, 1_u16), (8, 1 << 6), (8, 1 << 5), (10, 9), (10, 97)] {
        let other = patched(&bytes, CENTRAL, 1, offset, &value.to_le_bytes());
        let archive = open(&other).unwrap();
        assert_eq!(read(&archive, "a").unwrap(), b"first");
        assert_eq!(read(&archive, "bb").unwrap_err().kind(), Kind::Unsupported);
    }
    let encrypted = patched(&bytes, LOCAL, 1, 6, &[1]);
    assert_eq!(read_kind(&encrypted, "bb"), Kind::Unsupported);
}

#[test]
fn a_later_version_of_the_format_is_refused_as_zipfile_does() {
    for (version, kind) in [(63, None), (64, Some(Kind::Unsupported))] {
        let bytes = patched(&small(), CENTRAL, 1, 6, &[version]);
        assert_eq!(open(&bytes).err().map(|error| error.kind()), kind);
    }
}

#[test]
fn lying_sizes_are_errors_and_cost_nothing() {
    let bytes = write(&[("a", Method::Deflated, &[b'x'; 5_000])]);
    for size in [0, 4_999, 5_001, u32::MAX - 1] {
        let lie = size.to_le_bytes();
        let bad = patched(&patched(&bytes, CENTRAL, 0, 24, &lie), LOCAL, 0, 22, &lie);
        let kind = read_kind(&bad, "a");
        assert_eq!(
            kind,
            if size > 1 << 21 {
                Kind::Limit
            } else {
                Kind::Member
            }
        );
    }
    for (offset, value) in [(20, u32::MAX - 1), (42, u32::MAX - 1), (42, 1 << 31)] {
        let bad = patched(&bytes, CENTRAL, 0, offset, &value.to_le_bytes());
        assert_eq!(refusal(&bad).kind(), Kind::Archive);
    }
}

#[test]
fn the_end_record_must_describe_the_directory() {
    let bytes = small();
    for members in [0, 1, 3, u16::MAX] {
        let lie = [members.to_le_bytes(); 2].concat();
        let error = refusal(&patched(&bytes, END, 0, 8, &lie));
        assert_eq!(error.kind(), Kind::Archive, "{members} members");
    }
    // Members with long names leave room for a third header.
    let long = write(&[
        (&"a".repeat(50), Method::Stored, b""),
        (&"b".repeat(50), Method::Stored, b""),
    ]);
    let error = refusal(&patched(&long, END, 0, 8, &[3, 0, 3]));
    assert_eq!((error.kind(), error.found()), (Kind::Archive, "2"));
    let size = bytes.len() - 22 - record(&bytes, CENTRAL, 0);
    for size in [0, size - 1, size + 1, u32::MAX as usize] {
        assert_eq!(
            refusal(&patched(&bytes, END, 0, 12, &word(size))).kind(),
            Kind::Archive
        );
    }
    let several_disks = patched(&bytes, END, 0, 4, &[1]);
    assert_eq!(refusal(&several_disks).kind(), Kind::Unsupported);
}

#[test]
fn limits_are_named_when_they_are_reached() {
    let bytes: Arc<dyn ReadAt> = Arc::new(small());
    let limits = Limits::default();
    let cases = [
        (
            Limits {
                members: 1,
                ..limits
            },
            "limit members",
        ),
        (
            Limits {
                directory_bytes: 94,
                ..limits
            },
            "limit directory_bytes",
        ),
    ];
    for (limits, name) in cases {
        let error = Archive::open(bytes.clone(), limits).err().unwrap();
        assert_eq!(error.kind(), Kind::Limit);
        assert!(error.to_string().contains(name), "{error}");
    }
    let limits = Limits {
        member_bytes: 5,
        ..limits
    };
    let archive = Archive::open(bytes, limits).unwrap();
    assert_eq!(read(&archive, "a").unwrap(), b"first");
    assert_eq!(read(&archive, "bb").unwrap_err().kind(), Kind::Limit);
}
