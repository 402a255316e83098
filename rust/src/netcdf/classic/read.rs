//! The variables of a NetCDF-3 file.

use std::ops::Range;

use super::header::{Declared, Header, Type};
use super::text::{self, RawVariable};
use crate::dtype::Endian;
use crate::error::Result;
use crate::limits::Limits;
use crate::memory::try_extend;
use crate::netcdf::cursor::size;
use crate::netcdf::malformed;
use crate::netcdf::model::{Data, Dataset, Variable};

/// Names of axes, which are numbers in the file, may take so many times its size.
const NAMES: u64 = 4;
/// ... and so many bytes more.
const NAMES_AT_LEAST: u64 = 64 << 10;

/// Length of the file whose first bytes these are, or `None` where they end within the header.
pub fn stated_length(beginning: &[u8]) -> Result<Option<u64>> {
    let mut header = Header::new(beginning)?;
    match length(beginning, &mut header) {
        Ok(length) => Ok(Some(length)),
        Err(_) if header.ran_out() => Ok(None),
        Err(error) => Err(error),
    }
}

fn length(beginning: &[u8], header: &mut Header) -> Result<u64> {
    let dims = header.dims()?;
    header.attrs()?;
    let declared = header.variables(&dims)?;
    let layout = Layout::new(beginning, header.offset(), header.records, &declared)?;
    let end = |variable: &Declared| {
        let gaps = layout
            .records
            .saturating_sub(1)
            .saturating_mul(layout.stride);
        let gaps = if variable.is_record() { gaps } else { 0 };
        variable
            .begin
            .saturating_add(gaps)
            .saturating_add(variable.bytes)
    };
    let end = declared.iter().map(end).max().unwrap_or(0);
    Ok(end.max(layout.header) as u64)
}

/// Reads a NetCDF-3 file. Data stay where they are, big-endian, unless they are records or text.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Dataset> {
    let mut header = Header::new(bytes)?;
    let dims = header.dims()?;
    let attrs = header.attrs()?;
    let declared = header.variables(&dims)?;
    let layout = Layout::new(bytes, header.offset(), header.records, &declared)?;
    layout.refuse_overlaps(&declared)?;
    refuse_long_names(bytes, &dims, &declared)?;

    let mut dims: Vec<(String, u64)> = dims
        .into_iter()
        .map(|(name, len)| (name, len.unwrap_or(header.records)))
        .collect();
    let mut variables = Vec::new();
    for variable in declared {
        variables.push(layout.variable(variable, &dims)?);
    }
    let variables = text::decode(bytes, variables, &mut dims, limits)?;
    Ok(Dataset {
        dims,
        variables,
        attrs,
    })
}

/// The places of the variables' data.
struct Layout<'a> {
    file: &'a [u8],
    header: usize,
    records: usize,
    /// Bytes from one record to the next.
    stride: usize,
}

impl<'a> Layout<'a> {
    fn new(file: &'a [u8], header: usize, records: u64, declared: &[Declared]) -> Result<Self> {
        let mut recorded = declared.iter().filter(|variable| variable.is_record());
        let stride = match (recorded.next(), recorded.next()) {
            (None, _) => Some(0),
            // Specification, note on padding: the records of an only variable are not padded.
            (Some(only), None) => Some(only.bytes),
            _ => declared
                .iter()
                .filter(|variable| variable.is_record())
                .try_fold(0_usize, |sum, variable| {
                    sum.checked_add(variable.bytes.checked_next_multiple_of(4)?)
                }),
        };
        Ok(Self {
            file,
            header,
            records: size(records, "records")?,
            stride: stride.ok_or_else(|| malformed("records within 64 bits", "larger ones"))?,
        })
    }

    /// Each byte belongs to one variable: what is copied is then no larger than the file, and the data of one
    /// variable can change without those of another.
    fn refuse_overlaps(&self, declared: &[Declared]) -> Result<()> {
        let place = |variable: &Declared| {
            (
                variable.begin,
                variable.begin.saturating_add(variable.bytes),
            )
        };
        let places = |of_records: bool| {
            let declared = declared.iter().filter(|variable| variable.bytes > 0);
            let declared = declared.filter(|variable| variable.is_record() == of_records);
            let mut places: Vec<_> = declared.map(place).collect();
            places.sort_unstable();
            places
        };
        let (mut records, mut fixed) = (places(true), places(false));
        if let (Some(&(first, _)), Some(&(_, last))) = (records.first(), records.last())
            && let Some(before) = self.records.checked_sub(1)
        {
            // The first records of all variables come before any second one.
            records.push((first.saturating_add(self.stride), usize::MAX));
            disjoint(&records)?;
            fixed.push((
                first,
                last.saturating_add(before.saturating_mul(self.stride)),
            ));
        }
        fixed.sort_unstable();
        disjoint(&fixed)
    }

    fn variable(&self, variable: Declared, dims: &[(String, u64)]) -> Result<RawVariable> {
        let data = if variable.is_record() {
            self.records_of(&variable)?
        } else {
            Data::Raw {
                range: self.range(&variable, variable.begin, variable.bytes)?,
                shuffled: false,
            }
        };
        // The header has checked them.
        let (names, shape) = variable.dims.iter().map(|&id| dims[id].clone()).unzip();
        Ok(RawVariable {
            text: variable.kind == Type::Char,
            variable: Variable {
                name: variable.name,
                dims: names,
                shape,
                dtype: match variable.kind {
                    Type::Char => None,
                    Type::Number(dtype) => Some(dtype),
                },
                order: Endian::Big,
                data,
                attrs: variable.attrs,
            },
        })
    }

    fn range(&self, variable: &Declared, begin: usize, len: usize) -> Result<Range<usize>> {
        let end = begin.checked_add(len).filter(|&end| end <= self.file.len());
        match end {
            Some(end) if begin >= self.header || len == 0 => Ok(begin..end),
            _ => Err(malformed(
                format!("{len} bytes of {:?} at offset {begin}", variable.name),
                format!(
                    "a header of {} and a file of {}",
                    self.header,
                    self.file.len()
                ),
            )),
        }
    }

    /// The records of a variable: in one piece if it is the only one, else copied together. The
    /// copies of all variables are no larger than the file, because records do not overlap.
    fn records_of(&self, variable: &Declared) -> Result<Data> {
        let span = match self.records.checked_sub(1) {
            None => Some(0),
            Some(gaps) => gaps
                .checked_mul(self.stride)
                .and_then(|n| n.checked_add(variable.bytes)),
        };
        let span = span.ok_or_else(|| malformed("records within 64 bits", "larger ones"))?;
        let range = self.range(variable, variable.begin, span)?;
        if self.stride == variable.bytes {
            return Ok(Data::Raw {
                range,
                shuffled: false,
            });
        }
        let mut owned = Vec::new();
        for record in self.file[range].chunks(self.stride) {
            // The span ends with the bytes of the last record.
            try_extend(&mut owned, &record[..variable.bytes])?;
        }
        Ok(Data::Owned(owned))
    }
}

/// Fails where the axes of all variables would copy names of many times the size of the file.
fn refuse_long_names(
    file: &[u8],
    dims: &[(String, Option<u64>)],
    declared: &[Declared],
) -> Result<()> {
    let axes = declared.iter().flat_map(|variable| &variable.dims);
    let names: u64 = axes.map(|&id| dims[id].0.len() as u64).sum();
    let most = NAMES * file.len() as u64 + NAMES_AT_LEAST;
    if names <= most {
        return Ok(());
    }
    let expected = format!("axes whose names have {most} bytes at most");
    Err(malformed(expected, names.to_string()))
}

/// Fails unless each place ends before the next one begins.
fn disjoint(places: &[(usize, usize)]) -> Result<()> {
    for pair in places.windows(2) {
        if let [(_, end), (next, _)] = pair
            && end > next
        {
            return Err(malformed(
                format!("variables that end before others begin, at offset {next}"),
                format!("one that ends at {end}"),
            ));
        }
    }
    Ok(())
}
