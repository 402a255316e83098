"""What a plain NetCDF array cannot carry of a labelled array: recorded in the metadata, beside the data.

Byte order, float16, Python's own numbers, names that NetCDF has not, attributes that CF gives a meaning (xarray
would decode them: ``scale_factor`` multiplies), or that are no text or numbers, and coordinates of other kinds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._errors import BadMetadataError, UnstorableError, translating
from ..model._names import ARRAY_NAME
from ..values import coords_of, dtype_of, restore_coords
from ._native_subset import is_plain_attr, is_plain_name

if TYPE_CHECKING:
    import xarray as xr


def needs_labels(array: xr.DataArray) -> bool:
    """Whether a plain array comes back with other attributes: NetCDF takes arrays of one number for numbers."""
    variables = (array.variable, *array.coords.variables.values())
    return any(
        isinstance(value, np.ndarray) and (value.ndim != 1 or value.size == 1)
        for variable in variables
        for value in variable.attrs.values()
    )


def labels_of(array: xr.DataArray) -> dict[str, Any]:
    """Return all of an array but its values, for the metadata."""
    return {
        "name": array.name,
        "dims": list(array.dims),
        "dtype": array.dtype.str,
        "coords": coords_of(array),
        "attrs": dict(array.attrs),
    }


def plainer(array: xr.DataArray) -> xr.DataArray:
    """Return the array as readers that know nothing of its labels shall see it.

    Raises
    ------
    UnstorableError
        If its values are objects that would come back as others.

    """
    if array.dtype.kind == "O":
        _check_objects(array.values)
    unnamed = [name for name in array.coords if not _is_coordinate(name, array.dims)]
    plain = array.astype(_plain_dtype(array.dtype)).drop_vars(unnamed)
    halves = {
        name: coord.astype(np.float32)
        for name, coord in plain.coords.items()
        if coord.dtype == np.float16
    }
    plain = plain.assign_coords(halves)
    dims = {
        dim: f"dim_{axis}"
        for axis, dim in enumerate(array.dims)
        if not is_plain_name(dim)
    }
    plain = plain.rename(dims)
    plain.name = _plain_name(array.name, {*plain.dims, *plain.coords})
    plain.attrs = _plain_attrs(array.attrs)
    for coord in plain.coords.values():
        coord.attrs = _plain_attrs(coord.attrs)
    return plain


def _plain_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the native dtype, or one that has all its numbers and is NetCDF's."""
    return np.dtype(np.float32) if dtype == np.float16 else dtype.newbyteorder("=")


def _is_coordinate(name: Any, dims: tuple[Any, ...]) -> bool:
    """Whether xarray can name a coordinate of an array: others it lists in an attribute, between spaces."""
    return is_plain_name(name) and (name in dims or " " not in name)


def _plain_name(name: Any, taken: set[Any]) -> str:
    names = (name, ARRAY_NAME, *(f"{ARRAY_NAME}_{i}" for i in range(len(taken))))
    plain: str = next(n for n in names if is_plain_name(n) and n not in taken)
    return plain


#: What NetCDF gives back of an array of Python's own numbers.
_NUMBERS = frozenset(map(np.dtype, ("i8", "u8", "f8")))


def _check_objects(values: Any) -> None:
    """Refuse objects of which NetCDF loses the type: None becomes NaN, a NumPy scalar a number of Python."""
    types = set(map(type, values.ravel()))
    if len(types) > 1 or not types <= {int, float, str}:
        names = sorted(cls.__qualname__ for cls in types)
        raise UnstorableError(
            f"an array of dtype object that holds {', '.join(names)} cannot be stored; "
            "convert it to numbers or text",
            key="nddata",
        )


def _plain_attrs(attrs: dict[Any, Any]) -> dict[Any, Any]:
    return {name: value for name, value in attrs.items() if is_plain_attr(name, value)}


def relabelled(values: Any, labels: Any) -> xr.DataArray:
    """Label the values of an array as it was.

    Raises
    ------
    BadMetadataError
        If labels and values contradict each other.

    """
    import xarray as xr

    fitting = "labels that fit the array"
    with translating(BadMetadataError, fitting, "others"):
        return xr.DataArray(
            _cast(values, labels["dtype"]),
            dims=labels["dims"],
            coords=restore_coords(labels["coords"]),
            attrs=labels["attrs"],
            name=labels["name"],
        )


def _cast(values: Any, name: str) -> Any:
    """Restore byte order, units of time and objects; other kinds of text are xarray's choice."""
    dtype = dtype_of(name)
    text = values.dtype.kind in "UOT"
    if dtype.kind == "O" and (text or values.dtype in _NUMBERS):
        return values.astype(object)
    if text:
        return values
    if (dtype.kind, dtype.itemsize) == (values.dtype.kind, values.dtype.itemsize):
        return values.astype(dtype, copy=False)
    if dtype == np.float16 and values.dtype == np.float32:
        with np.errstate(over="ignore"):
            halves = values.astype(dtype)
        if np.array_equal(halves.astype(np.float32), values, equal_nan=True):
            return halves
    raise ValueError(f"dtype {name!r} for an array of {values.dtype.str!r}")
