//! Attributes (section IV.A.2.m): the user's, and those in which NetCDF-4 keeps its own model.

use std::collections::HashSet;

use super::super::{RESERVED, WRITER, message};
use super::draft::Draft;
use super::header::ObjectHeader;
use super::types::{NULL, REFERENCES, SCALAR, TEXT, fixed_text, number, simple};
use crate::dtype::{DType, Endian};
use crate::error::{Error, Kind, Result};
use crate::netcdf::model::Attr;
use crate::netcdf::unsupported;

impl ObjectHeader<'_> {
    /// The user's attributes.
    pub(super) fn attrs(&mut self, attrs: &[(String, Attr)]) -> Result<()> {
        let mut names = HashSet::new();
        for (name, attr) in attrs {
            let twice = !names.insert(name);
            if twice || name.is_empty() || name.contains('\0') || RESERVED.contains(&name.as_str())
            {
                let expected = "distinct attributes that NetCDF-4 does not use itself";
                return Err(Error::new(Kind::Value, expected, format!("{name:?}")));
            }
            match attr {
                Attr::Text(text) if text.contains('\0') => {
                    return Err(unsupported("texts without NUL", format!("{name:?}")));
                }
                Attr::Text(text) => self.text(name, text)?,
                Attr::Texts(texts) => {
                    let space = simple(&[texts.len() as u64])?;
                    self.attribute(name, &TEXT, &space, |file| {
                        texts.iter().try_for_each(|text| file.text(text))
                    })?;
                }
                Attr::Numbers {
                    dtype,
                    order,
                    bytes,
                } => {
                    let count = (bytes.len() / dtype.size()) as u64;
                    let space = if count == 0 {
                        NULL.to_vec()
                    } else {
                        simple(&[count])?
                    };
                    self.attribute(name, &number(*dtype, *order), &space, |file| {
                        file.put(bytes)
                    })?;
                }
            }
        }
        Ok(())
    }

    /// The attributes that make an array the scale of dimension `id`.
    pub(super) fn scale(&mut self, id: usize, name: &str) -> Result<()> {
        // HDF5's dimension-scale library insists on the final NUL, which netCDF leaves out elsewhere.
        self.text("CLASS", "DIMENSION_SCALE\0")?;
        self.text("NAME", &format!("{name}\0"))?;
        let id = i32::try_from(id)
            .map_err(|_| unsupported("fewer than 2^31 dimensions", id.to_string()))?;
        let integer = number(DType::I32, Endian::Little);
        self.attribute("_Netcdf4Dimid", &integer, &SCALAR, |file| {
            file.put(&id.to_le_bytes())
        })
    }

    /// The scales of a variable's dimensions.
    pub(super) fn dimension_list(&mut self, scales: &[u64]) -> Result<()> {
        if scales.is_empty() {
            return Ok(());
        }
        let space = simple(&[scales.len() as u64])?;
        self.attribute("DIMENSION_LIST", &REFERENCES, &space, |file| {
            scales
                .iter()
                .try_for_each(|scale| file.element(1, &scale.to_le_bytes()))
        })
    }

    /// The writer of the file.
    pub(super) fn properties(&mut self) -> Result<()> {
        let text = format!("{WRITER}{}", env!("CARGO_PKG_VERSION"));
        self.text("_NCProperties", &text)
    }

    /// One text, in the header itself; HDF5 has no type of zero bytes for the empty one.
    fn text(&mut self, name: &str, text: &str) -> Result<()> {
        let len = u32::try_from(text.len().max(1))
            .map_err(|_| unsupported("a text below 4 GiB", format!("{} bytes", text.len())))?;
        let space = if text.is_empty() { NULL } else { SCALAR };
        self.attribute(name, &fixed_text(len), &space, |file| {
            file.put(text.as_bytes())
        })
    }

    fn attribute(
        &mut self,
        name: &str,
        datatype: &[u8],
        dataspace: &[u8],
        data: impl FnOnce(&mut Draft) -> Result<()>,
    ) -> Result<()> {
        let order = self.attrs;
        self.attrs = order
            .checked_add(1)
            .ok_or_else(|| unsupported("fewer than 65,536 attributes", "more"))?;
        self.message(message::ATTRIBUTE, order, |file| {
            // Version 3, nothing shared.
            file.put(&[3, 0])?;
            file.short(name.len().saturating_add(1))?;
            file.short(datatype.len())?;
            file.short(dataspace.len())?;
            // The name is UTF-8 and ends with NUL.
            file.put(&[1])?;
            file.put(name.as_bytes())?;
            file.put(&[0])?;
            file.put(datatype)?;
            file.put(dataspace)?;
            data(file)
        })
    }
}
