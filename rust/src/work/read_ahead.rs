//! Reading ahead, so that making the bytes and working on them take two cores.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::error::Error;
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
                ended: false,
            });
        }
        match take() {
            Some(mut source) => work(&mut source),
            None => work(&mut Taken),
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
    /// True once the empty piece that follows the last one has come.
    ended: bool,
}

impl Read for ReadAhead {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() && !self.ended {
            let stopped = |_| io::Error::other(Error::internal("a whole text", "a part of it"));
            self.piece = self.pieces.recv().map_err(stopped)??;
            self.at = 0;
            self.ended = self.piece.is_empty();
        }
        let count = (&self.piece[self.at..]).read(out)?;
        self.at += count;
        Ok(count)
    }
}

/// The place of a source that a thread has taken which could not be started.
struct Taken;

impl Read for Taken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        let error = Error::internal("a source to read", "one that was taken");
        Err(io::Error::other(error))
    }
}
