//! Attributes (section IV.A.2.m), decoded only when somebody wants to know.

use std::collections::HashSet;

use super::super::{RESERVED, UNDEFINED, message};
use super::file::File;
use super::header::{Message, ObjectHeader};
use super::heap;
use super::types::{Type, bytes_of, dataspace, datatype};
use crate::dtype::{DType, Endian};
use crate::error::Result;
use crate::memory::{try_copy, try_push};
use crate::netcdf::cursor::Cursor;
use crate::netcdf::model::{Attr, product};
use crate::netcdf::{self, malformed, unsupported, utf8};

/// An attribute in its message.
pub(super) struct Encoded<'a> {
    pub(super) name: String,
    datatype: Cursor<'a>,
    dataspace: Cursor<'a>,
    data: Cursor<'a>,
}

/// The attributes of an object: as they were created where that is known, else by name.
pub(super) fn all<'a>(header: &ObjectHeader<'a>) -> Result<Vec<Encoded<'a>>> {
    if let Some(mut info) = header.only(message::ATTRIBUTE_INFO)? {
        info.take(1)?;
        let flags = info.u8()?;
        info.take(if flags & 0x01 == 0 { 0 } else { 2 })?;
        if info.u64()? != UNDEFINED {
            return Err(unsupported(
                "attributes in the object header",
                format!("dense storage of them at {:#x}", header.address),
            ));
        }
    }
    let mut attrs = Vec::new();
    for message in header.all(message::ATTRIBUTE) {
        try_push(&mut attrs, (message.order, Encoded::new(message)?))?;
    }
    attrs.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.name.cmp(&other.name)));
    Ok(attrs.into_iter().map(|(_, attr)| attr).collect())
}

/// The attributes that the user made.
pub(super) fn visible(file: &File, attrs: &[Encoded]) -> Result<Vec<(String, Attr)>> {
    let (mut visible, mut names) = (Vec::new(), HashSet::new());
    for attr in attrs
        .iter()
        .filter(|attr| !RESERVED.contains(&attr.name.as_str()))
    {
        if !names.insert(&attr.name) {
            return Err(malformed(
                "distinct attributes",
                format!("{:?} twice", attr.name),
            ));
        }
        try_push(&mut visible, (attr.name.clone(), attr.value(file)?))?;
    }
    Ok(visible)
}

impl<'a> Encoded<'a> {
    fn new(message: &Message<'a>) -> Result<Self> {
        let mut body = message.body.clone();
        let offset = body.offset();
        let version = body.u8()?;
        // Flags of version 2 and 3: datatype or dataspace are elsewhere.
        if !(1..=3).contains(&version) || (body.u8()? != 0 && version > 1) {
            return Err(unsupported(
                "an attribute of version 1 to 3, its type not shared",
                format!("version {version} at {offset:#x}"),
            ));
        }
        let sizes = [body.u16()?, body.u16()?, body.u16()?].map(usize::from);
        body.take(usize::from(version == 3))?;
        let mut part = |len: usize| -> Result<Cursor<'a>> {
            let offset = body.offset();
            let part = body.take(len)?;
            // Version 1 fills each part up to a multiple of eight bytes.
            body.take(if version == 1 {
                len.wrapping_neg() % 8
            } else {
                0
            })?;
            Ok(Cursor::new(part, offset))
        };
        let [mut name, datatype, dataspace] = [part(sizes[0])?, part(sizes[1])?, part(sizes[2])?];
        let (text, end) = name.take(sizes[0])?.split_at(sizes[0].saturating_sub(1));
        if end != [0] {
            return Err(malformed(
                format!("an attribute's name that ends with NUL at {offset:#x}"),
                format!("{}", text.escape_ascii()),
            ));
        }
        Ok(Self {
            name: netcdf::name(text, "an attribute's name", offset)?,
            datatype,
            dataspace,
            data: body,
        })
    }

    pub(super) fn value(&self, file: &File) -> Result<Attr> {
        let typed = datatype(&mut self.datatype.clone())?;
        let shape = dataspace(&mut self.dataspace.clone())?;
        let bytes = match &shape {
            None => 0,
            Some(shape) => bytes_of(shape, typed.size)?,
        };
        let mut data = self.data.clone();
        let offset = data.offset();
        let content = data.take(bytes)?;
        let mut elements = Cursor::new(content, offset);
        let mut texts = Vec::new();
        match typed.kind {
            Type::Number(dtype, order) => {
                return Ok(Attr::Numbers {
                    dtype,
                    order,
                    bytes: try_copy(content)?,
                });
            }
            Type::References => {
                return Err(unsupported(
                    "numbers or texts",
                    format!("references {:?}", self.name),
                ));
            }
            Type::Text => {
                while elements.left() > 0 {
                    try_push(&mut texts, heap::text(file, &mut elements)?)?;
                }
            }
            Type::FixedText { padding } => {
                while elements.left() > 0 {
                    let offset = elements.offset();
                    let text = unpad(elements.take(typed.size)?, padding);
                    try_push(&mut texts, utf8(text, "a text", offset)?)?;
                }
            }
        }
        Ok(match <[String; 1]>::try_from(texts) {
            Ok([text]) => Attr::Text(text),
            // HDF5 has no text type of no bytes: NetCDF's empty text has no elements.
            Err(none) if none.is_empty() => Attr::Text(String::new()),
            Err(texts) => Attr::Texts(texts),
        })
    }

    /// The single integer that it should be.
    pub(super) fn integer(&self) -> Result<i32> {
        let typed = datatype(&mut self.datatype.clone())?;
        let shape = dataspace(&mut self.dataspace.clone())?;
        let count = shape.as_deref().and_then(product);
        if typed.kind != Type::Number(DType::I32, Endian::Little) || count != Some(1) {
            return Err(malformed(
                format!("a 32-bit integer {:?}", self.name),
                format!("{typed:?} of shape {shape:?} at {:#x}", self.data.offset()),
            ));
        }
        Ok(i32::from_le_bytes(self.data.clone().array()?))
    }

    /// The first object that each element of a list of references names.
    pub(super) fn references(&self, file: &File) -> Result<Vec<u64>> {
        let typed = datatype(&mut self.datatype.clone())?;
        let shape = dataspace(&mut self.dataspace.clone())?;
        let (Type::References, Some(shape)) = (typed.kind, &shape) else {
            return Err(malformed(
                format!("references {:?}", self.name),
                format!("{typed:?} of shape {shape:?}"),
            ));
        };
        let mut data = self.data.clone();
        let mut elements =
            Cursor::new(data.take(bytes_of(shape, typed.size)?)?, self.data.offset());
        let mut addresses = Vec::new();
        while elements.left() > 0 {
            let offset = elements.offset();
            let (_, object) = heap::element(file, &mut elements)?;
            try_push(&mut addresses, Cursor::new(object, offset).u64()?)?;
        }
        Ok(addresses)
    }
}

fn unpad(bytes: &[u8], padding: u8) -> &[u8] {
    let len = match padding {
        // Ends with NUL.
        0 => memchr::memchr(0, bytes).unwrap_or(bytes.len()),
        // Filled up with NULs or with spaces.
        1 => bytes
            .iter()
            .rposition(|&b| b != 0)
            .map_or(0, |last| last + 1),
        _ => bytes
            .iter()
            .rposition(|&b| b != b' ')
            .map_or(0, |last| last + 1),
    };
    &bytes[..len]
}
