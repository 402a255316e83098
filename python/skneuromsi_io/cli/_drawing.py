"""Curves of a picture: a result's modes over positions or times, the response of a sweep."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .._spelling import spelled
from ..model import NDResult
from ..results._parameters import is_number
from ._failures import Failure
from ._output import printable

_DIMS = ("modes", "times", "positions", "positions_coordinates")


class Curve(NamedTuple):
    """A curve, and the panel that it is in, which its vertical axis names."""

    panel: str
    mode: str
    xlabel: str
    x: Any
    y: Any
    style: str


class _Values(NamedTuple):
    """The values of a result, and what labels them in the units of the model."""

    values: npt.NDArray[np.float64]
    modes: list[str]
    times: npt.NDArray[np.float64]
    positions: npt.NDArray[np.float64]
    coordinates: list[str]


def curves_of_result(result: NDResult, over: str | None) -> list[Curve]:
    """Draw each mode over positions at the time of the greatest value, or over times at its position.

    Parameters
    ----------
    result : NDResult
    over : {"positions", "times"} or None
        By default positions, where there are several.

    """
    found = _values_of(result)
    over = over or ("positions" if len(found.positions) > 1 else "times")
    _, time, position, _ = _peak(found.values)
    if over == "positions":
        values, x = found.values[:, time], found.positions
        at = f"time {found.times[time]:g}"
    else:
        values, x = found.values[:, :, position], found.times
        at = f"position {found.positions[position]:g}"
    several = len(found.coordinates) > 1
    return [
        Curve(
            f"value at {at}" + (f", {coordinate}" if several else ""),
            mode,
            over,
            x,
            values[row, :, column],
            "-" if len(x) > 1 else "o",
        )
        for column, coordinate in enumerate(found.coordinates)
        for row, mode in enumerate(found.modes)
    ]


def curves_of_sweep(results: Iterable[NDResult], parameter: Any) -> list[Curve]:
    """Draw the greatest value of each mode, and its position, over a run parameter.

    A line leads through the means of results that have one value of the parameter.
    """
    x: list[Any] = []
    modes: list[str] = []
    peaks: list[npt.NDArray[np.float64]] = []
    several = False
    for result in results:
        found = _values_of(result)
        x.append(result.run_parameters[parameter])
        modes = found.modes
        several |= len(found.positions) > 1
        peaks.append(np.array([_response(found, row) for row in range(len(modes))]))
    if not all(map(is_number, x)):
        x = [*map(printable, map(spelled, x))]
    responses = np.array(peaks)  # result, mode, (value, position)
    kinds = ("greatest value", "position of the greatest value")[: 1 + several]
    curves = []
    for number, kind in enumerate(kinds):
        for row, mode in enumerate(modes):
            at, means = _means(x, responses[:, row, number])
            curves.append(Curve(kind, mode, printable(str(parameter)), at, means, "o-"))
    return curves


def _response(found: _Values, mode: int) -> tuple[float, float]:
    values = found.values[mode]
    time, position, coordinate = _peak(values)
    value = values[time, position, coordinate]
    return value, np.nan if np.isnan(value) else found.positions[position]


def _means(x: list[Any], y: npt.NDArray[np.float64]) -> tuple[list[Any], list[float]]:
    groups: dict[Any, list[float]] = {}
    for at, value in zip(x, y, strict=True):
        groups.setdefault(at, []).append(value)
    order = sorted(groups) if all(map(is_number, x)) else [*groups]
    return order, [float(np.mean(groups[at])) for at in order]


def _peak(values: npt.NDArray[np.float64]) -> tuple[int, ...]:
    """Return where the greatest value is; the first place where all are NaN."""
    filled = np.where(np.isnan(values), -np.inf, values)
    return tuple(map(int, np.unravel_index(np.argmax(filled), values.shape)))


def _values_of(result: NDResult) -> _Values:
    array = result.to_xarray().transpose(*_DIMS)
    if array.dtype.kind not in "biuf":
        raise Failure(f"a picture needs real numbers, found {array.dtype}")
    return _Values(
        array.to_numpy().astype(np.float64),
        [printable(str(mode)) for mode in array.modes.to_numpy()],
        _scaled(array.times.to_numpy(), result.time_range),
        _scaled(array.positions.to_numpy(), result.position_range),
        [printable(str(one)) for one in array.positions_coordinates.to_numpy()],
    )


def _scaled(labels: npt.NDArray[Any], limits: Any) -> npt.NDArray[np.float64]:
    """Spread labels between the limits of the model, as scikit-neuromsi's plots do."""
    numbers = labels if labels.dtype.kind in "iuf" else np.arange(len(labels))
    low, high = np.sort(np.asarray(limits, dtype=np.float64))
    if len(numbers) == 1:
        return np.array([low])
    ends = np.min(numbers), np.max(numbers)
    return np.asarray(np.interp(numbers, ends, (low, high)))
