//! Object headers of both versions (section IV.A.1): lists of messages.

use super::super::checksum::{self, lookup3};
use super::super::message;
use super::file::File;
use crate::error::Result;
use crate::memory::try_push;
use crate::netcdf::cursor::{Cursor, size};
use crate::netcdf::{malformed, unsupported};
use crate::work::interrupt;

/// Bit of a header's flags: messages have a creation order.
const ORDERED: u8 = 0x04;

/// Messages that are parsed at once; an interruption is answered between them.
const AT_ONCE: usize = 64;

pub(super) struct Message<'a> {
    pub(super) kind: u8,
    /// Creation order, where it is kept.
    pub(super) order: Option<u16>,
    pub(super) body: Cursor<'a>,
}

pub(super) struct ObjectHeader<'a> {
    pub(super) address: u64,
    pub(super) messages: Vec<Message<'a>>,
}

impl<'a> ObjectHeader<'a> {
    pub(super) fn read(file: &File<'a>, address: u64) -> Result<Self> {
        let mut header = Self {
            address,
            messages: Vec::new(),
        };
        if file.peek(address, "an object header")?.array()? == *b"OHDR" {
            header.version_2(file)?;
        } else {
            header.version_1(file)?;
        }
        Ok(header)
    }

    /// The message of a kind that can be there only once.
    pub(super) fn only(&self, kind: u8) -> Result<Option<Cursor<'a>>> {
        let mut of_kind = self.all(kind);
        let first = of_kind.next().map(|message| message.body.clone());
        if of_kind.next().is_some() {
            return Err(malformed(
                format!(
                    "one message of kind {kind} in the object header at {:#x}",
                    self.address
                ),
                "several",
            ));
        }
        Ok(first)
    }

    pub(super) fn all(&self, kind: u8) -> impl Iterator<Item = &Message<'a>> {
        self.messages
            .iter()
            .filter(move |message| message.kind == kind)
    }

    fn version_1(&mut self, file: &File<'a>) -> Result<()> {
        let mut prefix = file.block(self.address, 16, "an object header")?;
        let start = prefix.array::<2>()?;
        if start != [1, 0] {
            return Err(malformed(
                format!("an object header at {:#x}", self.address),
                format!("{start:?}"),
            ));
        }
        // The number of messages, which their sizes give too, and the count of links.
        prefix.take(2 + 4)?;
        let len = size(u64::from(prefix.u32()?), "an object header")?;
        let first = file.block(self.address.saturating_add(16), len, "an object header")?;
        let mut chunks = vec![first];
        while let Some(mut chunk) = chunks.pop() {
            while chunk.left() >= 8 {
                let kind = chunk.u16()?;
                let len = chunk.u16()?;
                let flags = chunk.u8()?;
                chunk.take(3)?;
                let offset = chunk.offset();
                let body = Cursor::new(chunk.take(usize::from(len))?, offset);
                // No kind beyond 0x18 is defined; unknown ones have flags that say what to do.
                let kind = u8::try_from(kind).unwrap_or(u8::MAX);
                if let Some((address, len)) = self.add(kind, flags, None, body)? {
                    chunks.push(file.block(address, len, "an object header's continuation")?);
                }
            }
        }
        Ok(())
    }

    fn version_2(&mut self, file: &File<'a>) -> Result<()> {
        let mut prefix = file.peek(self.address, "an object header")?;
        prefix.take(4)?;
        let version = prefix.u8()?;
        if version != 2 {
            return Err(unsupported(
                "an object header of version 2",
                version.to_string(),
            ));
        }
        let flags = prefix.u8()?;
        // Four times of access and change; two limits of attribute storage.
        prefix.take(if flags & 0x20 == 0 { 0 } else { 16 })?;
        prefix.take(if flags & 0x10 == 0 { 0 } else { 4 })?;
        let len = size(prefix.uint(1 << (flags & 0x03))?, "an object header")?;
        let before = prefix.offset() - size(self.address, "an address")?;
        let len = before.saturating_add(len).saturating_add(4);
        let mut first = checked(file, self.address, len)?;
        first.take(before)?;
        let mut chunks = vec![first];
        while let Some(mut chunk) = chunks.pop() {
            let least = if flags & ORDERED == 0 { 4 } else { 6 };
            // What is shorter than a message is a gap.
            while chunk.left() >= least {
                let kind = chunk.u8()?;
                let len = chunk.u16()?;
                let flag = chunk.u8()?;
                let order = if flags & ORDERED == 0 {
                    None
                } else {
                    Some(chunk.u16()?)
                };
                let offset = chunk.offset();
                let body = Cursor::new(chunk.take(usize::from(len))?, offset);
                if let Some((address, len)) = self.add(kind, flag, order, body)? {
                    let mut next = checked(file, address, len)?;
                    if next.array()? != *b"OCHK" {
                        return Err(malformed(format!("OCHK at {address:#x}"), "something else"));
                    }
                    chunks.push(next);
                }
            }
        }
        Ok(())
    }

    /// Keeps a message, unless it tells where the header goes on.
    fn add(
        &mut self,
        kind: u8,
        flags: u8,
        order: Option<u16>,
        mut body: Cursor<'a>,
    ) -> Result<Option<(u64, usize)>> {
        if self.messages.len().is_multiple_of(AT_ONCE) {
            interrupt::check()?;
        }
        match kind {
            message::NIL => return Ok(None),
            message::CONTINUATION => {
                let address = body.u64()?;
                let len = size(body.u64()?, "an object header's continuation")?;
                return Ok(Some((address, len)));
            }
            _ => {}
        }
        // Flag 1: the message is elsewhere. Flag 7: who does not know it must not go on.
        if flags & 0x02 != 0 || (flags & 0x80 != 0 && kind > message::ATTRIBUTE_INFO) {
            return Err(unsupported(
                "messages of known kind that are not shared",
                format!(
                    "kind {kind:#x} with flags {flags:#x} at {:#x}",
                    body.offset()
                ),
            ));
        }
        try_push(&mut self.messages, Message { kind, order, body })?;
        Ok(None)
    }
}

/// A block whose last four bytes are the checksum of the others.
fn checked<'a>(file: &File<'a>, address: u64, len: usize) -> Result<Cursor<'a>> {
    let range = file.range(address, len, "an object header")?;
    let start = range.start;
    let Some((content, sum)) = file.slice(&range).split_last_chunk::<4>() else {
        return Err(malformed(
            format!("a checksum at {address:#x}"),
            format!("{len} bytes"),
        ));
    };
    checksum::check(
        u32::from_le_bytes(*sum),
        lookup3(content),
        format_args!("the object header at {address:#x}"),
    )?;
    Ok(Cursor::new(content, start))
}
