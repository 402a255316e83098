//! The search from local header to local header.

use super::content::Claim;
use super::{Found, Loss, Search, printable};
use crate::archive::descriptor::Descriptors;
use crate::archive::entry::Local;
use crate::archive::record::{DESCRIPTOR, LOCAL, LOCAL_LEN};
use crate::archive::window::Window;
use crate::codec::zip::Method;
use crate::error::{Error, Kind, Result};
use crate::memory::try_zeroed;
use crate::work::interrupt;

/// Names and extra fields may take so many times the size of the source, all together: damaged headers claim long ones.
const NAMES: u64 = 4;
/// ... and so many bytes more.
const NAMES_AT_LEAST: u64 = 1 << 20;

impl Search<'_> {
    pub(super) fn by_local_headers(&mut self) -> Result<()> {
        let mut window = Window::new(self.source);
        let mut at = 0;
        while let Some(header) = window.find(LOCAL, at)? {
            at = match self.member(header)? {
                Some(end) => end,
                None => header + LOCAL.len() as u64,
            };
        }
        Ok(())
    }

    /// The end of the member whose local header is at `offset`, if it is whole.
    fn member(&mut self, offset: u64) -> Result<Option<u64>> {
        let Some(header) = self.header(offset)? else {
            return Ok(None);
        };
        let local = Local::parse(&header)?;
        let (Ok(method), Some(name)) = (Method::from_id(local.method), printable(local.name))
        else {
            return Ok(None);
        };
        interrupt::check()?;
        self.check_members(0)?;
        let start = offset + local.len() as u64;
        if is_streamed(&local) && self.descriptors.is_none() {
            // They are searched once for all members: a failure ends the salvage.
            self.descriptors = Some(Descriptors::find(self.source, self.limits)?);
        }
        let whole = self
            .claim(&local, start)
            .and_then(|claim| self.content(start, method, &[claim]));
        match whole {
            Ok(content) => {
                let data = start..start + content.compressed;
                let end = data.end;
                let name = Some(name.into());
                self.found
                    .push(Found::new(offset, data, method, content, name));
                Ok(Some(end))
            }
            Err(error) if error.is_of_machine() => Err(error),
            Err(error) => {
                let name = name.into();
                self.lost.push(Loss {
                    offset: Some(offset),
                    name,
                    error,
                });
                Ok(None)
            }
        }
    }

    /// A local header with name and extra field, None where the source ends in it.
    fn header(&mut self, offset: u64) -> Result<Option<Vec<u8>>> {
        let left = self.source.size() - offset;
        if left < LOCAL_LEN as u64 {
            return Ok(None);
        }
        let mut header = try_zeroed(LOCAL_LEN)?;
        self.source.read_exact_at(&mut header, offset)?;
        let field = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let (method, more) = (field(8), usize::from(field(26)) + usize::from(field(28)));
        if left < (LOCAL_LEN + more) as u64 || Method::from_id(method).is_err() {
            return Ok(None);
        }
        self.names += more as u64;
        let size = self.source.size();
        if self.names > size.saturating_mul(NAMES).saturating_add(NAMES_AT_LEAST) {
            let expected = "headers that do not overlap";
            return Err(Error::new(
                Kind::Limit,
                expected,
                "more names than the file has room for",
            ));
        }
        header.resize(LOCAL_LEN + more, 0);
        self.source
            .read_exact_at(&mut header[LOCAL_LEN..], offset + LOCAL_LEN as u64)?;
        Ok(Some(header))
    }

    /// Reads what the header or, of a member that was streamed, its data descriptor says.
    fn claim(&self, local: &Local, start: u64) -> Result<Claim> {
        if !is_streamed(local) {
            let [size, compressed] = local.sizes()?;
            return Ok(Claim {
                crc: local.crc,
                compressed,
                size,
            });
        }
        let descriptors = self.descriptors.as_ref();
        let (crc, compressed, size) = descriptors
            .and_then(|descriptors| descriptors.of_data_at(start))
            .ok_or_else(|| Error::new(Kind::Member, "a data descriptor after the data", "none"))?;
        Ok(Claim {
            crc,
            compressed,
            size,
        })
    }
}

/// Returns whether a data descriptor says what the header does not: sizes and CRC-32.
fn is_streamed(local: &Local) -> bool {
    local.flags & DESCRIPTOR != 0 && matches!(local.sizes(), Ok([0, 0]))
}
