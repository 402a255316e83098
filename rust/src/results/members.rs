//! Many members at once, neighbours read together.

use super::input::Input;
use crate::archive::{Archive, Run};
use crate::error::{Error, Result};
use crate::memory::Scratch;
use crate::source::requests;
use crate::work::parallel;

/// Compressed bytes that are in memory at once of a source that is not made for threads, or one run a thread. Of a
/// distant source it is the bytes of the largest request.
const PREFETCHED: u64 = 16 << 20;

/// Memory that a thread works in: compressed bytes, and what comes out.
#[derive(Default)]
pub(super) struct Room {
    compressed: Scratch,
    pub(super) file: Scratch,
}

/// Does `work` with each of the members `names`; what comes of it is in their order.
///
/// `work` is given the position of the member, and memory for what it decodes. One of the members may be `here` already.
pub(super) fn with_each<'a, T: Send>(
    archive: &'a Archive,
    names: &[&'a str],
    here: Option<Input<'a>>,
    threads: usize,
    work: impl Fn(usize, &Input<'_>, &mut Scratch) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let runs = archive.runs(names)?;
    let work = |position, input: &Input<'_>, file: &mut Scratch| {
        let done = work(position, input, file).map_err(|error| error.in_member(input.member))?;
        Ok((position, done))
    };
    let done = if archive.concurrent() {
        by_threads(archive, names, &runs, threads, work)?
    } else {
        in_chunks(archive, names, here, &runs, threads, work)?
    };
    in_order(done, names.len())
}

/// Each thread reads a run, and does the work of its members.
fn by_threads<T: Send>(
    archive: &Archive,
    names: &[&str],
    runs: &[Run<'_>],
    threads: usize,
    work: impl Fn(usize, &Input<'_>, &mut Scratch) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let found = parallel::map_with(runs.len(), threads, Room::default, |room, nth| {
        let run = &runs[nth];
        let bytes = if run.is_large() {
            None
        } else {
            // Where that fails each member is read by itself, so that the error names the one that fails.
            archive.read_run(run, &mut room.compressed).ok()
        };
        let members = run.positions().enumerate();
        let done = members.map(|(nth, position)| {
            let input = match bytes {
                Some(bytes) => Input::fetched(archive, archive.fetch_within(run, nth, bytes)?),
                None => Input::new(archive, names[position])?,
            };
            work(position, &input, &mut room.file)
        });
        done.collect::<Result<Vec<_>>>()
    })?;
    let mut done = Vec::with_capacity(names.len());
    done.extend(found.into_iter().flatten());
    Ok(done)
}

/// This thread reads, as many runs at once as memory has room for; all do the work.
fn in_chunks<'a, T: Send>(
    archive: &'a Archive,
    names: &[&'a str],
    mut here: Option<Input<'a>>,
    runs: &[Run<'_>],
    threads: usize,
    work: impl Fn(usize, &Input<'_>, &mut Scratch) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let most = if archive.distant() {
        requests::PIECE
    } else {
        PREFETCHED
    };
    let mut done = Vec::with_capacity(names.len());
    for runs in chunks(runs, threads, most) {
        let positions: Vec<_> = runs.iter().flat_map(Run::positions).collect();
        let members: Vec<_> = positions.iter().map(|&position| names[position]).collect();
        let inputs = Input::all_beside(archive, &members, &mut here)?;
        done.extend(parallel::map_with(
            inputs.len(),
            threads,
            Scratch::default,
            |file, nth| work(positions[nth], &inputs[nth], file),
        )?);
    }
    Ok(done)
}

fn chunks<'r, 'a>(
    mut runs: &'r [Run<'a>],
    threads: usize,
    most: u64,
) -> impl Iterator<Item = &'r [Run<'a>]> {
    std::iter::from_fn(move || {
        let mut total = 0;
        let small = runs.iter().take_while(|run| {
            total += run.size();
            total <= most
        });
        let count = small.count().max(threads.max(1)).min(runs.len());
        let (chunk, rest) = runs.split_at(count);
        runs = rest;
        (!chunk.is_empty()).then_some(chunk)
    })
}

fn in_order<T>(mut done: Vec<(usize, T)>, count: usize) -> Result<Vec<T>> {
    done.sort_unstable_by_key(|&(position, _)| position);
    let ordered = done
        .iter()
        .enumerate()
        .all(|(nth, &(position, _))| nth == position);
    if !ordered || done.len() != count {
        let expected = format!("each of {count} members once");
        let found = format!("{} of them, or others", done.len());
        return Err(Error::internal(expected, found));
    }
    Ok(done.into_iter().map(|(_, done)| done).collect())
}
