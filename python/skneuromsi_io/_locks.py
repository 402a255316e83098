"""Locks that are safe to fork with."""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from collections.abc import Iterator
from typing import Any


class Lock:
    """Context manager that lets one thread in at a time; a thread that is in may enter again.

    A forked child has it for itself, whichever thread of its parent was in. It is meant for modules: it is never
    let go of.
    """

    def __init__(self) -> None:
        self._renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class StreamLock:
    """The lock of a file object: who reads it moves it.

    Attributes
    ----------
    lock : threading.RLock
        Held by who moves the file; a forked child has another.

    """

    __slots__ = ("__weakref__", "_stream", "lock")

    def __init__(self, stream: object):
        # Nothing else gets its identity as long as this is there.
        self._stream = stream
        self.renew()

    def renew(self) -> None:
        """Let nobody be in, as in a process that has just been forked."""
        self.lock = threading.RLock()


#: Locks of file objects that are read, by their identity, and the lock that is held while one is looked for.
_of_streams: weakref.WeakValueDictionary[int, StreamLock] = (
    weakref.WeakValueDictionary()
)
_looked_for = Lock()


def stream_lock(stream: object) -> StreamLock:
    """Return the lock of a file object, the same for all who read it as long as one of them keeps it."""
    with _looked_for:
        return _of_streams.setdefault(id(stream), StreamLock(stream))


@contextlib.contextmanager
def borrowed(stream: Any) -> Iterator[None]:
    """Keep others who read a file object from moving it, and put it back where it was."""
    # The name keeps it: the lock that others look for is there as long as somebody has it.
    held = stream_lock(stream)
    with held.lock:
        position = stream.tell()
        try:
            yield
        finally:
            stream.seek(position)


def _renew() -> None:
    for lock in _of_streams.values():
        lock.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
