"""Open files that unpickled collections share; the last few stay open between the tasks of a cluster."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from typing import Any, Protocol

from .._locks import Lock
from ..archive._remote import RemoteFile, located
from ._again import Again


class SharedArchive(Protocol):
    """An open archive that readers share."""

    again: Again | None
    display_name: str
    #: The readers that share it, and were not closed yet.
    users: weakref.WeakSet[Any]

    def shared(self) -> Any:
        """Return a reader of the same archive, which can be closed by itself."""

    def use_index(self) -> None:
        """Let the index answer for the results."""

    def close(self) -> None:
        """Let go of the file."""


#: Files that stay open although nobody uses them. Windows lets no open file be replaced.
MOST = 0 if os.name == "nt" else 4

#: Readers that are open, by what opens them again; and the last that were asked for, in turn, with their paths.
_open: weakref.WeakValueDictionary[str, SharedArchive] = weakref.WeakValueDictionary()
_last: dict[SharedArchive, str] = {}

#: Held also while a file is opened: threads that ask for it meanwhile get the same.
_lock = Lock()


def reopened(cls: Callable[..., SharedArchive], again: Again) -> Any:
    """Return a reader of the file of a pickled one: each file is opened once, however many results of it arrive.

    It is let go of when the last reader is closed. If readers are gone without that, as those of Dask's tasks are,
    it stays open until :data:`MOST` others were used after it.

    Raises
    ------
    BadArchiveError
        If the file has changed since.
    OSError
        If it cannot be read any more.

    """
    key = repr(tuple(again))
    with _lock:
        reader = _open.get(key)
        if reader is None or not again.is_current():
            # None of what was at the path before is kept.
            for old in [old for old, path in _last.items() if path == again.path]:
                del _last[old]
            reader = _open[key] = _opened(cls, again)
        _last.pop(reader, None)
        _last[reader] = again.path
        if len(_last) > MOST:
            del _last[next(iter(_last))]
        return reader.shared()


def let_go(reader: SharedArchive, user: SharedArchive) -> None:
    """Take note that a user of a file closes it; if it was the last, nobody keeps it open."""
    with _lock:
        reader.users.discard(user)
        if not reader.users:
            _last.pop(reader, None)


def _opened(cls: Callable[..., SharedArchive], again: Again) -> SharedArchive:
    source = located(again.path, again.storage_options)
    if isinstance(source, RemoteFile):
        # A file that took its place may not be an archive.
        again.check(source.stamp)
    reader = cls(source, again.limits, **again.options)
    try:
        again.check(reader.again.stamp if reader.again else ())
        reader.display_name, reader.again = again.display_name, again
        reader.use_index()
    except BaseException:
        reader.close()
        raise
    return reader
