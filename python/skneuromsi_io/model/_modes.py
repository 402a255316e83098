"""A dictionary of modes as one labelled array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import _names

if TYPE_CHECKING:
    import xarray as xr


def modes_to_data_array(modes_dict: dict[str, Any], dtype: Any) -> xr.DataArray:
    """Stack the modes of a dictionary, as upstream's function of this name.

    Parameters
    ----------
    modes_dict : dict of str to array or tuple of arrays
        Times by positions for each mode; a tuple has one array a position coordinate.
    dtype : dtype or None
        Type of the array; inferred by default.

    Returns
    -------
    xarray.DataArray
        Of dimensions modes, times, positions, positions_coordinates.

    """
    import xarray as xr

    stacks = []
    for mode in modes_dict.values():
        arrays = mode if isinstance(mode, tuple) else (mode,)
        stacks.append(np.dstack(arrays).astype(dtype, copy=False))
    if not stacks:
        return xr.DataArray(
            np.array([], ndmin=len(_names.DIMENSIONS)),
            dims=_names.DIMENSIONS,
            name=_names.ARRAY_NAME,
        )
    times, positions, coordinates = stacks[0].shape
    coords: list[Any] = [
        list(modes_dict),
        np.arange(times),
        np.arange(positions),
        [f"x{index}" for index in range(coordinates)],
    ]
    data = np.concatenate([stack[np.newaxis] for stack in stacks])
    return xr.DataArray(
        data, coords=coords, dims=_names.DIMENSIONS, name=_names.ARRAY_NAME
    )
