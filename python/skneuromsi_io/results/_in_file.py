"""Results that stay in their file until they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from .._cached import cached_property
from .._errors import BadMetadataError
from ..archive import _members
from ._columns import Columns
from ._interface import LazyResult, Results
from ._stored import StoredResult, described_in_batches

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr

    from ._interface import Signature
    from ._packed import PackedResult
    from ._stored import ResultReader


class StoredResults(Results):
    """The results of a file, or some of them.

    Parameters
    ----------
    reader : ResultReader
        The open archive.
    indices : range or numpy.ndarray
        Which results of the archive these are.

    """

    def __init__(self, reader: ResultReader, indices: range | npt.NDArray[np.int64]):
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
        if isinstance(self.indices, range):
            # An array of a million numbers takes 50 ms.
            chosen = self.indices.start + self.indices.step * positions
            return StoredResults(self.reader, chosen)
        return StoredResults(self.reader, self.indices[positions])

    def common(self) -> Signature:
        # Results are compared with it when they are read.
        with self.reader.advising():
            return self.reader.common()

    def column(self, name: str) -> list[Any]:
        with self.reader.advising():
            if name == "run_parameters":
                self._check_names()
            return self._columns.column(name)

    def _check_names(self) -> None:
        """Check that all results have run parameters of the same names.

        Raises
        ------
        BadMetadataError
            If not, with the first that differs.

        """
        (_, expected), *others = self._columns.names()
        for position, found in others:
            if found != expected:
                index = int(self.indices[position])
                raise BadMetadataError(
                    archive=self.reader.display_name,
                    member=_members.of_result(index, _members.METADATA),
                    expected=f"run parameters {[*expected]!r:.200}",
                    found=f"{[*found]!r:.200}",
                )

    def dataset(self, name: str) -> xr.Dataset:
        from ._stack import assembled, stack_of_file

        with self.reader.advising():
            stack = stack_of_file(self.reader, self.indices)
            return assembled(stack, name, self.common()[1])

    def close(self) -> None:
        self.reader.close()

    @cached_property
    def _columns(self) -> Columns:
        """Return columns of all results; what the index says of one is not read."""
        table, positions = self.reader.table(self.indices)
        return Columns(table, positions, self._read)

    def _read(self, positions: list[int]) -> Iterator[PackedResult]:
        chosen = self.select(np.asarray(positions, np.intp))
        for batch in described_in_batches(self.reader, chosen.indices):
            yield from batch
