"""Results that stay in their file until they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, overload

import numpy as np

from .._batches import batches, thread_count
from ._columns import Columns
from ._interface import LazyResult, Results
from ._packed import PackedResult

if TYPE_CHECKING:
    import numpy.typing as npt

    from .. import _native
    from ..arrays._frame import Frame
    from ..model import NDResult
    from ._index import Index
    from ._interface import Signature
    from ._table import Table


class Reader(Protocol):
    """An open archive, as its results need it."""

    archive: _native.Archive
    #: Name that messages call it by.
    display_name: str

    #: Its index, if that is used.
    index: Index | None

    @property
    def name(self) -> Any:
        """Name of the collection."""

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
        """Return columns that some results have a place in, and these places."""

    def read_table(
        self, indices: npt.NDArray[np.int64], listed: Sequence[str]
    ) -> Table:
        """Read columns of some results, of the numbers below some keys."""


class StoredResult(LazyResult):
    """A result in a file, which is read anew each time; nothing of it is kept.

    Parameters
    ----------
    reader : Reader
        The open archive.
    index : int
        Number of the result in it.

    """

    __slots__ = ("index", "reader")

    def __init__(self, reader: Reader, index: int):
        self.reader = reader
        self.index = index

    def __reduce__(self) -> tuple[Any, ...]:
        return StoredResult, (self.reader, self.index)

    def open(self) -> NDResult:
        return self.reader.load_checked(self.index).open()

    def columns(self) -> dict[str, Any]:
        return self.reader.described([self.index], 1)[0].columns()

    def signature(self) -> Signature:
        return self.reader.load_checked(self.index).signature()

    def as_stored(self) -> _native.Packed | None:
        return self.reader.load_checked(self.index).as_stored()

    def plain_frame(self) -> Frame | None:
        return self.reader.load_checked(self.index).plain_frame()

    def values(self) -> npt.NDArray[Any]:
        # Labels may replace those of the file, values never.
        result = self.reader.load_checked(self.index)
        return super().values() if result.frame is None else result.values()


class StoredResults(Results):
    """The results of a file, or some of them.

    Parameters
    ----------
    reader : Reader
        The open archive.
    indices : range or numpy.ndarray
        Which results of the archive these are.

    """

    def __init__(self, reader: Reader, indices: range | npt.NDArray[np.int64]):
        self.reader = reader
        self.indices = indices

    def __reduce__(self) -> tuple[Any, ...]:
        # Columns are gathered again.
        return StoredResults, (self.reader, self.indices)

    def __len__(self) -> int:
        return len(self.indices)

    @overload
    def __getitem__(self, chosen: int) -> LazyResult: ...
    @overload
    def __getitem__(self, chosen: slice) -> StoredResults: ...

    def __getitem__(self, chosen: int | slice) -> LazyResult | StoredResults:
        if isinstance(chosen, slice):
            return StoredResults(self.reader, self.indices[chosen])
        return StoredResult(self.reader, int(self.indices[chosen]))

    def __iter__(self) -> Iterator[LazyResult]:
        return (StoredResult(self.reader, int(index)) for index in self.indices)

    def select(self, positions: npt.NDArray[np.intp]) -> StoredResults:
        return StoredResults(self.reader, np.asarray(self.indices)[positions])

    def common(self) -> Signature:
        # Results are compared with it when they are read.
        return self.reader.common()

    def column(self, name: str) -> list[Any]:
        return self._columns.column(name)

    def close(self) -> None:
        self.reader.close()

    def described(self) -> Iterator[list[PackedResult]]:
        """Read the metadata of all results, batch by batch; no array is read."""
        threads = thread_count()
        indices = map(int, self.indices)
        for batch in batches(indices, self.reader.text_size, threads):
            yield self.reader.described(batch, threads)

    @cached_property
    def _columns(self) -> Columns:
        """Return columns of all results; what the index says of one is not read."""
        table, positions = self.reader.table(self.indices)
        return Columns(table, positions, self._read)

    def _read(self, positions: list[int]) -> Iterator[PackedResult]:
        chosen = self.select(np.asarray(positions, np.intp))
        for batch in chosen.described():
            yield from batch
