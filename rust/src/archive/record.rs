//! Fields of zip records, in their order on disk.

use crate::error::{Error, Kind, Result};

/// Signature of a local file header (APPNOTE 4.3.7).
pub(super) const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// Signature of a central directory header (4.3.12).
pub(super) const CENTRAL: [u8; 4] = *b"PK\x01\x02";
/// Signature of the end of central directory record (4.3.16).
pub(super) const END: [u8; 4] = *b"PK\x05\x06";
/// Signature of the zip64 end of central directory record (4.3.14).
pub(super) const END64: [u8; 4] = *b"PK\x06\x06";
/// Signature of the zip64 end of central directory locator (4.3.15).
pub(super) const LOCATOR64: [u8; 4] = *b"PK\x06\x07";

/// Length of a local file header without name and extra field.
pub(super) const LOCAL_LEN: usize = 30;
/// Length of a central directory header without name, extra field and comment.
pub(super) const CENTRAL_LEN: usize = 46;
/// Length of an end of central directory record without comment.
pub(super) const END_LEN: usize = 22;
/// Length of a zip64 end of central directory record without extensible data.
pub(super) const END64_LEN: usize = 56;
/// Length of a zip64 end of central directory locator.
pub(super) const LOCATOR64_LEN: usize = 20;

/// Flag bit 11: the name is UTF-8 (4.4.4).
pub(super) const UTF8: u16 = 1 << 11;
/// Flag bit 3: sizes and CRC-32 follow the data, the local header may have zeros.
pub(super) const DESCRIPTOR: u16 = 1 << 3;
/// Flag bits of what is not served: encryption (0, 6, 13) and patches (5).
pub(super) const UNSUPPORTED: u16 = 1 | 1 << 5 | 1 << 6 | 1 << 13;

/// Identifier of the zip64 extra field (4.5.3).
const ZIP64: u16 = 1;

/// Little-endian fields taken one after the other from `what`, with errors of `kind`.
#[derive(Clone)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
    kind: Kind,
    what: &'static str,
}

impl<'a> Fields<'a> {
    pub(super) fn new(bytes: &'a [u8], kind: Kind, what: &'static str) -> Self {
        Self {
            rest: bytes,
            kind,
            what,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn error(&self, expected: impl Into<String>, found: impl Into<String>) -> Error {
        Error::new(
            self.kind,
            format!("{} with {}", self.what, expected.into()),
            found,
        )
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let Some((taken, rest)) = self.rest.split_at_checked(len) else {
            return Err(self.error(format!("{len} bytes more"), self.rest.len().to_string()));
        };
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn signature(&mut self, signature: [u8; 4]) -> Result<()> {
        let found: [u8; 4] = self.array()?;
        if found == signature {
            return Ok(());
        }
        Err(self.error(
            format!("signature {}", signature.escape_ascii()),
            found.escape_ascii().to_string(),
        ))
    }

    /// Gives `narrow` back with every all-ones sentinel replaced by its value from the zip64 field in `extra`, where
    /// they stand in this order (APPNOTE.TXT 4.5.3).
    pub(super) fn widen<const N: usize>(&self, narrow: [u32; N], extra: &[u8]) -> Result<[u64; N]> {
        let mut wide = narrow.map(u64::from);
        if !narrow.contains(&u32::MAX) {
            return Ok(wide);
        }
        let mut values = self.zip64(extra)?;
        for value in wide
            .iter_mut()
            .filter(|value| **value == u64::from(u32::MAX))
        {
            *value = values.u64()?;
        }
        Ok(wide)
    }

    fn zip64<'b>(&self, extra: &'b [u8]) -> Result<Fields<'b>> {
        let mut extra = Fields::new(extra, self.kind, self.what);
        let mut found = None;
        // Fewer than 4 bytes left over are padding that alignment tools leave.
        while extra.rest.len() >= 4 {
            let (id, len) = (extra.u16()?, extra.u16()?);
            let body = extra.take(len.into())?;
            if id == ZIP64 && found.replace(body).is_some() {
                return Err(self.error("one zip64 extra field", "two"));
            }
        }
        let body = found.ok_or_else(|| self.error("a zip64 extra field", "none"))?;
        Ok(Fields::new(body, self.kind, self.what))
    }
}
