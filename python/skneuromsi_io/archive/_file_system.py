"""Answers of the file system: refusals that do not fail a store, and the file that an error names."""

import contextlib
import errno
import os
from collections.abc import Iterator
from typing import Any

#: Answers of file systems that do not know an operation (CIFS, FUSE, vfat) or do not permit it.
#: A failing or full disk answers otherwise.
REFUSED = frozenset(
    (
        *(errno.EPERM, errno.EACCES, errno.EINVAL),
        *(errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP),
    )
)

#: Answers to making or renaming a file, where another may be written into all the same: of a directory that
#: is not writable, a sticky one, a read-only mount, a file that is a mount of its own.
IRREPLACEABLE = frozenset(
    (errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV)
)


def printable(path: Any) -> str:
    """Return `str` of a path, made printable.

    Bytes of a name that are not UTF-8 are halves of letters in it, which no stream prints.
    """
    return str(path).encode(errors="backslashreplace").decode()


@contextlib.contextmanager
def naming(path: str | os.PathLike[str]) -> Iterator[None]:
    """Name in errors the path that the caller gave: not our temporary file, nor a descriptor without a name."""
    try:
        yield
    except OSError as error:
        # Without a number it is not an answer of the system, and its text is all that it has.
        if error.errno is None:
            raise
        raise type(error)(error.errno, error.strerror, os.fspath(path)) from None


@contextlib.contextmanager
def refusable() -> Iterator[None]:
    """Go on where the file system refuses."""
    try:
        yield
    except OSError as error:
        if error.errno not in REFUSED:
            raise


def is_writable(path: str | os.PathLike[str]) -> bool:
    """Return whether a file is there and may be written to; `os.access` does not know what a server would say."""
    try:
        os.close(os.open(path, os.O_WRONLY))
    except OSError:
        return False
    return True
