"""Differences between the results of a collection, and the choices that its plots make by them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

from .._keywords import did_you_mean
from .._spelling import as_python
from ..model import _names
from ._summary import Summary

if TYPE_CHECKING:
    import pandas as pd


class Comparisons:
    """Parameters and modes that change from result to result."""

    _summary: Summary

    def disparity_matrix(self) -> pd.DataFrame:
        """Return the run parameters of all results.

        Returns
        -------
        pandas.DataFrame
            Results as rows, run parameters as columns.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> collection = sweep()
        >>> collection.disparity_matrix().to_numpy().tolist()
        [[6.0, 6.0], [6.0, 8.0], [6.0, 10.0]]

        """
        import pandas as pd

        matrix = pd.DataFrame(list(self._summary.column("run_parameters")))
        matrix.columns.name = "Parameters"
        return matrix

    def changing_parameters(self) -> pd.Series:
        """Tell of each run parameter whether it takes several values.

        Returns
        -------
        pandas.Series
            Named Changes, of bool, by the names of the run parameters.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> collection = sweep()
        >>> collection.changing_parameters().to_dict()
        {'auditory_position': False, 'visual_position': True}

        """
        changes = self.disparity_matrix().nunique() > 1
        changes.name = "Changes"
        return changes

    def coerce_parameter(self, prefer: str | None = None) -> Any:
        """Return `prefer`, or the only run parameter that changes.

        Raises
        ------
        ValueError
            If `prefer` is unknown, or no or several parameters change.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> collection = sweep()
        >>> collection.coerce_parameter()
        'visual_position'

        """
        if prefer is None:
            changing = self.changing_parameters()
            candidates = changing[changing].index.to_numpy()
            if len(candidates) != 1:
                shown = f"Candidates: {candidates}" if len(candidates) else ""
                raise ValueError(
                    "The value of 'run_parameter' is ambiguous since it has "
                    f"{len(candidates)} candidates. {shown}".strip()
                )
            return candidates[0]
        if prefer not in self._summary.run_parameters:
            raise _unknown("run_parameter", prefer, self._summary.run_parameters)
        return prefer

    def modes_variance_sum(self) -> pd.Series:
        """Return the sum over results of each mode's sample variance.

        Returns
        -------
        pandas.Series
            Named VarSum, of floats, by the labels of the modes.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> collection = sweep()
        >>> collection.modes_variance_sum().round(3).to_dict()
        {'auditory': 0.007, 'multi': 0.013, 'visual': 0.007}

        """
        return self._summary.variance_sum.copy()

    def coerce_mode(self, prefer: Hashable = None) -> Any:
        """Return `prefer`, or the mode with the largest sum of variances.

        Raises
        ------
        ValueError
            If `prefer` is unknown, or several modes have the largest sum.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> collection = sweep()
        >>> collection.coerce_mode()
        'multi'

        """
        if prefer is None:
            sums = self.modes_variance_sum()
            candidates = sums.index[sums == sums.max()]
            if len(candidates) != 1:
                raise ValueError(
                    f"The value of 'mode' is ambiguous since it has {len(candidates)} "
                    f"candidates. Candidates: {candidates.to_numpy()}"
                )
            return candidates[0]
        if prefer not in self._summary.modes:
            raise _unknown("mode", prefer, self._summary.modes)
        return prefer

    def coerce_dimension(self, prefer: str | None = None) -> str:
        """Return `prefer`, or the dimension of times.

        Raises
        ------
        ValueError
            If `prefer` is unknown.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> collection = sweep()
        >>> collection.coerce_dimension(), collection.coerce_dimension("positions")
        ('times', 'positions')

        """
        if prefer is None:
            return _names.TIMES
        if prefer not in _names.DIMENSIONS:
            raise _unknown("dimension", prefer, _names.DIMENSIONS)
        return prefer


def _unknown(kind: str, prefer: Any, known: Iterable[Any]) -> ValueError:
    """Return upstream's error for a name that no result has, with a note of those that there are."""
    names = [*map(as_python, known)]
    error = ValueError(f"Unknown {kind} {prefer!r}")
    near = did_you_mean(prefer, [name for name in names if isinstance(name, str)])
    error.add_note(near or f"there are {', '.join(map(repr, names)) or 'none'}")
    return error
