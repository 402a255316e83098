//! Whole members come back, whatever is around it.

use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::archive::Lost;
use crate::work::interrupt;

fn salvage(bytes: &[u8]) -> Result<(Archive, Vec<Lost>)> {
    Archive::salvage(Arc::new(bytes.to_vec()), Limits::default())
}

fn salvaged(bytes: &[u8]) -> (Vec<(String, Vec<u8>)>, Vec<Lost>) {
    let (archive, lost) = salvage(bytes).unwrap();
    let read = |name: &str| {
        (
            name.to_owned(),
            archive.read(name).unwrap().into_vec().unwrap(),
        )
    };
    (archive.names().map(read).collect(), lost)
}

fn names(bytes: &[u8]) -> Vec<String> {
    let (members, _) = salvaged(bytes);
    members.into_iter().map(|(name, _)| name).collect()
}

/// A member as a writer leaves it that cannot seek: sizes and CRC-32 follow the data.
fn streamed(name: &str, method: Method, data: &[u8], wide: bool) -> Vec<u8> {
    let whole = write(&[(name, method, data)]);
    let packed = zip::compress(method, None, data).unwrap();
    let mut out = whole[..30 + name.len()].to_vec();
    out[6] |= 1 << 3;
    out[14..26].fill(0);
    if wide {
        out[18..26].fill(0xff);
        out[28] = 20;
        out.extend([1, 0, 16, 0]);
        out.extend([0; 16]);
    }
    out.extend_from_slice(&packed);
    out.extend(b"PK\x07\x08");
    out.extend(zip::crc32(data).to_le_bytes());
    for size in [packed.len() as u64, data.len() as u64] {
        out.extend(&size.to_le_bytes()[..if wide { 8 } else { 4 }]);
    }
    out
}

#[test]
fn every_cut_leaves_the_members_before_it() {
    let bytes = small();
    let second = record(&bytes, *b"PK\x03\x04", 1);
    let directory = record(&bytes, *b"PK\x01\x02", 0);
    for end in 0..=bytes.len() {
        let expected: &[&str] = match end {
            _ if end < second => &[],
            _ if end < directory => &["a"],
            _ => &["a", "bb"],
        };
        assert_eq!(names(&bytes[..end]), expected, "{end}");
    }
    let (_, lost) = salvaged(&bytes[..directory - 1]);
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].0, "bb");
    assert!(
        lost[0].1.to_string().contains("end of the file"),
        "{}",
        lost[0].1
    );
}

#[test]
fn a_flipped_byte_costs_one_member_at_most() {
    let bytes = small();
    let second = record(&bytes, *b"PK\x03\x04", 1);
    for at in 0..bytes.len() {
        let mut bad = bytes.clone();
        bad[at] ^= 0x20;
        let (members, _) = salvaged(&bad);
        let other: (&str, &[u8]) = if at < second {
            ("bb", b"second")
        } else {
            ("a", b"first")
        };
        let found = members
            .iter()
            .any(|(n, data)| (n.as_str(), data.as_slice()) == other);
        assert!(found, "{at}: {members:?}");
    }
}

#[test]
fn streamed_members_are_found_by_their_descriptors() {
    for wide in [false, true] {
        let mut bytes = Vec::new();
        for method in Method::ALL {
            bytes.extend(streamed(
                &format!("m{method:?}"),
                method,
                b"streamed, streamed",
                wide,
            ));
        }
        bytes.extend(streamed("empty", Method::Stored, b"", wide));
        let (members, lost) = salvaged(&bytes);
        assert!(lost.is_empty(), "{lost:?}");
        assert_eq!(members.len(), Method::ALL.len() + 1);
        for (name, data) in &members {
            assert_eq!(
                data,
                if name == "empty" {
                    &b""[..]
                } else {
                    b"streamed, streamed"
                }
            );
        }
        let (members, lost) = salvaged(&bytes[..bytes.len() - 1]);
        assert_eq!((members.len(), lost.len()), (Method::ALL.len(), 1));
    }
}

#[test]
fn of_two_members_of_one_name_none_is_taken_unless_they_are_equal() {
    let one = write(&[
        ("a", Method::Stored, b"first"),
        ("c", Method::Stored, b"third"),
    ]);
    let end = record(&one, *b"PK\x01\x02", 0);
    let other = write(&[("a", Method::Stored, b"other")]);
    let cut = other.len() - 22;
    let (members, lost) = salvaged(&[&one[..end], &other[..cut]].concat());
    assert_eq!(members, [("c".to_owned(), b"third".to_vec())]);
    assert_eq!(
        lost.iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>(),
        ["a", "a"]
    );
    assert_eq!(names(&[&one[..end], &one[..end]].concat()), ["a", "c"]);
}

#[test]
fn a_sound_directory_leaves_out_what_it_does_not_list() {
    let old = write(&[("old", Method::Stored, b"stale")]);
    let end = record(&old, *b"PK\x01\x02", 0);
    let new = write_at(end as u64, &[("a", Method::Stored, b"first")]);
    assert_eq!(names(&[&old[..end], &new[..]].concat()), ["a"]);
    assert_eq!(
        names(&[&old[..end], &new[..new.len() - 9]].concat()),
        ["old", "a"]
    );
}

#[test]
fn an_archive_inside_a_member_stays_inside() {
    let outer = write(&[
        ("outer", Method::Stored, &small()),
        ("last", Method::Stored, b"x"),
    ]);
    assert_eq!(names(&outer[..outer.len() - 9]), ["outer", "last"]);
}

#[test]
fn an_archive_inside_a_member_stays_inside_where_its_local_header_is_damaged() {
    let outer = write(&[
        ("outer", Method::Stored, &small()),
        ("last", Method::Stored, b"x"),
    ]);
    for at in [0, 8, 14, 26, 28] {
        let mut bad = outer.clone();
        bad[at] ^= 4;
        assert_eq!(names(&bad), ["outer", "last"], "{at}");
    }
}

#[test]
fn an_older_member_does_not_stand_in_for_a_damaged_one() {
    let archive = |content: &[u8]| {
        write(&[
            ("a", Method::Stored, content),
            ("b", Method::Stored, b"same"),
        ])
    };
    let (old, new) = (archive(b"old content"), archive(b"new content"));
    let place = memchr::memmem::find(&new, b"new content").unwrap();
    let mut damaged = new.clone();
    damaged[place] ^= 1;
    let (members, lost) = salvaged(&[&old[..], &damaged[..]].concat());
    assert_eq!(members, [("b".to_owned(), b"same".to_vec())]);
    assert!(lost.iter().any(|(name, _)| name == "a"), "{lost:?}");
    let (members, _) = salvaged(&[&old[..], &new[..]].concat());
    assert_eq!(members[0], ("a".to_owned(), b"new content".to_vec()));
}

#[test]
fn a_name_that_another_member_has_is_not_taken_from_it() {
    let bytes = write(&[
        ("d1/a", Method::Stored, b"first"),
        ("d2/a", Method::Stored, b"second"),
        ("d2/b", Method::Stored, b"third"),
        ("d1/b", Method::Stored, b"fourth"),
    ]);
    let first = record(&bytes, *b"PK\x03\x04", 0);
    let listed = record(&bytes, *b"PK\x01\x02", 0);
    for at in [first + 31, listed + 47] {
        let mut bad = bytes.clone();
        bad[at] = b'2';
        let (members, _) = salvaged(&bad);
        let expected = [
            ("d1/a", "first"),
            ("d2/a", "second"),
            ("d2/b", "third"),
            ("d1/b", "fourth"),
        ];
        let expected = expected.map(|(name, data)| (name.to_owned(), data.as_bytes().to_vec()));
        assert_eq!(members, expected, "{at}");
    }
    // The second one is nowhere any more: nothing tells whether it is that one.
    let mut bad = bytes.clone();
    let second = record(&bytes, *b"PK\x03\x04", 1);
    bad[second..second + 34].fill(0);
    let central = record(&bytes, *b"PK\x01\x02", 1);
    bad[central..central + 50].fill(0);
    bad[first + 31] = b'2';
    assert_eq!(names(&bad), ["d2/b", "d1/b"]);
}

#[test]
fn zeroed_headers_are_not_those_of_an_empty_member() {
    let bytes = write(&[
        ("a", Method::Stored, b"first"),
        ("b", Method::Deflated, b"second"),
        ("empty", Method::Stored, b""),
    ]);
    for nth in 0..2 {
        let local = record(&bytes, *b"PK\x03\x04", nth);
        let central = record(&bytes, *b"PK\x01\x02", nth);
        for from in [0, 14, 18] {
            let mut bad = bytes.clone();
            bad[local + from..local + 26].fill(0);
            bad[central + 16..central + 28].fill(0);
            let (members, _) = salvaged(&bad);
            let (name, content) = [("b", &b"second"[..]), ("a", b"first")][nth];
            let expected = [(name, content), ("empty", b"")];
            let expected = expected.map(|(name, content)| (name.to_owned(), content.to_vec()));
            assert_eq!(members, expected, "{nth} {from}");
        }
    }
    let (members, _) = salvaged(&bytes);
    assert_eq!(members.len(), 3);
}

/// Counts the bytes that are read.
struct Counting(Vec<u8>, AtomicU64);

impl ReadAt for Counting {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<()> {
        self.1.fetch_add(buf.len() as u64, Ordering::Relaxed);
        self.0.read_exact_at(buf, offset)
    }
}

#[test]
fn members_that_all_claim_the_whole_file_do_not_make_the_work_quadratic() {
    // Headers side by side, each of a stored member that reaches to the end of the file.
    let count = 20_000;
    let mut bytes = Vec::new();
    for nth in 1..=count {
        let mut header = write(&[("a", Method::Stored, b"")])[..31].to_vec();
        header[18..26]
            .copy_from_slice(&[word(31 * (count - nth)), word(31 * (count - nth))].concat());
        bytes.extend(header);
    }
    let source = Arc::new(Counting(bytes, AtomicU64::new(0)));
    let (archive, lost) = Archive::salvage(source.clone(), Limits::default()).unwrap();
    // The last one, which claims nothing, is whole: an empty member's CRC-32 is 0.
    assert_eq!(archive.names().collect::<Vec<_>>(), ["a"]);
    assert_eq!(lost.len(), count - 1);
    let read = source.1.load(Ordering::Relaxed);
    assert!(read < 10 * source.size() + (32 << 20), "{read}");
}

#[test]
fn too_many_data_descriptors_end_the_salvage_at_once() {
    let count = 2_000_u32;
    let mut bytes = Vec::new();
    for _ in 0..=count {
        bytes.extend(b"PK\x07\x08\x01\0\0\0\0\0\0\0\0\0\0\0");
        bytes.extend(&streamed("a", Method::Deflated, b"", false)[..31]);
    }
    let source = Arc::new(Counting(bytes, AtomicU64::new(0)));
    let limits = Limits {
        members: count.into(),
        ..Limits::default()
    };
    let error = Archive::salvage(source.clone(), limits).err().unwrap();
    assert!(error.expected().contains("(limit members)"), "{error}");
    let read = source.1.load(Ordering::Relaxed);
    assert!(read < 3 * source.size(), "{read} of {}", source.size());
}

#[test]
fn a_directory_that_lists_one_place_many_times_does_not_make_the_work_quadratic() {
    let content = vec![7; 1 << 16];
    for method in Method::ALL {
        let one = write(&[("a", method, &content)]);
        let directory = record(&one, *b"PK\x01\x02", 0);
        let end = record(&one, *b"PK\x05\x06", 0);
        let header = &one[directory..end];
        // Only the directory leads to the data; of its headers each has another name.
        let mut bytes = one[..directory].to_vec();
        bytes[..4].fill(0);
        let count = 5_000_u16;
        for nth in 0..count {
            let mut header = header.to_vec();
            header[28..30].copy_from_slice(&5_u16.to_le_bytes());
            header.splice(46.., format!("{nth:05}").into_bytes());
            bytes.extend(header);
        }
        bytes.extend(b"PK\x05\x06\0\0\0\0");
        bytes.extend([count, count].map(u16::to_le_bytes).concat());
        bytes.extend(word(usize::from(count) * 51));
        bytes.extend(word(directory));
        bytes.extend([0; 2]);
        let source = Arc::new(Counting(bytes, AtomicU64::new(0)));
        let (archive, lost) = Archive::salvage(source.clone(), Limits::default()).unwrap();
        assert_eq!(archive.names().collect::<Vec<_>>(), ["00000"], "{method:?}");
        assert_eq!(lost.len(), usize::from(count) - 1);
        let read = source.1.load(Ordering::Relaxed);
        assert!(read < 10 * source.size() + (32 << 20), "{method:?}: {read}");
    }
}

#[test]
fn names_that_overlap_are_refused() {
    let mut header = write(&[("a", Method::Stored, b"")])[..30].to_vec();
    header[26..28].copy_from_slice(&[0xff, 0x7f]);
    let error = salvage(&header.repeat(3_000)).err().unwrap();
    assert_eq!(error.kind(), Kind::Limit);
}

#[test]
fn the_caller_can_stop_a_search() {
    let stop = || Err(Error::new(Kind::Io, "more time", "none"));
    let error = interrupt::watched(stop, || {
        Archive::salvage(Arc::new(small()), Limits::default())
    })
    .err()
    .unwrap();
    assert_eq!(error.found(), "none");
}
