//! Lifting held against what Python makes of the same text.

use std::io::Read;

use proptest::prelude::*;

use super::{NumberArray, lift};
use crate::dtype::DType;
use crate::limits::Limits;

fn lifted(text: &str, least: usize) -> (String, Vec<NumberArray>) {
    let found = lift(text.as_bytes(), least, 0, &Limits::default()).unwrap();
    (
        String::from_utf8(found.text)
            .unwrap()
            .replace(&found.token, "@"),
        found.arrays,
    )
}

fn floats(values: &[f64], shape: &[usize]) -> NumberArray {
    let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    NumberArray {
        dtype: DType::F64,
        shape: shape.to_vec(),
        bytes,
    }
}

fn ints(values: &[i64], shape: &[usize]) -> NumberArray {
    let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    NumberArray {
        dtype: DType::I64,
        shape: shape.to_vec(),
        bytes,
    }
}

#[test]
fn rectangular_lists_become_arrays() {
    let (text, arrays) = lifted(
        r#"{"a": [[1.0, -2.5],
        [1e-5, NaN]], "b": [1, 2, -3], "c": [0.5], "[1,2,3]": "\"[1.0, 2.0, 3.0]"}"#,
        2,
    );
    assert_eq!(
        text,
        r#"{"a": "@0", "b": "@1", "c": [0.5], "[1,2,3]": "\"[1.0, 2.0, 3.0]"}"#
    );
    assert_eq!(arrays[0].shape, [2, 2]);
    assert_eq!(arrays[0].bytes[..24], floats(&[1.0, -2.5, 1e-5], &[]).bytes);
    assert_eq!(arrays[1], ints(&[1, 2, -3], &[3]));
}

#[test]
fn what_is_not_uniform_stays_as_it_is() {
    for text in [
        "[1, 2.0, 3, 4]",
        "[1, 2, true]",
        "[1, 2, null]",
        "[1, 2, \"a\"]",
        "[1, [2, 3]]",
        "[[], [], []]",
        "[1, 2, 99999999999999999999]",
        "[01, 2, 3]",
        "[1., 2.0]",
        "[.5, 1.0, 2.0]",
        "[+1, 2, 3]",
        "[1 2 3]",
        "[1, 2, 3,]",
        "[1, 2, 3",
        "[1,, 2, 3]",
        "[nan, nan, nan]",
        "[1.0e, 2.0, 3.0]",
        "]",
        "[-, 1, 2]",
        "[Infinit, 1.0, 2.0]",
        "[[1, 2], 3, 4]",
    ] {
        assert_eq!(lifted(text, 2), (text.to_owned(), vec![]), "{text}");
    }
}

#[test]
fn large_lists_within_others_are_arrays_on_their_own() {
    for (text, expected, shapes) in [
        ("[[1, 2, 3], [4, 5]]", "[\"@0\", [4, 5]]", vec![vec![3]]),
        ("[[4, 5], [1, 2, 3]]", "[[4, 5], \"@0\"]", vec![vec![3]]),
        (
            "[{\"a\": [1, 2, 3]}, [4, 5, 6]]",
            "[{\"a\": \"@0\"}, \"@1\"]",
            vec![vec![3], vec![3]],
        ),
        (
            "[[1, 2, 3], [1.0, 2.0, 3.0]]",
            "[\"@0\", \"@1\"]",
            vec![vec![3], vec![3]],
        ),
        ("[\"a\", [1, 2, 3]]", "[\"a\", \"@0\"]", vec![vec![3]]),
        (
            "[[[1, 2], [3, 4]], [[1, 2]]]",
            "[\"@0\", [[1, 2]]]",
            vec![vec![2, 2]],
        ),
        ("[0, [1, 2, 3]]", "[0, \"@0\"]", vec![vec![3]]),
    ] {
        let (text, arrays) = lifted(text, 2);
        assert_eq!(text, expected);
        assert_eq!(
            arrays.iter().map(|a| a.shape.clone()).collect::<Vec<_>>(),
            shapes
        );
    }
}

#[test]
fn numbers_are_read_as_python_reads_them() {
    let (_, arrays) = lifted(
        "[-0.0, 1e999, -Infinity, 5e-324, 0.1, 123456789012345678901234567890.0]",
        1,
    );
    let expected = [
        -0.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        5e-324,
        0.1,
        1.234_567_890_123_456_8e29,
    ];
    assert_eq!(arrays[0], floats(&expected, &[6]));
    let (_, arrays) = lifted("[-0, 9223372036854775807, -9223372036854775808]", 1);
    assert_eq!(arrays[0], ints(&[0, i64::MAX, i64::MIN], &[3]));
}

#[test]
fn deep_nesting_stays_text() {
    let text = format!("{}1, 2, 3{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(lifted(&text, 2).0.len(), text.len());
}

/// Gives out its bytes a few at a time, so that every token meets the end of a piece.
struct Dribble<'a>(&'a [u8]);

impl Read for Dribble<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let len = self.0.len().min(out.len()).min(3);
        out[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        any::<f64>().prop_map(|v| {
            let mut o = vec![];
            crate::json::write::push_float(&mut o, v).unwrap();
            String::from_utf8(o).unwrap()
        }),
        any::<i64>().prop_map(|v| v.to_string()),
        Just("true".to_owned()),
        Just("null".to_owned()),
        "[ -~]{0,5}".prop_map(|t| {
            let mut o = vec![];
            crate::json::write::push_string(&mut o, &t);
            String::from_utf8(o).unwrap()
        }),
        proptest::collection::vec(-9_i64..9, 0..6).prop_map(|v| format!("{v:?}")),
    ];
    leaf.prop_recursive(4, 64, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6)
                .prop_map(|v| format!("[{}]", v.join(", "))),
            proptest::collection::vec(inner, 0..4).prop_map(|v| format!(
                "{{{}}}",
                v.iter()
                    .enumerate()
                    .map(|(i, x)| format!("\"k{i}\": {x}"))
                    .collect::<Vec<_>>()
                    .join(",")
            )),
        ]
    })
}

/// JSON text of an array, as `Value` writes lists without blanks.
fn written(array: &NumberArray, shape: &[usize], at: &mut usize) -> String {
    if let [len, rest @ ..] = shape {
        let items: Vec<_> = (0..*len).map(|_| written(array, rest, at)).collect();
        return format!("[{}]", items.join(","));
    }
    let bytes: [u8; 8] = array.bytes[*at..*at + 8].try_into().unwrap();
    *at += 8;
    if array.dtype == DType::I64 {
        return i64::from_le_bytes(bytes).to_string();
    }
    let mut out = vec![];
    crate::json::write::push_float(&mut out, f64::from_le_bytes(bytes)).unwrap();
    String::from_utf8(out).unwrap()
}

proptest! {
    #[test]
    fn putting_arrays_back_gives_the_text(text in json(), least in 0_usize..4) {
        let compact = |text: &str| text.replace([' ', '\n'], "");
        for found in [
            lift(text.as_bytes(), least, 0, &Limits::default()).unwrap(),
            lift(Dribble(text.as_bytes()), least, 0, &Limits::default()).unwrap(),
        ] {
            let mut back = String::from_utf8(found.text).unwrap();
            for (index, array) in found.arrays.iter().enumerate() {
                prop_assert!(array.bytes.len() / 8 > least);
                let name = format!("\"{}{index}\"", found.token);
                back = back.replacen(&name, &written(array, &array.shape, &mut 0), 1);
            }
            prop_assert_eq!(compact(&back), compact(&text));
        }
    }
}

#[test]
fn text_that_stays_is_bounded() {
    let limits = Limits {
        text_bytes: 100,
        text_expansion: 2,
        ..Limits::default()
    };
    let long = format!("[{}]", "\"x\", ".repeat(100));
    let error = lift(long.as_bytes(), 2, 10, &limits).unwrap_err();
    assert_eq!(error.kind(), crate::error::Kind::Limit);
    assert!(lift(long.as_bytes(), 2, 1000, &limits).is_ok());
    // Numbers that leave the text do not count.
    let numbers = format!("[{}0]", "1, ".repeat(1000));
    assert_eq!(
        lift(numbers.as_bytes(), 2, 10, &limits)
            .unwrap()
            .arrays
            .len(),
        1
    );
    // Blanks do, also within a list that might become an array.
    let blank = format!("[1,{}", " ".repeat(2 << 20));
    let error = lift(blank.as_bytes(), 2, 10, &limits).unwrap_err();
    assert_eq!(error.kind(), crate::error::Kind::Limit);
}

#[test]
fn a_list_of_short_lists_is_an_array() {
    let text = format!("[{}[7]]", "[1], ".repeat(2000));
    let (text, arrays) = lifted(&text, 1000);
    assert_eq!(text, "\"@0\"");
    assert_eq!(arrays[0].shape, [2001, 1]);
    // One that does not fit: none of the parts is large enough.
    let mixed = format!("[{}[7, 8]]", "[1], ".repeat(2000));
    assert_eq!(lifted(&mixed, 1000), (mixed, Vec::new()));
    // The large parts of a list that is not an array as a whole are arrays.
    let row = format!("[{}0]", "1, ".repeat(1500));
    let parts = format!("[{row}, {row}, [1]]");
    let (text, arrays) = lifted(&parts, 1000);
    assert_eq!(text, "[\"@0\", \"@1\", [1]]");
    assert_eq!(arrays.len(), 2);
}
