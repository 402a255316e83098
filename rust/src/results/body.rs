//! The array of a NetCDF member, found but neither packed nor stacked yet.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::frame::{Frame, plain_array};
use super::frame_cache::{FrameCache, PayloadSpan};
use super::input::Input;
use super::netcdf_member;
use super::payload::{as_netcdf4, frame_of};
use crate::dtype::Endian;
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;
use crate::memory::Buffer;
use crate::netcdf::{self, Data, Dataset};

/// An array as it was found.
pub(super) enum Found {
    /// Bytes that hold the payload, and where.
    Payload(PayloadSpan, Buffer, Range<usize>),
    /// Numbers that a file has in pieces, gathered.
    Numbers(Arc<Frame>, Vec<u8>, Endian),
    /// A NetCDF-4 file that xarray has to decode.
    General(Buffer),
}

/// The array within a file.
pub(super) enum Located {
    /// In the file itself.
    Payload(PayloadSpan),
    /// Numbers that the file has in pieces, gathered.
    Numbers(Arc<Frame>, Vec<u8>, Endian),
    /// None that is plain; the dataset where the strict reader could read it.
    General(Option<Dataset>),
}

/// Decodes a member, which is parsed unless one before differs in its payload only.
pub(super) fn find(input: &Input<'_>, frames: &FrameCache) -> Result<Found> {
    let file = input.with_fetched(netcdf_member::decode)?;
    find_in(file, input.limits(), frames)
}

/// The array of a file.
pub(super) fn find_in(file: Buffer, limits: &Limits, frames: &FrameCache) -> Result<Found> {
    match locate(&file, limits, frames)? {
        Located::Payload(span) => {
            let range = span.range.clone();
            Ok(Found::Payload(span, file, range))
        }
        Located::Numbers(frame, bytes, order) => Ok(Found::Numbers(frame, bytes, order)),
        Located::General(None) => general(file, limits),
        Located::General(Some(dataset)) => {
            let whole = match as_netcdf4(&file, dataset)? {
                Cow::Borrowed(_) => None,
                Cow::Owned(whole) => Some(whole),
            };
            general(whole.map_or(file, Buffer::from), limits)
        }
    }
}

/// Finds the array of a file, which is parsed unless one before differs in its payload only.
pub(super) fn locate(file: &[u8], limits: &Limits, frames: &FrameCache) -> Result<Located> {
    if let Some(span) = frames.recall(file) {
        return Ok(Located::Payload(span));
    }
    let mut dataset = match netcdf::read(file, limits) {
        Ok(dataset) => dataset,
        // Of NetCDF-3 there is no other reader.
        Err(error) if error.kind() == Kind::Unsupported && !netcdf::is_classic(file) => {
            return Ok(Located::General(None));
        }
        Err(error) => return Err(error),
    };
    let Some(payload) = plain_array(&dataset) else {
        return Ok(Located::General(Some(dataset)));
    };
    let variable = &mut dataset.variables[payload];
    let order = variable.order;
    // A frame has no values.
    let data = std::mem::replace(&mut variable.data, Data::Owned(Vec::new()));
    let frame = Arc::new(frame_of(file, dataset, payload)?);
    match data {
        Data::Raw { range, shuffled } => {
            let span = PayloadSpan {
                frame,
                range,
                shuffled,
                order,
            };
            frames.remember(file, span).map(Located::Payload)
        }
        Data::Owned(bytes) => Ok(Located::Numbers(frame, bytes, order)),
        Data::Strings(_) => Err(Error::internal("the numbers of a plain array", "texts")),
    }
}

fn general(file: Buffer, limits: &Limits) -> Result<Found> {
    limits.check_delegated(file.len() as u64)?;
    Ok(Found::General(file))
}
