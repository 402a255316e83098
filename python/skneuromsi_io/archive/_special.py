"""Files that are written to as they are: devices, named pipes, and descriptors that are open already."""

import io
import os
import re
import stat
from pathlib import Path
from typing import Any

from ._file_system import naming

#: Folders in which a name stands for an open descriptor: of Linux, and of other systems.
_DESCRIPTORS = re.compile(r"/proc/\d+(/task/\d+)?/fd|/dev/fd")


class SpecialFile(io.FileIO):
    """A file that is written to as it is.

    Python's own, since Ctrl-C reaches it where it waits: for the reader of a pipe, to open and to write.
    """

    def __init__(self, path: str | os.PathLike[str]):
        super().__init__(path, "wb")

    def write(self, data: Any) -> int:
        """Write, as `io.FileIO`, with errors that name the file."""
        with naming(self.name):
            return super().write(data)


def is_special(path: str | os.PathLike[str], status: os.stat_result) -> bool:
    """Return whether a file that is there is to be written to, and not to be replaced by another."""
    return not stat.S_ISREG(status.st_mode) or _leads_to_descriptor(path)


def _leads_to_descriptor(path: str | os.PathLike[str]) -> bool:
    """Return whether a path leads to an open descriptor, as ``/dev/stdout`` does.

    Who opened it looks at that file, whatever name it has, or none any more.
    """
    link = Path(path)
    while True:
        folder = os.path.realpath(link.parent)
        if _DESCRIPTORS.fullmatch(folder):
            return True
        if not link.is_symlink():
            return False
        link = Path(folder, link.readlink())
