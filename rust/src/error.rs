//! The one error of the crate: what kind it is, where it happened, what was expected and found.

use std::fmt;

/// Result of every fallible function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Kinds of errors, by what a caller would do about them.
///
/// The names are stable: Python maps each of them to one exception class (`_errors.py`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The bytes are not a zip archive, or its directory is damaged or ambiguous.
    Archive,
    /// A member that should be there is not.
    Missing,
    /// A member's compressed bytes are damaged: size, CRC-32 or the stream itself.
    Member,
    /// Valid but not served here: encryption, an unknown method, an HDF5 feature.
    Unsupported,
    /// A stated limit was reached; the message names it.
    Limit,
    /// A NetCDF member is malformed.
    Netcdf,
    /// A JSON member is malformed.
    Json,
    /// The archive would need zip64, which the caller did not allow.
    LargeZip,
    /// An argument has a wrong value.
    Value,
    /// A caller's stream answers what it cannot mean.
    Stream,
    /// The operating system refused a read or a write.
    Io,
    /// This crate contradicts itself: nothing that a file or a caller does can be the reason.
    Internal,
}

impl Kind {
    /// Every kind, for the test that keeps Rust and Python in step.
    pub const ALL: [Self; 12] = [
        Self::Archive,
        Self::Missing,
        Self::Member,
        Self::Unsupported,
        Self::Limit,
        Self::Netcdf,
        Self::Json,
        Self::LargeZip,
        Self::Value,
        Self::Stream,
        Self::Io,
        Self::Internal,
    ];

    /// Stable lower-case name of the kind.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Missing => "missing",
            Self::Member => "member",
            Self::Unsupported => "unsupported",
            Self::Limit => "limit",
            Self::Netcdf => "netcdf",
            Self::Json => "json",
            Self::LargeZip => "large_zip",
            Self::Value => "value",
            Self::Stream => "stream",
            Self::Io => "io",
            Self::Internal => "internal",
        }
    }
}

/// An error with its place: boxed, so that `Result`s stay one pointer wide.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    member: Option<String>,
    expected: String,
    found: String,
    source: Option<std::io::Error>,
    lacks_end: bool,
}

impl Error {
    /// An error that says what was `expected` and what was `found`.
    ///
    /// For a checksum or a length, `expected` is what the file states, and `found` is what its bytes have.
    pub fn new(kind: Kind, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            member: None,
            expected: expected.into(),
            found: found.into(),
            source: None,
            lacks_end: false,
        }))
    }

    /// An error of a case that cannot be, in the place of a default that would write or show wrong bytes.
    pub fn internal(expected: impl Into<String>, found: impl ToString) -> Self {
        Self::new(Kind::Internal, expected, found.to_string())
    }

    /// The same error, placed in `member` unless a deeper place is known already.
    #[must_use]
    pub fn in_member(mut self, member: &str) -> Self {
        self.0.member.get_or_insert_with(|| member.to_owned());
        self
    }

    /// The same error, of an archive that ends before its directory does, or is none: what begins it tells which.
    #[must_use]
    pub fn without_end(mut self) -> Self {
        self.0.lacks_end = true;
        self
    }

    /// Returns whether the archive has no end.
    #[must_use]
    pub fn lacks_end(&self) -> bool {
        self.0.lacks_end
    }

    /// The kind of this error.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Returns whether it is not a fault of the archive: its source could not be read, or this crate has a fault.
    #[must_use]
    pub fn is_of_machine(&self) -> bool {
        matches!(self.kind(), Kind::Io | Kind::Stream | Kind::Internal)
    }

    /// The archive member in which it happened, if any.
    #[must_use]
    pub fn member(&self) -> Option<&str> {
        self.0.member.as_deref()
    }

    /// The content that a sound file would have.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// The content that was found instead.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// The operating system's own error number, for [`Kind::Io`].
    #[must_use]
    pub fn os_error(&self) -> Option<i32> {
        self.0
            .source
            .as_ref()
            .and_then(std::io::Error::raw_os_error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(member) = self.member() {
            write!(f, "member {member:?}: ")?;
        }
        write!(f, "expected {}, found {}", self.0.expected, self.0.found)?;
        if self.0.kind == Kind::Internal {
            f.write_str("; this is a fault of skneuromsi-io: please report it")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|e| e as _)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        // A stream carries our own errors through `io::Read`.
        let error = match error.downcast::<Self>() {
            Ok(own) => return own,
            Err(error) => error,
        };
        let mut this = Self::new(Kind::Io, "a successful read or write", error.to_string());
        this.0.source = Some(error);
        this
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_names_member_expected_and_found() {
        let error = Error::new(Kind::Member, "CRC-32 0x01", "0x02").in_member("a/b.nc");
        assert_eq!(
            error.to_string(),
            "member \"a/b.nc\": expected CRC-32 0x01, found 0x02"
        );
        assert_eq!(error.in_member("outer").member(), Some("a/b.nc"));
    }

    #[test]
    fn impossible_cases_ask_to_be_reported() {
        let error = Error::internal("a block below 64 KiB", 65_537);
        assert_eq!(error.kind(), Kind::Internal);
        assert_eq!(
            error.to_string(),
            "expected a block below 64 KiB, found 65537; this is a fault of skneuromsi-io: please report it"
        );
    }

    #[test]
    fn kinds_have_distinct_names() {
        let mut names = Kind::ALL.map(Kind::name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Kind::ALL.len());
    }
}
