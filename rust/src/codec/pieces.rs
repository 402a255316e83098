//! A member's bytes as a codec made them.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::memory::Buffer;

/// Most bytes of one stored block (RFC 1951, 3.2.4: LEN has 16 bits).
const STORED_MOST: usize = 65_535;
/// Bytes of its header: BFINAL and BTYPE, padded to a byte, LEN and NLEN.
const HEADER: usize = 5;

/// A part of the compressed bytes of a member.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A range of the plain bytes, in stored blocks of deflate.
    Stored(Range<usize>),
    /// Bytes as they are.
    Encoded(Buffer),
    /// Bytes that many members have in common.
    Shared(Arc<[u8]>),
}

/// The compressed bytes of a member, in their order.
///
/// Bytes that deflate stores are not copied: they stay where they are, and get their headers when they are written.
#[derive(Debug, PartialEq, Eq)]
pub struct Pieces {
    plain: Buffer,
    pieces: Vec<Piece>,
}

impl Pieces {
    /// Pieces that refer to `plain`.
    pub(super) fn new(plain: Buffer, pieces: Vec<Piece>) -> Self {
        Self { plain, pieces }
    }

    /// Bytes in all.
    #[must_use]
    pub fn len(&self) -> usize {
        let len = |piece: &Piece| match piece {
            Piece::Stored(range) => range.len() + range.len().div_ceil(STORED_MOST) * HEADER,
            Piece::Encoded(bytes) => bytes.len(),
            Piece::Shared(bytes) => bytes.len(),
        };
        self.pieces.iter().map(len).sum()
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes all bytes.
    pub fn write_to(&self, sink: &mut impl Write) -> Result<()> {
        for piece in &self.pieces {
            match piece {
                Piece::Stored(range) => write_stored(&self.plain[range.clone()], sink)?,
                Piece::Encoded(bytes) => sink.write_all(bytes)?,
                Piece::Shared(bytes) => sink.write_all(bytes)?,
            }
        }
        Ok(())
    }
}

fn write_stored(plain: &[u8], sink: &mut impl Write) -> Result<()> {
    for block in plain.chunks(STORED_MOST) {
        let len = u16::try_from(block.len())
            .map_err(|_| Error::internal("a block below 64 KiB", block.len()))?;
        let [low, high] = len.to_le_bytes();
        sink.write_all(&[0, low, high, !low, !high])?;
        sink.write_all(block)?;
    }
    Ok(())
}

impl From<Buffer> for Pieces {
    fn from(bytes: Buffer) -> Self {
        Self::new(Vec::new().into(), vec![Piece::Encoded(bytes)])
    }
}

impl From<Vec<u8>> for Pieces {
    fn from(bytes: Vec<u8>) -> Self {
        Buffer::from(bytes).into()
    }
}
