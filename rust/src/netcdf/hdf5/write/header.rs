//! One object header of version 2 and its messages (section IV.A).

use super::super::{NOT_A_VARIABLE, UNDEFINED, message};
use super::draft::Draft;
use super::types::{TEXT, byte, number, simple};
use super::{Address, Stored};
use crate::dtype::{DType, Endian};
use crate::error::Result;
use crate::netcdf::model::{Attr, Variable};
use crate::netcdf::unsupported;

/// Sizes of chunk 0 have 4 bytes; the order in which attributes were created is kept.
const FLAGS: u8 = 0x02 | 0x04;

pub(super) struct ObjectHeader<'f> {
    file: &'f mut Draft,
    start: usize,
    pub(super) attrs: u16,
    links: u64,
}

impl<'f> ObjectHeader<'f> {
    pub(super) fn new(file: &'f mut Draft) -> Result<Self> {
        let start = file.position();
        file.put(b"OHDR")?;
        file.put(&[2, FLAGS])?;
        file.u32(0)?;
        Ok(Self {
            file,
            start,
            attrs: 0,
            links: 0,
        })
    }

    /// The header ends here: fills in its size.
    pub(super) fn finish(mut self) -> Result<()> {
        if self.attrs > 0 {
            let count = self.attrs;
            self.message(message::ATTRIBUTE_INFO, 0, |file| {
                // Version 0; creation order is tracked; no dense storage.
                file.put(&[0, 1])?;
                file.u16(count)?;
                file.u64(UNDEFINED)?;
                file.u64(UNDEFINED)
            })?;
        }
        let content = self.file.position() - self.start - 10;
        let size = u32::try_from(content)
            .map_err(|_| unsupported("an object header below 4 GiB", content.to_string()))?;
        self.file.fill(self.start + 6, &size.to_le_bytes());
        self.file.seal(self.start)
    }

    fn bytes(&mut self, kind: u8, body: &[u8]) -> Result<()> {
        self.message(kind, 0, |file| file.put(body))
    }

    /// A message whose size is what `body` writes.
    pub(super) fn message(
        &mut self,
        kind: u8,
        order: u16,
        body: impl FnOnce(&mut Draft) -> Result<()>,
    ) -> Result<()> {
        self.file.put(&[kind, 0, 0, 0])?;
        self.file.u16(order)?;
        let start = self.file.position();
        body(self.file)?;
        let size = self.file.position() - start;
        let size = u16::try_from(size).map_err(|_| {
            unsupported(
                "attributes below 64 KiB, the most of an HDF5 message",
                format!("{size} bytes"),
            )
        })?;
        self.file.fill(start - 5, &size.to_le_bytes());
        Ok(())
    }

    /// Shape, type, fill value and storage of a variable.
    pub(super) fn variable(&mut self, variable: &Variable, stored: Stored) -> Result<()> {
        let datatype = match variable.dtype {
            Some(dtype) => number(dtype, variable.order),
            None => TEXT.to_vec(),
        };
        self.array(&variable.shape, &datatype, fill(variable))?;
        if let Stored::Shuffled { itemsize, .. } = stored {
            self.message(message::FILTERS, 0, |file| {
                // Version 2, one filter: shuffle (2), mandatory, with one value.
                file.put(&[2, 1, 2, 0, 0, 0, 1, 0])?;
                file.u32(itemsize)
            })?;
        }
        self.message(message::LAYOUT, 0, |file| {
            layout(file, &variable.shape, stored)
        })
    }

    /// A dimension without coordinate: an array of floats that has a shape and never any data.
    pub(super) fn dimension(&mut self, id: usize, length: u64) -> Result<()> {
        self.array(&[length], &number(DType::F32, Endian::Big), None)?;
        let bytes = length.checked_mul(4).ok_or_else(|| {
            let found = format!("one of {length}");
            unsupported("dimensions of less than 2^62", found)
        })?;
        self.message(message::LAYOUT, 0, |file| {
            file.put(&[3, 1])?;
            file.u64(UNDEFINED)?;
            file.u64(bytes)
        })?;
        self.scale(id, &format!("{NOT_A_VARIABLE}{length:>10}"))
    }

    fn array(&mut self, shape: &[u64], datatype: &[u8], fill: Option<&[u8]>) -> Result<()> {
        self.bytes(message::DATASPACE, &simple(shape)?)?;
        self.bytes(message::DATATYPE, datatype)?;
        // Version 3; space is allocated late, and filled if bit 5 says that there is a value.
        match fill {
            None => self.bytes(message::FILL_VALUE, &[3, 0x0A]),
            Some(value) => self.message(message::FILL_VALUE, 0, |file| {
                file.put(&[3, 0x2A])?;
                file.size(value.len())?;
                file.put(value)
            }),
        }
    }

    /// Flags and creation order of a group; its links follow.
    pub(super) fn group(&mut self, links: usize) -> Result<()> {
        self.message(message::LINK_INFO, 0, |file| {
            // Version 0; creation order is tracked; no dense storage.
            file.put(&[0, 1])?;
            file.u64(links as u64)?;
            file.u64(UNDEFINED)?;
            file.u64(UNDEFINED)
        })?;
        self.bytes(message::GROUP_INFO, &[0, 0])
    }

    /// A hard link to the object header at `address`.
    pub(super) fn link(&mut self, name: &str, address: u64) -> Result<()> {
        let order = self.links;
        self.links += 1;
        self.message(message::LINK, 0, |file| {
            // Version 1; length of the name in 2 bytes, creation order and character set (UTF-8) given.
            file.put(&[1, 0x01 | 0x04 | 0x10])?;
            file.u64(order)?;
            file.put(&[1])?;
            file.short(name.len())?;
            file.put(name.as_bytes())?;
            file.u64(address)
        })
    }
}

/// The fill value of a variable: what its attribute says, if it is of the same type.
fn fill(variable: &Variable) -> Option<&[u8]> {
    variable.attrs.iter().find_map(|(name, attr)| match attr {
        Attr::Numbers {
            dtype,
            order,
            bytes,
        } if name == "_FillValue"
            && (Some(*dtype), *order) == (variable.dtype, variable.order)
            && bytes.len() == dtype.size() =>
        {
            Some(bytes.as_slice())
        }
        _ => None,
    })
}

/// Section IV.A.2.i.
fn layout(file: &mut Draft, shape: &[u64], stored: Stored) -> Result<()> {
    let (address, bytes) = match stored {
        Stored::Nowhere => (Address::At(UNDEFINED), 0),
        Stored::Plain { address, bytes } => (address, bytes),
        Stored::Shuffled {
            address,
            itemsize,
            bytes,
        } => {
            // Version 4, chunked, its only chunk filtered. Version 3 would need a B-tree node of
            // 3.7 kB for that chunk, nearly all of it unused. libhdf5 insists that lengths take no
            // more bytes than the largest needs, and the last of them is the element's size.
            let largest = shape.iter().copied().fold(u64::from(itemsize), u64::max);
            let width = largest.ilog2() as usize / 8 + 1;
            file.put(&[4, 2, 2])?;
            file.put(&[byte(shape.len() + 1, "dimensions")?, byte(width, "bytes")?])?;
            for len in shape.iter().copied().chain([u64::from(itemsize)]) {
                file.put(&len.to_le_bytes()[..width])?;
            }
            // A single-chunk index: stored size, no filter left out, address.
            file.put(&[1])?;
            file.u64(bytes)?;
            file.u32(0)?;
            return put_address(file, address);
        }
    };
    file.put(&[3, 1])?;
    put_address(file, address)?;
    file.u64(bytes)
}

fn put_address(file: &mut Draft, address: Address) -> Result<()> {
    match address {
        Address::At(address) => file.u64(address),
        Address::Payload => file.payload(),
    }
}
