"""Dimensions of a result's array: the four that there are, each of one length.

Whatever reader or writer has an array asks here before anything is made of it.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._errors import BadNetCDFError
from ..model import _names

if TYPE_CHECKING:
    import xarray as xr

_EXPECTED = tuple(map(str, _names.DIMENSIONS))

#: Labels that a dimension without coordinate may have beyond the elements of its array, which prove its length.
#: They are made, 8 bytes each, when somebody asks for them.
_FREE_LABELS = 1 << 20


class Lengths:
    """Lengths of dimensions, in which all variables of a file agree."""

    def __init__(self) -> None:
        self._found: dict[Hashable, tuple[int, Hashable]] = {}

    def add(
        self, variable: Hashable, dims: Iterable[Hashable], shape: Iterable[int]
    ) -> None:
        """Look at a variable.

        Raises
        ------
        BadNetCDFError
            If one of its dimensions has another length in another variable.

        """
        for dim, length in zip(dims, shape, strict=True):
            first, other = self._found.setdefault(dim, (length, variable))
            if first != length:
                raise BadNetCDFError(
                    expected=f"one length of the dimension {dim!r}",
                    found=f"{first} in {other!r} and {length} in {variable!r}",
                )


def check_dimensions(
    name: Hashable,
    dims: Sequence[Hashable],
    shape: Sequence[int],
    coords: Mapping[Any, tuple[Sequence[Hashable], Sequence[int]]],
) -> None:
    """Check the dimensions of an array and of its coordinates.

    Parameters
    ----------
    name : str
        What messages call the array.
    dims, shape
        Names and lengths of its dimensions.
    coords : mapping
        The same of each coordinate.

    Raises
    ------
    BadNetCDFError
        If they are not the four, in any order, if one has two lengths, or if nothing proves that it has the length
        that it claims; the caller names the place.

    """
    found = [*map(_plain, dims)]
    further = {dim for of, _ in coords.values() for dim in of}.difference(dims)
    if len(found) != len(_EXPECTED) or set(found) != set(_EXPECTED) or further:
        # The dimension of a coordinate alone is told where those of the array are right.
        told = found if set(found) != set(_EXPECTED) else [*found, *further]
        raise BadNetCDFError(
            expected=f"the dimensions {list(_EXPECTED)}", found=f"{told!r:.200}"
        )
    if len(shape) != len(dims):
        raise BadNetCDFError(
            expected=f"an array of {len(dims)} dimensions",
            found=f"the shape {tuple(shape)}",
        )
    lengths = Lengths()
    lengths.add(name, dims, shape)
    for coord, (of, size) in coords.items():
        lengths.add(coord, of, size)
    most = max(_FREE_LABELS, math.prod(shape))
    for dim, length in zip(dims, shape, strict=True):
        if dim not in coords and length > most:
            raise BadNetCDFError(
                expected=f"a coordinate of the dimension {dim!r}, which is {length} "
                f"long in an array of {math.prod(shape)} elements",
                found="none",
            )


def check_array(
    array: xr.DataArray, coords: Mapping[Hashable, xr.Variable] | None = None
) -> None:
    """Check the dimensions of a labelled array, as :func:`check_dimensions`.

    Parameters
    ----------
    array : xarray.DataArray
        The array.
    coords : mapping, optional
        All coordinates of its file; by default its own.

    """
    variables = array.coords.variables if coords is None else coords
    check_dimensions(
        array.name,
        array.dims,
        array.shape,
        {name: (coord.dims, coord.shape) for name, coord in variables.items()},
    )


def _plain(dim: Hashable) -> Hashable:
    """Return a name of NumPy's, as upstream's are, as Python's."""
    return str(dim) if isinstance(dim, str) else dim
