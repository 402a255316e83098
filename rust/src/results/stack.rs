//! Arrays of many results, each decoded straight into its place in one.

use std::sync::{Arc, Mutex};

use super::body::{self, Found};
use super::frame::Frame;
use super::frame_cache::FrameCache;
use super::input::Input;
use super::netcdf_member;
use super::open::bare_array;
use super::packed::{Array, Body, PackedResult};
use super::payload::unpack;
use crate::archive::Archive;
use crate::codec::memory::CompressedArray;
use crate::dtype::DType;
use crate::error::{Error, Kind, Result};
use crate::netcdf::Data;
use crate::work::parallel;

/// Members of a source that is not made for threads whose compressed bytes are in memory at once.
const PREFETCHED: usize = 64;

/// Unpacks the array of `first` into `out` and behind it decodes the data members `names`; returns the frame of each of
/// these, `None` where xarray has to decode it. The places of arrays that are not like the first are left as they are.
pub fn stack(
    archive: &Archive,
    names: &[String],
    first: &PackedResult,
    out: &mut [u8],
    threads: usize,
    frames: &FrameCache,
) -> Result<Vec<Option<Arc<Frame>>>> {
    let Body::Plain(like, packed) = &first.body else {
        return Err(Error::internal("an array with a frame", "another"));
    };
    let (place, out) = out
        .split_at_mut_checked(packed.nbytes())
        .ok_or_else(|| Error::internal("room for the first array", "less"))?;
    packed.unpack_into_with(place, threads)?;
    each_member(archive, names, out, threads, |input, place| {
        let (frame, bytes, range, shuffled, order) = match body::find(input, frames)? {
            Found::Payload(span, bytes, range) => {
                (span.frame, bytes, range, span.shuffled, span.order)
            }
            Found::Numbers(frame, bytes, order) => {
                let range = 0..bytes.len();
                (frame, bytes.into(), range, false, order)
            }
            Found::General(_) => return Ok(None),
        };
        if is_like(&frame, like) {
            unpack(&bytes[range], shuffled, order, like.itemsize(), place)?;
        }
        Ok(Some(frame))
    })
}

fn is_like(frame: &Frame, like: &Frame) -> bool {
    let (one, other) = (frame.variable(), like.variable());
    one.dims == other.dims && one.shape == other.shape && frame.dtype() == like.dtype()
}

/// Decodes the members `names`, bare arrays that must all be of one type and shape, into `out`.
pub fn stack_arrays(
    archive: &Archive,
    names: &[String],
    (dtype, shape): (DType, &[u64]),
    out: &mut [u8],
    threads: usize,
) -> Result<()> {
    each_member(archive, names, out, threads, |input, place| {
        let file = input.with_fetched(netcdf_member::decode)?;
        let (variable, found) = bare_array(&file, input.limits())?;
        if found != dtype || variable.shape != shape {
            let expected = format!("an array of {} {shape:?}", dtype.numpy_name());
            let found = format!("{} {:?}", found.numpy_name(), variable.shape);
            return Err(Error::new(Kind::Netcdf, expected, found));
        }
        let (size, order) = (dtype.size(), variable.order);
        match &variable.data {
            Data::Raw { range, shuffled } => {
                unpack(&file[range.clone()], *shuffled, order, size, place)
            }
            Data::Owned(bytes) => unpack(bytes, false, order, size, place),
            Data::Strings(_) => Err(Error::internal("an array of numbers", "texts")),
        }
    })?;
    Ok(())
}

fn each_member<T: Send>(
    archive: &Archive,
    names: &[String],
    out: &mut [u8],
    threads: usize,
    work: impl Fn(&Input<'_>, &mut [u8]) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let places = places(out, names.len())?;
    let at_once = if archive.concurrent() {
        names.len().max(1)
    } else {
        PREFETCHED
    };
    let mut done = Vec::with_capacity(names.len());
    for (names, places) in names.chunks(at_once).zip(places.chunks(at_once)) {
        let inputs = names
            .iter()
            .map(|name| Input::new(archive, name))
            .collect::<Result<Vec<_>>>()?;
        done.extend(parallel::map(names.len(), threads, |index| {
            let input = &inputs[index];
            work(input, taken(&places[index])?).map_err(|error| error.in_member(input.member))
        })?);
    }
    Ok(done)
}

/// Unpacks the arrays of results in memory into `out`.
pub fn stack_packed(results: &[&PackedResult], out: &mut [u8], threads: usize) -> Result<()> {
    let arrays = results
        .iter()
        .map(|result| result.body.packed().ok_or_else(Body::absent))
        .collect::<Result<Vec<_>>>()?;
    unpack_all(&arrays, out, threads)
}

/// Unpacks further arrays of results in memory into `out`.
pub fn stack_packed_arrays(arrays: &[&Array], out: &mut [u8], threads: usize) -> Result<()> {
    let arrays: Vec<_> = arrays.iter().map(|array| &array.packed).collect();
    unpack_all(&arrays, out, threads)
}

fn unpack_all(arrays: &[&CompressedArray], out: &mut [u8], threads: usize) -> Result<()> {
    let places = places(out, arrays.len())?;
    parallel::map(arrays.len(), threads, |index| {
        arrays[index].unpack_into(taken(&places[index])?)
    })?;
    Ok(())
}

/// A part of the array that is filled, until a thread takes it.
type Place<'a> = Mutex<Option<&'a mut [u8]>>;

fn places(mut out: &mut [u8], count: usize) -> Result<Vec<Place<'_>>> {
    let length = out.len() / count.max(1);
    if length * count != out.len() {
        let expected = format!("an array of {count} results");
        return Err(Error::internal(expected, format!("{} bytes", out.len())));
    }
    let mut places = Vec::with_capacity(count);
    for _ in 0..count {
        let (place, rest) = out.split_at_mut(length);
        places.push(Mutex::new(Some(place)));
        out = rest;
    }
    Ok(places)
}

/// Each place is taken once; the mutex only hands it to the thread.
fn taken<'a>(place: &Place<'a>) -> Result<&'a mut [u8]> {
    let place = place.lock().ok().and_then(|mut place| place.take());
    place.ok_or_else(|| Error::internal("a place to fill", "one that was taken"))
}
