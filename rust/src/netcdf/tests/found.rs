//! Faults that fuzzing found.

use super::*;

#[test]
fn the_dimension_of_chars_has_a_name_of_its_own() {
    let modes = Variable {
        name: "modes".to_owned(),
        dims: vec!["string1".to_owned()],
        shape: vec![2],
        dtype: None,
        order: Endian::Little,
        data: Data::Strings(vec!["a".to_owned(), "b".to_owned()]),
        attrs: Vec::new(),
    };
    let dataset = Dataset {
        dims: vec![("string1".to_owned(), 2)],
        variables: vec![modes],
        attrs: Vec::new(),
    };
    let error = classic::write(&dataset, &[]).unwrap_err();
    assert_eq!(error.kind(), Kind::Unsupported, "{error}");
}

#[test]
fn data_that_classic_files_have_no_order_or_place_for_are_refused() {
    for (range, shuffled) in [
        (0..16, true),
        (8..24, false),
        (usize::MAX..usize::MAX, false),
    ] {
        let values = Variable {
            name: "values".to_owned(),
            dims: vec!["x".to_owned()],
            shape: vec![2],
            dtype: Some(DType::F64),
            order: Endian::Little,
            data: Data::Raw { range, shuffled },
            attrs: Vec::new(),
        };
        let dataset = Dataset {
            dims: vec![("x".to_owned(), 2)],
            variables: vec![values],
            attrs: Vec::new(),
        };
        let error = classic::write(&dataset, &[0; 16]).unwrap_err();
        assert_eq!(error.kind(), Kind::Value, "{error}");
    }
}
