//! Members that are read together.

use std::sync::Mutex;

use super::*;
use crate::memory::Scratch;

/// A source that counts its reads.
struct Counted(Vec<u8>, Arc<Mutex<Vec<usize>>>);

impl ReadAt for Counted {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<()> {
        self.1.lock().unwrap().push(buf.len());
        self.0.read_exact_at(buf, offset)
    }
}

/// Returns what is read of members, by their position among `names`, and the bytes of each read.
fn read(source: Arc<dyn ReadAt>, names: &[&str]) -> Vec<(usize, Vec<u8>)> {
    let archive = Archive::open(source, Limits::default()).unwrap();
    let mut found = Vec::new();
    for run in archive.runs(names).unwrap() {
        let (mut bytes, mut out) = (Scratch::default(), Scratch::default());
        let bytes = archive.read_run(&run, &mut bytes).unwrap();
        for (nth, position) in run.positions().enumerate() {
            let fetched = archive.fetch_within(&run, nth, bytes).unwrap();
            assert_eq!(fetched.name(), names[position]);
            found.push((position, fetched.decode_into(&mut out).unwrap().to_vec()));
        }
    }
    found
}

#[test]
fn neighbours_are_read_at_once() {
    let noise: Vec<u8> = (0_u32..300_000)
        .map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()[0])
        .collect();
    let members: Vec<_> = (0..300)
        .map(|i| (format!("{i}"), &noise[i..2 * i]))
        .collect();
    let mut all: Vec<_> = members
        .iter()
        .map(|(name, data)| (name.as_str(), Method::Deflated, *data))
        .collect();
    all.insert(150, ("large", Method::Stored, &noise));
    let archive = write(&all);

    let mut names: Vec<_> = all
        .iter()
        .map(|&(name, ..)| name)
        .filter(|name| *name != "7")
        .collect();
    names.reverse();
    let reads = Arc::new(Mutex::new(Vec::new()));
    let counted = Arc::new(Counted(archive.clone(), Arc::clone(&reads)));
    for source in [counted as Arc<dyn ReadAt>, Arc::new(archive.clone())] {
        let mut found = read(source, &names);
        found.sort();
        assert_eq!(found.len(), names.len());
        for (position, data) in found {
            let expected = all
                .iter()
                .find(|(name, ..)| *name == names[position])
                .unwrap();
            assert_eq!(data, expected.2, "{}", names[position]);
        }
    }
    let reads = reads.lock().unwrap();
    assert!(reads.len() < 8, "{reads:?}");
}

#[test]
fn members_far_apart_are_not_read_at_once() {
    let gap = vec![1; 9 << 10];
    let archive = write(&[
        ("a", Method::Stored, b"first"),
        ("b", Method::Stored, &gap),
        ("c", Method::Stored, b"third"),
    ]);
    let archive = Archive::open(Arc::new(Opaque(archive)), Limits::default()).unwrap();
    let counts = |names: &[&str]| -> Vec<_> {
        let runs = archive.runs(names).unwrap();
        runs.iter()
            .map(|run| run.positions().collect::<Vec<_>>())
            .collect()
    };
    assert_eq!(counts(&["c", "a"]), [[1], [0]]);
    assert_eq!(counts(&["c", "b", "a"]), [[2, 1, 0]]);
    assert_eq!(archive.runs(&["a", "d"]).unwrap_err().kind(), Kind::Missing);
}

#[test]
fn a_header_that_contradicts_the_directory_is_refused_in_a_run_too() {
    let mut archive = small();
    archive[30] = b'x';
    let archive = Archive::open(Arc::new(Opaque(archive)), Limits::default()).unwrap();
    let runs = archive.runs(&["a", "bb"]).unwrap();
    let mut bytes = Scratch::default();
    let bytes = archive.read_run(&runs[0], &mut bytes).unwrap();
    let error = archive.fetch_within(&runs[0], 0, bytes).err().unwrap();
    assert_eq!((error.kind(), error.member()), (Kind::Member, Some("a")));
    assert!(archive.fetch_within(&runs[0], 1, bytes).is_ok());
}
