//! JSON text of Python values, as `json.dumps(obj, indent=2)` writes it.
//!
//! Python's own encoder has no C path for indented text and takes 60 µs for the metadata of a small result; this
//! walk takes 3. Floats are `repr`'s digits: the shortest that read back equal.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType};

use super::buffer::bytes;
use super::error::raise;
use super::pack::loosen;
use crate::error::Error;
use crate::json::write::{Nested, line, push_float, push_string};

/// Nesting from which on a value is refused: `json.loads` gives up at about a thousand.
pub(super) const DEPTH: usize = 500;

/// JSON text of `obj`; `hook(value, path)` replaces what JSON has no form for. See the stub.
#[pyfunction]
pub(super) fn encode<'py>(
    obj: &Bound<'py, PyAny>,
    hook: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut walk = Walk::new(hook, None);
    walk.value(obj)?;
    bytes(obj.py(), &walk.out)
}

/// An array that was left out of a text: where it belongs, inside how many brackets, and itself.
pub(super) type LeftOut<'py> = (usize, usize, Bound<'py, PyAny>);

/// JSON text of `obj` with arrays as nested lists, but for large ones; see the stub.
#[pyfunction]
pub(super) fn encode_nested<'py>(
    obj: &Bound<'py, PyAny>,
    hook: &Bound<'py, PyAny>,
    inline: usize,
) -> PyResult<(Bound<'py, PyBytes>, Vec<LeftOut<'py>>)> {
    let arrays = Arrays {
        class: obj.py().import("numpy")?.getattr("ndarray")?.cast_into()?,
        inline,
        left_out: Vec::new(),
    };
    let mut walk = Walk::new(hook, Some(arrays));
    walk.value(obj)?;
    let lost = || Error::internal("the arrays that a text lacks", "none");
    let arrays = walk.arrays.ok_or_else(|| raise(obj.py(), "", &lost()))?;
    Ok((bytes(obj.py(), &walk.out)?, arrays.left_out))
}

/// Treatment of arrays that the hook gives.
struct Arrays<'py> {
    class: Bound<'py, PyType>,
    /// Bytes up to which an array is written into the text.
    inline: usize,
    left_out: Vec<LeftOut<'py>>,
}

struct Walk<'a, 'py> {
    out: Vec<u8>,
    hook: &'a Bound<'py, PyAny>,
    /// Keys and indices from the root to the value at hand.
    path: Vec<Bound<'py, PyAny>>,
    /// Arrays and objects that are open in the text.
    level: usize,
    /// Replacements that stand in place of one another at this point.
    replaced: usize,
    arrays: Option<Arrays<'py>>,
}

impl<'a, 'py> Walk<'a, 'py> {
    fn new(hook: &'a Bound<'py, PyAny>, arrays: Option<Arrays<'py>>) -> Self {
        Self {
            out: Vec::with_capacity(1024),
            hook,
            path: Vec::new(),
            level: 0,
            replaced: 0,
            arrays,
        }
    }

    fn value(&mut self, value: &Bound<'py, PyAny>) -> PyResult<()> {
        if let Ok(text) = value.cast_exact::<PyString>() {
            return push_text(&mut self.out, text);
        }
        if let Ok(number) = value.cast_exact::<PyFloat>() {
            return push_float(&mut self.out, number.value())
                .map_err(|error| raise(value.py(), "", &error));
        }
        if let Ok(flag) = value.cast_exact::<PyBool>() {
            self.out
                .extend_from_slice(if flag.is_true() { b"true" } else { b"false" });
            return Ok(());
        }
        if let Ok(number) = value.cast_exact::<PyInt>() {
            // Any size: Python's own decimal text.
            self.out
                .extend_from_slice(number.str()?.to_str()?.as_bytes());
            return Ok(());
        }
        if value.is_none() {
            self.out.extend_from_slice(b"null");
            return Ok(());
        }
        if self.level >= DEPTH || self.replaced > DEPTH {
            return Err(self.too_deep());
        }
        if let Ok(list) = value.cast_exact::<PyList>() {
            return self.list(list);
        }
        match value.cast_exact::<PyDict>() {
            Ok(dict)
                if dict
                    .keys()
                    .iter()
                    .all(|key| key.is_exact_instance_of::<PyString>()) =>
            {
                self.dict(dict)
            }
            _ => self.replacement(value),
        }
    }

    fn list(&mut self, list: &Bound<'py, PyList>) -> PyResult<()> {
        if list.is_empty() {
            self.out.extend_from_slice(b"[]");
            return Ok(());
        }
        self.open(b'[');
        for (index, item) in list.iter().enumerate() {
            self.next(index == 0);
            self.path.push(index.into_pyobject(list.py())?.into_any());
            self.value(&item)?;
            self.path.pop();
        }
        self.close(b']');
        Ok(())
    }

    fn dict(&mut self, dict: &Bound<'py, PyDict>) -> PyResult<()> {
        if dict.is_empty() {
            self.out.extend_from_slice(b"{}");
            return Ok(());
        }
        self.open(b'{');
        for (index, (key, item)) in dict.iter().enumerate() {
            self.next(index == 0);
            push_text(&mut self.out, key.cast::<PyString>()?)?;
            self.out.extend_from_slice(b": ");
            self.path.push(key);
            self.value(&item)?;
            self.path.pop();
        }
        self.close(b'}');
        Ok(())
    }

    fn replacement(&mut self, value: &Bound<'py, PyAny>) -> PyResult<()> {
        let path = PyTuple::new(value.py(), &self.path)?;
        let replacement = self.hook.call1((value, path))?;
        if let Some(arrays) = &mut self.arrays
            && replacement.get_type().is(&arrays.class)
        {
            if replacement.getattr("nbytes")?.extract::<usize>()? > arrays.inline {
                let left_out = (self.out.len(), self.level, replacement);
                arrays.left_out.push(left_out);
                return Ok(());
            }
            let nested = nested(&replacement, self.level)?;
            return nested
                .push(&mut self.out, 0..nested.count())
                .map_err(|error| raise(value.py(), "", &error));
        }
        self.replaced += 1;
        self.value(&replacement)?;
        self.replaced -= 1;
        Ok(())
    }

    fn open(&mut self, bracket: u8) {
        self.out.push(bracket);
        self.level += 1;
    }

    fn next(&mut self, first: bool) {
        if !first {
            self.out.push(b',');
        }
        line(&mut self.out, self.level);
    }

    fn close(&mut self, bracket: u8) {
        self.level -= 1;
        line(&mut self.out, self.level);
        self.out.push(bracket);
    }

    fn too_deep(&self) -> PyErr {
        let start: Vec<_> = self.path.iter().take(5).map(ToString::to_string).collect();
        PyValueError::new_err(format!(
            "expected at most {DEPTH} levels of nesting, found more (or a circular reference) at \
             {}...; flatten the value",
            start.join(" > ")
        ))
    }
}

/// An array of numbers, contiguous and little-endian, for a place inside `level` brackets.
pub(super) fn nested(array: &Bound<'_, PyAny>, level: usize) -> PyResult<Nested> {
    let (_, dtype, shape, bytes) = loosen(String::new(), array)?;
    Nested::new(dtype, &shape, bytes, level).map_err(|error| raise(array.py(), "", &error))
}

fn push_text(out: &mut Vec<u8>, text: &Bound<'_, PyString>) -> PyResult<()> {
    if let Ok(text) = text.to_str() {
        push_string(out, text);
        return Ok(());
    }
    // Lone surrogates have no UTF-8: Python escapes each of them, and reads two that follow each other as one.
    let json = text.py().import("json")?;
    let escaped = json.getattr("dumps")?.call1((text,))?;
    if !json.getattr("loads")?.call1((&escaped,))?.eq(text)? {
        return Err(PyValueError::new_err(
            "expected text that JSON can hold, found surrogates that would become a character",
        ));
    }
    out.extend_from_slice(escaped.extract::<String>()?.as_bytes());
    Ok(())
}
