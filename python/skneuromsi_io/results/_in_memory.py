"""Results that are all in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .._cached import cached_property
from ._interface import Agreement, LazyResult, Results, Signature

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import xarray as xr


class ResultsInMemory(list[LazyResult], Results):
    """Packed results, which agree with each other.

    Parameters
    ----------
    packed : iterable of LazyResult
    common : Signature, optional
        What all of them have in common, if who read them checks that. By default all results are asked.

    Raises
    ------
    ValueError
        In upstream's words, if they differ; a note says how.

    """

    def __init__(self, packed: Iterable[LazyResult], common: Signature | None = None):
        super().__init__(packed)
        self._common = common or _agreed(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return ResultsInMemory, (list(self), self._common)

    def common(self) -> Signature:
        return self._common

    def select(self, positions: npt.NDArray[np.intp]) -> ResultsInMemory:
        return ResultsInMemory([self[index] for index in positions], self._common)

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        return [item.columns() for item in self]

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self._rows]

    def dataset(self, name: str) -> xr.Dataset:
        from ._stack import assembled, stack_in_memory

        return assembled(stack_in_memory(self), name, self._common[1])

    def close(self) -> None:
        pass


def _agreed(packed: Iterable[LazyResult]) -> Signature:
    agreement = Agreement()
    for index, item in enumerate(packed):
        difference = agreement.difference(item)
        if difference is not None:
            expected, found = difference
            error = ValueError(agreement.REFUSAL)
            error.add_note(f"Result {index}: expected {expected}, found {found}.")
            raise error
    return agreement.expected
