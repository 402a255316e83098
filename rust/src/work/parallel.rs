//! Scoped threads over an atomic index: nothing outlives the call, so `fork` stays safe.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Thread};

use crate::error::{Error, Result};
use crate::work::interrupt;

/// Parts of one array, each of which a job takes once.
pub(crate) struct Parts<'a>(Vec<Mutex<Option<&'a mut [u8]>>>);

impl<'a> FromIterator<&'a mut [u8]> for Parts<'a> {
    fn from_iter<I: IntoIterator<Item = &'a mut [u8]>>(parts: I) -> Self {
        Self(
            parts
                .into_iter()
                .map(|part| Mutex::new(Some(part)))
                .collect(),
        )
    }
}

impl<'a> Parts<'a> {
    /// The number of parts.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes a part; the mutex only hands it to the thread.
    pub(crate) fn take(&self, index: usize) -> Result<&'a mut [u8]> {
        let part = self.0.get(index).and_then(|part| part.lock().ok()?.take());
        part.ok_or_else(|| Error::internal("a part to fill", "one that was taken"))
    }
}

/// Runs `job` for every index below `count` on up to `threads` threads, the calling one included.
///
/// The results come back in order. After a failure the remaining indices are skipped, and the failure with
/// the lowest index that ran is returned.
pub fn map<T, F>(count: usize, threads: usize, job: F) -> Result<Vec<T>>
where
    T: Send,
    F: Fn(usize) -> Result<T> + Sync,
{
    map_with(count, threads, || (), |(), index| job(index))
}

/// As [`map`], with a state that each thread makes for itself and hands from job to job: memory to work in.
pub fn map_with<S, T, F>(
    count: usize,
    threads: usize,
    state: impl Fn() -> S + Sync,
    job: F,
) -> Result<Vec<T>>
where
    T: Send,
    F: Fn(&mut S, usize) -> Result<T> + Sync,
{
    let job = |state: &mut S, index| interrupt::check().and_then(|()| job(state, index));
    let threads = threads.min(count);
    if threads <= 1 {
        let mut state = state();
        return (0..count).map(|index| job(&mut state, index)).collect();
    }
    let next = AtomicUsize::new(0);
    let mut all = on_threads(threads, || {
        let mut done = Vec::with_capacity(count / threads + 1);
        let mut state = state();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return done;
            }
            let result = job(&mut state, index);
            if result.is_err() {
                next.store(count, Ordering::Relaxed);
            }
            done.push((index, result));
        }
    });
    all.sort_unstable_by_key(|&(index, _)| index);
    all.into_iter().map(|(_, result)| result).collect()
}

/// Does `work` on this thread and on up to `threads - 1` helpers; gives what all of them have done.
fn on_threads<R: Send>(threads: usize, work: impl Fn() -> Vec<R> + Sync) -> Vec<R> {
    let watch = interrupt::current();
    let helpers = Helpers::default();
    thread::scope(|scope| {
        // Where the system has no further thread to give, those that run do the work.
        let others: Vec<_> = (1..threads)
            .map_while(|_| {
                let (watch, at_work) = (watch.clone(), helpers.begin());
                let work = &work;
                let watched = move || {
                    let _at_work = at_work;
                    interrupt::within(watch, work)
                };
                thread::Builder::new().spawn_scoped(scope, watched).ok()
            })
            .collect();
        let mut all = work();
        helpers.wait();
        for other in others {
            match other.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}

/// Count of helpers at work, so that the thread that waits for them can ask for signals meanwhile.
#[derive(Default)]
struct Helpers(AtomicUsize);

/// A helper at work: the last one to be dropped, panics included, wakes the thread that waits.
struct AtWork<'a> {
    helpers: &'a Helpers,
    waiting: Thread,
}

impl Helpers {
    fn begin(&self) -> AtWork<'_> {
        self.0.fetch_add(1, Ordering::AcqRel);
        AtWork {
            helpers: self,
            waiting: thread::current(),
        }
    }

    fn wait(&self) {
        while self.0.load(Ordering::Acquire) > 0 {
            // Helpers find out by themselves, and their failure is the result.
            let _ = interrupt::check();
            thread::park_timeout(interrupt::EVERY);
        }
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        if self.helpers.0.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.waiting.unpark();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;
    use crate::error::Kind;

    #[test]
    fn a_part_is_taken_once() {
        let mut bytes = [0; 5];
        let parts: Parts<'_> = bytes.chunks_mut(2).collect();
        map(parts.len(), 2, |index| {
            parts.take(index)?.fill(7);
            Ok(())
        })
        .unwrap();
        for index in [0, 3] {
            assert_eq!(parts.take(index).unwrap_err().kind(), Kind::Internal);
        }
        assert_eq!(bytes, [7; 5]);
    }

    #[test]
    fn results_come_back_in_order() {
        for threads in [1, 2, 7] {
            let squares = map(1000, threads, |i| Ok(i * i)).unwrap();
            assert_eq!(squares, (0..1000).map(|i| i * i).collect::<Vec<_>>());
        }
        assert!(map(0, 4, |_| Ok(())).unwrap().is_empty());
    }

    #[test]
    fn each_thread_has_a_state_of_its_own() {
        for threads in [1, 3] {
            let counts = map_with(
                100,
                threads,
                || 0,
                |count, _| {
                    *count += 1;
                    Ok(*count)
                },
            )
            .unwrap();
            let begun = counts.iter().filter(|&&count| count == 1).count();
            assert!((1..=threads).contains(&begun), "{counts:?}");
            assert!(counts.iter().max().unwrap() * threads >= 100, "{counts:?}");
        }
    }

    #[test]
    fn jobs_run_at_the_same_time() {
        // Hangs unless two jobs are under way together.
        let both = Barrier::new(2);
        map(2, 2, |_| {
            both.wait();
            Ok(())
        })
        .unwrap();
    }

    #[test]
    fn the_first_failure_is_returned() {
        let fail = |i: usize| match i {
            3.. => Err(Error::new(Kind::Value, "less than 3", i.to_string())),
            _ => Ok(i),
        };
        for threads in [1, 3] {
            assert_eq!(map(100, threads, fail).unwrap_err().found(), "3");
        }
    }
}
