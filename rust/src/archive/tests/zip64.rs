//! zip64 records: those that writers make and those that lie.

use super::*;
use crate::archive::record::{CENTRAL, END, END64, LOCAL, LOCATOR64};

const BEYOND: u64 = 5 << 30;

/// An archive whose offsets begin beyond 4 GiB, so that every offset and the end are zip64.
fn far() -> Vec<u8> {
    write_at(
        BEYOND,
        &[
            ("a", Method::Stored, b"first"),
            ("bb", Method::Stored, b"second"),
        ],
    )
}

/// `small` with both sizes of its second member in zip64 fields.
fn forced() -> Vec<u8> {
    let mut bytes = small();
    let extra = [
        &[1, 0, 16, 0, 6, 0, 0, 0, 0, 0, 0, 0][..],
        &[6, 0, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    for (signature, sizes, extra_len, name) in [(CENTRAL, 20, 30, 46), (LOCAL, 18, 28, 30)] {
        bytes = patched(&bytes, signature, 1, sizes, &[0xff; 8]);
        bytes = patched(&bytes, signature, 1, extra_len, &[20, 0]);
        let at = record(&bytes, signature, 1) + name + 2;
        bytes.splice(at..at, extra.iter().copied());
    }
    let directory = record(&bytes, CENTRAL, 0);
    let size = record(&bytes, END, 0) - directory;
    bytes = patched(&bytes, END, 0, 12, &word(size));
    patched(&bytes, END, 0, 16, &word(directory))
}

#[test]
fn zip64_forms_are_read_with_and_without_prefix() {
    for bytes in [far(), forced()] {
        for prefix in [&b""[..], b"MZ prefix"] {
            let archive = open(&[prefix, &bytes].concat()).unwrap();
            assert_eq!(read(&archive, "a").unwrap(), b"first");
            assert_eq!(read(&archive, "bb").unwrap(), b"second");
        }
    }
    let mut commented = patched(&far(), END, 0, 20, &[7, 0]);
    commented.extend(b"comment");
    assert_eq!(read(&open(&commented).unwrap(), "bb").unwrap(), b"second");
}

#[test]
fn truncated_and_flipped_zip64_archives_give_the_same_or_an_error() {
    for bytes in [far(), forced()] {
        for end in 0..bytes.len() {
            assert_eq!(refusal(&bytes[..end]).kind(), Kind::Archive, "{end}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let Ok(archive) = open(&bad) else { continue };
            for (name, right) in [("a", &b"first"[..]), ("bb", b"second")] {
                let found = read(&archive, name);
                assert!(found.as_ref().is_ok_and(|found| found == right) || found.is_err());
            }
        }
    }
}

#[test]
fn end_records_that_contradict_each_other_are_refused() {
    let bytes = far();
    for (signature, offset) in [
        (END64, 0),
        (END64, 16),
        (END64, 24),
        (END64, 32),
        (END64, 40),
        (END64, 48),
        (LOCATOR64, 8),
        (END, 8),
        (END, 12),
    ] {
        let at = record(&bytes, signature, 0) + offset;
        let value = bytes[at] ^ 1;
        let error = refusal(&patched(&bytes, signature, 0, offset, &[value]));
        assert!(
            matches!(error.kind(), Kind::Archive | Kind::Unsupported),
            "{offset}: {error}"
        );
    }
    for (signature, offset) in [(END64, 4), (LOCATOR64, 4), (LOCATOR64, 16)] {
        let error = refusal(&patched(&bytes, signature, 0, offset, &[9]));
        assert_eq!(error.kind(), Kind::Unsupported);
    }
    for offset in [24, 32, 40, 48] {
        for lie in [1 << 63, u64::MAX] {
            let bad = patched(&bytes, END64, 0, offset, &lie.to_le_bytes());
            assert!(open(&bad).is_err());
        }
    }
}

#[test]
fn zip64_extra_fields_that_lie_are_refused() {
    let bytes = forced();
    let extra = 46 + 2;
    // Another identifier, too short a field, one that passes its end.
    for (offset, value) in [(extra, 2), (extra + 2, 12), (extra + 2, 17)] {
        let bad = patched(&bytes, CENTRAL, 1, offset, &[value]);
        assert_eq!(refusal(&bad).kind(), Kind::Archive, "{offset}");
    }
    // The same field twice: readers disagree on which one counts.
    let twice = [
        &[1, 0, 0, 0, 1, 0, 12, 0][..],
        &[6, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0],
    ]
    .concat();
    let error = refusal(&patched(&bytes, CENTRAL, 1, extra, &twice));
    assert_eq!(error.found(), "two");
    for lie in [0, 5, 7, 1 << 63, u64::MAX] {
        // Compressed size, which bounds check; size, which reading checks.
        let bad = patched(&bytes, CENTRAL, 1, extra + 12, &u64::to_le_bytes(lie));
        match open(&bad) {
            Ok(archive) => assert_eq!(read(&archive, "bb").unwrap_err().kind(), Kind::Member),
            Err(error) => assert_eq!(error.kind(), Kind::Archive),
        }
        let bad = patched(&bytes, CENTRAL, 1, extra + 4, &lie.to_le_bytes());
        let bad = patched(&bad, LOCAL, 1, 32 + 4, &lie.to_le_bytes());
        let kind = read_kind(&bad, "bb");
        assert_eq!(
            kind,
            if lie > 7 { Kind::Limit } else { Kind::Member },
            "{lie}"
        );
    }
    let bad = patched(&bytes, LOCAL, 1, 32, &[2]);
    assert_eq!(read_kind(&bad, "bb"), Kind::Member);
}
