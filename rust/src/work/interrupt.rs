//! Work that may be told to stop: the thread that began it asks now and then, and its helpers stop with it.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use crate::error::{Error, Kind, Result};

/// Time between two calls of `ask`: a key press is answered at once, as people see it, and asking costs nothing.
pub(crate) const EVERY: Duration = Duration::from_millis(50);

type Ask = Box<dyn Fn() -> Result<()> + Send + Sync>;

/// A watched piece of work.
pub(crate) struct Watch {
    ask: Ask,
    owner: ThreadId,
    asked: Mutex<Option<Instant>>,
    reason: Mutex<Option<Error>>,
    stopped: AtomicBool,
}

thread_local! {
    static WATCH: RefCell<Option<Arc<Watch>>> = const { RefCell::new(None) };
}

/// Does `work` until it ends or `ask` fails.
///
/// [`check`] calls `ask` on this thread only, and once in 50 ms at most. Its first error is returned, and stops the
/// helpers too.
pub fn watched<T>(
    ask: impl Fn() -> Result<()> + Send + Sync + 'static,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let watch = Arc::new(Watch {
        ask: Box::new(ask),
        owner: thread::current().id(),
        asked: Mutex::new(None),
        reason: Mutex::new(None),
        stopped: AtomicBool::new(false),
    });
    let outcome = within(Some(Arc::clone(&watch)), work);
    match lock(&watch.reason).take() {
        Some(reason) => Err(reason),
        None => outcome,
    }
}

/// The watch over the work on this thread, for its helpers.
pub(crate) fn current() -> Option<Arc<Watch>> {
    WATCH.with_borrow(Clone::clone)
}

/// Does `work` under a watch that began on another thread.
pub(crate) fn within<T>(watch: Option<Arc<Watch>>, work: impl FnOnce() -> T) -> T {
    let _before = Before(WATCH.replace(watch));
    work()
}

/// The watch from before, which is put back whatever happens.
struct Before(Option<Arc<Watch>>);

impl Drop for Before {
    fn drop(&mut self) {
        WATCH.set(self.0.take());
    }
}

/// Fails if the work on this thread is to stop.
pub fn check() -> Result<()> {
    let Some(watch) = current() else {
        return Ok(());
    };
    if !watch.stopped.load(Ordering::Relaxed) {
        let Some(reason) = watch.reason_to_stop() else {
            return Ok(());
        };
        *lock(&watch.reason) = Some(reason);
        watch.stopped.store(true, Ordering::Relaxed);
    }
    Err(Error::new(Kind::Io, "work to go on", "an interruption"))
}

impl Watch {
    fn reason_to_stop(&self) -> Option<Error> {
        if thread::current().id() != self.owner {
            return None;
        }
        {
            let mut asked = lock(&self.asked);
            if asked.is_some_and(|last| last.elapsed() < EVERY) {
                return None;
            }
            *asked = Some(Instant::now());
        }
        (self.ask)().err()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;
    use crate::work::parallel;

    /// Work without an end but an interruption.
    fn endless() -> Result<Vec<()>> {
        parallel::map(3, 3, |_| {
            loop {
                check()?;
                thread::yield_now();
            }
        })
    }

    #[test]
    fn helpers_stop_with_the_thread_that_is_interrupted() {
        let interrupted = || Err(Error::new(Kind::Value, "nothing", "a key press"));
        let error = watched(interrupted, endless).unwrap_err();
        assert_eq!(error.found(), "a key press");
        assert!(check().is_ok(), "nobody watches any more");
    }

    #[test]
    fn helpers_are_stopped_when_the_thread_that_began_has_nothing_left_to_do() {
        let both = Barrier::new(2);
        let owner = thread::current().id();
        let work = || {
            parallel::map(2, 2, |_| {
                both.wait();
                while thread::current().id() != owner {
                    check()?;
                }
                Ok(())
            })
        };
        let began = Instant::now();
        let interrupted = move || match began.elapsed() {
            // Later than the first time that is asked.
            elapsed if elapsed < EVERY => Ok(()),
            _ => Err(Error::new(Kind::Value, "nothing", "a key press")),
        };
        assert_eq!(
            watched(interrupted, work).unwrap_err().found(),
            "a key press"
        );
    }

    #[test]
    fn a_panic_ends_the_watch() {
        let stop = || Err(Error::new(Kind::Value, "nothing", "a key press"));
        let panics = std::panic::catch_unwind(|| {
            watched(stop, || -> Result<()> {
                assert!(check().is_ok(), "stopped at once");
                Ok(())
            })
        });
        assert!(panics.is_err());
        assert!(check().is_ok());
    }

    #[test]
    fn work_that_nobody_stops_ends() {
        let work = || parallel::map(10, 2, |i| check().map(|()| i));
        assert_eq!(watched(|| Ok(()), work).unwrap().len(), 10);
        assert_eq!(work().unwrap().len(), 10);
    }
}
