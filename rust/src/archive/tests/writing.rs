//! Bytes that the writer leaves behind.

use super::*;
use crate::archive::record::{CENTRAL, END64, LOCAL};

/// Two stored members by Python 3.11:
/// `ZipInfo(name, (2024, 5, 17, 13, 45, 58))` with `external_attr = 0o600 << 16`, `writestr`.
const BY_ZIPFILE: &[u8] = b"PK\x03\x04\x14\0\0\0\0\0\xbdm\xb1XW\xeeq\x92\x05\0\0\0\x05\0\0\0\x01\0\0\0afirst\
PK\x03\x04\x14\0\0\x08\0\0\xbdm\xb1Xi\x11\x1f\xb6\x06\0\0\0\x06\0\0\0\x02\0\0\0\xc3\xbcsecond\
PK\x01\x02\x14\x03\x14\0\0\0\0\0\xbdm\xb1XW\xeeq\x92\x05\0\0\0\x05\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x80\x01\0\0\0\0a\
PK\x01\x02\x14\x03\x14\0\0\x08\0\0\xbdm\xb1Xi\x11\x1f\xb6\x06\0\0\0\x06\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\x80\x01$\0\0\0\xc3\xbc\
PK\x05\x06\0\0\0\0\x02\0\x02\0_\0\0\0J\0\0\0\0\0";

fn no_zip64() -> Options {
    Options {
        allow_zip64: false,
        ..options()
    }
}

fn member(name: &str, size: u64) -> Compressed {
    Compressed {
        name: name.to_owned(),
        method: Method::Stored,
        crc: 0,
        size,
        data: Vec::new().into(),
    }
}

#[test]
fn the_bytes_are_those_of_zipfile() {
    let bytes = write(&[
        ("a", Method::Stored, b"first"),
        ("ü", Method::Stored, b"second"),
    ]);
    assert_eq!(bytes, BY_ZIPFILE);
}

#[test]
fn headers_say_the_version_and_flags_that_each_method_needs() {
    for (id, version, flags) in [
        (0, 20, 0),
        (8, 20, 0),
        (12, 46, 0),
        (14, 63, 2),
        (93, 63, 0),
    ] {
        let bytes = write(&[("a", Method::from_id(id).unwrap(), b"first")]);
        let local = &bytes[record(&bytes, LOCAL, 0)..];
        assert_eq!((local[4], local[6]), (version, flags));
        assert_eq!(local[8..10], id.to_le_bytes());
        let central = &bytes[record(&bytes, CENTRAL, 0)..];
        assert_eq!(
            (central[4], central[5], central[6], central[8]),
            (version, 3, version, flags)
        );
    }
}

#[test]
fn zip64_is_used_where_zipfile_uses_it() {
    // 1.05 times the first is just above zipfile's limit of 2 GiB, the second just below.
    for (size, in_local) in [(2_045_222_521, true), (2_045_222_520, false)] {
        let mut writer = Writer::new(Vec::new(), 0, options());
        writer.add(&member("a", size)).unwrap();
        let bytes = writer.finish().unwrap();
        assert_eq!(bytes[4], if in_local { 45 } else { 20 });
        assert_eq!(open(&bytes).unwrap().entry("a").unwrap().size, size);

        let mut writer = Writer::new(Vec::new(), 0, no_zip64());
        assert_eq!(writer.add(&member("a", size)).is_err(), in_local);
    }
    let mut writer = Writer::new(Vec::new(), 0, options());
    writer.add(&member("a", 1 << 40)).unwrap();
    let bytes = writer.finish().unwrap();
    assert_eq!(open(&bytes).unwrap().entry("a").unwrap().size, 1 << 40);
}

#[test]
fn zip64_that_is_not_allowed_is_an_error_of_its_own() {
    let mut writer = Writer::new(Vec::new(), 0, no_zip64());
    let error = writer.add(&member("a", 1 << 31)).unwrap_err();
    assert_eq!(error.kind(), Kind::LargeZip);
    let mut writer = Writer::new(Vec::new(), 1 << 31, no_zip64());
    assert_eq!(
        writer.add(&member("a", 0)).unwrap_err().kind(),
        Kind::LargeZip
    );
    assert_eq!(writer.finish().unwrap_err().kind(), Kind::LargeZip);
}

#[test]
fn more_than_65535_members_need_zip64() {
    for allow_zip64 in [true, false] {
        let options = Options {
            allow_zip64,
            ..options()
        };
        let mut writer = Writer::new(Vec::new(), 0, options);
        for i in 0..65_535 {
            writer.add(&member(&i.to_string(), 0)).unwrap();
        }
        let last = writer.add(&member("last", 0));
        assert_eq!(last.is_ok(), allow_zip64);
        let bytes = writer.finish().unwrap();
        assert_eq!(memchr::memmem::find(&bytes, &END64).is_some(), allow_zip64);
        let members = open(&bytes).unwrap().names().len();
        assert_eq!(members, 65_535 + usize::from(allow_zip64));
    }
}

#[test]
fn names_that_could_not_be_read_back_are_refused() {
    let mut writer = Writer::new(Vec::new(), 0, options());
    writer.add(&member("a", 0)).unwrap();
    for name in ["a", "b\0", &"n".repeat(65_536)] {
        assert_eq!(
            writer.add(&member(name, 0)).unwrap_err().kind(),
            Kind::Value
        );
    }
    assert_eq!(open(&writer.finish().unwrap()).unwrap().names().len(), 1);
}

/// A writer that goes on behind the first members of `bytes`, and where it begins.
fn resumed(bytes: &[u8], names: &[&str]) -> Result<Writer<Vec<u8>>> {
    let (archive, _) = Archive::salvage(Arc::new(bytes.to_vec()), Limits::default())?;
    let later = Options {
        modified: 0x5a21_0000,
        ..options()
    };
    let mut writer = Writer::new(Vec::new(), 0, later);
    for name in names {
        let local = archive.local_header(name, writer.position())?;
        let local = local.ok_or_else(|| Error::new(Kind::Archive, "no gap", "one"))?;
        writer.adopt(name, archive.find(name)?, &local)?;
    }
    Ok(writer)
}

#[test]
fn a_writer_goes_on_as_if_it_had_never_stopped() {
    let whole = small();
    let directory = record(&whole, CENTRAL, 0);
    for cut in directory..=whole.len() {
        let mut writer = resumed(&whole[..cut], &["a", "bb"]).unwrap();
        assert_eq!(writer.position(), directory as u64);
        writer.end().unwrap();
        let all = [&whole[..directory], &writer.into_sink()].concat();
        assert_eq!(all, whole);
    }
    let second = record(&whole, LOCAL, 1);
    let mut writer = resumed(&whole, &["a"]).unwrap();
    assert_eq!(writer.position(), second as u64);
    let member = Compressed::new("c".to_owned(), Method::Deflated, None, b"third").unwrap();
    writer.add(&member).unwrap();
    writer.end().unwrap();
    let all = [&whole[..second], &writer.into_sink()].concat();
    let archive = Archive::open(Arc::new(all), Limits::default()).unwrap();
    let read = |name| archive.read(name).unwrap().into_vec().unwrap();
    assert_eq!(
        (read("a"), read("c")),
        (b"first".to_vec(), b"third".to_vec())
    );
}

#[test]
fn members_of_other_writers_are_not_taken_up() {
    // Each of these says the same to a reader: version, flags, zip64 fields that nobody needs.
    let whole = small();
    for (at, byte) in [(4, 45), (6, 2), (5, 3)] {
        let mut other = whole.clone();
        other[at] = byte;
        let found = resumed(&other, &["a"]).map(|_| ()).unwrap_err();
        assert_eq!(found.kind(), Kind::Archive, "{at}");
    }
    let twice = resumed(&whole, &["a", "a"]).map(|_| ()).unwrap_err();
    assert_eq!(twice.kind(), Kind::Archive);
}

#[test]
fn names_end_before_a_gap() {
    let whole = small();
    let second = record(&whole, LOCAL, 1);
    let names = |bytes: &[u8]| {
        let (archive, _) = Archive::salvage(Arc::new(bytes.to_vec()), Limits::default()).unwrap();
        let found = archive.names_before_a_gap().unwrap();
        found.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(&whole), ["a", "bb"]);
    assert_eq!(names(&whole[..second + 10]), ["a"]);
    let with_gap = [&whole[..second], b"x", &whole[second..]].concat();
    assert_eq!(names(&with_gap), ["a"]);
    assert!(names(&[b"x", &whole[..]].concat()).is_empty());
    assert!(names(b"").is_empty());
}
