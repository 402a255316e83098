//! A local header of which any bit may be wrong, beside one of the directory.

use super::content::Claim;
use super::directory::{Record, nearly};
use super::printable;
use crate::archive::record::{Fields, LOCAL, LOCAL_LEN};
use crate::codec::zip::Method;
use crate::error::{Kind, Result};
use crate::memory::try_zeroed;
use crate::source::ReadAt;

/// Lengths of extra fields that local headers have most often: none, and sizes of 64 bits.
const EXTRA: [u64; 2] = [0, 20];
/// Lengths of data descriptors, none included (4.3.9).
const DESCRIPTORS: [u64; 3] = [0, 16, 24];
/// Number of places behind a header that are looked at, where its data may end.
const ENDS: usize = 3;

/// The fixed part of what may be a local header, and its place.
pub(super) struct Remains {
    offset: u64,
    signed: bool,
    method: u16,
    claim: Claim,
    pub(super) name_len: u16,
    extra_len: u16,
}

impl Remains {
    /// None where the source ends in it.
    pub(super) fn read(source: &dyn ReadAt, offset: u64) -> Result<Option<Self>> {
        let end = offset.checked_add(LOCAL_LEN as u64);
        if end.is_none_or(|end| end > source.size()) {
            return Ok(None);
        }
        let mut bytes = [0; LOCAL_LEN];
        source.read_exact_at(&mut bytes, offset)?;
        let mut fields = Fields::new(&bytes, Kind::Member, "a local header");
        let (signature, _versions_and_flags) = (fields.u32()?, fields.u32()?);
        let (method, _modified) = (fields.u16()?, fields.u32()?);
        let (crc, compressed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
        Ok(Some(Self {
            offset,
            signed: nearly(&signature.to_le_bytes(), LOCAL),
            method,
            claim: Claim {
                crc,
                compressed: compressed.into(),
                size: size.into(),
            },
            name_len: fields.u16()?,
            extra_len: fields.u16()?,
        }))
    }

    /// Returns the places at which the data may begin: those that the lengths of either header give, and those from
    /// which the data reach to one of `edges`, where something else begins.
    pub(super) fn starts(&self, record: &Record, edges: &[u64]) -> Vec<u64> {
        let fixed = self.offset + LOCAL_LEN as u64;
        let mut starts = Vec::new();
        for name in [self.name_len, record.name_len].map(u64::from) {
            for extra in [self.extra_len.into(), EXTRA[0], EXTRA[1]] {
                starts.push(fixed + name + extra);
            }
        }
        // An empty member ends everywhere.
        let ends = if record.claim == Claim::EMPTY {
            0
        } else {
            ENDS
        };
        let behind = edges.partition_point(|&edge| edge < fixed);
        for edge in edges[behind..].iter().take(ends) {
            for descriptor in DESCRIPTORS {
                let start = edge.checked_sub(record.claim.compressed.saturating_add(descriptor));
                starts.extend(start.filter(|&start| start >= self.offset));
            }
        }
        // Each once; the first ones are the likeliest.
        let mut seen = Vec::new();
        starts.retain(|start| {
            !seen.contains(start) && {
                seen.push(*start);
                true
            }
        });
        starts
    }

    /// Methods of the one header and the other, the directory's first.
    pub(super) fn methods(&self, record: &Record) -> Vec<Method> {
        let ids = [record.method, self.method];
        let mut methods: Vec<_> = ids
            .into_iter()
            .filter_map(|id| Method::from_id(id).ok())
            .collect();
        methods.dedup();
        methods
    }

    /// Returns what the one header and, if it may be of the same member, the other say.
    pub(super) fn claims(&self, record: &Record) -> Vec<Claim> {
        let mut claims = vec![record.claim];
        // Bytes that were zeroed are not a header of an empty member.
        let says = self.signed || self.claim != Claim::EMPTY;
        claims.extend(Some(self.claim).filter(|claim| says && claim.is_near(&record.claim)));
        claims
    }

    /// The name in the header, if that is as long as it says: the data begin behind it, or the other header agrees.
    pub(super) fn name(
        &self,
        source: &dyn ReadAt,
        record: &Record,
        start: u64,
    ) -> Result<Option<Box<str>>> {
        let fixed = self.offset + LOCAL_LEN as u64;
        let end = fixed + u64::from(self.name_len);
        let begins = start == end + u64::from(self.extra_len);
        if !self.signed || end > start || !(begins || self.name_len == record.name_len) {
            return Ok(None);
        }
        let mut name = try_zeroed(self.name_len.into())?;
        source.read_exact_at(&mut name, fixed)?;
        Ok(printable(&name).map(Box::from))
    }
}
