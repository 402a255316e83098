//! Data of two variables in one place: a small file could ask for any amount of memory, and a payload could hide
//! the labels of another result.

use super::*;

/// The place of a variable's data.
fn start(file: &[u8], name: &str) -> usize {
    match open(file).variable(name).data {
        Data::Raw { ref range, .. } => range.start,
        ref other => panic!("{other:?}"),
    }
}

/// The file with the only field of 8 bytes that has one value set to another.
fn moved(file: &[u8], from: [u8; 8], to: [u8; 8]) -> Vec<u8> {
    let at: Vec<_> = memchr::memmem::find_iter(file, &from).collect();
    let [at] = at.as_slice() else {
        panic!("{from:?} at {at:?}");
    };
    let mut moved = file.to_vec();
    moved[*at..at + 8].copy_from_slice(&to);
    moved
}

fn refused(file: &[u8]) {
    let error = read(file, &Limits::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::Netcdf, "{error}");
    assert!(error.found().starts_with("one that ends at"), "{error}");
}

#[test]
fn variables_of_netcdf3_do_not_share_bytes() {
    let [values, positions] = ["values", "positions"].map(|name| start(CLASSIC, name) as u64);
    for place in [values, values + 8, values - 8] {
        refused(&moved(
            CLASSIC,
            positions.to_be_bytes(),
            place.to_be_bytes(),
        ));
    }
}

#[test]
fn records_do_not_share_bytes() {
    // Without their names, begins of records are found by their order: one record after the other.
    let begins: Vec<u64> = (0..RECORDS.len() - 8)
        .step_by(4)
        .map(|at| u64::from_be_bytes(RECORDS[at..at + 8].try_into().unwrap()))
        .filter(|begin| (RECORDS.len() as u64 / 3..RECORDS.len() as u64).contains(begin))
        .collect();
    let last = *begins.iter().max().unwrap();
    let others = begins.iter().filter(|&&begin| begin != last);
    let mut tried = 0;
    for other in others {
        refused(&moved(RECORDS, last.to_be_bytes(), other.to_be_bytes()));
        tried += 1;
    }
    assert_eq!(tried, 19);
    // Beyond the first record of the others.
    let beyond = last + (RECORDS.len() as u64 - last) / 2;
    assert!(
        read(
            &moved(RECORDS, last.to_be_bytes(), beyond.to_be_bytes()),
            &Limits::default()
        )
        .is_err()
    );
}

#[test]
fn structures_of_hdf5_do_not_share_bytes() {
    let [values, x] = ["contiguous", "x"].map(|name| start(LAYOUTS, name) as u64);
    // The data of another array, the superblock, the root group's header.
    let root = u64::from_le_bytes(LAYOUTS[64..72].try_into().unwrap());
    for place in [x, x - 8, x + 24, 0, root] {
        refused(&moved(LAYOUTS, values.to_le_bytes(), place.to_le_bytes()));
    }
}
