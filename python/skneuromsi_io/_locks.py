"""A lock that is safe to fork with."""

from __future__ import annotations

import os
import threading


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
