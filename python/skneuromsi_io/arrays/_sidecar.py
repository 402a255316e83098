"""The parts of a labelled array that plain NetCDF cannot carry: recorded in the metadata, beside the data.

These are byte order, float16, Python's own numbers, names that NetCDF does not allow, attributes to which CF gives
a meaning (xarray would decode them: ``scale_factor`` multiplies) or that are neither text nor numbers, and
coordinates of other kinds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._errors import (
    BadMetadataError,
    BadNetCDFError,
    UnstorableError,
    translating,
)
from ..model._names import ARRAY_NAME
from ..values import (
    Budget,
    coords_of,
    dtype_of,
    indexes_come_back,
    restore_array,
    restore_coords,
)
from ._dimensions import check_dimensions
from ._native_subset import is_plain_attr, is_plain_name

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr

    from ._frame import Frame


#: Kinds of dtypes that NetCDF, with these labels, gives back.
_KINDS = "biufcmMUSO"


def needs_labels(array: xr.DataArray, frame: Frame) -> bool:
    """Return whether a plain array comes back with other attributes, or with labels of another dtype.

    NetCDF takes arrays of one number for numbers, and knows neither the width of text nor Python's own.
    """
    coords = array.coords.variables
    if any(
        isinstance(value, np.ndarray) and (value.ndim != 1 or value.size == 1)
        for variable in (array.variable, *coords.values())
        for value in variable.attrs.values()
    ):
        return True
    # The frame has text as it comes back.
    texts = [
        (n, labels.dtype) for n, _, labels in frame.coords if labels.dtype.kind == "U"
    ]
    return any(coords[name].dtype != dtype for name, dtype in texts)


def comes_back(array: xr.DataArray) -> bool:
    """Return whether a file gives the very array: attributes that are Python's numbers become NumPy's."""
    coords = array.coords.variables.values()
    return indexes_come_back(array) and not any(
        type(value) in (int, float)
        for variable in (array.variable, *coords)
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
        If its values would come back as others.

    """
    if array.dtype.kind not in _KINDS or array.dtype.isbuiltin == _OF_OTHERS:
        raise UnstorableError(
            f"an array of dtype {array.dtype} cannot be stored",
            key="nddata",
            remedy="convert it to numbers, dates or text of a fixed width (`astype(str)`)",
        )
    if array.dtype.kind == "O":
        _check_objects(array.values)
    unnamed = [name for name in array.coords if not _is_coordinate(name, array.dims)]
    plain = array.astype(_plain_dtype(array.dtype)).drop_vars(unnamed)
    changed = {
        name: (coord.dims, labels, coord.attrs)
        for name, coord in plain.coords.items()
        if (labels := _plain_labels(coord)) is not None
    }
    plain = plain.assign_coords(changed)
    plain.name = _plain_name(array.name, {*plain.dims, *plain.coords})
    plain.attrs = _plain_attrs(array.attrs)
    for coord in plain.coords.values():
        coord.attrs = _plain_attrs(coord.attrs)
    return plain


def _plain_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the native dtype, or one that has all its numbers and is NetCDF's."""
    return np.dtype(np.float32) if dtype == np.float16 else dtype.newbyteorder("=")


#: `numpy.dtype.isbuiltin` of numbers of other packages, such as bfloat16.
_OF_OTHERS = 2


def _plain_labels(coord: xr.DataArray) -> npt.NDArray[Any] | None:
    """Labels as NetCDF has them, or None if it has them as they are.

    Text is what stands for the dtypes of pandas, which have zones and missing values.
    """
    dtype = coord.dtype
    if not isinstance(dtype, np.dtype):
        return np.array([str(label) for label in coord.to_index()], dtype=np.str_)
    if dtype.kind == "T":
        texts = [str(text) for text in coord.values.ravel()]
        return np.array(texts, dtype=np.str_).reshape(coord.shape)
    if dtype == np.float16 or dtype.isbuiltin == _OF_OTHERS:
        return coord.values.astype(np.float32)
    return None


def _is_coordinate(name: Any, dims: tuple[Any, ...]) -> bool:
    """Return whether xarray can name a coordinate of an array: others it lists in an attribute, between spaces."""
    return is_plain_name(name) and (name in dims or " " not in name)


def _plain_name(name: Any, taken: set[Any]) -> str:
    names = (name, ARRAY_NAME, *(f"{ARRAY_NAME}_{i}" for i in range(len(taken))))
    plain: str = next(n for n in names if is_plain_name(n) and n not in taken)
    return plain


#: The array that NetCDF gives back for one of Python's own numbers.
_NUMBERS = frozenset(map(np.dtype, ("i8", "u8", "f8")))


#: Python objects that an array may hold: they take up to 64 bytes each, of which NetCDF has 8.
_MOST_OBJECTS = 1 << 20


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
    if values.size > _MOST_OBJECTS:
        raise UnstorableError(
            f"an array of {values.size} Python objects cannot be stored; convert it to "
            "numbers or text",
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
        coords = restore_coords(labels["coords"])
        _check_dimensions(labels["dims"], values, coords)
        return xr.DataArray(
            _cast(values, labels["dtype"]),
            dims=labels["dims"],
            coords=coords,
            attrs=labels["attrs"],
            name=labels["name"],
        )


def _check_dimensions(dims: Any, values: Any, coords: dict[Any, Any]) -> None:
    found = {name: (of, data.shape) for name, (of, data, _) in coords.items()}
    try:
        check_dimensions("nddata", dims, values.shape, found)
    except BadNetCDFError as error:
        # Here it is the metadata that do not fit.
        raise BadMetadataError(expected=error.expected, found=error.found) from error


def _cast(values: Any, name: str) -> Any:
    """Restore byte order, units of time, objects, and the width of text, whose kind is xarray's choice."""
    dtype = dtype_of(name)
    text = values.dtype.kind in "UOT"
    if dtype.kind == "O" and (text or values.dtype in _NUMBERS):
        if values.size > _MOST_OBJECTS:
            raise ValueError(f"{values.size} Python objects")
        return values.astype(object)
    if dtype.kind == "U" and text:
        return restore_array(values.tolist(), Budget(), name, list(values.shape))
    if (dtype.kind, dtype.itemsize) == (values.dtype.kind, values.dtype.itemsize):
        return values.astype(dtype, copy=False)
    if dtype == np.float16 and values.dtype == np.float32:
        with np.errstate(over="ignore"):
            halves = values.astype(dtype)
        if np.array_equal(halves.astype(np.float32), values, equal_nan=True):
            return halves
    raise ValueError(f"dtype {name!r} for an array of {values.dtype.str!r}")
