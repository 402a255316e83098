"""A result that stays in its file until it is asked for, and the open archive that it asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from .._batches import batches, thread_count
from ._interface import Block, LazyResult

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from .. import _native
    from ..arrays._frame import Frame
    from ..model import NDResult
    from ._index import Index
    from ._interface import Signature
    from ._packed import PackedResult
    from ._table import Table


class ResultReader(Protocol):
    """An open archive, as its results need it."""

    #: Name that messages call it by.
    display_name: str

    #: Its index, if that is used.
    index: Index | None

    @property
    def archive(self) -> _native.Archive:
        """The open archive."""

    @property
    def name(self) -> Any:
        """Name of the collection."""

    def advising(self) -> AbstractContextManager[None]:
        """Name no repair in an error about this archive if that would save nothing."""

    def close(self) -> None:
        """Let go of the file."""

    def common(self) -> Signature:
        """Return what all results must have in common: that of the first in the archive."""

    def load_checked(self, index: int) -> PackedResult:
        """Read a result, and check that it is like the others."""

    def check_agreement(self, result: PackedResult) -> None:
        """Check that a result is like the others."""

    def load_unpacked(self, indices: Sequence[int], threads: int) -> list[PackedResult]:
        """Read some results that are looked at once, and not kept."""

    def described(self, indices: Sequence[int], threads: int) -> list[PackedResult]:
        """Read the metadata of some results, and nothing beside them."""

    def text_size(self, index: int) -> int:
        """Bytes of the metadata of a result."""

    def table(
        self, indices: Sequence[int] | npt.NDArray[np.int64]
    ) -> tuple[Table, npt.NDArray[np.int64]]:
        """Return a table that has some results, and their positions in it."""

    def claimed_shape(self, index: int) -> tuple[str, Sequence[int]] | None:
        """Return dtype and shape of an array, as its frame has to confirm; None where the index says none."""


def described_in_batches(
    reader: ResultReader, indices: range | npt.NDArray[np.int64]
) -> Iterator[list[PackedResult]]:
    """Read the metadata of some results, batch by batch; no array is read."""
    threads = thread_count()
    for batch in batches(map(int, indices), reader.text_size, threads):
        yield reader.described(batch, threads)


class StoredResult(LazyResult):
    """A result in a file, which is read anew each time; nothing of it is kept.

    Parameters
    ----------
    reader : ResultReader
        The open archive.
    index : int
        Number of the result in it.

    """

    __slots__ = ("index", "reader")

    def __init__(self, reader: ResultReader, index: int):
        self.reader = reader
        self.index = index

    def __reduce__(self) -> tuple[Any, ...]:
        return StoredResult, (self.reader, self.index)

    def open(self) -> NDResult:
        with self.reader.advising():
            return self.reader.load_checked(self.index).open()

    def columns(self) -> dict[str, Any]:
        with self.reader.advising():
            return self.reader.described([self.index], 1)[0].columns()

    def signature(self) -> Signature:
        with self.reader.advising():
            return self.reader.load_checked(self.index).signature()

    def as_stored(self) -> _native.Packed | None:
        with self.reader.advising():
            return self.reader.load_checked(self.index).as_stored()

    def plain_frame(self) -> Frame | None:
        with self.reader.advising():
            return self.reader.load_checked(self.index).plain_frame()

    def block(self) -> Block | None:
        with self.reader.advising():
            return self.reader.load_checked(self.index).block()
