//! Columns of many results, from their texts and frames: texts that differ in numbers only are one template.
//!
//! A sweep has one template, or a few. So a million results take the memory of the numbers in which they differ.

use std::collections::HashMap;
use std::sync::Arc;

use super::frame::Frame;
use super::members::with_each;
use super::packed::{Body, PackedResult};
use super::spelled;
use crate::archive::Archive;
use crate::error::Result;
use crate::json::{self, Number, Varying, write};

/// Bytes of all templates and, counted on their own, of all frames, each as JSON or in memory, whichever takes more. A
/// result beyond has none: columns say of it only that it is there, and index and memory stay small where every
/// result differs from all others. The size of a template includes the numbers of its first
/// result, not those of later ones.
const MOST_BYTES: usize = 4 << 20;

/// Frames that a new one is compared with.
const MOST_FRAMES: usize = 256;

/// Numbers of a template that have columns: with more, columns take what the texts do.
const MOST_NUMBERS: usize = 256;

/// Bytes of the texts that are in memory at once, and of the longest that has a template.
const TEXTS: u64 = 16 << 20;
const LONGEST: u64 = json::LONGEST as u64;

/// Metadata that many results have in common, and the numbers in which they differ.
#[derive(Debug)]
pub struct Columns {
    varying: Varying,
    /// True for each of the keys below which numbers vary if there are columns of these.
    listed: Vec<bool>,
    templates: Vec<Template>,
    by_text: HashMap<Arc<str>, u32>,
    template: Runs<Option<u32>>,
    size: usize,
    frames: Vec<Arc<Frame>>,
    frame: Runs<Option<u32>>,
    template_bytes: usize,
    frame_bytes: usize,
}

/// A text with `0` for each number that varies, and a column for each of them that is listed.
#[derive(Debug)]
struct Template {
    text: Arc<str>,
    /// These numbers.
    zeros: Vec<Number>,
    numbers: Vec<Tokens>,
}

/// The numbers of a column.
#[derive(Debug, PartialEq)]
pub enum Numbers {
    /// At least two, each spelled as only a float is.
    Floats(Vec<f64>),
    /// Others as [`Columns::json`] has them.
    Spelled(Vec<u8>),
}

/// Values that follow each other, equal ones as one run.
#[derive(Debug)]
struct Runs<T>(Vec<(T, usize)>);

/// Numbers as they are spelled, equal ones that follow each other once.
#[derive(Debug, Default)]
struct Tokens {
    spelled: Vec<u8>,
    /// Bytes of each, and how many follow each other.
    runs: Vec<(usize, usize)>,
}

impl Columns {
    /// Columns of no results yet. `listed` are those of the keys of which there are columns of numbers.
    #[must_use]
    pub fn new(varying: Varying, listed: &[String]) -> Self {
        let listed = varying.keys.iter().map(|key| listed.contains(key));
        Self {
            listed: listed.collect(),
            varying,
            templates: Vec::new(),
            by_text: HashMap::new(),
            template: Runs(Vec::new()),
            size: 0,
            frames: Vec::new(),
            frame: Runs(Vec::new()),
            template_bytes: 0,
            frame_bytes: 0,
        }
    }

    /// Adds a result.
    pub fn add(&mut self, result: &PackedResult) -> Result<()> {
        let frame = match &result.body {
            Body::Plain(frame, _) => self.frame_of(frame)?,
            Body::General(_) | Body::Absent => None,
        };
        let template = if result.lifted {
            None
        } else {
            self.template_of(&result.text)
        };
        self.push(template, frame);
        Ok(())
    }

    fn push(&mut self, template: Option<u32>, frame: Option<u32>) {
        self.template.push(template);
        self.frame.push(frame);
        self.size += 1;
    }

    /// Adds a result by its text, without a frame.
    pub fn add_text(&mut self, text: Option<&[u8]>) {
        let template = text.and_then(|text| self.template_of(text));
        self.push(template, None);
    }

    /// Number of results.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// The frames, by their numbers.
    #[must_use]
    pub fn frames(&self) -> &[Arc<Frame>] {
        &self.frames
    }

    /// Members of a JSON object: `templates` with their columns of numbers; the number of its `template`, and that of
    /// its frame as `array`, of each result. A column is a list, or one value if all are equal.
    #[must_use]
    pub fn json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (name, runs) in [("template", &self.template), ("array", &self.frame)] {
            write::push_string(&mut out, name);
            out.extend_from_slice(b": ");
            column(&mut out, &runs.0, |out, number| match number {
                Some(number) => out.extend_from_slice(number.to_string().as_bytes()),
                None => out.extend_from_slice(b"null"),
            });
            out.extend_from_slice(b",\n");
        }
        out.extend_from_slice(b"\"templates\": [");
        for (index, template) in self.templates.iter().enumerate() {
            out.extend_from_slice(if index > 0 { b",\n" } else { b"\n" });
            template.push(&mut out);
        }
        out.push(b']');
        out
    }

    /// The number of the template of each result.
    pub fn template_numbers(&self) -> impl Iterator<Item = Option<u32>> {
        self.template.each()
    }

    /// The number of the frame of each result.
    pub fn frame_numbers(&self) -> impl Iterator<Item = Option<u32>> {
        self.frame.each()
    }

    /// The text of each template, and its columns.
    pub fn templates(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = Numbers>)> {
        self.templates.iter().map(|template| {
            let numbers = template.numbers.iter().map(Tokens::numbers);
            (&*template.text, numbers)
        })
    }

    fn template_of(&mut self, text: &[u8]) -> Option<u32> {
        if text.len() > json::LONGEST {
            return None;
        }
        let (number, numbers) = self.of_last(text).or_else(|| self.of_any(text))?;
        let template = self.templates.get_mut(number as usize)?;
        let listed = numbers.iter().filter(|number| self.listed[number.key]);
        for (column, Number { at, .. }) in template.numbers.iter_mut().zip(listed) {
            column.push(&text[at.clone()]);
        }
        Some(number)
    }

    /// The template of the result before, if it is that of the text too: neighbours in a sweep have one, as a rule.
    fn of_last(&self, text: &[u8]) -> Option<(u32, Vec<Number>)> {
        let last = self.template.0.last().and_then(|(number, _)| *number)?;
        let Template {
            text: like, zeros, ..
        } = self.templates.get(last as usize)?;
        let numbers = json::numbers_between(text, like.as_bytes(), zeros)?;
        Some((last, numbers))
    }

    fn of_any(&mut self, text: &[u8]) -> Option<(u32, Vec<Number>)> {
        let numbers = json::numbers(text, &self.varying)?;
        let skeleton = String::from_utf8(json::without(text, &numbers)).ok()?;
        let number = match self.by_text.get(skeleton.as_str()) {
            Some(known) => *known,
            None => self.new_template(skeleton, &numbers)?,
        };
        Some((number, numbers))
    }

    fn new_template(&mut self, skeleton: String, numbers: &[Number]) -> Option<u32> {
        let zeros = json::numbers(skeleton.as_bytes(), &self.varying)?;
        let listed = numbers.iter().filter(|number| self.listed[number.key]);
        let lengths: Vec<_> = listed.map(|number| number.at.len()).collect();
        let listed = lengths.len();
        let bytes = self.template_bytes + spelled::template_bytes(&skeleton, &lengths);
        if bytes > MOST_BYTES || listed > MOST_NUMBERS {
            return None;
        }
        self.template_bytes = bytes;
        let number = u32::try_from(self.templates.len()).ok()?;
        let text: Arc<str> = skeleton.into();
        self.by_text.insert(Arc::clone(&text), number);
        let mut columns = Vec::new();
        columns.resize_with(listed, Tokens::default);
        self.templates.push(Template {
            text,
            zeros,
            numbers: columns,
        });
        Some(number)
    }

    fn frame_of(&mut self, frame: &Arc<Frame>) -> Result<Option<u32>> {
        let is_it = |known: &Arc<Frame>| Arc::ptr_eq(known, frame);
        let last = self.frame.0.last().and_then(|(number, _)| *number);
        if last.is_some_and(|number| is_it(&self.frames[number as usize])) {
            return Ok(last);
        }
        let known = self.frames.iter().position(is_it);
        let known = known.or_else(|| self.frames.iter().position(|known| known == frame));
        let number = match known {
            Some(number) => Some(number),
            None => self.new_frame(frame)?,
        };
        Ok(number.and_then(|number| u32::try_from(number).ok()))
    }

    fn new_frame(&mut self, frame: &Arc<Frame>) -> Result<Option<usize>> {
        let in_memory = frame.label_bytes();
        let most = MOST_BYTES - self.frame_bytes;
        if in_memory > most || self.frames.len() == MOST_FRAMES {
            return Ok(None);
        }
        let bytes = in_memory.max(spelled::frame_bytes(frame)?);
        if bytes > most {
            return Ok(None);
        }
        self.frame_bytes += bytes;
        self.frames.push(Arc::clone(frame));
        Ok(Some(self.frames.len() - 1))
    }
}

/// Reads the texts of some members of an archive, and shows them to `each`, many at once. Those that are too long for a
/// template are not read.
pub fn texts(
    archive: &Archive,
    names: &[String],
    threads: usize,
    mut each: impl FnMut(&[Option<Vec<u8>>]),
) -> Result<()> {
    let short = |name: &String| Ok(Some(archive.size(name)?).filter(|&size| size <= LONGEST));
    let sizes = names.iter().map(short).collect::<Result<Vec<_>>>()?;
    let (mut start, mut bytes) = (0, 0);
    for end in 1..=names.len() {
        bytes += sizes[end - 1].unwrap_or(0);
        if bytes >= TEXTS || end == names.len() {
            let (names, sizes) = (&names[start..end], &sizes[start..end]);
            each(&short_texts(archive, names, sizes, threads)?);
            (start, bytes) = (end, 0);
        }
    }
    Ok(())
}

fn short_texts(
    archive: &Archive,
    names: &[String],
    sizes: &[Option<u64>],
    threads: usize,
) -> Result<Vec<Option<Vec<u8>>>> {
    let short = names.iter().zip(sizes).filter(|(_, size)| size.is_some());
    let short: Vec<_> = short.map(|(name, _)| name.as_str()).collect();
    let texts = with_each(archive, &short, None, threads, |_, input, _| input.text())?;
    let mut texts = texts.into_iter();
    let text = |size: &Option<u64>| size.and_then(|_| texts.next());
    Ok(sizes.iter().map(text).collect())
}

impl Template {
    fn push(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"text\": ");
        write::push_string(out, &self.text);
        out.extend_from_slice(b", \"numbers\": [");
        for (index, tokens) in self.numbers.iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(b",\n");
            }
            tokens.write(out);
        }
        out.extend_from_slice(b"]}");
    }
}

impl<T: PartialEq> Runs<T> {
    fn push(&mut self, value: T) {
        match self.0.last_mut() {
            Some((last, count)) if *last == value => *count += 1,
            _ => self.0.push((value, 1)),
        }
    }
}

impl<T: Copy> Runs<T> {
    fn each(&self) -> impl Iterator<Item = T> {
        let runs = self.0.iter();
        runs.flat_map(|&(value, count)| std::iter::repeat_n(value, count))
    }
}

impl Tokens {
    fn push(&mut self, token: &[u8]) {
        if let Some((len, count)) = self.runs.last_mut()
            && self.spelled[self.spelled.len() - *len..] == *token
        {
            *count += 1;
            return;
        }
        self.spelled.extend_from_slice(token);
        self.runs.push((token.len(), 1));
    }

    fn runs(&self) -> Vec<(&[u8], usize)> {
        let mut rest = self.spelled.as_slice();
        let mut runs = Vec::with_capacity(self.runs.len());
        for &(len, count) in &self.runs {
            let (token, behind) = rest.split_at(len);
            runs.push((token, count));
            rest = behind;
        }
        runs
    }

    fn write(&self, out: &mut Vec<u8>) {
        column(out, &self.runs(), |out, token| out.extend_from_slice(token));
    }

    fn numbers(&self) -> Numbers {
        let runs = self.runs();
        if runs.len() > 1
            && let Some(floats) = floats(&runs)
        {
            return Numbers::Floats(floats);
        }
        let mut spelled = Vec::new();
        self.write(&mut spelled);
        Numbers::Spelled(spelled)
    }
}

/// The numbers of some runs; `None` if one of them is an integer.
fn floats(runs: &[(&[u8], usize)]) -> Option<Vec<f64>> {
    let mut floats = Vec::with_capacity(runs.iter().map(|(_, count)| count).sum());
    for &(token, count) in runs {
        memchr::memchr3(b'.', b'e', b'E', token)?;
        let number: f64 = fast_float2::parse(token).ok()?;
        floats.extend(std::iter::repeat_n(number, count));
    }
    Some(floats)
}

/// Writes a column: a list, or one value if all are equal.
fn column<T>(out: &mut Vec<u8>, runs: &[(T, usize)], value: impl Fn(&mut Vec<u8>, &T)) {
    if let [(only, _)] = runs {
        return value(out, only);
    }
    out.push(b'[');
    let values = runs
        .iter()
        .flat_map(|(value, count)| std::iter::repeat_n(value, *count));
    for (index, one) in values.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        value(out, one);
    }
    out.push(b']');
}
