"""Sources of an archive: everything that `zipfile.ZipFile` takes, and bytes-like objects."""

import io
import operator
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import _native
from .._errors import ArgumentError, ArgumentTypeError, BadArchiveError
from .._locks import borrowed
from .._remedies import READ_WHOLE
from ._diagnosis import explained
from ._file_system import printable
from ._members import METADATA
from ._remote import RemoteFile, is_url, without_secrets
from ._target import is_path, refuse_text
from ._zip_arguments import checked

#: Kinds of files that are read from their beginning to their end only.
_SPECIAL = {
    stat.S_ISFIFO: "a pipe",
    stat.S_ISSOCK: "a socket",
    stat.S_ISCHR: "a character device",
}


def display_name_of(path_or_stream: Any) -> str:
    """Name the archive in messages, as upstream does: `str` of what was given, made printable."""
    buffer = _buffer_of(path_or_stream)
    if buffer is not None:
        return f"<{buffer.nbytes} bytes>"
    if is_url(path_or_stream):
        return printable(without_secrets(path_or_stream))
    return printable(path_or_stream)


def _buffer_of(path_or_stream: Any) -> memoryview | None:
    """Return the memory of a bytes-like object; None for a file, as one mapped into memory is."""
    if hasattr(path_or_stream, "read"):
        return None
    try:
        return memoryview(path_or_stream)
    except (TypeError, ValueError, BufferError):
        return None


def open_archive(
    path_or_stream: Any, limits: Mapping[str, int] | None = None, **kwargs: Any
) -> _native.Archive:
    """Open an archive for reading.

    Parameters
    ----------
    path_or_stream : str, os.PathLike, bytes-like, binary file object or RemoteFile
        A file object needs `read`, `seek` and `tell` only.
    limits : mapping of str to int, optional
        Limits that differ from their defaults (SECURITY.md).
    **kwargs
        What `zipfile.ZipFile` takes in mode ``"r"``, checked by it. None changes how an archive is read: the
        names of all members that count are ASCII.

    Raises
    ------
    BadArchiveError
        If it is not a zip archive, or is damaged.
    OSError
        If it cannot be read; `io.UnsupportedOperation` if it cannot seek.
    TypeError, ValueError, NotImplementedError, LookupError
        As `zipfile.ZipFile` raises them for its arguments; for limits that are none.

    """
    checked("r", kwargs)
    encoding = kwargs.get("metadata_encoding") or None
    if encoding is not None:
        # As zipfile decodes a name, which it does not find here.
        METADATA.encode().decode(encoding)
    caps = caps_of(limits)
    source = source_of(path_or_stream)
    with explained(path_or_stream, source):
        return _native.Archive(source, display_name_of(path_or_stream), caps)


def caps_of(limits: Mapping[str, int] | None) -> list[tuple[str, int]]:
    """Check limits that differ from their defaults."""
    caps = []
    if limits is not None and not isinstance(limits, Mapping):
        raise _wrong_limits("a mapping", type(limits).__name__)
    for name, value in (limits or {}).items():
        if not isinstance(name, str):
            raise _wrong_limits("names of limits", f"{name!r:.80}")
        try:
            caps.append((name, operator.index(value)))
        except TypeError:
            expected = f"an integer as {name!r}"
            raise _wrong_limits(expected, f"{value!r:.80}") from None
    for name, value in caps:
        if not 0 <= value < 2**64:
            raise ArgumentError(
                key="limits",
                expected=f"0 to 2**64 - 1 as {name!r}",
                found=str(value),
            )
    return caps


def _wrong_limits(expected: str, found: str) -> ArgumentTypeError:
    return ArgumentTypeError(key="limits", expected=expected, found=found)


def source_of(path_or_stream: Any) -> Any:
    """Return what the native core reads an archive from."""
    if isinstance(path_or_stream, RemoteFile):
        return _native.Ranges(path_or_stream.read, path_or_stream.size)
    if is_url(path_or_stream):
        raise ArgumentError(
            archive=display_name_of(path_or_stream),
            expected="a path, bytes or a binary file object",
            found="a URL, which this function does not read",
            remedy="download the file, and pass its path",
        )
    if is_path(path_or_stream):
        return _usable_path(path_or_stream)
    if type(path_or_stream) is bytes:
        return path_or_stream
    buffer = _buffer_of(path_or_stream)
    if buffer is not None:
        return buffer.tobytes()
    if type(path_or_stream) is io.BytesIO:
        return path_or_stream.getvalue()  # shares its bytes
    _check_stream(path_or_stream)
    return path_or_stream


def _usable_path(path_like: Any) -> str:
    path = os.fsdecode(path_like)
    if "\0" in path:
        raise ArgumentError("embedded null byte", archive=display_name_of(path_like))
    _refuse_special(path)
    return path


def _check_stream(stream: Any) -> None:
    """Check that it is a binary file object that can seek."""
    missing = [name for name in ("read", "seek", "tell") if not hasattr(stream, name)]
    if missing:
        raise ArgumentTypeError(
            key="path_or_stream",
            expected="a path, bytes or a binary file object",
            found=f"{type(stream).__name__} without {', '.join(missing)}",
        )
    refuse_text(stream, "rb")
    if hasattr(stream, "seekable") and not stream.seekable():
        raise _unseekable(stream, "a stream")
    if isinstance(stream, io.IOBase) and not (stream.closed or stream.readable()):
        raise _unreadable(stream)


def _unreadable(stream: io.IOBase) -> Exception:
    """Return the error for a file that is only written to; zipfile reads nothing of an empty one."""
    name, remedy = display_name_of(stream), "open it in mode 'rb'"
    with borrowed(stream):
        size = stream.seek(0, os.SEEK_END)
    if size:
        return io.UnsupportedOperation(
            f"{name}: expected a file that can be read, found one that is only written "
            f"to; {remedy}"
        )
    return BadArchiveError(
        archive=name,
        expected="a zip archive",
        found="an empty file that is only written to",
        remedy=remedy,
    )


def _refuse_special(path: str) -> None:
    """Raise for a file that has no positions, before it is opened: that may wait for ever."""
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        return  # Opening it says why.
    for is_kind, kind in _SPECIAL.items():
        if is_kind(mode):
            raise _unseekable(path, kind)


def _unseekable(path_or_stream: Any, kind: str) -> io.UnsupportedOperation:
    return io.UnsupportedOperation(
        f"{display_name_of(path_or_stream)}: expected a file that can seek, found {kind}; "
        f"{READ_WHOLE}"
    )
