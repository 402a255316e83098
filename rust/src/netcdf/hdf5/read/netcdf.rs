//! NetCDF's model in HDF5's: dimensions are arrays with `CLASS` "`DIMENSION_SCALE`", which variables
//! refer to (NetCDF-4 "File Format Specifications", "NetCDF-4 Format").

use std::collections::{HashMap, HashSet};

use super::super::{NOT_A_COORDINATE, NOT_A_VARIABLE, message};
use super::attribute::{self, Encoded};
use super::file::File;
use super::group;
use super::header::ObjectHeader;
use super::storage;
use crate::error::Result;
use crate::memory::try_push;
use crate::netcdf::model::{Attr, Dataset, Variable};
use crate::netcdf::{malformed, unsupported};
use crate::work::interrupt;

/// Name and length of the dimension at each address.
type Scales<'a> = HashMap<u64, (&'a str, u64)>;

/// An HDF5 dataset in the root group.
struct Object<'a> {
    name: String,
    header: ObjectHeader<'a>,
    attrs: Vec<Encoded<'a>>,
    shape: Vec<u64>,
    /// True if it is a dimension.
    scale: bool,
}

pub(super) fn dataset(file: &File, root: u64) -> Result<Dataset> {
    let root = ObjectHeader::read(file, root)?;
    let attrs = attribute::visible(file, &attribute::all(&root)?)?;
    let mut objects = Vec::new();
    for (name, address) in group::links(file, &root)? {
        interrupt::check()?;
        try_push(&mut objects, Object::read(file, name, address)?)?;
    }
    let mut names = HashSet::new();
    if let Some(Object { name, .. }) = objects.iter().find(|object| !names.insert(&object.name)) {
        return Err(malformed("distinct names", format!("{name:?} twice")));
    }
    let dims = dimensions(&objects)?;
    let scales = dims
        .iter()
        .map(|(address, name, len)| (*address, (&name[..], *len)))
        .collect();
    let mut variables = Vec::new();
    for object in &objects {
        interrupt::check()?;
        if !object.is_bare_dimension(file)? {
            try_push(&mut variables, object.variable(file, &scales)?)?;
        }
    }
    let dims = dims.into_iter().map(|(_, name, len)| (name, len)).collect();
    Ok(Dataset {
        dims,
        variables,
        attrs,
    })
}

/// Address, name and length of each dimension, in the order of their `_Netcdf4Dimid`.
fn dimensions(objects: &[Object]) -> Result<Vec<(u64, String, u64)>> {
    let mut dims = Vec::new();
    for object in objects.iter().filter(|object| object.scale) {
        let [length] = object.shape.as_slice() else {
            return Err(unsupported(
                "dimensions with coordinates of one dimension",
                format!("{:?} of shape {:?}", object.name, object.shape),
            ));
        };
        let id = match object.attr("_Netcdf4Dimid") {
            Some(attr) => Some(attr.integer()?),
            None => None,
        };
        // Some readers take the dimension from here, which must not make a difference.
        let coordinates = object.attr("_Netcdf4Coordinates").map(Encoded::integer);
        if coordinates
            .transpose()?
            .is_some_and(|coordinate| Some(coordinate) != id)
        {
            return Err(unsupported(
                format!("{:?} over the dimension of its name", object.name),
                "_Netcdf4Coordinates of another",
            ));
        }
        dims.push((id, (object.header.address, object.name.clone(), *length)));
    }
    // h5netcdf's files of plain HDF5 may have no numbers: then the order of the file counts.
    if dims.iter().all(|(id, _)| id.is_some()) {
        dims.sort_by_key(|(id, _)| *id);
        if dims
            .windows(2)
            .any(|pair| matches!(pair, [(a, _), (b, _)] if a == b))
        {
            return Err(malformed("distinct numbers of dimensions", "one twice"));
        }
    }
    Ok(dims.into_iter().map(|(_, dim)| dim).collect())
}

impl<'a> Object<'a> {
    fn read(file: &File<'a>, name: String, address: u64) -> Result<Self> {
        let header = ObjectHeader::read(file, address)?;
        let grouped = |kind| header.all(kind).next().is_some();
        let group = [message::LINK_INFO, message::SYMBOL_TABLE]
            .into_iter()
            .any(grouped);
        if group || header.only(message::LAYOUT)?.is_none() {
            return Err(unsupported(
                "arrays in the root group only",
                format!("{name:?}, a group or a type"),
            ));
        }
        let attrs = attribute::all(&header)?;
        let mut object = Self {
            name: name
                .strip_prefix(NOT_A_COORDINATE)
                .map(str::to_owned)
                .unwrap_or(name),
            shape: storage::shape(&header)?,
            header,
            attrs,
            scale: false,
        };
        object.scale = object.text(file, "CLASS")?.as_deref() == Some("DIMENSION_SCALE");
        Ok(object)
    }

    fn attr(&self, name: &str) -> Option<&Encoded<'a>> {
        self.attrs.iter().find(|attr| attr.name == name)
    }

    fn text(&self, file: &File, name: &str) -> Result<Option<String>> {
        Ok(
            match self.attr(name).map(|attr| attr.value(file)).transpose()? {
                Some(Attr::Text(text)) => Some(text),
                _ => None,
            },
        )
    }

    /// True if it is a dimension without coordinate.
    fn is_bare_dimension(&self, file: &File) -> Result<bool> {
        let name = if self.scale {
            self.text(file, "NAME")?
        } else {
            None
        };
        Ok(name.is_some_and(|name| name.starts_with(NOT_A_VARIABLE)))
    }

    fn variable(&self, file: &File, dims: &Scales) -> Result<Variable> {
        let axes = self.axes(file, dims)?;
        if axes
            .iter()
            .map(|(_, len)| *len)
            .ne(self.shape.iter().copied())
        {
            return Err(unsupported(
                format!("{:?} of the lengths of its dimensions {axes:?}", self.name),
                format!("shape {:?}", self.shape),
            ));
        }
        let array = storage::array(file, &self.header)?;
        Ok(Variable {
            name: self.name.clone(),
            dims: axes.into_iter().map(|(name, _)| name).collect(),
            shape: array.shape,
            dtype: array.dtype,
            order: array.order,
            data: array.data,
            attrs: attribute::visible(file, &self.attrs)?,
        })
    }

    /// Names and lengths of the dimensions.
    fn axes(&self, file: &File, dims: &Scales) -> Result<Vec<(String, u64)>> {
        if self.scale {
            return Ok(self
                .shape
                .iter()
                .map(|len| (self.name.clone(), *len))
                .collect());
        }
        let Some(list) = self.attr("DIMENSION_LIST") else {
            return if self.shape.is_empty() {
                Ok(Vec::new())
            } else {
                Err(unsupported(
                    format!("dimensions of {:?}", self.name),
                    "no DIMENSION_LIST",
                ))
            };
        };
        let mut axes = Vec::new();
        for address in list.references(file)? {
            let Some(&(name, len)) = dims.get(&address) else {
                return Err(malformed(
                    format!("a dimension of {:?} at {address:#x}", self.name),
                    "another object",
                ));
            };
            file.spend(name.len())?;
            axes.push((name.to_owned(), len));
        }
        Ok(axes)
    }
}
