//! Remains of the directory: every header that can be read, wherever it stands.

use std::ops::Range;

use crate::archive::end::{self, End};
use crate::archive::record::{CENTRAL, CENTRAL_LEN, END, END64, Fields};
use crate::archive::window::Window;
use crate::error::{Kind, Result};
use crate::limits::Limits;
use crate::source::ReadAt;

use super::content::Claim;
use super::printable;

/// A header of the directory.
pub(super) struct Record {
    pub(super) method: u16,
    pub(super) claim: Claim,
    /// Offset of the local header, as the directory counts.
    pub(super) offset: u64,
    /// None where it is not text.
    pub(super) name: Option<Box<str>>,
    pub(super) name_len: u16,
    /// True if another record begins where the header ends by its lengths: else one of these is wrong.
    pub(super) ends: bool,
}

impl Record {
    /// The name, unless its length may be wrong: the header does not end by it, nor is it that of the other header.
    pub(super) fn sure_name(self, other: Option<usize>) -> Option<Box<str>> {
        let sure = self.ends || other == Some(self.name_len.into());
        self.name.filter(|_| sure)
    }
}

/// The headers that were found, in their order.
pub(super) struct Directory {
    pub(super) records: Vec<Record>,
    /// True if these are all, one behind the other, as the end record says.
    pub(super) complete: bool,
    /// By how much the end record says that all offsets are moved (modulo 2^64).
    pub(super) shift: Option<u64>,
    /// Offset of the directory, if the end record says so.
    pub(super) start: Option<u64>,
}

impl Directory {
    /// Reads `source` but for `whole` stretches of it, which are in order.
    pub(super) fn left(source: &dyn ReadAt, limits: &Limits, whole: &[Range<u64>]) -> Result<Self> {
        let end = match end::find(source) {
            Ok(end) => Some(end),
            Err(error) if error.is_of_machine() => return Err(error),
            Err(_) => None,
        };
        let mut search = Search {
            window: Window::new(source),
            records: Vec::new(),
            start: end.as_ref().map(|end| end.directory.start),
            due: None,
            listed: 0..0,
            listed_end: None,
        };
        let (mut from, mut whole) = (0, whole.iter().peekable());
        while let Some(at) = search.next(from)? {
            while whole.next_if(|range| range.end <= at).is_some() {}
            from = match whole.peek() {
                Some(range) if range.contains(&at) => range.end,
                _ => search.record(at)?.unwrap_or(at + 1),
            };
            limits.check_members(search.records.len() as u64)?;
        }
        let complete = end.as_ref().is_some_and(|end| search.lists_all(end));
        if complete {
            search.records.truncate(search.listed.end);
            search.records.drain(..search.listed.start);
        }
        let shift = |end: &End| end.directory.start.wrapping_sub(end.declared);
        Ok(Self {
            records: search.records,
            complete,
            shift: end.as_ref().map(shift),
            start: search.start,
        })
    }
}

struct Search<'a> {
    window: Window<'a>,
    records: Vec<Record>,
    /// Offset of the directory, if the end record says so.
    start: Option<u64>,
    /// End of the last header, if another record begins there.
    due: Option<u64>,
    /// Records that stand one behind the other from the beginning of the directory on, and the end of the last.
    listed: Range<usize>,
    listed_end: Option<u64>,
}

impl Search<'_> {
    /// Finds the next header, where one is due, though a bit of its signature may be wrong, or where a signature is.
    fn next(&mut self, from: u64) -> Result<Option<u64>> {
        let found = self.window.find(CENTRAL, from)?;
        let mut next = found;
        for due in [self.start, self.due].into_iter().flatten() {
            let sooner = due >= from && next.is_none_or(|next| due < next);
            if sooner && nearly(self.window.peek(due, CENTRAL.len())?, CENTRAL) {
                next = Some(due);
            }
        }
        Ok(next)
    }

    /// Takes the header at `at`; gives its end, if another record begins there.
    fn record(&mut self, at: u64) -> Result<Option<u64>> {
        let Ok(header) = <[u8; CENTRAL_LEN]>::try_from(self.window.peek(at, CENTRAL_LEN)?) else {
            return Ok(None);
        };
        let lengths = [28, 30, 32].map(|at| u16::from_le_bytes([header[at], header[at + 1]]));
        let len = CENTRAL_LEN + lengths.map(usize::from).iter().sum::<usize>();
        let bytes = self.window.peek(at, len + CENTRAL.len())?;
        let next = bytes.get(len..).unwrap_or_default();
        let ends = [CENTRAL, END, END64].iter().any(|s| nearly(next, *s));
        let record = parse(bytes, ends)?;
        let end = Some(at + len as u64).filter(|_| ends);
        let number = self.records.len();
        if self.start == Some(at) {
            (self.listed, self.listed_end) = (number..number + 1, end);
        } else if self.listed_end == Some(at) {
            (self.listed.end, self.listed_end) = (number + 1, end);
        }
        self.records.push(record);
        self.due = end;
        Ok(end)
    }

    fn lists_all(&self, end: &End) -> bool {
        let all = self.listed.len() as u64 == end.members && end.members > 0;
        all && self.listed_end == Some(end.directory.end)
    }
}

/// Returns whether `bytes` are a signature of which one bit may be wrong.
pub(super) fn nearly(bytes: &[u8], signature: [u8; 4]) -> bool {
    let wrong = bytes
        .iter()
        .zip(signature)
        .map(|(a, b)| (a ^ b).count_ones());
    bytes.len() == signature.len() && wrong.sum::<u32>() <= 1
}

/// The header at the start of `bytes`, of which name and extra field may be missing.
fn parse(bytes: &[u8], ends: bool) -> Result<Record> {
    let mut fields = Fields::new(bytes, Kind::Archive, "a central directory header");
    let (_signature, _versions, _flags) = (fields.u32()?, fields.u32()?, fields.u16()?);
    let (method, _modified, crc) = (fields.u16()?, fields.u32()?, fields.u32()?);
    let (compressed, size) = (fields.u32()?, fields.u32()?);
    let (name_len, extra, _comment) = (fields.u16()?, fields.u16()?, fields.u16()?);
    let (_disk_and_internal, _external) = (fields.u32()?, fields.u32()?);
    let offset = fields.u32()?;
    let name = fields.take(name_len.into()).unwrap_or_default();
    let extra = fields.take(extra.into()).unwrap_or_default();
    let narrow = [size, compressed, offset];
    // Damage may make any field all ones.
    let [size, compressed, offset] = fields.widen(narrow, extra).unwrap_or(narrow.map(u64::from));
    Ok(Record {
        method,
        claim: Claim {
            crc,
            compressed,
            size,
        },
        offset,
        name: printable(name).map(Box::from),
        name_len,
        ends,
    })
}
