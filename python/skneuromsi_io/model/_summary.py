"""What a collection knows of all its results: checked at once, gathered when asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from ._packed import Packed

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


#: Modes, output mode and names of the run parameters of a result.
Signature = tuple[npt.NDArray[Any], str, tuple[str, ...]]


def check_alike(first: Signature, other: Signature) -> None:
    """Check that two results can be in one collection.

    Raises
    ------
    ValueError
        In upstream's words, if they differ.

    """
    known, modes = first[0], other[0]
    if first[1:] != other[1:] or not (modes is known or np.array_equal(modes, known)):
        keys = ["dims", "modes", "output_mode", "run_parameters"]
        raise ValueError(f"All NDResults must have the same metadata in {keys}.")


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
        for other in others:
            check_alike(first, other)

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
        from .._packed import variance_sum

        return variance_sum(self._packed)
