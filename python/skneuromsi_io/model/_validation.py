"""Checks that a result is consistent, in upstream's words."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt


def validate(result: Any, modes: Collection[Any], times: int, positions: int) -> None:
    """Check the attributes of a result against its labels.

    Raises
    ------
    ValueError
        As `NDResult._validate` of scikit-neuromsi raises it.

    """
    if result._output_mode not in modes:
        raise ValueError(f"Output mode '{result._output_mode}' not found.")
    if len(modes) < 2:
        raise ValueError("At least two modes are required.")
    _check("time", result._time_range, result._time_res, times)
    _check("position", result._position_range, result._position_res, positions)
    _check_causes(result._causes)


def validate_alone(result: Any) -> None:
    """Check what can be checked of the attributes without labels.

    Raises
    ------
    ValueError
        As :func:`validate`.

    """
    _bounds("time", result._time_range)
    _bounds("position", result._position_range)
    _check_causes(result._causes)


def _check_causes(causes: Any) -> None:
    if not (causes is None or isinstance(causes, (int, float, np.number))):
        raise ValueError(f"causes must be, int, float or None, got {type(causes)}")


#: Dtypes whose numbers Python reckons with as NumPy does, up to _EXACT.
_INTEGER, _FLOAT = np.dtype(np.int64), np.dtype(np.float64)

#: Integers that floats have, and that do not overflow.
_EXACT = 2.0**53


def _agree(limits: Any, step: float, found: int) -> bool:
    """Return whether what :func:`_check` checks is certainly right.

    NumPy's scalars take 2 µs for it, Python's numbers 0.4. What could differ between them (overflow, NaN,
    a step of 0), and all that is wrong, is left to NumPy, which may warn of it.
    """
    if type(limits) is not np.ndarray or limits.shape != (2,):
        return False
    if limits.dtype is not _INTEGER and limits.dtype is not _FLOAT:
        return False
    low, high = limits.tolist()
    if not (0 <= high - low < _EXACT and step):
        return False
    steps = (high - low) / step
    return abs(steps) < _EXACT and (int(steps) or 1) == found


def _check(name: str, limits: npt.NDArray[Any], step: float, found: int) -> None:
    if _agree(limits, step, found):
        return
    bounds = _bounds(name, limits)
    expected = int(abs(bounds[0] - bounds[1]) / step) or 1
    if expected != found:
        raise ValueError(
            f"The {name}_range and {name}_res do not match the data. "
            f"Expected {expected} {name}s, got {found}"
        )


def _bounds(name: str, limits: Any) -> tuple[Any, ...]:
    bounds = tuple(limits)
    if len(bounds) != 2 or bounds[0] > bounds[1]:
        raise ValueError(f"The {name}_range must be (min, max). Got {bounds}")
    return bounds
