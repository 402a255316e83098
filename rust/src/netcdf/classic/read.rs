//! The variables of a NetCDF-3 file.

use std::ops::Range;

use super::header::{Entry, Header, Type};
use super::text;
use crate::alloc::try_extend;
use crate::error::Result;
use crate::limits::Limits;
use crate::netcdf::cursor::size;
use crate::netcdf::malformed;
use crate::netcdf::model::{DType, Data, Dataset, Endian, Variable};

/// Reads a NetCDF-3 file. Data stay where they are, big-endian, unless they are records or text.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Dataset> {
    let mut header = Header::new(bytes)?;
    let dims = header.dims()?;
    let attrs = header.attrs()?;
    let entries = header.variables(&dims)?;
    let layout = Layout::new(bytes, header.offset(), header.records, &entries)?;
    layout.refuse_overlaps(&entries)?;

    let mut dims: Vec<(String, u64)> = dims
        .into_iter()
        .map(|(name, len)| (name, len.unwrap_or(header.records)))
        .collect();
    let mut variables = Vec::new();
    for entry in entries {
        variables.push(layout.variable(entry, &dims)?);
    }
    let variables = text::decode(bytes, variables, &mut dims, limits)?;
    Ok(Dataset {
        dims,
        variables,
        attrs,
    })
}

/// Where the data of variables are.
struct Layout<'a> {
    file: &'a [u8],
    header: usize,
    records: usize,
    /// Bytes from one record to the next.
    stride: usize,
}

impl<'a> Layout<'a> {
    fn new(file: &'a [u8], header: usize, records: u64, entries: &[Entry]) -> Result<Self> {
        let mut recorded = entries.iter().filter(|entry| entry.is_record());
        let stride = match (recorded.next(), recorded.next()) {
            (None, _) => Some(0),
            // Specification, note on padding: the records of an only variable are not padded.
            (Some(only), None) => Some(only.bytes),
            _ => entries
                .iter()
                .filter(|entry| entry.is_record())
                .try_fold(0_usize, |sum, entry| {
                    sum.checked_add(entry.bytes.checked_next_multiple_of(4)?)
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
    fn refuse_overlaps(&self, entries: &[Entry]) -> Result<()> {
        let place = |entry: &Entry| (entry.begin, entry.begin.saturating_add(entry.bytes));
        let places = |of_records: bool| {
            let entries = entries.iter().filter(|entry| entry.bytes > 0);
            let entries = entries.filter(|entry| entry.is_record() == of_records);
            let mut places: Vec<_> = entries.map(place).collect();
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

    fn variable(&self, entry: Entry, dims: &[(String, u64)]) -> Result<Found> {
        let data = if entry.is_record() {
            self.records_of(&entry)?
        } else {
            Data::Raw {
                range: self.range(&entry, entry.begin, entry.bytes)?,
                shuffled: false,
            }
        };
        let (names, shape) = entry
            .dims
            .iter()
            .filter_map(|&id| dims.get(id))
            .cloned()
            .unzip();
        Ok(Found {
            text: entry.kind == Type::Char,
            variable: Variable {
                name: entry.name,
                dims: names,
                shape,
                dtype: match entry.kind {
                    Type::Char => DType::Str,
                    Type::Number(dtype) => dtype,
                },
                order: Endian::Big,
                data,
                attrs: entry.attrs,
            },
        })
    }

    fn range(&self, entry: &Entry, begin: usize, len: usize) -> Result<Range<usize>> {
        let end = begin.checked_add(len).filter(|&end| end <= self.file.len());
        match end {
            Some(end) if begin >= self.header || len == 0 => Ok(begin..end),
            _ => Err(malformed(
                format!("{len} bytes of {:?} at offset {begin}", entry.name),
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
    fn records_of(&self, entry: &Entry) -> Result<Data> {
        let span = match self.records.checked_sub(1) {
            None => Some(0),
            Some(gaps) => gaps
                .checked_mul(self.stride)
                .and_then(|n| n.checked_add(entry.bytes)),
        };
        let span = span.ok_or_else(|| malformed("records within 64 bits", "larger ones"))?;
        let range = self.range(entry, entry.begin, span)?;
        if self.stride == entry.bytes {
            return Ok(Data::Raw {
                range,
                shuffled: false,
            });
        }
        let mut owned = Vec::new();
        let part = self.file.get(range).unwrap_or_default();
        for record in part.chunks(self.stride) {
            try_extend(&mut owned, record.get(..entry.bytes).unwrap_or_default())?;
        }
        Ok(Data::Owned(owned))
    }
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

/// A variable, and whether it holds chars that [`text`] has to look at.
pub(super) struct Found {
    pub(super) text: bool,
    pub(super) variable: Variable,
}
