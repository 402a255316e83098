//! Number lists out of a stream of JSON text, into arrays.
//!
//! Upstream writes arrays as nested lists: 530 MB of text for one Cuppini2014 result, which Python's parser turns
//! into 20 million objects. Here a list of numbers leaves the text for a buffer as it goes by; what remains is
//! small, and `json.loads` decides about it. Nothing here judges whether the text is JSON: whatever
//! looks odd stays in it.
//!
//! The rule: a list leaves the text if it is rectangular, has more than a given count of numbers, all floats or all integers
//! within 64 bits, and is not part of a larger such list.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::Read;

use super::candidate::{Candidate, Number};
use crate::error::Result;
use crate::limits::Limits;
use crate::netcdf::DType;

/// Bytes that are read at once; a longer number than this is left to `json.loads`.
const PIECE: usize = 256 << 10;

/// Dimensions that a NumPy array may have (`NPY_MAXDIMS`; 64 from NumPy 2 on).
const MOST_DIMS: usize = 32;

/// An array that was a list in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberArray {
    /// [`DType::F64`] or [`DType::I64`].
    pub dtype: DType,
    /// Lengths of the nested lists, outermost first.
    pub shape: Vec<usize>,
    /// The numbers, little-endian.
    pub bytes: Vec<u8>,
}

/// Text without its large number lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifted {
    /// The text; the string `token` + index stands where array number index was.
    pub text: Vec<u8>,
    /// The arrays, in the order of the text.
    pub arrays: Vec<NumberArray>,
    /// Prefix of the strings that stand for arrays; nobody who wrote the text could know it.
    pub token: String,
}

/// Lifts the lists of more than `least` numbers out of `text`.
///
/// At any time the memory holds the arrays, the text that stays, and the list at hand.
pub fn lift(text: impl Read, least: usize, limits: &Limits) -> Result<Lifted> {
    let mut lifter = Lifter {
        window: Window {
            input: text,
            bytes: Vec::new(),
            at: 0,
            done: false,
        },
        least,
        depth: limits.json_depth.min(MOST_DIMS),
        lifted: Lifted {
            text: Vec::new(),
            arrays: Vec::new(),
            token: token(),
        },
    };
    while lifter.plain()? {
        lifter.lists()?;
    }
    Ok(lifter.lifted)
}

fn token() -> String {
    // Two hashes with keys from the operating system's randomness: 128 bits.
    let [a, b] = [0, 1].map(|_| RandomState::new().build_hasher().finish());
    format!("array-{a:016x}{b:016x}-")
}

/// The part of the input that is in memory.
struct Window<R> {
    input: R,
    bytes: Vec<u8>,
    at: usize,
    done: bool,
}

impl<R: Read> Window<R> {
    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Reads a further piece behind what is left; false at the end of the input.
    fn more(&mut self) -> Result<bool> {
        if self.done {
            return Ok(false);
        }
        self.bytes.drain(..self.at);
        self.at = 0;
        let len = self.bytes.len();
        self.bytes.resize(len + PIECE, 0);
        let read = loop {
            match self.input.read(&mut self.bytes[len..]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.bytes.truncate(len + read);
        self.done = read == 0;
        Ok(!self.done)
    }

    fn peek(&mut self) -> Result<Option<u8>> {
        while self.at == self.bytes.len() {
            if !self.more()? {
                return Ok(None);
            }
        }
        Ok(Some(self.bytes[self.at]))
    }
}

struct Lifter<R> {
    window: Window<R>,
    least: usize,
    depth: usize,
    lifted: Lifted,
}

impl<R: Read> Lifter<R> {
    /// Passes text on up to the next list; false at the end.
    fn plain(&mut self) -> Result<bool> {
        let mut in_string = false;
        loop {
            if self.window.peek()?.is_none() {
                return Ok(false);
            }
            let rest = self.window.rest();
            let stop = if in_string {
                memchr::memchr2(b'"', b'\\', rest)
            } else {
                memchr::memchr2(b'"', b'[', rest)
            };
            let Some(stop) = stop else {
                self.pass(rest.len());
                continue;
            };
            match rest[stop] {
                b'[' => {
                    self.pass(stop);
                    return Ok(true);
                }
                b'"' => {
                    in_string = !in_string;
                    self.pass(stop + 1);
                }
                // An escape: whatever follows the backslash belongs to the string.
                _ => {
                    self.pass(stop + 1);
                    if self.window.peek()?.is_some() {
                        self.pass(1);
                    }
                }
            }
        }
    }

    fn pass(&mut self, count: usize) {
        let start = self.window.at;
        self.lifted
            .text
            .extend_from_slice(&self.window.bytes[start..start + count]);
        self.window.at += count;
    }

    /// Reads lists of numbers, the next byte being a bracket, until they end or something else comes.
    fn lists(&mut self) -> Result<()> {
        let mut candidate = Candidate::default();
        // Whether a value may stand here, and whether it must: after a comma.
        let (mut value, mut must) = (true, false);
        loop {
            self.blanks(&mut candidate)?;
            match self.window.peek()? {
                Some(b'[') if value && candidate.depth() < self.depth => {
                    if !candidate.takes_list() {
                        self.settle(&mut candidate);
                    }
                    candidate.begin();
                    self.take(&mut candidate, 1);
                    must = false;
                }
                Some(b'[') if value => {
                    self.settle(&mut candidate);
                    return self.brackets();
                }
                Some(b',') if !value => {
                    self.take(&mut candidate, 1);
                    (value, must) = (true, true);
                }
                Some(b']') if !must && candidate.depth() > 0 => {
                    let empty = candidate.innermost_is_empty();
                    self.take(&mut candidate, 1);
                    let outermost = candidate.depth() == 1;
                    if empty || !candidate.end() || outermost {
                        self.settle(&mut candidate);
                        return Ok(());
                    }
                    value = false;
                }
                Some(byte) if value && is_number_byte(byte) => {
                    let len = self.number_len()?;
                    let number = Number::parse(&self.window.rest()[..len]);
                    if !self.number(&mut candidate, number, len) {
                        self.settle(&mut candidate);
                        return Ok(());
                    }
                    (value, must) = (false, false);
                }
                _ => {
                    self.settle(&mut candidate);
                    return self.step_over();
                }
            }
        }
    }

    /// Adds a number; where it is of another type than those of earlier lists, its own list starts afresh.
    fn number(&mut self, candidate: &mut Candidate, number: Option<Number>, len: usize) -> bool {
        let Some(number) = number else { return false };
        if !candidate.push(number) {
            if !candidate.innermost_is_empty() {
                return false;
            }
            self.restart(candidate);
            if !candidate.push(number) {
                return false;
            }
        }
        self.take(candidate, len);
        true
    }

    /// Length of the number at hand, which is brought into the window whole.
    fn number_len(&mut self) -> Result<usize> {
        loop {
            let rest = self.window.rest();
            let len = rest.iter().position(|&byte| !is_number_byte(byte));
            match len {
                Some(len) => return Ok(len),
                None if rest.len() > PIECE => return Ok(rest.len()),
                None => {
                    if !self.window.more()? {
                        return Ok(self.window.rest().len());
                    }
                }
            }
        }
    }

    fn blanks(&mut self, candidate: &mut Candidate) -> Result<()> {
        loop {
            let rest = self.window.rest();
            let count = rest
                .iter()
                .take_while(|b| matches!(b, b' ' | b'\n' | b'\r' | b'\t'))
                .count();
            let all = count == rest.len();
            self.take(candidate, count);
            if !all || self.window.peek()?.is_none() {
                return Ok(());
            }
        }
    }

    fn take(&mut self, candidate: &mut Candidate, count: usize) {
        let start = self.window.at;
        candidate
            .text
            .extend_from_slice(&self.window.bytes[start..start + count]);
        self.window.at += count;
    }

    /// Passes the candidate's text on, with arrays for the complete lists that are large enough.
    fn settle(&mut self, candidate: &mut Candidate) {
        let outcome = candidate.settle(self.least);
        let mut from = 0;
        for (range, array) in outcome.arrays {
            self.lifted
                .text
                .extend_from_slice(&candidate.text[from..range.start]);
            let name = format!("\"{}{}\"", self.lifted.token, self.lifted.arrays.len());
            self.lifted.text.extend_from_slice(name.as_bytes());
            self.lifted.arrays.push(array);
            from = range.end;
        }
        self.lifted.text.extend_from_slice(&candidate.text[from..]);
        *candidate = Candidate::default();
    }

    /// Settles all but the innermost list, which has nothing in it yet.
    fn restart(&mut self, candidate: &mut Candidate) {
        let bracket = candidate.innermost_text();
        let tail = candidate.text.split_off(bracket);
        self.settle(candidate);
        candidate.begin();
        candidate.text = tail;
    }

    /// Passes on brackets that nest too deep for an array.
    fn brackets(&mut self) -> Result<()> {
        while let Some(b'[' | b' ' | b'\n' | b'\r' | b'\t') = self.window.peek()? {
            self.pass(1);
        }
        Ok(())
    }

    /// Passes one byte on, so that a closing bracket or a stray byte is not met again.
    fn step_over(&mut self) -> Result<()> {
        match self.window.peek()? {
            // Strings and lists are for `plain` to recognise.
            Some(b'"' | b'[') | None => Ok(()),
            Some(_) => {
                self.pass(1);
                Ok(())
            }
        }
    }
}

const fn is_number_byte(byte: u8) -> bool {
    // The letters of NaN, Infinity and exponents are judged by the parser.
    matches!(
        byte,
        b'0'..=b'9'
            | b'-'
            | b'+'
            | b'.'
            | b'e'
            | b'E'
            | b'N'
            | b'a'
            | b'I'
            | b'n'
            | b'f'
            | b'i'
            | b't'
            | b'y'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lifted(text: &str, least: usize) -> (String, Vec<NumberArray>) {
        let found = lift(text.as_bytes(), least, &Limits::default()).unwrap();
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
                crate::json::number::push_float(&mut o, v);
                String::from_utf8(o).unwrap()
            }),
            any::<i64>().prop_map(|v| v.to_string()),
            Just("true".to_owned()),
            Just("null".to_owned()),
            "[ -~]{0,5}".prop_map(|t| {
                let mut o = vec![];
                crate::json::text::push_string(&mut o, &t);
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
        crate::json::number::push_float(&mut out, f64::from_le_bytes(bytes));
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn putting_arrays_back_gives_the_text(text in json(), least in 0_usize..4) {
            let compact = |text: &str| text.replace([' ', '\n'], "");
            for found in [
                lift(text.as_bytes(), least, &Limits::default()).unwrap(),
                lift(Dribble(text.as_bytes()), least, &Limits::default()).unwrap(),
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
}
