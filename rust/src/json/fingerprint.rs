//! Fingerprint of a JSON text: texts with equal ones differ only in numbers that may vary.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::LazyLock;

use memchr::{memchr, memchr2};

/// The numbers of a document that may vary.
#[derive(Debug, Clone)]
pub struct Varying {
    /// Name of a member of the document, whose value is an object.
    pub object: String,
    /// Names of members of that object; these vary if they are numbers, and so do numbers below them.
    pub keys: Vec<String>,
    /// A document has no fingerprint if one of these strings, or one with escapes, is outside of such members.
    pub unless: Vec<String>,
}

/// Longer texts have no fingerprint: to read one takes longer than a fingerprint spares.
pub const LONGEST: usize = 64 << 10;

/// A text with a longer number that varies is on its own: Python refuses integers of more than 4,300 digits.
pub const LONGEST_NUMBER: usize = 64;

/// The brackets around a key whose numbers may vary: those of the document, and of the object.
const DEPTH: usize = 2;

/// The key of the hash, drawn once for each process: nobody can prepare two texts of one fingerprint. A forked child
/// keeps its parent's, and its parent's results with their fingerprints.
static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// Draws the key: a process that is forked while a thread draws it would wait for that thread for ever.
pub fn draw_key() {
    LazyLock::force(&KEY);
}

/// The fingerprint of a text, which holds within this process; `None` for a text that is on its own.
///
/// Two texts with the same fingerprint are both JSON or neither is, and they are the same but for the values of the
/// numbers that vary: a number ends where its grammar (RFC 8259, section 6) ends it, and its surroundings count.
#[must_use]
pub fn fingerprint(text: &[u8], varying: &Varying) -> Option<u64> {
    (text.len() <= LONGEST)
        .then(|| skeleton(text, varying))
        .flatten()
        .map(|skeleton| KEY.hash_one(skeleton))
}

/// A number that varies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Its place in the text.
    pub at: Range<usize>,
    /// Index of the key to which it belongs.
    pub key: usize,
}

/// The text with `0` for each number that varies; `None` for one that is on its own.
#[must_use]
pub fn skeleton(text: &[u8], varying: &Varying) -> Option<Vec<u8>> {
    Some(without(text, &numbers(text, varying)?))
}

/// The text with `0` for each of these numbers of it.
#[must_use]
pub fn without(text: &[u8], numbers: &[Number]) -> Vec<u8> {
    let mut skeleton = Vec::with_capacity(text.len());
    let mut copied = 0;
    for Number { at, .. } in numbers {
        skeleton.extend_from_slice(&text[copied..at.start]);
        skeleton.push(b'0');
        copied = at.end;
    }
    skeleton.extend_from_slice(text.get(copied..).unwrap_or_default());
    skeleton
}

/// The numbers that vary in a text whose skeleton is `skeleton`, with its own numbers `zeros`; `None` for any other.
///
/// It gives what [`numbers`] does, in a tenth of the time: between numbers, the same bytes mean the same.
#[must_use]
pub fn numbers_between(text: &[u8], skeleton: &[u8], zeros: &[Number]) -> Option<Vec<Number>> {
    let mut numbers = Vec::with_capacity(zeros.len());
    let (mut rest, mut behind) = (text, 0);
    for Number { at: zero, key } in zeros {
        rest = rest.strip_prefix(skeleton.get(behind..zero.start)?)?;
        let (start, len) = (text.len() - rest.len(), number_end(rest, 0)?);
        if len > LONGEST_NUMBER {
            return None;
        }
        let at = start..start + len;
        numbers.push(Number { at, key: *key });
        rest = rest.get(len..)?;
        behind = zero.end;
    }
    (rest == skeleton.get(behind..)?).then_some(numbers)
}

/// The numbers that vary, where they are in the text; `None` for a text that is on its own.
#[must_use]
pub fn numbers(text: &[u8], varying: &Varying) -> Option<Vec<Number>> {
    let mut numbers = Vec::new();
    let (mut depth, mut in_object, mut in_key) = (0_usize, false, None);
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let mut end = at + 1;
        match byte {
            b'"' => {
                end = string_end(text, at);
                let content = text.get(at + 1..end - 1).unwrap_or_default();
                let escaped = || memchr(b'\\', content).is_some();
                if depth <= DEPTH && (among(content, &varying.unless).is_some() || escaped()) {
                    return None;
                }
                match depth {
                    1 => (in_object, in_key) = (content == varying.object.as_bytes(), None),
                    DEPTH if in_object => in_key = among(content, &varying.keys),
                    _ => {}
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' if depth >= DEPTH => {
                if let Some((key, number)) = in_key.zip(number_end(text, at)) {
                    end = number;
                    if end - at > LONGEST_NUMBER || !is_alone(text, &(at..end)) {
                        return None;
                    }
                    numbers.push(Number { at: at..end, key });
                }
            }
            _ => {}
        }
        at = end;
    }
    Some(numbers)
}

/// True if the bytes around a number may be around one in JSON. Those in `1.-5` may not: with `0` for each of its two
/// numbers it would be `0.0`, which is JSON.
fn is_alone(text: &[u8], number: &Range<usize>) -> bool {
    const SPACE: &[u8] = b" \n\r\t";
    let before = number.start.checked_sub(1).and_then(|at| text.get(at));
    let after = text.get(number.end);
    before.is_some_and(|byte| b":,[".contains(byte) || SPACE.contains(byte))
        && after.is_some_and(|byte| b",]}".contains(byte) || SPACE.contains(byte))
}

fn among(content: &[u8], names: &[String]) -> Option<usize> {
    names.iter().position(|name| content == name.as_bytes())
}

/// The end of the string that begins at `start`, behind its closing quote.
fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = text.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if text[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    text.len().max(start + 2)
}

/// The end of the number that begins at `start`; None where none does.
fn number_end(text: &[u8], start: usize) -> Option<usize> {
    let byte = |at: usize| text.get(at).copied();
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let integer = start + usize::from(byte(start) == Some(b'-'));
    let mut end = match byte(integer)? {
        b'0' => integer + 1,
        b'1'..=b'9' => digits(integer),
        _ => return None,
    };
    if byte(end) == Some(b'.') && digits(end + 1) > end + 1 {
        end = digits(end + 1);
    }
    if matches!(byte(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(byte(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn varying() -> Varying {
        Varying {
            object: "kwargs".to_owned(),
            keys: ["run", "extra", "causes"].map(str::to_owned).to_vec(),
            unless: vec!["labels".to_owned(), "/kwargs/run".to_owned()],
        }
    }

    fn print(text: &str) -> String {
        let skeleton = skeleton(text.as_bytes(), &varying()).unwrap();
        String::from_utf8(skeleton).unwrap()
    }

    #[test]
    fn numbers_below_the_keys_vary_and_no_others() {
        let text = r#"{"size": 7, "kwargs": {"res": 1.5, "run": {"a": -1.25e-3, "b": [12, "3", 0]}, "limits": [0, 5],
            "extra": {"k4": {"m\"": 4e5}}}, "run": {"a": 9}, "other": [[7]], "types": {"/kwargs/run/a": ["scalar", 8]}}"#;
        let expected = text
            .replace("-1.25e-3", "0")
            .replace("12", "0")
            .replace("4e5", "0");
        assert_eq!(print(text), expected);
    }

    #[test]
    fn a_key_may_be_a_number_itself() {
        let text = r#"{"kwargs": {"causes": 1.5, "res": 2, "run": {"a": 3}, "name": "causes", "step": 4}, "causes": 5}"#;
        let expected = text.replace("1.5", "0").replace('3', "0");
        assert_eq!(print(text), expected);
        let keys: Vec<_> = numbers(text.as_bytes(), &varying()).unwrap();
        assert_eq!(keys.iter().map(|n| n.key).collect::<Vec<_>>(), [2, 0]);
    }

    #[test]
    fn texts_have_one_fingerprint_if_only_numbers_vary() {
        let of = |text: &str| fingerprint(text.as_bytes(), &varying()).unwrap();
        let text = r#"{"kwargs": {"run": {"a": 1}, "name": "x"}}"#;
        assert_eq!(of(text), of(&text.replace('1', "25")));
        assert_ne!(of(text), of(&text.replace('1', "null")));
        assert_ne!(of(text), of(&text.replace('x', "y")));
    }

    #[test]
    fn some_texts_are_on_their_own() {
        let document = |inner: &str| format!(r#"{{"kwargs": {{"run": {{"a": "{inner}"}}}}"#);
        let of = |text: String| fingerprint(text.as_bytes(), &varying());
        for other in [
            r#"{"labels": 5}"#,
            r#"{"\u006cabels": 5}"#,
            r#"{"types": {"/kwargs/run": "pairs"}}"#,
            r#"{"types": {"\/kwargs\/run": "pairs"}}"#,
            r#"{"kwargs": {"\u0072un": {"a": 5}}}"#,
        ] {
            assert_eq!(of(other.to_owned()), None, "{other}");
        }
        assert!(
            of(document(r"labels\n")).is_some(),
            "a value that may be anything"
        );
        let rest = LONGEST - document("").len();
        assert!(of(document(&"x".repeat(rest))).is_some());
        assert_eq!(of(document(&"x".repeat(rest + 1))), None);
    }

    #[test]
    fn what_is_not_a_number_stays() {
        for value in ["NaN", "-Infinity", "\"12\"", "true", "-", "+", ".", "e"] {
            let text = format!(r#"{{"kwargs": {{"run": {{"a": {value}}}}}}}"#);
            assert_eq!(print(&text), text);
        }
    }

    #[test]
    fn numbers_that_are_none_are_on_their_own() {
        let text = |value: &str| format!(r#"{{"kwargs": {{"run": [{value}]}}}}"#);
        let of = |value: &str| skeleton(text(value).as_bytes(), &varying());
        let sound = of("5");
        assert_eq!(sound, Some(text("0").into_bytes()));
        let long = "5".repeat(LONGEST_NUMBER);
        for same in ["-0.5E+10", &long] {
            assert_eq!(of(same), sound, "{same}");
        }
        for other in ["05", "5.", "5.e1", "5e", "--5", "+5", "0x5", "5-", "1.-5"] {
            assert_eq!(of(other), None, "{other}");
        }
        for other in ["5 5", "5,5"] {
            assert_ne!(of(other), sound, "{other}");
        }
        for long in [
            format!("{long}5"),
            format!("{long}5-5"),
            format!("-0{long}5"),
        ] {
            assert_eq!(of(&long), None, "{long}");
        }
    }

    #[test]
    fn values_that_look_like_keys_open_nothing() {
        let text = r#"{"type": "kwargs", "other": {"run": {"a": 5}}, "kwargs": {"name": "run", "res": [5]}}"#;
        assert_eq!(print(text), text);
    }

    proptest! {
        #[test]
        fn numbers_are_found_between_what_is_the_same(
            text in r#"\{"kwargs": ?\{"(run|extra|ru\\\\n)": ?[\[{]"?[\[\]{}",:0-9e.\- ]{0,30}"#,
            number in r"-?[0-9]{1,3}(\.[0-9]{0,2})?(e[+-]?[0-9]{0,2})?|1{60,70}|",
            at in 0..60_usize,
        ) {
            let Some(zeros) = numbers(text.as_bytes(), &varying()) else {
                return Ok(());
            };
            let template = without(text.as_bytes(), &zeros);
            let zeros = numbers(&template, &varying()).unwrap();
            let mut other = text.clone();
            let end = text.bytes().skip(at).take_while(u8::is_ascii_digit).count();
            if at + end <= text.len() {
                other.replace_range(at..at + end, &number);
            }
            for text in [text, other] {
                let found = numbers(text.as_bytes(), &varying());
                let same = skeleton(text.as_bytes(), &varying()).is_some_and(|own| own == template);
                let between = numbers_between(text.as_bytes(), &template, &zeros);
                prop_assert_eq!(between, found.filter(|_| same));
            }
        }

        #[test]
        fn a_skeleton_is_its_own_skeleton(text in r#"[\[\]{}",:\\ 0-9e.\-kwargsun]{0,80}"#) {
            let Some(found) = skeleton(text.as_bytes(), &varying()) else {
                return Ok(());
            };
            prop_assert!(found.len() <= text.len());
            prop_assert_eq!(skeleton(&found, &varying()), Some(found));
        }
    }
}
