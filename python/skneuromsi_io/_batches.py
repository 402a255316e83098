"""The size of a batch, and the threads that work on one."""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from ._errors import ArgumentError
from ._imported import imported

T = TypeVar("T")

#: Bytes that one native call takes on at least, before progress and signals are looked at: about
#: 20 ms of work on one core, so that a bar moves and Ctrl-C answers promptly.
BATCH_BYTES = 16 << 20

#: Bytes from which on threads are started: each takes some 50 µs of processor time.
PARALLEL_BYTES = 64 << 10

#: Results that one native call takes on at the most.
BATCH_RESULTS = 1024


def thread_count() -> int:
    """Return the number of threads that a native call may use.

    ``SKNEUROMSI_IO_NUM_THREADS`` if set and not empty, 1 inside a daemonic or joblib worker (whose siblings
    use the other cores), the available cores otherwise.

    Raises
    ------
    ArgumentError
        If ``SKNEUROMSI_IO_NUM_THREADS`` is not an integer from 1 to 999,999,999.

    """
    wanted = os.environ.get("SKNEUROMSI_IO_NUM_THREADS")
    if wanted:
        # The length first: Python refuses to read thousands of digits.
        if not (wanted.isdecimal() and len(wanted) < 10 and int(wanted)):
            raise ArgumentError(
                key="SKNEUROMSI_IO_NUM_THREADS",
                expected="an integer from 1 to 999999999",
                found=f"{wanted!r:.80}",
            )
        return int(wanted)
    if _in_worker():
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_worker() -> bool:
    # A worker has imported multiprocessing; the command line starts without it, 10 ms earlier.
    module = imported("multiprocessing.process")
    if module is None:
        return False
    # loky names its workers "LokyProcess-n"; the others are daemonic.
    process = module.current_process()
    return bool(process.daemon or process.name.startswith("LokyProcess"))


class Batch(Generic[T]):
    """Gathers items until they are worth one native call.

    It is full once it holds at least one item a thread and :data:`BATCH_BYTES` bytes, or :data:`BATCH_RESULTS`
    items; so no more than that is in flight.
    """

    def __init__(self, threads: int):
        self._threads = threads
        self._items: list[T] = []
        self._nbytes = 0

    @property
    def worthwhile_threads(self) -> int:
        """Threads that its items are worth."""
        return self._threads if self._nbytes >= PARALLEL_BYTES else 1

    def add(self, item: T, nbytes: int) -> bool:
        """Add an item, and tell whether the batch is full."""
        self._items.append(item)
        self._nbytes += nbytes
        count = len(self._items)
        return count >= BATCH_RESULTS or (
            count >= self._threads and self._nbytes >= BATCH_BYTES
        )

    def take(self) -> list[T]:
        """Return the items, and begin anew."""
        items, self._items, self._nbytes = self._items, [], 0
        return items


def batches(
    items: Iterable[T], size_of: Callable[[T], int], threads: int
) -> Iterator[list[T]]:
    """Group items into batches worth one native call."""
    batch = Batch[T](threads)
    for item in items:
        if batch.add(item, size_of(item)):
            yield batch.take()
    rest = batch.take()
    if rest:
        yield rest
