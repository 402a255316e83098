"""Common and gathered values of all results of a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._cached import cached_property
from ._variances import variance_sum

if TYPE_CHECKING:
    import pandas as pd

    from ._interface import Results, Signature

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
    results : Results

    """

    def __init__(self, results: Results):
        self._results = results
        self._columns: dict[str, npt.NDArray[Any]] = {}

    @cached_property
    def _common(self) -> Signature:
        return self._results.common()

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

    def column(self, name: str) -> npt.NDArray[Any]:
        """Gather a constructor argument from all results."""
        if name not in self._columns:
            self._columns[name] = np.asarray(self._results.column(name))
        return self._columns[name]

    @cached_property
    def variance_sum(self) -> pd.Series:
        """Sum over results of each mode's sample variance, in the order of the labels."""
        return variance_sum(self._results)
