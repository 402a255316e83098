"""Common and gathered values of all results of a collection."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ._interface import Agreement
from ._variances import variance_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

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

    def __init__(self, packed: Sequence[Packed], common: Signature | None = None):
        self._packed = packed
        known, self.output_mode, self.run_parameters = common or _agreed(packed)
        # Results share the labels; those of upstream's arrays are read-only too.
        self.modes = known.view()
        self.modes.flags.writeable = False

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
