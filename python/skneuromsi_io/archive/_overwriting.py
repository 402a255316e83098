"""The last resort where no rename can replace a file: a whole archive is copied over it."""

import contextlib
import os
import shutil
from pathlib import Path
from typing import IO

from .._errors import NotAtomicWarning
from .._warn import warn_user
from ._file_system import REFUSED, naming, printable, refusable


def overwrite(
    temporary: Path, target: Path, path: str | os.PathLike[str], refusal: OSError
) -> None:
    """Copy the content of `temporary` over `target`, which the caller named `path`, and remove `temporary`.

    Until the first byte is copied, any exception leaves the old file whole: the warning as one, a full disk. After
    it, the temporary file stays and the exception says where: it is the only whole archive then.

    Warns
    -----
    NotAtomicWarning
        That a reader, or a crash, may find the file half copied.

    """
    display_name = printable(path)
    begun = False
    try:
        _warn(display_name, refusal)
        with (
            naming(path),
            temporary.open("rb") as source,
            open(target, "wb", buffering=0, opener=_keeping) as file,
        ):
            size = source.seek(0, os.SEEK_END)
            source.seek(0)
            before = _size(file)
            # An interrupt may come when the file has grown already.
            begun = True
            try:
                _reserve(file, size)
            except BaseException:
                begun = _size(file) != before
                raise
            shutil.copyfileobj(source, file, 1 << 20)
            file.truncate()
            with refusable():
                os.fsync(file.fileno())
    except BaseException as error:
        if begun:
            error.add_note(
                f"{display_name} is damaged; the whole archive is in {printable(temporary)}"
            )
        else:
            with contextlib.suppress(OSError):
                temporary.unlink()
        raise
    temporary.unlink()


def _warn(display_name: str, refusal: OSError) -> None:
    warn_user(
        f"{display_name}: cannot be replaced ({refusal.strerror}), only written into: the "
        "archive is copied over it. This is not atomic: readers meanwhile, and a crash, "
        "find a part of it. Store to a directory that you may write to, to have the "
        "file replaced as a whole",
        NotAtomicWarning,
    )


def _keeping(path: str, flags: int) -> int:
    """Open a file that is there, and keep its content until there is room for the new one."""
    return os.open(path, flags & ~(os.O_CREAT | os.O_TRUNC))


def _size(file: IO[bytes]) -> int:
    return os.fstat(file.fileno()).st_size


def _reserve(file: IO[bytes], size: int) -> None:
    """Take the room for `size` bytes, so that a full disk is found before a byte is lost."""
    if not hasattr(os, "posix_fallocate"):
        return
    before = _size(file)
    try:
        os.posix_fallocate(file.fileno(), 0, size)
    except BaseException as error:
        file.truncate(before)
        if not (isinstance(error, OSError) and error.errno in REFUSED):
            raise
