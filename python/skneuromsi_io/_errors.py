"""The exceptions of skneuromsi-io, grouped by what a caller would do about them.

::

    SkneuromsiIOError
    ├── BadArchiveError      (zipfile.BadZipFile)  no zip archive, or a damaged one
    │   └── BadMemberError                         a member's bytes fail their size or CRC-32
    ├── MissingMemberError   (KeyError)            a member or key that must be there is not
    ├── UnsupportedError     (NotImplementedError) valid, but not served: encryption, a method
    ├── LimitError           (ValueError)          a stated limit was reached
    ├── BadNetCDFError       (ValueError, OSError) a NetCDF member is malformed
    ├── BadMetadataError     (ValueError)          metadata is no JSON, or says nonsense
    ├── LargeArchiveError    (zipfile.LargeZipFile) zip64 is needed and was not allowed
    ├── ArgumentError        (ValueError)          an argument has a wrong value
    └── UnstorableError      (TypeError)           an object that no file can carry

Every class also derives from the builtin that a caller of ``skneuromsi.io`` would catch. A plain
:class:`OSError` of the operating system (no such file, disk full) stays what it is.
"""

import zipfile


class SkneuromsiIOError(Exception):
    """Base of every error that this package raises about a file or an object."""


class BadArchiveError(SkneuromsiIOError, zipfile.BadZipFile):
    """The bytes are no zip archive, or its directory is damaged or ambiguous."""


class BadMemberError(BadArchiveError):
    """A member's compressed bytes are damaged: size, CRC-32 or the stream itself."""


class MissingMemberError(SkneuromsiIOError, KeyError):
    """A member of the archive, or a key of its metadata, is missing."""

    def __str__(self) -> str:
        # KeyError shows the repr of its argument, which would escape the message.
        return str(self.args[0]) if self.args else ""


class UnsupportedError(SkneuromsiIOError, NotImplementedError):
    """Valid, but not served: encryption, an unknown method, a link to another file."""


class LimitError(SkneuromsiIOError, ValueError):
    """A stated limit was reached; the message says which."""


class BadNetCDFError(SkneuromsiIOError, ValueError, OSError):
    """A NetCDF member is malformed."""


class BadMetadataError(SkneuromsiIOError, ValueError):
    """A metadata member is no JSON, or its values make no sense."""


class LargeArchiveError(SkneuromsiIOError, zipfile.LargeZipFile):
    """The archive needs zip64, which ``allowZip64=False`` forbids."""


class ArgumentError(SkneuromsiIOError, ValueError):
    """An argument has a wrong value."""


class UnstorableError(SkneuromsiIOError, TypeError):
    """An object that the format cannot carry; the message names its key."""


#: Native error kind -> exception class; ``io`` becomes a plain OSError with its errno.
BY_KIND: dict[str, type[Exception]] = {
    "archive": BadArchiveError,
    "missing": MissingMemberError,
    "member": BadMemberError,
    "unsupported": UnsupportedError,
    "limit": LimitError,
    "netcdf": BadNetCDFError,
    "json": BadMetadataError,
    "large_zip": LargeArchiveError,
    "value": ArgumentError,
    "io": OSError,
}
