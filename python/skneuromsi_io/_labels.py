"""What a plain NetCDF array cannot carry of a labelled array: recorded in the metadata, beside the data.

Byte order, attributes that CF gives a meaning (xarray would decode them: ``scale_factor`` multiplies), attributes
that are no text or numbers, and coordinates of other kinds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._errors import BadMetadataError, LimitError
from ._frame import is_plain_attr
from ._typed import coords_of, dtype_of, restore_coords
from .model._names import ARRAY_NAME

if TYPE_CHECKING:
    import xarray as xr


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
    """Return the array as readers that know nothing of its labels shall see it."""
    dtype = array.dtype.newbyteorder("=")
    name = array.name if isinstance(array.name, str) else ARRAY_NAME
    plain = array.astype(dtype).rename(name)
    plain.attrs = _plain_attrs(array.attrs)
    for label, coord in array.coords.items():
        plain.coords[label].attrs = _plain_attrs(coord.attrs)
    return plain


def _plain_attrs(attrs: dict[Any, Any]) -> dict[Any, Any]:
    return {name: value for name, value in attrs.items() if is_plain_attr(name, value)}


def relabelled(values: Any, labels: Any, place: str) -> xr.DataArray:
    """Label the values of an array as it was.

    Raises
    ------
    BadMetadataError
        If labels and values contradict each other.

    """
    import xarray as xr

    try:
        return xr.DataArray(
            _cast(values, labels["dtype"]),
            dims=labels["dims"],
            coords=restore_coords(labels["coords"]),
            attrs=labels["attrs"],
            name=labels["name"],
        )
    except MemoryError as error:
        raise LimitError(f"{place}: too much for the memory") from error
    except Exception as error:
        # What xarray makes of labels that contradict each other is of any class.
        raise BadMetadataError(
            f"{place}: expected labels that fit the array, found others: {error}"
        ) from error


def _cast(values: Any, name: str) -> Any:
    """Restore byte order and units of time; the kind of text is xarray's choice."""
    dtype = dtype_of(name)
    if values.dtype.kind in "UOT":
        return values
    if (dtype.kind, dtype.itemsize) != (values.dtype.kind, values.dtype.itemsize):
        raise ValueError(f"dtype {name!r} for an array of {values.dtype.str!r}")
    return values.astype(dtype, copy=False)
