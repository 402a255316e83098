//! A value that threads share and replace, and that none of them waits for.
//!
//! A process that is forked has the locks of its parent as they were, without the threads that would let go of them. So
//! the lock here is held while a pointer is copied, and who does not get it goes on without the value.

use std::sync::{Arc, PoisonError, RwLock, TryLockError};

/// Times that the lock is tried: some microseconds, of which a thread that goes on needs a few nanoseconds.
const TRIES: usize = 200;

/// A value, or none yet.
#[derive(Debug)]
pub(crate) struct Shared<T: ?Sized>(RwLock<Option<Arc<T>>>);

impl<T: ?Sized> Default for Shared<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: ?Sized> Shared<T> {
    /// No value yet.
    pub(crate) const fn new() -> Self {
        Self(RwLock::new(None))
    }

    /// The value; `None` also where another thread holds the lock, since it may be gone and hold it for ever.
    pub(crate) fn get(&self) -> Option<Arc<T>> {
        tried(|| self.0.try_read()).and_then(|value| value.clone())
    }

    /// Puts `new` in the place of `old`; false where another value is there by now, or the lock is held.
    pub(crate) fn replace(&self, old: Option<&Arc<T>>, new: Arc<T>) -> bool {
        let Some(mut value) = tried(|| self.0.try_write()) else {
            return false;
        };
        if value.as_ref().map(Arc::as_ptr) != old.map(Arc::as_ptr) {
            return false;
        }
        // The caller has `old` still, so nothing is freed under the lock.
        *value = Some(new);
        true
    }

    /// The value, which `make` makes where there is none. Threads that make it at the same time get the same.
    pub(crate) fn get_or_make<E>(
        &self,
        make: impl FnOnce() -> Result<Arc<T>, E>,
    ) -> Result<Arc<T>, E> {
        if let Some(value) = self.get() {
            return Ok(value);
        }
        let value = make()?;
        if self.replace(None, Arc::clone(&value)) {
            return Ok(value);
        }
        Ok(self.get().unwrap_or(value))
    }
}

/// A lock, unless it is held all the time.
fn tried<G>(attempt: impl Fn() -> Result<G, TryLockError<G>>) -> Option<G> {
    for _ in 0..TRIES {
        match attempt() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(error)) => return Some(PoisonError::into_inner(error)),
            Err(TryLockError::WouldBlock) => std::hint::spin_loop(),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_replaced_by_who_knows_it() {
        let shared = Shared::default();
        assert_eq!(shared.get(), None);
        let (one, two) = (Arc::new(1), Arc::new(2));
        assert!(shared.replace(None, Arc::clone(&one)));
        assert!(!shared.replace(None, Arc::clone(&two)));
        assert!(!shared.replace(Some(&Arc::new(1)), Arc::clone(&two)));
        assert!(shared.replace(Some(&one), two));
        assert_eq!(shared.get(), Some(Arc::new(2)));
    }

    #[test]
    fn a_value_is_made_once() {
        let shared = Shared::default();
        let made = shared.get_or_make(|| Ok::<_, ()>(Arc::new(1))).unwrap();
        let again = shared.get_or_make(|| Err(())).unwrap();
        assert!(Arc::ptr_eq(&made, &again));
        let failed = Shared::<u8>::default().get_or_make(|| Err("none"));
        assert_eq!(failed, Err("none"));
    }

    #[test]
    fn nobody_waits_for_a_lock_that_is_held() {
        let shared = Shared::default();
        let one = Arc::new(1);
        assert!(shared.replace(None, Arc::clone(&one)));
        let held = shared.0.write().unwrap();
        assert_eq!(shared.get(), None);
        assert!(!shared.replace(Some(&one), Arc::new(2)));
        let made = shared.get_or_make(|| Ok::<_, ()>(Arc::new(3)));
        assert_eq!(made, Ok(Arc::new(3)));
        drop(held);
        let read = shared.0.read().unwrap();
        assert_eq!(shared.get(), Some(one));
        drop(read);
    }
}
