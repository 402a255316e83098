//! Results as upstream stores them: arrays spelled out in the text, the labelled array in NetCDF-3.

use std::ops::Range;
use std::sync::Arc;

use super::Plan;
use super::frame::Frame;
use super::store::{StoreOptions, one_plan_each, store_payload};
use crate::archive::Compressed;
use crate::codec::deflate::{self, Joined};
use crate::codec::memory::{Codec, CompressedArray};
use crate::codec::zip::{self, Method};
use crate::dtype::{DType, Endian};
use crate::error::{Error, Kind, Result};
use crate::json::write::Nested;
use crate::memory::try_reserve;
use crate::netcdf::{self, Attr, Data, Dataset};
use crate::work::parallel;

/// A result to be spelled out.
#[derive(Debug)]
pub struct Spelled {
    /// JSON text without its large arrays.
    pub text: Vec<u8>,
    /// Large arrays, each with its place in the text; in the order of their places.
    pub arrays: Vec<(usize, Nested)>,
    /// The labelled array.
    pub data: Labelled,
}

/// The labelled array of a result.
#[derive(Debug)]
pub enum Labelled {
    /// A frame and its payload, little-endian.
    Plain(Arc<Frame>, Vec<u8>),
    /// A NetCDF file.
    General(Vec<u8>),
}

/// Numbers that are spelled out and compressed at once: about a megabyte of text.
const PART: usize = 1 << 16;

/// Bytes that a number takes as text, about, with the line that it is on.
const NUMBER: usize = 32;

/// Some text, and some numbers of an array that follow it.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    text: Range<usize>,
    numbers: Option<(usize, Range<usize>)>,
}

enum Job {
    Data,
    Text,
    Part(Part, bool),
}

enum Done {
    Member(Compressed),
    Part(deflate::Part),
}

/// Compresses the members of `results`, in upstream's order: the data, then the text.
///
/// The text of a result with large arrays is never in memory as a whole: its parts are made, compressed and
/// forgotten, many at once.
pub fn spell(
    results: &[Spelled],
    plans: &[Plan],
    options: &StoreOptions,
) -> Result<Vec<Compressed>> {
    one_plan_each(results.len(), plans)?;
    let mut jobs = Vec::new();
    for (index, result) in results.iter().enumerate() {
        jobs.push((index, Job::Data));
        jobs.extend(result.jobs(options.method).map(|job| (index, job)));
    }
    let done = parallel::map(jobs.len(), options.threads, |at| {
        let (index, job) = &jobs[at];
        let (result, plan) = (&results[*index], &plans[*index]);
        let (member, done) = match job {
            Job::Data => (&plan.data, result.data(&plan.data, options)),
            Job::Text => (&plan.text, result.whole(&plan.text, options)),
            Job::Part(part, last) => (&plan.text, result.part(part, *last, options)),
        };
        done.map_err(|error| error.in_member(member))
    })?;
    let mut members = Vec::new();
    let mut parts = Vec::new();
    for ((index, job), done) in jobs.iter().zip(done) {
        match done {
            Done::Member(member) => members.push(member),
            Done::Part(part) => parts.push(part),
        }
        if matches!(job, Job::Part(_, true)) {
            let member = &plans[*index].text;
            let joined = join(member, std::mem::take(&mut parts));
            members.push(joined.map_err(|error| error.in_member(member))?);
        }
    }
    Ok(members)
}

fn join(name: &str, parts: Vec<deflate::Part>) -> Result<Compressed> {
    let Joined { data, crc, size } = deflate::Part::join(parts)?;
    Ok(Compressed {
        name: name.to_owned(),
        method: Method::Deflated,
        crc,
        size,
        data: data.into(),
    })
}

impl Spelled {
    /// Texts with large arrays are deflated in parts; other methods have no streams that can be joined.
    fn jobs(&self, method: Method) -> impl Iterator<Item = Job> {
        let parts = self.parts();
        let last = parts.len() - 1;
        let whole = last == 0 || method != Method::Deflated;
        let parts = parts.into_iter().enumerate();
        let parts = parts.map(move |(at, part)| Job::Part(part, at == last));
        let (text, parts) = if whole {
            (Some(Job::Text), None)
        } else {
            (None, Some(parts))
        };
        text.into_iter().chain(parts.into_iter().flatten())
    }

    /// The text in parts, of which the last has no numbers.
    fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut at = 0;
        for (index, (place, array)) in self.arrays.iter().enumerate() {
            for start in (0..array.count()).step_by(PART) {
                let end = array.count().min(start + PART);
                parts.push(Part {
                    text: at..*place,
                    numbers: Some((index, start..end)),
                });
                at = *place;
            }
        }
        parts.push(Part {
            text: at..self.text.len(),
            numbers: None,
        });
        parts
    }

    fn push(&self, out: &mut Vec<u8>, part: &Part) -> Result<()> {
        let text = self.text.get(part.text.clone()).ok_or_else(|| {
            let expected = format!("places of arrays up to {}, ascending", self.text.len());
            Error::new(Kind::Value, expected, format!("{:?}", part.text))
        })?;
        let numbers = part.numbers.as_ref().map_or(0, |(_, range)| range.len());
        try_reserve(out, text.len() + numbers * NUMBER)?;
        out.extend_from_slice(text);
        if let Some((index, range)) = &part.numbers {
            self.arrays[*index].1.push(out, range.clone())?;
        }
        Ok(())
    }

    fn part(&self, part: &Part, last: bool, options: &StoreOptions) -> Result<Done> {
        let mut text = Vec::new();
        self.push(&mut text, part)?;
        let level = options.level.filter(|&level| level >= 0);
        deflate::Part::new(&text, level.unwrap_or(zip::DEFLATE), last).map(Done::Part)
    }

    fn whole(&self, name: &str, options: &StoreOptions) -> Result<Done> {
        let mut text = Vec::new();
        for part in self.parts() {
            self.push(&mut text, &part)?;
        }
        // Readers count no large arrays as text (`Limits::text_bytes`), so that these may compress as well as they can.
        let compress = if self.arrays.is_empty() {
            Compressed::text
        } else {
            Compressed::new
        };
        compress(name.to_owned(), options.method, options.level, &text).map(Done::Member)
    }

    fn data(&self, name: &str, options: &StoreOptions) -> Result<Done> {
        let compressed = |file: &[u8]| {
            Compressed::new(name.to_owned(), options.method, options.level, file).map(Done::Member)
        };
        let (frame, payload) = match &self.data {
            Labelled::General(file) => return compressed(file),
            Labelled::Plain(frame, payload) => (frame, payload),
        };
        match classic(frame, payload) {
            Ok(file) => compressed(&file),
            Err(error) if error.kind() == Kind::Unsupported => {
                let packed = CompressedArray::from_plain(payload, frame.itemsize(), Codec::None)?;
                store_payload(name, frame, &packed, options).map(Done::Member)
            }
            Err(error) => Err(error),
        }
    }
}

/// The NetCDF-3 file of an array as xarray writes it: coordinates first, dimensions as the variables name them, and
/// NaN declared the fill value of floats.
fn classic(frame: &Frame, payload: &[u8]) -> Result<Vec<u8>> {
    let mut array = frame.variable().clone();
    array.data = Data::Raw {
        range: 0..payload.len(),
        shuffled: false,
    };
    let mut dataset = Dataset::default();
    for mut variable in frame.coordinates().cloned().chain([array]) {
        for dim in variable
            .dims
            .iter()
            .cloned()
            .zip(variable.shape.iter().copied())
        {
            if !dataset.dims.contains(&dim) {
                dataset.dims.push(dim);
            }
        }
        let nan = match variable.dtype {
            Some(DType::F32) => Some((DType::F32, f32::NAN.to_be_bytes().to_vec())),
            Some(DType::F64) => Some((DType::F64, f64::NAN.to_be_bytes().to_vec())),
            _ => None,
        };
        variable.attrs.extend(nan.map(|(dtype, bytes)| {
            let fill = Attr::Numbers {
                dtype,
                order: Endian::Big,
                bytes,
            };
            ("_FillValue".to_owned(), fill)
        }));
        dataset.variables.push(variable);
    }
    netcdf::classic::write(&dataset, payload)
}
