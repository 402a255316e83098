//! Many members at once, neighbours read together.

use super::input::Input;
use crate::archive::{Archive, Run};
use crate::error::{Error, Result};
use crate::memory::Scratch;
use crate::source::requests;
use crate::work::parallel;

/// Compressed bytes that are in memory at once where the source is not made for threads; or a run for each thread, if
/// that is more. For a distant source it is the largest request.
const PREFETCHED: u64 = 16 << 20;

/// Memory that a thread works in: compressed bytes, and what comes out.
#[derive(Default)]
pub(super) struct Room {
    compressed: Scratch,
    pub(super) file: Scratch,
}

/// Does `work` with each of the members `names`; what comes of it is in their order.
///
/// `work` is given the position of the member, and memory for what it decodes. One of the members may be `here`
/// already.
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::archive::{Compressed, Options, Writer};
    use crate::codec::zip::Method;
    use crate::error::Kind;
    use crate::limits::Limits;
    use crate::source::ReadAt;

    /// A source of each nature, and the number of reads.
    struct Source {
        bytes: Vec<u8>,
        concurrent: bool,
        distant: bool,
        reads: Mutex<usize>,
    }

    impl ReadAt for Source {
        fn size(&self) -> u64 {
            self.bytes.len() as u64
        }

        fn read_exact_at(&self, buf: &mut [u8], offset: u64) -> Result<()> {
            *self.reads.lock().unwrap() += 1;
            self.bytes.read_exact_at(buf, offset)
        }

        fn concurrent(&self) -> bool {
            self.concurrent
        }

        fn distant(&self) -> bool {
            self.distant
        }
    }

    /// Small members, one that is a run on its own, and small ones again; the last one is not wanted.
    const SIZES: [usize; 6] = [10, 20, 300 << 10, 30, 40, 50];

    fn name(nth: usize) -> String {
        format!("m_{nth}")
    }

    fn content(nth: usize) -> Vec<u8> {
        vec![b'a' + u8::try_from(nth).unwrap(); SIZES[nth]]
    }

    fn bytes() -> Vec<u8> {
        let options = Options {
            allow_zip64: false,
            modified: 0x21 << 16,
        };
        let mut writer = Writer::new(Vec::new(), 0, options);
        for nth in 0..SIZES.len() {
            let member = Compressed::new(name(nth), Method::Stored, None, &content(nth));
            writer.add(&member.unwrap()).unwrap();
        }
        writer.finish().unwrap()
    }

    /// The archive in sources of all natures: one for threads, one that is not, and one that is distant.
    fn archives(bytes: &[u8]) -> [(Arc<Source>, Archive); 3] {
        [(true, false), (false, false), (false, true)].map(|(concurrent, distant)| {
            let source = Arc::new(Source {
                bytes: bytes.to_vec(),
                concurrent,
                distant,
                reads: Mutex::default(),
            });
            let archive = Archive::open(Arc::clone(&source) as Arc<dyn ReadAt>, Limits::default());
            (source, archive.unwrap())
        })
    }

    #[test]
    fn what_comes_of_members_is_in_the_order_of_their_names() {
        let wanted = [4, 2, 0, 3, 1];
        let names = wanted.map(name);
        let names = names.each_ref().map(String::as_str);
        for (_, archive) in archives(&bytes()) {
            for threads in [1, 3] {
                let done = with_each(&archive, &names, None, threads, |position, input, _| {
                    Ok((position, input.member.to_owned(), input.read()?.to_vec()))
                });
                let expected = wanted.iter().enumerate();
                let expected = expected.map(|(position, &nth)| (position, name(nth), content(nth)));
                assert_eq!(done.unwrap(), expected.collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn neighbours_are_read_together() {
        let names = [0, 1, 2, 3, 4].map(name);
        let names = names.each_ref().map(String::as_str);
        let [threads, ..] = archives(&bytes());
        let (source, archive) = threads;
        *source.reads.lock().unwrap() = 0;
        with_each(&archive, &names, None, 1, |_, input, _| input.read()).unwrap();
        // Two small members, the large one, and two small ones.
        assert_eq!(*source.reads.lock().unwrap(), 3);
    }

    #[test]
    fn a_member_that_is_here_is_not_read_again() {
        let [_, (source, archive), _] = archives(&bytes());
        let reads = || std::mem::take(&mut *source.reads.lock().unwrap());
        let names = ["m_0", "m_1", "m_2"];
        let work = |_: usize, input: &Input<'_>, _: &mut Scratch| input.read();
        reads();
        let found = with_each(&archive, &names, None, 1, work).unwrap();
        let all = reads();
        let here = Input::new(&archive, "m_1").unwrap();
        let one = reads();
        let same = with_each(&archive, &names, Some(here), 1, work).unwrap();
        assert_eq!((same, reads()), (found, all - one));
    }

    #[test]
    fn an_error_names_the_member_that_fails() {
        let mut damaged = bytes();
        let at = memchr::memmem::find(&damaged, &content(1)).unwrap();
        damaged[at] = b'z';
        for (_, archive) in archives(&damaged) {
            let read = |names: &[&str]| {
                let done = with_each(&archive, names, None, 2, |_, input, _| input.read());
                done.map(|done| done.len())
            };
            assert_eq!(read(&["m_0", "m_2", "m_3"]).unwrap(), 3);
            let error = read(&["m_3", "m_0", "m_1"]).unwrap_err();
            assert_eq!((error.kind(), error.member()), (Kind::Member, Some("m_1")));
            let error = read(&["m_0", "m_9"]).unwrap_err();
            assert_eq!((error.kind(), error.member()), (Kind::Missing, Some("m_9")));
            let fails = |_: usize, _: &Input<'_>, _: &mut Scratch| -> Result<()> {
                Err(Error::new(Kind::Json, "a text", "another"))
            };
            let error = with_each(&archive, &["m_3"], None, 1, fails).unwrap_err();
            assert_eq!((error.kind(), error.member()), (Kind::Json, Some("m_3")));
        }
    }

    #[test]
    fn a_chunk_has_the_runs_that_there_is_room_for_or_one_a_thread() {
        let [(_, archive), ..] = archives(&bytes());
        let runs = archive.runs(&["m_0", "m_2", "m_3"]).unwrap();
        let sizes: Vec<_> = runs.iter().map(Run::size).collect();
        assert_eq!(sizes.len(), 3);
        let lens = |threads, most| {
            let chunks = chunks(&runs, threads, most);
            chunks.map(<[_]>::len).collect::<Vec<_>>()
        };
        assert_eq!(lens(1, sizes.iter().sum()), [3]);
        assert_eq!(lens(1, sizes.iter().sum::<u64>() - 1), [2, 1]);
        assert_eq!(lens(1, sizes[0] + sizes[1] - 1), [1, 1, 1]);
        assert_eq!(lens(2, 0), [2, 1]);
        assert_eq!(lens(9, 0), [3]);
        assert_eq!(chunks(&[], 2, 9).count(), 0);
    }

    #[test]
    fn a_member_without_its_work_is_a_fault_of_ours() {
        assert_eq!(in_order(vec![(1, 'b'), (0, 'a')], 2).unwrap(), ['a', 'b']);
        for done in [
            vec![(0, 'a')],
            vec![(0, 'a'), (0, 'a')],
            vec![(0, 'a'), (2, 'c')],
            vec![(0, 'a'), (1, 'b'), (2, 'c')],
        ] {
            let error = in_order(done, 2).unwrap_err();
            assert_eq!(error.kind(), Kind::Internal, "{error}");
        }
    }
}
