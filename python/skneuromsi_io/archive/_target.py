"""Targets of an archive: a path, replaced as a whole or not at all, or a stream of bytes."""

import contextlib
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .._errors import ArgumentError, ArgumentTypeError
from .._scratch import temporary_folder
from ._access import keep_access
from ._file_system import IRREPLACEABLE, is_writable, naming, refusable
from ._overwriting import overwrite
from ._special import SpecialFile, is_special


def is_path(path_or_stream: Any) -> bool:
    """Return whether the argument names a file, as `zipfile.ZipFile` decides it."""
    return isinstance(path_or_stream, (str, os.PathLike))


def refuse_text(stream: Any, mode: str) -> None:
    """Raise TypeError for a text file, as `open` gives it where ``"b"`` is not in the mode."""
    if isinstance(stream, io.TextIOBase):
        raise ArgumentTypeError(
            key="path_or_stream",
            expected="a binary file object",
            found="a text one",
            remedy=f"open the file in mode {mode!r}",
        )


def temporary_beside(target: Path) -> Path:
    """Return a new name for what is to take the place of a file or a folder."""
    # File systems count bytes, at most 255, and a letter has up to four.
    return target.with_name(f".{target.name[:50]}.{os.urandom(8).hex()}.tmp")


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[str | SpecialFile]:
    """Yield the path of a sibling temporary file that replaces `path` when all went well.

    The content is on disk before the rename (fsync of the file, then of its directory), so a crash at
    any moment leaves the old file or the new one, whole. After any exception, KeyboardInterrupt included,
    the temporary file is gone and the old file is untouched. An interrupt right after the rename leaves the new
    file. A symbolic link stays a link: the file it points to is replaced. Owner, group and permissions of an old
    file are kept.

    Only a process that is killed leaves its temporary file behind: hidden, named ``.NAME.16 hex digits.tmp``, and
    in nobody's way. A file without a name (``O_TMPFILE``) would vanish by itself, but cannot replace another.

    What is not a regular file, or is a descriptor, is yielded itself, opened. A file that can be written into but
    not replaced is copied over in the end, with a warning.
    """
    target, old = located(path)
    if old is not None and is_special(path, old):
        with SpecialFile(path) as file:
            yield file
        return
    temporary = temporary_beside(target)
    refusal: OSError | None = None
    try:
        # Within the outer `try`, since an interrupt may come right after the file was made.
        try:
            descriptor = _create(temporary, old)
        except OSError as error:
            refusal, temporary = error, _elsewhere(temporary, target, path, error)
            descriptor = _create(temporary, old)
        try:
            yield str(temporary)
            with naming(path):
                finish(temporary, descriptor, target, old)
        finally:
            with naming(path):
                os.close(descriptor)
        if refusal is None:
            refusal = _rename(temporary, target, path)
    except BaseException:
        # The failure is worth more than why its traces could not be removed.
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if refusal is not None:
        overwrite(temporary, target, path, refusal)
        return
    # An error would say that the old file is still there. Directories may be writable but not readable.
    with contextlib.suppress(OSError):
        sync_directory(target.parent)


def located(path: str | os.PathLike[str]) -> tuple[Path, os.stat_result | None]:
    """Return the file that a path leads to, and its status if it is there.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        If the path cannot be that of a file.

    """
    if not os.fspath(path):
        # `realpath` would take it for the working directory.
        raise FileNotFoundError(2, os.strerror(2), os.fspath(path))
    status = status_of(path)
    if _is_directory(status) or os.fsdecode(path).endswith(("/", os.sep)):
        raise IsADirectoryError(21, os.strerror(21), os.fspath(path))
    return Path(os.path.realpath(path)), status


def status_of(path: str | os.PathLike[str]) -> os.stat_result | None:
    """Return the status of a file, or None if it is not there."""
    try:
        return Path(path).stat()
    except FileNotFoundError:
        return None


def refuse_same_file(source: Any, out: str | os.PathLike[str], expected: str) -> None:
    """Raise ArgumentError if `out` is the file that is read."""
    if not is_path(source):
        return
    old, new = (Path(os.fsdecode(path)) for path in (source, out))
    if old.exists() and new.exists() and old.samefile(new):
        raise ArgumentError(key="out", expected=expected, found=repr(str(new)))


def _is_directory(status: os.stat_result | None) -> bool:
    return status is not None and stat.S_ISDIR(status.st_mode)


def _create(temporary: Path, old: os.stat_result | None) -> int:
    """Create a file as the umask has it, or for nobody else: who may see the old one is settled in the end."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    return os.open(temporary, flags, 0o666 if old is None else 0o600)


def _elsewhere(
    temporary: Path, target: Path, path: str | os.PathLike[str], error: OSError
) -> Path:
    """Return another place for the temporary file of a target that is writable although its directory is not."""
    if error.errno in IRREPLACEABLE and is_writable(target):
        return Path(temporary_folder(), temporary.name)
    with naming(path):
        raise error


def finish(
    temporary: Path, descriptor: int, target: Path, old: os.stat_result | None
) -> None:
    """Give the file its permissions, and bring it to disk."""
    # In the folder of all temporary files it is for nobody else.
    if old is not None and temporary.parent == target.parent:
        keep_access(temporary, descriptor, target, old)
    with refusable():
        os.fsync(descriptor)


def _rename(
    temporary: Path, target: Path, path: str | os.PathLike[str]
) -> OSError | None:
    """Put the file in the place of the target, or return why that can only be written into."""
    try:
        with naming(path):
            temporary.replace(target)
    except OSError as error:
        if error.errno not in IRREPLACEABLE or not is_writable(target):
            raise
        return error
    return None


def sync_directory(directory: Path) -> None:
    """Make a rename durable; directories cannot be opened on Windows."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
