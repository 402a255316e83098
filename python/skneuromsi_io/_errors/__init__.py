"""The exceptions of skneuromsi-io, grouped by what a caller would do about them.

::

    SkneuromsiIOError
    ├── BadArchiveError      (zipfile.BadZipFile)  not a zip archive, or a damaged one
    │   └── BadMemberError                         a member's bytes fail their size or CRC-32
    ├── MissingMemberError   (KeyError)            a member or key that must be there is not
    ├── UnsupportedError     (NotImplementedError) valid, but not served: encryption, a method
    ├── LimitError           (ValueError)          a stated limit was reached
    ├── BadNetCDFError       (ValueError, OSError) a NetCDF member is malformed
    ├── BadMetadataError     (ValueError)          metadata is not JSON, or says nonsense
    ├── LargeArchiveError    (zipfile.LargeZipFile) zip64 is needed and was not allowed
    ├── ArgumentError        (ValueError)          an argument has a wrong value
    ├── ArgumentTypeError    (TypeError)           an argument has a wrong type, or is unknown
    ├── BadStreamError       (OSError)             a file object answers what it cannot mean
    ├── RemoteError          (OSError)             a server cannot be reached, refuses, or has no ranges
    ├── MissingPackageError  (ImportError)         a package is not installed, or too old
    │   └── PatchError        (RuntimeError)       scikit-neuromsi cannot be patched
    ├── LockedError          (BlockingIOError)     another writer is at work on the file
    ├── WriterError          (RuntimeError)        a writer that cannot go on
    ├── UnstorableError      (TypeError)           an object that no file can carry
    └── InternalError        (RuntimeError)        a fault of this package, to be reported

    NotAtomicWarning         (RuntimeWarning)      a file is written into, not replaced

Every class also derives from the builtin that a caller of ``skneuromsi.io`` would catch. A plain
:class:`OSError` of the operating system (no such file, disk full) stays what it is.
"""

from ._base import SkneuromsiIOError
from ._blame import at, translating
from ._classes import (
    ArgumentError,
    ArgumentTypeError,
    BadArchiveError,
    BadMemberError,
    BadMetadataError,
    BadNetCDFError,
    BadStreamError,
    InternalError,
    LargeArchiveError,
    LimitError,
    LockedError,
    MissingMemberError,
    MissingPackageError,
    NotAtomicWarning,
    PatchError,
    RemoteError,
    UnstorableError,
    UnsupportedError,
    WriterError,
)

__all__ = [
    "BY_KIND",
    "NOT_OF_THE_ARCHIVE",
    "ArgumentError",
    "ArgumentTypeError",
    "BadArchiveError",
    "BadMemberError",
    "BadMetadataError",
    "BadNetCDFError",
    "BadStreamError",
    "InternalError",
    "LargeArchiveError",
    "LimitError",
    "LockedError",
    "MissingMemberError",
    "MissingPackageError",
    "NotAtomicWarning",
    "PatchError",
    "RemoteError",
    "SkneuromsiIOError",
    "UnstorableError",
    "UnsupportedError",
    "WriterError",
    "at",
    "translating",
]

#: Errors that are not a fault of an archive: reports raise them, they do not list them.
NOT_OF_THE_ARCHIVE = (
    ArgumentTypeError,
    BadStreamError,
    RemoteError,
    MissingPackageError,
    InternalError,
)

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
    "stream": BadStreamError,
    "io": OSError,
    "internal": InternalError,
}

# Tracebacks name the classes as users import them.
for _class in [*vars().values()]:
    if isinstance(_class, type) and issubclass(
        _class, (SkneuromsiIOError, NotAtomicWarning)
    ):
        _class.__module__ = "skneuromsi_io"
