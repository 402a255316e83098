//! Kinds of results: those of one kind differ in their metadata by numbers alone.

use std::sync::{Mutex, PoisonError};

use super::PackedResult;
use crate::error::Result;
use crate::json::{Varying, fingerprint};
use crate::work::parallel;

/// Kinds that are told apart; results of further ones are on their own. A sweep has one, or one for each value of a
/// parameter that is text.
const MOST_KINDS: usize = 64;

/// Longer texts are on their own: what reads them takes longer than what a kind spares.
const LONGEST: usize = 64 << 10;

/// The kinds met so far.
#[derive(Debug)]
pub struct Kinds {
    varying: Varying,
    fingerprints: Mutex<Vec<Vec<u8>>>,
}

impl Kinds {
    /// No kinds yet; the numbers that `varying` says make no difference.
    #[must_use]
    pub fn new(varying: Varying) -> Self {
        Self {
            varying,
            fingerprints: Mutex::default(),
        }
    }

    /// The number of each result's kind, from 0 in the order in which they were met; None for one on its own.
    pub fn of(&self, results: &[&PackedResult], threads: usize) -> Result<Vec<Option<usize>>> {
        let fingerprints = parallel::map(results.len(), threads, |index| {
            let PackedResult { text, lifted, .. } = results[index];
            // What was lifted left a name of its own in each text.
            let alone = *lifted || text.len() > LONGEST;
            Ok((!alone).then(|| fingerprint(text, &self.varying)))
        })?;
        let mut known = self
            .fingerprints
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut number = |fingerprint: Vec<u8>| {
            if let Some(number) = known.iter().rposition(|other| *other == fingerprint) {
                return Some(number);
            }
            (known.len() < MOST_KINDS).then(|| {
                known.push(fingerprint);
                known.len() - 1
            })
        };
        Ok(fingerprints
            .into_iter()
            .map(|fingerprint| fingerprint.and_then(&mut number))
            .collect())
    }
}
