//! The content of a member whose headers may lie: what its stream gives up to the end that it has by itself.

use std::io::{BufReader, Read};

use crate::archive::stream::{OUTPUT, Section};
use crate::codec::zip::{self, Crc, Decompressor, Method, check_crc, error_of};
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;
use crate::memory::try_zeroed;
use crate::source::ReadAt;
use crate::work::interrupt;

/// Bytes of content whose making counts as much as a compressed byte.
const CONTENT: u64 = 16;
/// Pieces in which compressed bytes are read: as many as a header claims, within these bounds.
const INPUT: std::ops::RangeInclusive<u64> = 512..=1 << 18;
/// Decompressors look beyond the end of a stream by a few bytes.
const BEYOND: u64 = 16;

/// Claims of a header or a data descriptor about a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Claim {
    pub(super) crc: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
}

impl Claim {
    /// The claim of a member without content, and of local headers of streamed ones.
    pub(super) const EMPTY: Self = Self {
        crc: 0,
        compressed: 0,
        size: 0,
    };

    /// Returns whether both may be of one content, each field of them damaged in a byte at most.
    pub(super) fn is_near(&self, other: &Self) -> bool {
        let near = |a: u64, b: u64| {
            let wrong = a ^ b;
            wrong >> (wrong.trailing_zeros() / 8 * 8).min(63) < 1 << 8
        };
        near(self.crc.into(), other.crc.into())
            && near(self.compressed, other.compressed)
            && near(self.size, other.size)
    }
}

/// Reads contents, and counts what that costs.
pub(super) struct Contents<'a> {
    source: &'a dyn ReadAt,
    limits: &'a Limits,
    piece: Vec<u8>,
    /// Cost of the content that was asked for last: its bytes that were read and made, in compressed bytes.
    pub(super) cost: u64,
}

impl<'a> Contents<'a> {
    pub(super) fn new(source: &'a dyn ReadAt, limits: &'a Limits) -> Result<Self> {
        Ok(Self {
            source,
            limits,
            piece: try_zeroed(OUTPUT)?,
            cost: 0,
        })
    }

    /// The content of the data at `start`, if one of `claims` has its CRC-32, and one of them a size of it.
    ///
    /// The headers of a member repeat each other, and one of them may have a wrong bit. CRC-32 and one of the sizes are
    /// proof enough; the other size is then that of the content.
    pub(super) fn claimed(
        &mut self,
        start: u64,
        method: Method,
        claims: &[Claim],
    ) -> Result<Claim> {
        self.cost = 0;
        if self.is_empty(start, claims)? {
            return Ok(Claim::EMPTY);
        }
        // Zeros prove nothing where there are data.
        let claims: Vec<Claim> = claims
            .iter()
            .copied()
            .filter(|&claim| claim != Claim::EMPTY)
            .collect();
        let claims = claims.as_slice();
        if claims.is_empty() {
            let expected = "a header that says what the data hold";
            return Err(Error::new(Kind::Member, expected, "zeros"));
        }
        if method == Method::Stored {
            return self.stored(start, claims);
        }
        let mut outcome = self
            .decoded(start, method, None, claims)
            .and_then(|found| judged(found, claims));
        if method == Method::Lzma {
            // Without an end marker, the stream ends where the size says.
            for claim in claims {
                if outcome.is_err() && zip::admit(claim.compressed, claim.size, self.limits).is_ok()
                {
                    outcome = self
                        .decoded(start, method, Some(claim.size), claims)
                        .and_then(|found| judged(found, claims));
                }
            }
        }
        outcome
    }

    /// Returns whether a header says that there are no data, and there is no room for any before the next record.
    ///
    /// Writers store an empty member under any method without running its compressor.
    fn is_empty(&self, start: u64, claims: &[Claim]) -> Result<bool> {
        if !claims.contains(&Claim::EMPTY) {
            return Ok(false);
        }
        let left = self.source.size().saturating_sub(start);
        let mut next = [0; 2];
        if left >= next.len() as u64 {
            self.source.read_exact_at(&mut next, start)?;
        }
        Ok(left == 0 || next == *b"PK")
    }

    /// Stored data end where one of the claims says.
    fn stored(&mut self, start: u64, claims: &[Claim]) -> Result<Claim> {
        let sizes = claims
            .iter()
            .flat_map(|claim| [claim.compressed, claim.size]);
        let left = self.source.size().saturating_sub(start);
        let mut sizes: Vec<u64> = sizes.filter(|&size| size > 0).collect();
        sizes.sort_unstable();
        sizes.dedup();
        let mut crc = Crc::new();
        let mut read = 0;
        let mut outcome = Err(Error::new(Kind::Member, "a size of the data", "zeros"));
        for size in sizes {
            if size > left {
                let found = format!("the end of the file after {left}");
                let error = Error::new(Kind::Member, format!("{size} bytes of data"), found);
                return outcome.or(Err(error));
            }
            zip::admit(size, size, self.limits)?;
            while read < size {
                interrupt::check()?;
                let len = usize::try_from(size - read).map_or(OUTPUT, |len| len.min(OUTPUT));
                let piece = &mut self.piece[..len];
                self.source.read_exact_at(piece, start + read)?;
                crc.update(piece);
                read += len as u64;
                self.cost += len as u64;
            }
            let found = Claim {
                crc: crc.sum(),
                compressed: size,
                size,
            };
            outcome = judged(found, claims);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    fn decoded(
        &mut self,
        start: u64,
        method: Method,
        size: Option<u64>,
        claims: &[Claim],
    ) -> Result<Claim> {
        let most = claims.iter().map(|claim| claim.compressed).max();
        let input = most
            .unwrap_or_default()
            .saturating_add(BEYOND)
            .clamp(*INPUT.start(), *INPUT.end());
        let left = self.source.size().saturating_sub(start);
        // What a buffer reads at once costs, whether it is taken or not.
        self.cost += input.min(left);
        let section = Section::new(self.source, start, left);
        let section = BufReader::with_capacity(usize::try_from(input).unwrap_or(OUTPUT), section);
        let mut stream = Decompressor::new(method, section, size)?;
        let (mut crc, mut size, mut taken) = (Crc::new(), 0, 0);
        loop {
            interrupt::check()?;
            let count = stream.read(&mut self.piece);
            self.cost += stream.taken() - taken;
            taken = stream.taken();
            let count = count.map_err(error_of)?;
            if count == 0 {
                break;
            }
            crc.update(&self.piece[..count]);
            size += count as u64;
            self.cost += count as u64 / CONTENT;
            zip::admit(taken, size, self.limits)?;
        }
        Ok(Claim {
            crc: crc.sum(),
            compressed: taken,
            size,
        })
    }
}

/// Returns whether `claims` are proof of what was found.
fn judged(found: Claim, claims: &[Claim]) -> Result<Claim> {
    let proof = |proves: &dyn Fn(&Claim) -> bool| claims.iter().any(proves);
    let first = claims
        .first()
        .ok_or_else(|| Error::internal("a claim", "none"))?;
    if !proof(&|claim| claim.crc == found.crc) {
        check_crc(first.crc, found.crc)?;
    }
    if proof(&|claim| claim.size == found.size || claim.compressed == found.compressed) {
        return Ok(found);
    }
    let expected = format!("{} bytes", first.size);
    Err(Error::new(Kind::Member, expected, found.size.to_string()))
}
