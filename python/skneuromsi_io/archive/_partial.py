"""Partial files: what a writer has written so far, beside the file that it will be."""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

from .._errors import ArgumentError, LockedError, WriterError
from ._file_system import REFUSED, naming, printable
from ._special import is_special
from ._target import finish, located, status_of, sync_directory

if sys.platform != "win32":
    import errno
    import fcntl

    #: Answers of file systems that have no locks.
    _WITHOUT_LOCKS = REFUSED | {errno.ENOLCK}

#: End of the name of a partial file.
SUFFIX = ".partial"
#: Bytes that file systems take as a name.
_LONGEST_NAME = 255
#: First bytes of an archive that has a member.
_ARCHIVE = b"PK\3\4"


def partial_of(target: Path, shard: str = "") -> Path:
    """Return the path of the partial file of a target, or of one of its shards."""
    suffix = f".{shard}{SUFFIX}" if shard else SUFFIX
    return target.with_name(_stem_of(target, suffix) + suffix)


def _stem_of(target: Path, suffix: str) -> str:
    encoded = os.fsencode(target.name)
    if len(encoded) + len(suffix) <= _LONGEST_NAME:
        return target.name
    # Here, as it takes 3 ms to import, and few names are so long.
    import hashlib

    digest = hashlib.sha256(encoded).hexdigest()[:16]
    return f"{target.name[:50]}.{digest}"


def shards_of(path: str | os.PathLike[str], sweep: str = "") -> list[Path]:
    """Return the shards beside a file in which there is something: those of one sweep, or of all."""
    target, _ = located(path)
    # All shards have names of one length, so they have one stem.
    stem = _stem_of(target, f".{new_sweep()}-{new_sweep()}{SUFFIX}")
    name = re.compile(
        re.escape(f"{stem}.")
        + f"{sweep or _EIGHT_DIGITS}-{_EIGHT_DIGITS}"
        + re.escape(SUFFIX)
    )
    if not target.parent.is_dir():
        return []
    return sorted(
        file
        for file in target.parent.iterdir()
        if name.fullmatch(file.name) and file.stat().st_size
    )


def new_sweep() -> str:
    """Return a name for the shards of a sweep, or for a shard within one."""
    return os.urandom(4).hex()


#: Names that :func:`new_sweep` gives.
_EIGHT_DIGITS = "[0-9a-f]{8}"


class PartialFile:
    """A partial file, which no other writer gets while this object or its process lives.

    The lock (`flock`) goes with the open file: the system takes it back when the process dies, however it does.
    Where a file system has no locks, and on Windows, nothing refuses a second writer.

    Parameters
    ----------
    path : str or os.PathLike
        The file that it will be; a symbolic link stays one.
    resume : bool
        Whether there may be something in it.

    Attributes
    ----------
    path : Path

    Raises
    ------
    LockedError
        If another writer is at work on it.
    ArgumentError
        If there is something in it that is not to be resumed or cannot be, or if `path` is a device or a pipe.
    OSError
        If it cannot be made.

    """

    def __init__(self, path: str | os.PathLike[str], *, resume: bool):
        mode = self._locate(path)
        self.path = partial_of(self._target)
        self._file = _locked(self.path, self._display_name, mode)
        try:
            self._refuse_content(resume)
        except BaseException:
            self._file.close()
            raise
        _OPEN.add(self)

    def _locate(self, path: str | os.PathLike[str]) -> int:
        """Find the target; return the mode of a file that will be in its place."""
        self._target, old = located(path)
        self._display_name = printable(path)
        if old is not None and is_special(path, old):
            raise ArgumentError(
                archive=self._display_name,
                expected="a file that can be replaced",
                found="a device, a pipe or a descriptor",
            )
        # Who may see the old file is settled in the end, as for a temporary file.
        return 0o666 if old is None else 0o600

    def _refuse_content(self, resume: bool) -> None:
        start = self._file.read(len(_ARCHIVE))
        if not start:
            return
        if not resume:
            raise ArgumentError(
                archive=self._display_name,
                key="resume",
                expected=f"True, or no file {printable(self.path)}",
                found="False, and the results of a writer that did not finish",
                remedy="go on with resume=True, or remove that file",
            )
        if not _ARCHIVE.startswith(start):
            raise ArgumentError(
                archive=self._display_name,
                key="resume",
                expected=f"results of a writer in {printable(self.path)}",
                found=f"a file that begins with {start!r}",
                remedy="move that file away",
            )

    @property
    def is_open(self) -> bool:
        """Return whether the file is held; a process that was forked has to leave it to its parent."""
        return not self._file.closed

    @property
    def is_there(self) -> bool:
        """Return whether the file is held, and at its path."""
        return self.is_open and _is_at(self._file, self.path)

    def publish(self) -> None:
        """Put the file in the place of its target; it is on disk before it is seen there.

        Raises
        ------
        WriterError
            If it is not at its path any more.
        OSError
            If the target cannot be replaced; the file stays, and a note says where.

        """
        if not _is_at(self._file, self.path):
            raise WriterError(
                archive=self._display_name,
                expected=f"the partial file at {printable(self.path)}",
                found="another file, or none",
            )
        try:
            with naming(self._display_name):
                old = status_of(self._target)
                finish(self.path, self._file.fileno(), self._target, old)
                if os.name == "nt":
                    self._file.close()
                self.path.replace(self._target)
        except OSError as error:
            error.add_note(f"the whole archive is in {printable(self.path)}")
            raise
        with contextlib.suppress(OSError):
            sync_directory(self._target.parent)

    def close(self) -> None:
        """Let go of the file. It stays, unless nothing is in it."""
        if self._file.closed:
            return
        empty = os.fstat(self._file.fileno()).st_size == 0
        if empty and _is_at(self._file, self.path):
            if os.name == "nt":
                self._file.close()
            self.path.unlink()
        self._file.close()


class ShardFile(PartialFile):
    """A partial file of a name that no other process has, so that many may write for one target.

    There is no lock: an idle worker would hold it for minutes after a sweep that failed.

    Parameters
    ----------
    path : str or os.PathLike
        The target.
    sweep : str
        Name of the sweep.

    """

    def __init__(self, path: str | os.PathLike[str], sweep: str):
        mode = self._locate(path)
        self.path = partial_of(self._target, f"{sweep}-{new_sweep()}")

        def opener(name: str, flags: int) -> int:
            return os.open(name, flags, mode)

        self._file = io.FileIO(str(self.path), "xb+", opener=opener)
        _OPEN.add(self)


#: Open partial files: a forked process would keep their locks.
_OPEN: weakref.WeakSet[PartialFile] = weakref.WeakSet()


def _let_go() -> None:
    for partial in _OPEN:
        partial._file.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)


def _locked(path: Path, display_name: str, mode: int) -> io.FileIO:
    """Open a file, or make it, and lock it."""

    def opener(name: str, flags: int) -> int:
        # Others may have put a link there, in a folder to which all may write.
        return os.open(name, flags | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), mode)

    while True:
        try:
            file = io.FileIO(str(path), "r+b", opener=opener)
        except OSError:
            # Systems refuse to follow a link with errors of different numbers.
            _refuse_link(display_name, path)
            raise
        try:
            _refuse_special(file, display_name, path)
            _lock(file, display_name, path, shared=False)
            # Its writer may have finished or removed it just before.
            if _is_at(file, path):
                return file
        except BaseException:
            file.close()
            raise
        file.close()


def _refuse_special(file: io.FileIO, display_name: str, path: Path) -> None:
    # A link was followed where the system cannot refuse that.
    _refuse_link(display_name, path)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        raise _irregular(display_name, path, "another kind of file")


def _refuse_link(display_name: str, path: Path) -> None:
    if path.is_symlink():
        raise _irregular(display_name, path, "a symbolic link")


def _irregular(display_name: str, path: Path, found: str) -> ArgumentError:
    return ArgumentError(
        archive=display_name,
        expected=f"a regular file at {printable(path)}",
        found=found,
        remedy="remove it",
    )


@contextlib.contextmanager
def without_writer(path: str | os.PathLike[str], display_name: str) -> Iterator[None]:
    """Keep writers away from a partial file that is read.

    Raises
    ------
    LockedError
        If one is at work on it.

    """
    with io.FileIO(os.fspath(path), "rb") as file:
        _lock(file, display_name, Path(path), shared=True)
        yield


def _lock(file: io.FileIO, display_name: str, path: Path, *, shared: bool) -> None:
    if sys.platform == "win32":
        return
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(file.fileno(), kind | fcntl.LOCK_NB)
    except BlockingIOError:
        raise LockedError(
            archive=display_name,
            expected=f"no other writer at work on {printable(path)}",
            found="one",
        ) from None
    except OSError as error:
        if error.errno not in _WITHOUT_LOCKS:
            raise


def _is_at(file: io.FileIO, path: Path) -> bool:
    try:
        found = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(file.fileno()), found)
