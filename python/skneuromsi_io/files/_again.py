"""Opening a file again in another process, where collections that stay in their file are unpickled."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .. import _native
from .._errors import BadArchiveError
from ..archive._remote import RemoteFile, is_url
from ..archive._source import display_name_of
from ..archive._target import is_path

#: Marks that tell a file from others and from itself after a change, each part with its name.
Stamp = tuple[tuple[str, object], ...]


class Again(NamedTuple):
    """Path and options that open a file again, in this process or in another."""

    path: str
    limits: dict[str, int]
    storage_options: dict[str, Any]
    options: dict[str, Any]
    display_name: str
    stamp: Stamp

    def __repr__(self) -> str:
        # Path and options of a URL may hold passwords.
        return f"<{type(self).__name__} {self.display_name}>"

    def check(self, found: Stamp) -> None:
        """Check that the file that was opened is the one that was scanned, unchanged.

        Raises
        ------
        BadArchiveError
            If not.

        """
        if found != self.stamp:
            expected = "the file as it was when it was scanned"
            raise BadArchiveError(
                archive=self.display_name,
                expected=f"{expected} ({_shown(self.stamp)})",
                found=f"one that has changed since ({_shown(found)})",
                remedy="scan it again",
            )

    def is_current(self) -> bool:
        """Return whether the file at the path is the one that was scanned; that of a URL is not asked about."""
        if is_url(self.path):
            return True
        try:
            return self.stamp == _stamp(Path(self.path).stat())
        except OSError:
            return False


def _stamp(status: os.stat_result) -> Stamp:
    # As the native core has it: without a number on Windows.
    inode = 0 if os.name == "nt" else status.st_ino
    return _named((status.st_size, status.st_mtime_ns, inode))


def _named(parts: tuple[int, ...]) -> Stamp:
    names = ("bytes", "changed at ns", "inode")
    return tuple(zip(names, parts, strict=True))


def again_of(
    source: Any,
    archive: _native.Archive,
    limits: Mapping[str, int] | None,
    options: Mapping[str, Any],
) -> Again | None:
    """Return what opens an archive again; None for a stream."""
    stamp: Stamp
    if isinstance(source, RemoteFile):
        path, storage, stamp = source.url, source.storage_options, source.stamp
    elif is_path(source):
        # Links are followed when the file is opened, as here.
        path, storage = str(Path(os.fsdecode(source)).absolute()), {}
        stamp = _named(archive.stamp or ())
    else:
        return None
    display_name = display_name_of(source)
    return Again(path, dict(limits or {}), storage, dict(options), display_name, stamp)


def _shown(stamp: Stamp) -> str:
    return ", ".join(f"{name} {value}" for name, value in stamp)
