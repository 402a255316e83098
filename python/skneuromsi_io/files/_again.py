"""Opening a file again, as it was: the way in which collections that stay in their file go to other processes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .. import _native
from .._errors import BadArchiveError
from ..archive._remote import RemoteFile
from ..archive._source import display_name_of
from ..archive._target import is_path

#: What tells a file from others and from itself after a change, each part with its name.
Stamp = tuple[tuple[str, object], ...]


class Again(NamedTuple):
    """All that opens a file again, in this process or in another."""

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
        names = ("bytes", "changed at ns", "inode")
        stamp = tuple(zip(names, archive.stamp or (), strict=True))
    else:
        return None
    display_name = display_name_of(source)
    return Again(path, dict(limits or {}), storage, dict(options), display_name, stamp)


def _shown(stamp: Stamp) -> str:
    return ", ".join(f"{name} {value}" for name, value in stamp)
