//! Names of the members that a result consists of, and the members of these names in an archive.

use crate::archive::{Archive, Prefixed};

/// Names of the members that one result consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The JSON member.
    pub text: String,
    /// The NetCDF member of the array.
    pub data: String,
    /// Members of further arrays.
    pub arrays: Arrays,
}

/// Members of further arrays of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrays {
    /// Each with the name by which the text refers to it.
    Listed(Vec<(String, String)>),
    /// All members of an archive that are named by a number between these. The text refers to one by what is behind the
    /// last `/` of its name.
    ///
    /// An archive may have millions of them, of which no list is made before they are read.
    Numbered {
        /// Text before the number.
        prefix: String,
        /// Text behind it.
        suffix: String,
    },
}

impl Default for Arrays {
    fn default() -> Self {
        Self::Listed(Vec::new())
    }
}

impl FromIterator<(String, String)> for Arrays {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(arrays: T) -> Self {
        Self::Listed(arrays.into_iter().collect())
    }
}

/// A member of a result, by its name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Member<'a> {
    /// The NetCDF member of the labelled array.
    Data(&'a str),
    /// The JSON member.
    Text(&'a str),
    /// The NetCDF member of a further array, and the name by which the text refers to it.
    Array(&'a str, &'a str),
}

impl<'a> Member<'a> {
    pub(super) fn name(self) -> &'a str {
        match self {
            Self::Data(name) | Self::Text(name) | Self::Array(name, _) => name,
        }
    }
}

/// The members of a result in an archive, in upstream's order: the data, the text, then further arrays.
pub(super) struct Located<'a> {
    plan: &'a Plan,
    numbered: Option<Prefixed<'a>>,
}

impl<'a> Located<'a> {
    pub(super) fn new(plan: &'a Plan, archive: &'a Archive) -> Self {
        let numbered = match &plan.arrays {
            Arrays::Listed(_) => None,
            Arrays::Numbered { prefix, .. } => Some(archive.prefixed(prefix)),
        };
        Self { plan, numbered }
    }

    /// Most members that there may be.
    pub(super) fn len(&self) -> usize {
        let arrays = match (&self.plan.arrays, &self.numbered) {
            (Arrays::Listed(listed), _) => listed.len(),
            (_, numbered) => numbered.map_or(0, |names| names.len()),
        };
        2 + arrays
    }

    /// One of them; None for a member of the archive that only looks like one.
    pub(super) fn member(&self, nth: usize) -> Option<Member<'a>> {
        match (nth, &self.plan.arrays) {
            (0, _) => Some(Member::Data(&self.plan.data)),
            (1, _) => Some(Member::Text(&self.plan.text)),
            (nth, Arrays::Listed(listed)) => {
                let (member, name) = &listed[nth - 2];
                Some(Member::Array(member, name))
            }
            (nth, Arrays::Numbered { prefix, suffix }) => {
                let member = self.numbered?.name(nth - 2);
                is_numbered(member, prefix, suffix)
                    .then(|| Member::Array(member, &member[folder(member)..]))
            }
        }
    }
}

/// Offset of the part of a name behind its last `/`.
fn folder(name: &str) -> usize {
    name.rfind('/').map_or(0, |at| at + 1)
}

/// True if a name is `prefix`, a number of up to 18 digits without zeros before it, and `suffix`.
#[must_use]
pub fn is_numbered(name: &str, prefix: &str, suffix: &str) -> bool {
    let number = name
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_suffix(suffix));
    number.is_some_and(|number| {
        let digits = (1..=18).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        digits && (number == "0" || !number.starts_with('0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_one_way() {
        for (name, expected) in [
            ("a/x_0.nc", true),
            ("a/x_10.nc", true),
            ("a/x_123456789012345678.nc", true),
            ("a/x_1234567890123456789.nc", false),
            ("a/x_.nc", false),
            ("a/x_01.nc", false),
            ("a/x_+1.nc", false),
            ("a/x_1.nc.nc", false),
            ("b/x_1.nc", false),
        ] {
            assert_eq!(is_numbered(name, "a/x_", ".nc"), expected, "{name}");
        }
    }
}
