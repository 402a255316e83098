"""Run parameters of many results: which change, and from where to where."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .._imported import imported
from .._spelling import spelled

#: Values that are listed; of more, the number is told.
_LISTED = 5


class Column(NamedTuple):
    """The values that a run parameter, or another column, takes.

    Attributes
    ----------
    name : object
    values : list
        Distinct ones, in the order of the results: 1 and 1.0 are one.

    """

    name: Any
    values: list[Any]

    @property
    def changes(self) -> bool:
        """Return whether it takes several values; what is missing is none, as for `changing_parameters`."""
        return sum(not _is_missing(value) for value in self.values) > 1

    @property
    def is_numeric(self) -> bool:
        """Return whether all values are real numbers."""
        return all(map(is_number, self.values))

    @property
    def spread(self) -> str:
        """The values in short."""
        if self.changes and self.is_numeric:
            lowest, highest = spelled(min(self.values)), spelled(max(self.values))
            return f"{lowest} to {highest}, {len(self.values)} values"
        if len(self.values) <= _LISTED:
            return ", ".join(map(spelled, self.values))
        return f"{len(self.values)} values"

    def as_json(self) -> dict[str, Any]:
        """Return it as an object for JSON."""
        told = {
            "name": str(self.name),
            "changes": self.changes,
            "distinct": len(self.values),
        }
        if self.is_numeric:
            return {**told, "min": min(self.values), "max": max(self.values)}
        return {**told, "values": self.values[:_LISTED]}


def parameters_of(rows: Sequence[Mapping[Any, Any]]) -> list[Column]:
    """Gather the run parameters of results."""
    return [column(name, (row[name] for row in rows)) for name in rows[0]]


def column(name: Any, values: Iterable[Any]) -> Column:
    """Gather the distinct ones of some values."""
    distinct: dict[Any, Any] = {}
    for value in values:
        distinct.setdefault(_identity(value), value)
    return Column(name, [*distinct.values()])


def _is_missing(value: Any) -> bool:
    """Return whether pandas takes a value for missing."""
    if isinstance(value, (float, complex, np.inexact, np.datetime64, np.timedelta64)):
        return bool(value != value)
    pandas = imported("pandas")
    return value is None or (
        pandas is not None and (value is pandas.NA or value is pandas.NaT)
    )


def _identity(value: Any) -> Any:
    """Return what can be looked up, and is equal for equal values and for those that are missing alike."""
    if _is_missing(value):
        return None, repr(value)
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "OT":
            return value.shape, value.dtype.str, value.tobytes()
        # These have addresses.
        return value.shape, tuple(map(_identity, value.ravel().tolist()))
    if isinstance(value, (list, tuple)):
        return type(value), tuple(map(_identity, value))
    try:
        hash(value)
    except TypeError:
        return None, repr(value)
    return value


def is_number(value: Any) -> bool:
    """Return whether a value is a real number that has a place in an order."""
    if isinstance(value, bool):
        return False
    real = isinstance(value, (int, float, np.integer, np.floating))
    return real and not math.isnan(value)
