//! What a codec made of the bytes of a member.

use std::io::Write;

use crate::buffer::Buffer;
use crate::error::Result;

/// Most bytes of one stored block (RFC 1951, 3.2.4: LEN has 16 bits).
const STORED_MOST: usize = 65_535;
/// Bytes of its header: BFINAL and BTYPE, padded to a byte, LEN and NLEN.
const HEADER: usize = 5;

/// The compressed bytes of a member, in their order.
///
/// Those that deflate stores are not copied: they stay where they are, and get their headers when they are written.
#[derive(Debug, PartialEq, Eq)]
pub struct Encoded {
    stored: Option<(Buffer, usize)>,
    rest: Buffer,
}

impl Encoded {
    /// A deflate stream that begins with the first `len` bytes of `data` in stored blocks and ends with the
    /// complete stream `rest`.
    pub(super) fn stored_first(data: Buffer, len: usize, rest: Buffer) -> Self {
        let len = len.min(data.len());
        Self {
            stored: Some((data, len)),
            rest,
        }
    }

    fn stored(&self) -> &[u8] {
        self.stored
            .as_ref()
            .map_or(&[], |(data, len)| &data[..*len])
    }

    /// Bytes in all.
    #[must_use]
    pub fn len(&self) -> usize {
        let stored = self.stored().len();
        stored + stored.div_ceil(STORED_MOST) * HEADER + self.rest.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes all bytes.
    pub fn write_to(&self, sink: &mut impl Write) -> Result<()> {
        for block in self.stored().chunks(STORED_MOST) {
            // A chunk's length fits 16 bits by construction.
            let len = u16::try_from(block.len()).unwrap_or(u16::MAX);
            let [low, high] = len.to_le_bytes();
            sink.write_all(&[0, low, high, !low, !high])?;
            sink.write_all(block)?;
        }
        sink.write_all(&self.rest)?;
        Ok(())
    }
}

impl From<Buffer> for Encoded {
    fn from(rest: Buffer) -> Self {
        Self { stored: None, rest }
    }
}

impl From<Vec<u8>> for Encoded {
    fn from(rest: Vec<u8>) -> Self {
        Buffer::from(rest).into()
    }
}
