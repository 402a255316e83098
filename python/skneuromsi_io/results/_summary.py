"""Common and gathered values of all results of a collection."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ._interface import Agreement
from ._stored import StoredResults
from ._variances import variance_sum

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from ._interface import Packed, Signature

#: Constructor arguments that upstream gathers from all results, by their name in its `_cache`.
GATHERED = {
    "mnames": "mname",
    "mtypes": "mtype",
    "nmaps": "nmap",
    "time_ranges": "time_range",
    "position_ranges": "position_range",
    "time_resolutions": "time_res",
    "position_resolutions": "position_res",
    "run_parameters_values": "run_parameters",
    "causes": "causes",
}


class Summary:
    """Common and gathered values of the results of a collection.

    Parameters
    ----------
    packed : sequence of Packed
    common : Signature, optional
        What all of them have in common, if who read them checks that. By default all results are asked.

    Raises
    ------
    ValueError
        If the results do not have these in common.

    """

    def __init__(self, packed: Sequence[Packed], common: Signature | None = None):
        self._packed = packed
        self._gathered: dict[str, npt.NDArray[Any]] = {}
        if not isinstance(packed, StoredResults):
            self._common = common or _agreed(packed)

    def of_part(self, packed: Sequence[Packed]) -> Summary:
        """Return the summary of some of the results."""
        if isinstance(packed, StoredResults):
            return Summary(packed)
        return Summary(packed, self._common)

    @cached_property
    def _common(self) -> Signature:
        # Results that stay in their file are compared with it when they are read.
        packed = self._packed
        return (
            packed.reader.common()
            if isinstance(packed, StoredResults)
            else _agreed(packed)
        )

    @property
    def modes(self) -> npt.NDArray[Any]:
        """Labels of the modes."""
        # Results share the labels; those of upstream's arrays are read-only too.
        labels = self._common[0].view()
        labels.flags.writeable = False
        return labels

    @property
    def output_mode(self) -> str:
        """The mode that is the model's output."""
        return self._common[1]

    @property
    def run_parameters(self) -> tuple[str, ...]:
        """Names of the run parameters."""
        return self._common[2]

    @cached_property
    def _column(self) -> Callable[[str], list[Any]]:
        packed = self._packed
        if isinstance(packed, StoredResults):
            return packed.columns().column
        rows = [item.columns() for item in packed]
        return lambda name: [row[name] for row in rows]

    def column(self, name: str) -> npt.NDArray[Any]:
        """Gather a constructor argument from all results."""
        if name not in self._gathered:
            self._gathered[name] = np.asarray(self._column(name))
        return self._gathered[name]

    @cached_property
    def variance_sum(self) -> pd.Series:
        """Sum over results of each mode's sample variance, in the order of the labels."""
        return variance_sum(self._packed)


def _agreed(packed: Sequence[Packed]) -> Signature:
    """Return what results have in common.

    Raises
    ------
    ValueError
        In upstream's words, if they differ; a note says how.

    """
    agreement = Agreement()
    for index, item in enumerate(packed):
        difference = agreement.difference(item)
        if difference is not None:
            expected, found = difference
            error = ValueError(agreement.REFUSAL)
            error.add_note(f"Result {index}: expected {expected}, found {found}.")
            raise error
    if agreement.common is None:
        raise ValueError("expected at least one result, found none")
    return agreement.common
