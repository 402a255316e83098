"""What a collection knows of all its results: checked at once, gathered when asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ._variances import variance_sum

if TYPE_CHECKING:
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


def check_alike(index: int, found: Signature, expected: Signature) -> None:
    """Check that result `index` can be in one collection with the first.

    Raises
    ------
    ValueError
        In upstream's words, if they differ; a note says how.

    """
    same_modes = found[0] is expected[0] or np.array_equal(found[0], expected[0])
    if same_modes and found[1:] == expected[1:]:
        return
    keys = ["dims", "modes", "output_mode", "run_parameters"]
    error = ValueError(f"All NDResults must have the same metadata in {keys}.")
    told = [f"{[m.tolist(), *rest]!r:.300}" for m, *rest in (expected, found)]
    error.add_note(f"Result {index}: expected {told[0]}, found {told[1]}.")
    raise error


class Summary:
    """Common and gathered values of packed results.

    Attributes
    ----------
    modes : numpy.ndarray
    output_mode : str
    run_parameters : tuple of str

    Raises
    ------
    ValueError
        If the results do not have these in common.

    """

    def __init__(self, packed: list[Packed]):
        self._packed = packed
        first, *others = (item.signature() for item in packed)
        known, self.output_mode, self.run_parameters = first
        # Results share the labels; those of upstream's arrays are read-only too.
        self.modes = known.view()
        self.modes.flags.writeable = False
        for index, other in enumerate(others, 1):
            if other is not first:
                check_alike(index, other, first)

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        # A pickled array comes back writable.
        self.modes.flags.writeable = False

    @cached_property
    def _columns(self) -> dict[str, npt.NDArray[Any]]:
        rows = [packed.columns() for packed in self._packed]
        return {
            name: np.asarray([row[name] for row in rows]) for name in GATHERED.values()
        }

    def column(self, name: str) -> npt.NDArray[Any]:
        """Gather a constructor argument from all results."""
        return self._columns[name]

    @cached_property
    def variance_sum(self) -> pd.Series:
        """Sum over results of each mode's sample variance, in the order of the labels."""
        return variance_sum(self._packed)
