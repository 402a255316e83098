//! What fuzzing found.

use super::*;

#[test]
fn the_dimension_of_chars_has_a_name_of_its_own() {
    let modes = Variable {
        name: "modes".to_owned(),
        dims: vec!["string1".to_owned()],
        shape: vec![2],
        dtype: DType::Str,
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
