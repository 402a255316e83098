"""Many labelled arrays of one kind."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr


def filled(template: xr.DataArray, values: npt.NDArray[Any]) -> xr.DataArray:
    """Return an array with the labels of `template` and other values of its shape, not copied.

    ``DataArray.copy(deep=False, data=...)`` takes 47 us, mostly to make the variables of the indexes
    anew. Here these are copied (their attributes may be changed) and the immutable indexes shared, in
    11 us. That uses names of xarray that are not public: where its outcome would differ from the public
    way, the public way is taken.
    """
    return _sharing(template, values) if _may_share() else _public(template, values)


def _public(template: xr.DataArray, values: npt.NDArray[Any]) -> xr.DataArray:
    labelled: xr.DataArray = template.copy(deep=False, data=values)
    return labelled


def _sharing(template: xr.DataArray, values: npt.NDArray[Any]) -> xr.DataArray:
    import xarray as xr

    coords = template._coords
    return xr.DataArray(
        xr.Variable(template.dims, values, dict(template.attrs), fastpath=True),
        {name: coord.copy(deep=False) for name, coord in coords.items()},
        name=template.name,
        indexes=template._indexes,
        fastpath=True,
    )


@functools.cache
def _may_share() -> bool:
    import xarray as xr

    coords = {"x": ["a", "b"], "y": ("y", [0.5], {"k": 1})}
    template = xr.DataArray(
        np.zeros((2, 1)), dims=("x", "y"), coords=coords, attrs={"a": 1}, name="n"
    )
    try:
        shared, public = (way(template, np.ones((2, 1))) for way in (_sharing, _public))
        return (
            _types_of(shared) == _types_of(public)
            and shared.identical(public)
            and shared.sel(x="b").identical(public.sel(x="b"))
        )
    except (AttributeError, TypeError, ValueError):
        return False


def _types_of(array: xr.DataArray) -> list[type]:
    """Types of all that a DataArray consists of."""
    return [type(getattr(array, name, None)) for name in type(array).__slots__]
