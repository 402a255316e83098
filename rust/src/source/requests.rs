//! Few and large requests in the place of many small reads.

use super::Stretch;
use crate::error::{Error, Result};

/// The first byte of a range, and the one behind its last.
pub type Request = (u64, u64);

/// Bytes between two stretches that are read in vain rather than asked around: what a connection of 5 MB/s gives in the
/// 50 ms that a request takes.
const GAP: u64 = 256 << 10;

/// Bytes of one request at most; more would be lost if the connection breaks.
pub const PIECE: u64 = 64 << 20;

/// The ranges that hold all of `stretches`, which must be in the order of their offsets.
#[must_use]
pub fn of(stretches: &[Stretch<'_>]) -> Vec<Request> {
    let mut requests: Vec<Request> = Vec::new();
    for (offset, buf) in stretches {
        let end = offset.saturating_add(buf.len() as u64);
        if let Some((first, last)) = requests.last_mut()
            && *offset <= last.saturating_add(GAP)
            && end <= first.saturating_add(PIECE)
        {
            *last = end.max(*last);
            continue;
        }
        let mut start = *offset;
        while start < end {
            let next = end.min(start.saturating_add(PIECE));
            requests.push((start, next));
            start = next;
        }
    }
    requests
}

/// The number of the first requests that are sent at once: no more bytes than the largest single one has.
#[must_use]
pub fn at_once(requests: &[Request]) -> usize {
    let mut left = PIECE;
    let fits = |(start, end): &&Request| {
        let rest = left.checked_sub(end - start);
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    requests.iter().take_while(fits).count().max(1)
}

/// Copies what an answer has of the stretches; it begins at `start`.
pub fn fill(stretches: &mut [Stretch<'_>], start: u64, answer: &[u8]) -> Result<()> {
    let end = start + answer.len() as u64;
    let behind = stretches.partition_point(|(offset, _)| *offset < end);
    for (offset, buf) in &mut stretches[..behind] {
        let from = start.max(*offset);
        let until = end.min(*offset + buf.len() as u64);
        if from < until {
            let bytes = &answer[offset_in(from, start)?..offset_in(until, start)?];
            buf[offset_in(from, *offset)?..offset_in(until, *offset)?].copy_from_slice(bytes);
        }
    }
    Ok(())
}

fn offset_in(at: u64, origin: u64) -> Result<usize> {
    usize::try_from(at - origin).map_err(|_| Error::internal("an offset in memory", at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requests(stretches: &[(u64, u64)]) -> Vec<Request> {
        let mut room: Vec<_> = stretches
            .iter()
            .map(|&(offset, len)| (offset, vec![0; usize::try_from(len).unwrap()]))
            .collect();
        let stretches: Vec<_> = room
            .iter_mut()
            .map(|(at, buf)| (*at, &mut buf[..]))
            .collect();
        of(&stretches)
    }

    #[test]
    fn neighbours_are_asked_for_together() {
        assert_eq!(requests(&[(10, 5), (15, 5), (20, 1)]), [(10, 21)]);
        assert_eq!(requests(&[(0, 5), (5 + GAP, 5)]), [(0, 10 + GAP)]);
        assert_eq!(
            requests(&[(0, 5), (6 + GAP, 5)]),
            [(0, 5), (6 + GAP, 11 + GAP)]
        );
        assert_eq!(requests(&[]), []);
    }

    #[test]
    fn what_overlaps_is_asked_for_once() {
        assert_eq!(requests(&[(0, 9), (0, 9), (3, 2), (8, 4)]), [(0, 12)]);
    }

    #[test]
    fn no_request_is_larger_than_a_piece() {
        assert_eq!(
            requests(&[(1, PIECE), (1 + PIECE, 1)]),
            [(1, 1 + PIECE), (1 + PIECE, 2 + PIECE)]
        );
        assert_eq!(
            requests(&[(0, 2 * PIECE + 3)]),
            [(0, PIECE), (PIECE, 2 * PIECE), (2 * PIECE, 2 * PIECE + 3)]
        );
    }

    #[test]
    fn requests_go_out_together_up_to_a_piece() {
        assert_eq!(at_once(&[(0, 9), (9, PIECE), (PIECE, PIECE + 1)]), 2);
        assert_eq!(at_once(&[(0, PIECE), (PIECE, PIECE + 1)]), 1);
        assert_eq!(at_once(&[(0, PIECE + 1)]), 1);
    }

    #[test]
    fn answers_fill_what_they_have() {
        let source: Vec<u8> = (0..100).collect();
        let (mut a, mut b, mut c) = ([0; 10], [0; 4], [0; 4]);
        let mut stretches = [(5, &mut a[..]), (12, &mut b[..]), (12, &mut c[..])];
        for at in [0, 8, 14] {
            let answer = &source[usize::try_from(at).unwrap()..][..8];
            fill(&mut stretches, at, answer).unwrap();
        }
        assert_eq!(a[..], source[5..15]);
        assert_eq!((b, c), ([12, 13, 14, 15], [12, 13, 14, 15]));
    }
}
