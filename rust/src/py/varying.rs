//! The numbers of metadata that may vary, from Python.

use crate::json::Varying;

/// Numbers that make no difference as Python gives them: the object and the keys below which they are, and the strings
/// that a document without a fingerprint has.
pub(super) type PyVarying = (String, Vec<String>, Vec<String>);

pub(super) fn py_varying((object, keys, unless): PyVarying) -> Varying {
    Varying {
        object,
        keys,
        unless,
    }
}
