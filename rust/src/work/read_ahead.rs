//! Reading ahead, so that making the bytes and working on them take two cores.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::memory::try_zeroed;
use crate::work::interrupt;

/// Bytes that are handed over at once, and how many such pieces may wait.
const PIECE: usize = 1 << 20;
const WAITING: usize = 2;

type Read1 = io::Result<Vec<u8>>;

/// Does `work` on what `source` gives, which is read by a thread of its own that ends with the work.
pub(crate) fn reading<R, T>(source: R, work: impl FnOnce(&mut dyn Read) -> T) -> T
where
    R: Read + Send,
{
    let source = Mutex::new(Some(source));
    let take = || source.lock().unwrap_or_else(PoisonError::into_inner).take();
    thread::scope(|scope| {
        let (sender, pieces) = sync_channel(WAITING);
        let watch = interrupt::current();
        let take = &take;
        let pump = move || {
            if let Some(source) = take() {
                interrupt::within(watch, || pump(source, &sender));
            }
        };
        if thread::Builder::new().spawn_scoped(scope, pump).is_ok() {
            return work(&mut ReadAhead {
                pieces,
                piece: Vec::new(),
                at: 0,
            });
        }
        match take() {
            Some(mut source) => work(&mut source),
            None => work(&mut io::empty()),
        }
    })
}

/// Sends pieces until the source ends or fails, or nobody listens any more.
fn pump(mut source: impl Read, sender: &SyncSender<Read1>) {
    loop {
        let piece = next(&mut source);
        let last = piece.as_ref().map_or(true, Vec::is_empty);
        if sender.send(piece).is_err() || last {
            return;
        }
    }
}

fn next(source: &mut impl Read) -> Read1 {
    interrupt::check().map_err(io::Error::other)?;
    let mut piece = try_zeroed(PIECE).map_err(io::Error::other)?;
    let mut filled = 0;
    while filled < PIECE {
        match source.read(&mut piece[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    piece.truncate(filled);
    Ok(piece)
}

struct ReadAhead {
    pieces: Receiver<Read1>,
    piece: Vec<u8>,
    at: usize,
}

impl Read for ReadAhead {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            // Nothing comes after the end.
            self.piece = self.pieces.recv().unwrap_or_else(|_| Ok(Vec::new()))?;
            self.at = 0;
        }
        let count = (&self.piece[self.at..]).read(out)?;
        self.at += count;
        Ok(count)
    }
}
