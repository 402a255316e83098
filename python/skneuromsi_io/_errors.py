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
    ├── MissingPackageError  (ImportError)         an optional package is not installed
    ├── LockedError          (BlockingIOError)     another writer is at work on the file
    ├── WriterError          (RuntimeError)        a writer that cannot go on
    ├── UnstorableError      (TypeError)           an object that no file can carry
    └── InternalError        (RuntimeError)        a fault of this package, to be reported

    NotAtomicWarning         (RuntimeWarning)      a file is written into, not replaced

Every class also derives from the builtin that a caller of ``skneuromsi.io`` would catch. A plain
:class:`OSError` of the operating system (no such file, disk full) stays what it is.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any


class SkneuromsiIOError(Exception):
    """Base of every error that this package raises about a file or an object.

    Its text is made of its attributes: ``ARCHIVE: member "NAME": 'KEY': expected X, found Y; REMEDY``.

    Parameters
    ----------
    message : str, optional
        Text that takes the place of "expected X, found Y".
    archive : str, optional
        The archive: `str` of what was opened.
    member : str, optional
        The member of the archive.
    key : str, optional
        The argument, the JSON pointer within the member, or the part of the object.
    expected, found : str, optional
        What should have been there, and what was.
    remedy : str, optional
        What the user can do about it.

    """

    def __init__(
        self,
        message: str | None = None,
        *,
        archive: str | None = None,
        member: str | None = None,
        key: str | None = None,
        expected: str | None = None,
        found: str | None = None,
        remedy: str | None = None,
    ):
        # Pickle and copy call the class with `args` and restore the attributes after it.
        super().__init__(*(() if message is None else (message,)))
        self.archive = archive
        self.member = member
        self.key = key
        self.expected = expected
        self.found = found
        self.remedy = remedy

    def fill(
        self,
        *,
        archive: str | None = None,
        member: str | None = None,
        key: str | None = None,
    ) -> None:
        """Say where it happened, unless that is known already."""
        self.archive = archive if self.archive is None else self.archive
        self.member = member if self.member is None else self.member
        self.key = key if self.key is None else self.key

    @property
    def message(self) -> str:
        """The text without archive and member."""
        if self.args:
            told = str(self.args[0])
        elif self.expected is not None:
            told = f"expected {self.expected}, found {self.found}"
        else:
            told = ""
        if self.remedy is not None:
            told = f"{told}; {self.remedy}"
        return ": ".join((*self._keys(), told))

    def _keys(self) -> Iterator[str]:
        if self.key is None:
            return
        shown = f"{self.key!r:.200}"
        # Words of Python and of scikit-neuromsi mostly name the argument themselves.
        if not (self.args and shown in str(self.args[0])):
            yield shown

    def __str__(self) -> str:
        text = self.message
        if self.member is not None:
            # Names come from the file: a line break in one is shown as \n.
            text = f'member "{repr(self.member)[1:-1]}": {text}'
        return text if self.archive is None else f"{self.archive}: {text}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class BadArchiveError(SkneuromsiIOError, zipfile.BadZipFile):
    """The bytes are not a zip archive, or its directory is damaged or ambiguous."""


class BadMemberError(BadArchiveError):
    """A member's compressed bytes are damaged: size, CRC-32 or the stream itself."""


class MissingMemberError(SkneuromsiIOError, KeyError):
    """A member of the archive, or a key of its metadata, is missing."""


class UnsupportedError(SkneuromsiIOError, NotImplementedError):
    """Valid, but not served: encryption, an unknown method, a link to another file."""


class LimitError(SkneuromsiIOError, ValueError):
    """A stated limit was reached; the message says which."""


class BadNetCDFError(SkneuromsiIOError, ValueError, OSError):
    """A NetCDF member is malformed."""


class BadMetadataError(SkneuromsiIOError, ValueError):
    """A metadata member is not JSON, or its values make no sense."""


class LargeArchiveError(SkneuromsiIOError, zipfile.LargeZipFile):
    """The archive needs zip64, which ``allowZip64=False`` forbids."""


class ArgumentError(SkneuromsiIOError, ValueError):
    """An argument has a wrong value; its name is the `key`."""


class ArgumentTypeError(SkneuromsiIOError, TypeError):
    """An argument has a wrong type, or a name that the function does not have; its name is the `key`."""


class BadStreamError(SkneuromsiIOError, OSError):
    """A file object answers what it cannot mean: that it took more bytes than there were, that it is at -1."""


class MissingPackageError(SkneuromsiIOError, ImportError):
    """A package that is optional is not installed."""


class LockedError(SkneuromsiIOError, BlockingIOError):
    """Another writer is at work on the file."""


class WriterError(SkneuromsiIOError, RuntimeError):
    """A writer cannot go on: it is closed, it failed before, or its file is gone."""


class UnstorableError(SkneuromsiIOError, TypeError):
    """An object that the format cannot carry; `result` and `key` say where it is.

    Attributes
    ----------
    result : int or None
        Number of the result in its collection.
    key : str or None
        The part of the result, as Python would spell it: ``extra['a'][0]``.

    """

    result: int | None = None

    def _keys(self) -> Iterator[str]:
        if self.result is not None:
            yield f"result {self.result}"
        if self.key is not None:
            yield self.key


class InternalError(SkneuromsiIOError, RuntimeError):
    """A case that cannot be: a fault of this package. Please report it, with its message."""

    def __init__(
        self,
        message: str | None = None,
        *,
        remedy: str | None = "this is a fault of skneuromsi-io: please report it",
        **where: str | None,
    ):
        super().__init__(message, remedy=remedy, **where)


class at:  # noqa: N801 - reads as a preposition: ``with at(archive=...)``
    """Context manager that fills in where an error of this package happened.

    A class, since a generator takes 1 µs more, and each result that is checked passes through one.

    Parameters
    ----------
    archive, member, key : str, optional
        As of :class:`SkneuromsiIOError`; what an error knows already stays.

    """

    __slots__ = ("_archive", "_key", "_member")

    def __init__(
        self,
        *,
        archive: str | None = None,
        member: str | None = None,
        key: str | None = None,
    ):
        self._archive = archive
        self._member = member
        self._key = key

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        cls: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, SkneuromsiIOError):
            error.fill(archive=self._archive, member=self._member, key=self._key)


class translating:  # noqa: N801 - as `at`
    """Context manager that turns what libraries raise of bad input, which is of any class, into one of ours.

    Exhausted memory becomes a :class:`LimitError`; errors of this package pass.

    Parameters
    ----------
    cls : type
        Class of the error that is raised.
    expected, found : str, optional
        What it says, with the library's words behind; these alone by default.

    """

    __slots__ = ("_cls", "_expected", "_found")

    def __init__(
        self,
        cls: type[SkneuromsiIOError],
        expected: str | None = None,
        found: str | None = None,
    ):
        self._cls = cls
        self._expected = expected
        self._found = found

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        cls: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, MemoryError):
            raise LimitError("too much for the memory") from error
        if not isinstance(error, Exception) or isinstance(error, SkneuromsiIOError):
            return
        if self._expected is None:
            notes: Any = getattr(error, "__notes__", ())
            raise self._cls(" ".join((str(error), *notes))) from error
        words = " ".join(str(error).split())
        raise self._cls(
            expected=self._expected,
            found=f"{self._found} ({type(error).__name__}: {words:.300})",
        ) from error


class NotAtomicWarning(RuntimeWarning):
    """A file cannot be replaced, and a whole archive is copied over it instead (SECURITY.md)."""


#: Errors that are no fault of an archive: reports raise them, they do not list them.
NOT_OF_THE_ARCHIVE = (
    ArgumentTypeError,
    BadStreamError,
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
