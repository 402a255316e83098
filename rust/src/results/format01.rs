//! Results as upstream stores them: arrays spelled out in the text, the labelled array in NetCDF-3.

use std::sync::Arc;

use super::Plan;
use super::frame::Frame;
use super::policy::StoreOptions;
use super::store::{one_plan_each, store_payload};
use crate::archive::Compressed;
use crate::codec::memory::{Codec, CompressedArray};
use crate::dtype::{DType, Endian};
use crate::error::{Error, Kind, Result};
use crate::json::write::Nested;
use crate::memory::{try_extend, try_reserve};
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

/// Numbers that are spelled out at once: about a megabyte of text.
const PIECE: usize = 1 << 16;

/// Bytes that a number takes as text, about, with the line that it is on.
const NUMBER: usize = 32;

/// Compresses the members of `results`, in upstream's order: the data, then the text.
///
/// The text of a result with large arrays is never in memory as a whole: it is made while it is compressed.
pub fn spell(
    results: &[Spelled],
    plans: &[Plan],
    options: &StoreOptions,
) -> Result<Vec<Compressed>> {
    one_plan_each(results.len(), plans)?;
    parallel::map(2 * results.len(), options.threads, |index| {
        let (result, plan) = (&results[index / 2], &plans[index / 2]);
        let (member, compressed) = if index % 2 == 0 {
            (&plan.data, result.data(&plan.data, options))
        } else {
            (&plan.text, result.text(&plan.text, options))
        };
        compressed.map_err(|error| error.in_member(member))
    })
}

/// The text of a result, arrays and all, of which a piece at a time is made.
struct Text<'a> {
    spelled: &'a Spelled,
    /// Bytes of [`Spelled::text`] that have come, arrays that have, and numbers of the array after these.
    at: usize,
    array: usize,
    number: usize,
}

impl Text<'_> {
    /// Appends the next piece; nothing at the end.
    fn next(&mut self, piece: &mut Vec<u8>) -> Result<()> {
        let Some((place, array)) = self.spelled.arrays.get(self.array) else {
            return self.push_text(piece, self.spelled.text.len());
        };
        self.push_text(piece, *place)?;
        let end = array.count().min(self.number + PIECE);
        try_reserve(piece, (end - self.number) * NUMBER)?;
        array.push(piece, self.number..end)?;
        (self.array, self.number) = if end == array.count() {
            (self.array + 1, 0)
        } else {
            (self.array, end)
        };
        Ok(())
    }

    fn push_text(&mut self, piece: &mut Vec<u8>, end: usize) -> Result<()> {
        let text = &self.spelled.text;
        let range = self.at..end;
        let text = text.get(range.clone()).ok_or_else(|| {
            let expected = format!("places of arrays up to {}, ascending", text.len());
            Error::new(Kind::Value, expected, format!("{range:?}"))
        })?;
        self.at = end;
        try_extend(piece, text)
    }
}

impl Spelled {
    fn text(&self, name: &str, options: &StoreOptions) -> Result<Compressed> {
        if self.arrays.is_empty() {
            return options.text(name, &self.text);
        }
        // Readers count no large arrays as text (`Limits::text_bytes`), so that these may compress as well as they can.
        let text = || {
            let mut text = Text {
                spelled: self,
                at: 0,
                array: 0,
                number: 0,
            };
            move |piece: &mut Vec<u8>| text.next(piece)
        };
        options.pieces(name, text)
    }

    fn data(&self, name: &str, options: &StoreOptions) -> Result<Compressed> {
        let (frame, payload) = match &self.data {
            Labelled::General(file) => return options.file(name, file),
            Labelled::Plain(frame, payload) => (frame, payload),
        };
        match classic(frame, payload) {
            Ok(file) => options.file(name, &file),
            Err(error) if error.kind() == Kind::Unsupported => {
                let packed = CompressedArray::from_plain(payload, frame.itemsize(), Codec::None)?;
                store_payload(name, frame, &packed, options)
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
