"""Where an archive may be written: a path, replaced as a whole or not at all, or a stream of bytes."""

import contextlib
import io
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def is_path(path_or_stream: Any) -> bool:
    """Whether the argument names a file, as `zipfile.ZipFile` decides it."""
    return isinstance(path_or_stream, (str, os.PathLike))


def refuse_text(stream: Any, mode: str) -> None:
    """Raise TypeError for a text file, as `open` gives it where ``"b"`` is not in the mode."""
    if isinstance(stream, io.TextIOBase):
        raise TypeError(
            "'path_or_stream': expected a binary file object, found a text one; "
            f"open the file in mode {mode!r}"
        )


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[str]:
    """Yield the path of a sibling temporary file that replaces `path` when all went well.

    The content is on disk before the rename (fsync of the file, then of its directory), so a crash at
    any moment leaves the old file or the new one, whole. After any exception, KeyboardInterrupt included,
    the temporary file is gone and the old file is untouched, but for an interrupt right after the rename, which
    leaves the new file. A symbolic link stays a link: the file it
    points to is replaced. The permissions of an old file are kept.

    Only a process that is killed leaves its temporary file behind: hidden, named ``.NAME.16 hex digits.tmp``, and
    in nobody's way. A file without a name (``O_TMPFILE``) would vanish by itself, but cannot replace another.
    """
    if not os.fspath(path):
        # `realpath` would take it for the working directory.
        raise FileNotFoundError(2, os.strerror(2), os.fspath(path))
    target = Path(os.path.realpath(path))
    if target.is_dir() or os.fsdecode(path).endswith(("/", os.sep)):
        raise IsADirectoryError(21, os.strerror(21), os.fspath(path))
    if target.exists() and not target.is_file():
        # A device or a named pipe cannot be replaced: it is written to.
        yield str(target)
        return
    # File systems count bytes, at most 255, and a letter has up to four.
    temporary = target.with_name(f".{target.name[:50]}.{secrets.token_hex(8)}.tmp")
    try:
        # Within the outer `try`, since an interrupt may come right after the file was made.
        descriptor = _create(temporary, path)
        try:
            yield str(temporary)
            with contextlib.suppress(FileNotFoundError):
                temporary.chmod(stat.S_IMODE(target.stat().st_mode))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(target)
    except BaseException:
        # What failed is worth more than why its traces could not be removed.
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    # An error would say that the old file is still there. Directories may be writable but not readable.
    with contextlib.suppress(OSError):
        _sync_directory(target.parent)


def _create(temporary: Path, path: str | os.PathLike[str]) -> int:
    try:
        return os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except OSError as error:
        # The caller named `path`, not our temporary sibling.
        raise type(error)(error.errno, error.strerror, os.fspath(path)) from None


def _sync_directory(directory: Path) -> None:
    """Make a rename durable; directories cannot be opened on Windows."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
