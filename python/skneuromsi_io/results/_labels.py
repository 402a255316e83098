"""Labels of the values of results: whether those of two can be stacked, and what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._errors import ArgumentError
from .._remedies import TREE

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr

    from ..arrays._frame import Frame


class Labels(NamedTuple):
    """The labels of the values of a result."""

    dims: tuple[Any, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    #: Name, dimensions, values and attributes.
    coords: tuple[tuple[Any, tuple[Any, ...], npt.NDArray[Any], dict[Any, Any]], ...]
    attrs: dict[Any, Any]


def labels_of_array(array: xr.DataArray) -> Labels:
    """Return the labels of an array."""
    coords = tuple(
        (name, coord.dims, coord.values, coord.attrs)
        for name, coord in array.coords.items()
    )
    return Labels(array.dims, array.shape, array.dtype, coords, array.attrs)


def labels_of(frame: Frame) -> Labels:
    """Return the labels of the arrays of a frame."""
    coords = tuple(
        (name, dims, values, frame.coord_attrs.get(name, {}))
        for name, dims, values in frame.coords
    )
    return Labels(frame.dims, frame.shape, frame.dtype, coords, frame.attrs)


def check_alike(first: Labels, other: Labels, position: int) -> None:
    """Check that the values of two results can be stacked.

    Raises
    ------
    ArgumentError
        If not.

    """
    different = difference(first, other)
    if different is not None:
        what, one, two = different
        raise ArgumentError(
            expected=f"results of one shape, result 0 having {what} {one!s:.80}",
            found=f"{what} {two!s:.80} in result {position}",
            remedy=TREE,
        )


def difference(first: Labels, other: Labels) -> tuple[str, Any, Any] | None:
    """Return why the values of two results cannot be stacked: what differs, and how; None if they can."""
    import xarray as xr

    for what in ("dims", "shape", "dtype"):
        if getattr(first, what) != getattr(other, what):
            return what, getattr(first, what), getattr(other, what)
    one = {name: (dims, values) for name, dims, values, _ in first.coords}
    two = {name: (dims, values) for name, dims, values, _ in other.coords}
    if one.keys() != two.keys():
        return "coordinates", [*one], [*two]
    for name, (dims, values) in one.items():
        # Missing labels are equal, of dates too; text and numbers differ.
        array = xr.DataArray(values, dims=dims)
        if not array.equals(xr.DataArray(two[name][1], dims=two[name][0])):
            return f"labels of {name!r}", values, two[name][1]
    return None


def in_common(one: Labels, other: Labels) -> Labels:
    """Return labels of which nothing differs but attributes, without those of arrays where they do."""
    attrs = one.attrs if _are_equal(one.attrs, other.attrs) else {}
    others = {name: attrs for name, _, _, attrs in other.coords}
    coords = tuple(
        (name, dims, values, found if _are_equal(found, others[name]) else {})
        for name, dims, values, found in one.coords
    )
    return one._replace(attrs=attrs, coords=coords)


def without_attrs(labels: Labels) -> Labels:
    """Return labels of arrays whose attributes are not known."""
    coords: list[Any] = [
        (name, dims, values, {}) for name, dims, values, _ in labels.coords
    ]
    return labels._replace(attrs={}, coords=tuple(coords))


def _are_equal(one: dict[Any, Any], other: dict[Any, Any]) -> bool:
    """Return whether attributes are equal as xarray compares them: arrays to the last item, NaN to NaN."""
    import xarray as xr

    return one is other or xr.DataArray(0, attrs=one).identical(
        xr.DataArray(0, attrs=other)
    )
