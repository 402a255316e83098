//! Every single damage to headers and directory costs no member whose data are whole.

use std::collections::BTreeMap;
use std::ops::Range;

use super::*;

/// A member of the archive that is damaged.
struct Known {
    name: String,
    content: Vec<u8>,
    /// Places of its local header, its data and its header in the directory.
    local: usize,
    data: Range<usize>,
    central: Range<usize>,
}

/// Contents that are all different, two members a folder and one alone, as results are stored.
fn contents() -> Vec<(String, Method, Vec<u8>)> {
    let text = |n: u32| format!("{{\"number\": {n}, \"again\": [{n}, {n}, {n}]}}").into_bytes();
    let mut members = Vec::new();
    for n in 0..4_u32 {
        let values = (0..40_u32)
            .flat_map(|k| (k * 7919 + n).to_le_bytes())
            .collect();
        let method = if n == 2 {
            Method::Stored
        } else {
            Method::Deflated
        };
        members.push((format!("r_{n}/values"), method, values));
        members.push((
            format!("r_{n}/text"),
            Method::ALL[usize::try_from(n).unwrap() + 1],
            text(n),
        ));
    }
    members.push(("text".to_owned(), Method::Deflated, text(99)));
    members
}

fn archive() -> (Vec<u8>, Vec<Known>) {
    let contents = contents();
    let members: Vec<_> = contents
        .iter()
        .map(|(name, method, data)| (name.as_str(), *method, data.as_slice()))
        .collect();
    let bytes = write(&members);
    let open = open(&bytes).unwrap();
    let mut known = Vec::new();
    for (nth, (name, _, content)) in contents.into_iter().enumerate() {
        let entry = open.entry(&name).unwrap();
        let len = usize::try_from(entry.compressed).unwrap();
        let local = usize::try_from(entry.offset).unwrap();
        let start = local + 30 + name.len();
        let central = record(&bytes, *b"PK\x01\x02", nth);
        known.push(Known {
            local,
            data: start..start + len,
            central: central..central + 46 + name.len(),
            name,
            content,
        });
    }
    (bytes, known)
}

fn salvaged(bytes: Vec<u8>) -> BTreeMap<String, Vec<u8>> {
    let (archive, _) = Archive::salvage(Arc::new(bytes), Limits::default()).unwrap();
    let read = |name: &str| {
        (
            name.to_owned(),
            archive.read(name).unwrap().into_vec().unwrap(),
        )
    };
    archive.names().map(read).collect()
}

/// The members, by number, of which `bytes` give nothing; fails if they give another content.
fn lost(bytes: Vec<u8>, known: &[Known], what: &str) -> Vec<usize> {
    let found = salvaged(bytes);
    let mut lost = Vec::new();
    for (nth, member) in known.iter().enumerate() {
        match found.get(&member.name) {
            Some(content) => assert!(*content == member.content, "{what}: {}", member.name),
            None => lost.push(nth),
        }
    }
    lost
}

/// The member whose data a change at `at` damages: one of a byte, or of what is between it and the byte before.
fn damaged(known: &[Known], at: usize, between: bool) -> Option<usize> {
    let hit = |data: &Range<usize>| data.contains(&at) && !(between && data.start == at);
    known.iter().position(|member| hit(&member.data))
}

/// Numbers below a bound, the same ones each time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        // Knuth's constants of MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn bit_in(&mut self, place: &Range<usize>) -> usize {
        place.start * 8 + self.below(place.len() * 8)
    }
}

fn flip(bytes: &mut [u8], bit: usize) {
    bytes[bit / 8] ^= 1 << (bit % 8);
}

#[test]
fn a_bit_outside_the_data_costs_nothing() {
    let (bytes, known) = archive();
    let mut draw = Draw(1);
    for at in 0..bytes.len() {
        if damaged(&known, at, false).is_some() {
            continue;
        }
        // Two bits of each byte: all of them have been tried, which takes a minute.
        for bit in [draw.below(8), draw.below(8)] {
            let mut bad = bytes.clone();
            flip(&mut bad, 8 * at + bit);
            let what = format!("bit {bit} of byte {at}");
            assert!(lost(bad, &known, &what).is_empty(), "{what}");
        }
    }
}

#[test]
fn a_byte_more_or_less_costs_the_member_in_whose_data_it_is() {
    let (bytes, known) = archive();
    let mut draw = Draw(2);
    for at in 0..bytes.len() {
        let mut bad = bytes.clone();
        let (what, hit) = if draw.below(2) == 0 {
            bad.remove(at);
            (format!("without byte {at}"), damaged(&known, at, false))
        } else {
            let byte = [0, 0xff, b'P', bytes[at]][draw.below(4)];
            bad.insert(at, byte);
            let what = format!("with {byte} before byte {at}");
            (what, damaged(&known, at, true))
        };
        let lost = lost(bad, &known, &what);
        // A byte that a stream does not need, or that is there twice, does no harm.
        let allowed = lost.is_empty() || lost.iter().all(|&nth| Some(nth) == hit);
        assert!(allowed, "{what}: lost {lost:?}");
    }
}

#[test]
fn damage_to_a_local_header_and_to_the_directory_costs_the_member_of_both_at_most() {
    let (bytes, known) = archive();
    let mut draw = Draw(3);
    let mut same = (0, 0);
    for _ in 0..600 {
        let (one, other) = (draw.below(known.len()), draw.below(known.len()));
        let local = draw.bit_in(&(known[one].local..known[one].data.start));
        let central = draw.bit_in(&known[other].central);
        let mut bad = bytes.clone();
        flip(&mut bad, local);
        flip(&mut bad, central);
        let what = format!("bits {local} and {central}");
        let lost = lost(bad, &known, &what);
        if one == other {
            assert!(lost.is_empty() || lost == [one], "{what}: lost {lost:?}");
            same = (same.0 + 1, same.1 + lost.len());
        } else {
            assert!(lost.is_empty(), "{what}: lost {lost:?}");
        }
    }
    // Nothing is left to tell the place or the name of some.
    assert!(same.1 * 5 < same.0, "{same:?}");
}

#[test]
fn a_size_in_a_local_header_and_any_bit_of_the_directory_cost_nothing() {
    let (bytes, known) = archive();
    let mut draw = Draw(4);
    let directory = known[0].central.start..bytes.len();
    for _ in 0..300 {
        let member = &known[draw.below(known.len())];
        let sizes = member.local + 18..member.local + 26;
        let (local, central) = (draw.bit_in(&sizes), draw.bit_in(&directory));
        let mut bad = bytes.clone();
        flip(&mut bad, local);
        flip(&mut bad, central);
        let what = format!("bits {local} and {central}");
        assert!(lost(bad, &known, &what).is_empty(), "{what}");
    }
}

#[test]
fn a_byte_more_and_any_bit_of_the_headers_cost_the_member_in_whose_data_it_is() {
    let (bytes, known) = archive();
    let mut draw = Draw(5);
    let directory = known[0].central.start;
    for _ in 0..400 {
        let at = draw.below(directory);
        let member = &known[draw.below(known.len())];
        let mut bad = bytes.clone();
        let bit = match draw.below(2) {
            0 => draw.bit_in(&(directory..bytes.len())),
            _ => draw.bit_in(&(member.local + 14..member.data.start)),
        };
        flip(&mut bad, bit);
        bad.insert(at, 0);
        let what = format!("bit {bit}, 0 before byte {at}");
        let mut lost = lost(bad, &known, &what);
        lost.retain(|&nth| Some(nth) != damaged(&known, at, true));
        // Both in one header leave nothing sound of it.
        let header = |member: &Known| member.local..=member.data.start;
        lost.retain(|&nth| !header(&known[nth]).contains(&at));
        assert!(lost.is_empty(), "{what}: lost {lost:?}");
    }
}

#[test]
fn a_size_in_a_local_header_costs_nothing_where_the_directory_is_lost() {
    let (bytes, known) = archive();
    for member in &known {
        for bit in 0..64 {
            let mut bad = bytes[..known[0].central.start].to_vec();
            flip(&mut bad, 8 * (member.local + 18) + bit);
            let what = format!("bit {bit} of the sizes of {}", member.name);
            assert!(lost(bad, &known, &what).is_empty(), "{what}");
        }
    }
}
