"""What makes a result consistent, in upstream's words."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def validate(result: Any, modes: npt.NDArray[Any], times: int, positions: int) -> None:
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
    _check("time", "times", result._time_range, result._time_res, times)
    _check(
        "position", "positions", result._position_range, result._position_res, positions
    )
    causes = result._causes
    if not (causes is None or isinstance(causes, (int, float, np.number))):
        raise ValueError(f"causes must be, int, float or None, got {type(causes)}")


def _check(
    name: str, labels: str, limits: npt.NDArray[Any], step: float, found: int
) -> None:
    bounds = tuple(limits)
    if len(bounds) != 2 or bounds[0] > bounds[1]:
        raise ValueError(f"The {name}_range must be (min, max). Got {bounds}")
    expected = int(abs(bounds[0] - bounds[1]) / step) or 1
    if expected != found:
        raise ValueError(
            f"The {name}_range and {name}_res do not match the data. "
            f"Expected {expected} {labels}, got {found}"
        )
