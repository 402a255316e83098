//! Files of very many small parts: work grows with their bytes, and can be stopped.

use super::*;
use crate::work::interrupt::watched;

/// Parts of a file. Work that grows with their square takes minutes.
const MANY: usize = 60_000;

/// A name as NetCDF-3 has it: length, bytes, padding.
fn named(name: &str) -> Vec<u8> {
    let length = u32::try_from(name.len()).unwrap().to_be_bytes();
    let padding = vec![0; name.len().wrapping_neg() % 4];
    [&length[..], name.as_bytes(), &padding].concat()
}

fn words(words: &[usize]) -> Vec<u8> {
    let word = |&word: &usize| u32::try_from(word).unwrap().to_be_bytes();
    words.iter().flat_map(word).collect()
}

/// A NetCDF-3 file of so many texts of one char, each along a dimension of its own.
fn classic_texts(count: usize) -> Vec<u8> {
    let name = |at: usize| named(&format!("{at:08}"));
    let dims = (0..count).flat_map(|at| [name(at), words(&[1])].concat());
    let encoding = [named("_Encoding"), words(&[2, 5]), b"utf-8\0\0\0".to_vec()].concat();
    let variable = |at: usize, begin: usize| {
        let attrs = [words(&[12, 1]), encoding.clone()].concat();
        [name(at), words(&[1, at]), attrs, words(&[2, 4, begin])].concat()
    };
    let start = [
        b"CDF\x01".to_vec(),
        words(&[0, 10, count]),
        dims.collect(),
        words(&[0, 0, 11, count]),
    ]
    .concat();
    let header = start.len() + count * variable(0, 0).len();
    let variables = (0..count).flat_map(|at| variable(at, header + 4 * at));
    let mut file = [start, variables.collect()].concat();
    file.resize(header + 4 * count, 0);
    file
}

/// A dataset of a number with so many attributes, and so many coordinates.
fn dataset(attrs: usize, coordinates: usize) -> Dataset {
    let name = |at: usize| format!("{at:08}");
    let empty = |at: usize| (name(at), Attr::Text(String::new()));
    let coordinate = |at: usize| Variable {
        name: name(at),
        dims: vec![name(at)],
        shape: vec![1],
        dtype: Some(DType::I8),
        order: Endian::Little,
        data: Data::Owned(vec![1]),
        attrs: Vec::new(),
    };
    let payload = Variable {
        name: "values".to_owned(),
        dims: Vec::new(),
        shape: Vec::new(),
        attrs: (0..attrs).map(empty).collect(),
        ..coordinate(0)
    };
    Dataset {
        dims: (0..coordinates).map(|at| (name(at), 1)).collect(),
        variables: (0..coordinates).map(coordinate).chain([payload]).collect(),
        attrs: Vec::new(),
    }
}

fn hdf5(dataset: &Dataset) -> Vec<u8> {
    let payload = dataset.variables.len() - 1;
    let mut file = file_prefix(dataset, payload, false).unwrap();
    file.push(1);
    file
}

#[test]
fn many_texts_attributes_and_coordinates_are_read() {
    let texts = open(&classic_texts(MANY));
    assert_eq!((texts.dims.len(), texts.variables.len()), (0, MANY));
    let attributes = dataset(MANY, 0);
    let found = open(&hdf5(&attributes));
    assert_eq!(found.variables[0].attrs, attributes.variables[0].attrs);
    let found = open(&hdf5(&dataset(0, MANY)));
    assert_eq!((found.dims.len(), found.variables.len()), (MANY, MANY + 1));
}

#[test]
fn an_interruption_is_answered_in_every_format() {
    let stop = || Err(Error::new(Kind::Value, "nothing", "a key press"));
    let (attributes, coordinates) = (dataset(100, 0), dataset(0, 100));
    for file in [
        classic_texts(100),
        hdf5(&attributes),
        hdf5(&coordinates),
        CLASSIC.to_vec(),
    ] {
        let error = watched(stop, || read(&file, &Limits::default())).unwrap_err();
        assert_eq!(error.found(), "a key press");
    }
    let error = watched(stop, || file_prefix(&coordinates, 100, false)).unwrap_err();
    assert_eq!(error.found(), "a key press");
}

#[test]
fn names_that_are_repeated_a_million_times_are_refused() {
    // One long name, which each axis would copy: 40 kB of axes stand for 320 MB.
    let axes = 10_000;
    let dim = [named(&"n".repeat(32_000)), words(&[1])].concat();
    let start = [
        b"CDF\x01".to_vec(),
        words(&[0, 10, 1]),
        dim,
        words(&[0, 0, 11, 1]),
        named("v"),
        words(&[axes]),
        words(&vec![0; axes]),
        words(&[0, 0, 3, 4]),
    ]
    .concat();
    let begin = start.len() + 4;
    let file = [start, words(&[begin]), vec![0; 4]].concat();
    let error = read(&file, &Limits::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::Netcdf);
    assert!(error.expected().contains("names"), "{error}");
}
