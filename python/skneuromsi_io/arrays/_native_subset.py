"""The labelled arrays that NetCDF carries as they are, without a meaning for xarray."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.ma import MaskedArray

from .. import _native


def is_plain_dtype(dtype: np.dtype[Any]) -> bool:
    """Return whether it is a native integer or float that NetCDF has.

    It has no float16: HDF5 and h5netcdf do, and netCDF4-C 4.10.1 crashes on it.
    """
    known = dtype.kind in "iu" or dtype in (np.float32, np.float64)
    return known and dtype.isnative


_CONSTANTS = _native.constants()

#: Attributes that mean something to xarray's decoding (such an array is left to xarray), and those by which HDF5
#: and NetCDF-4 themselves keep dimensions.
_NOT_PLAIN = frozenset(_CONSTANTS["cf_attributes"] + _CONSTANTS["reserved_attributes"])


#: `NC_MAX_NAME` of the NetCDF library, in bytes.
_MOST_NAME_BYTES = 256

#: The name under which xarray stores an array that has none, and which it takes for none.
UNNAMED = _CONSTANTS["unnamed_array"]

#: Prefix that the NetCDF library puts before the name of an array that could be taken for a coordinate.
_NO_COORDINATE = _CONSTANTS["not_a_coordinate"]


#: Room for an attribute with its name; an HDF5 message, which holds both, ends at 64 KiB.
_MOST_ATTR_BYTES = 60_000


def are_plain_attrs(attrs: dict[Any, Any]) -> bool:
    """Return whether all attributes are plain."""
    return all(is_plain_attr(name, value) for name, value in attrs.items())


@functools.lru_cache(maxsize=256)
def is_plain_name(name: Any) -> bool:
    """Return whether NetCDF can give an array or a dimension this name, and xarray gives it back.

    Results of a sweep have the same five names.
    """
    # Upstream's names of dimensions are NumPy's.
    return (
        isinstance(name, str)
        and is_text(str(name))
        and 0 < len(name.encode()) <= _MOST_NAME_BYTES
        and name not in (".", UNNAMED)
        and "/" not in name
        and not name.startswith(_NO_COORDINATE)
    )


def is_plain_attr(name: Any, value: Any) -> bool:
    """Return whether an attribute is text or numbers, without a meaning for xarray, and fits an HDF5 message."""
    if not name or not is_text(name) or "/" in name:
        return False
    if name in _NOT_PLAIN:
        return False
    if type(value) is str:
        return is_text(value) and len(name + value) * 4 <= _MOST_ATTR_BYTES
    return (
        isinstance(value, (int, float, np.number, np.ndarray))
        and not isinstance(value, (bool, MaskedArray))
        and np.ndim(value) <= 1
        and np.size(value) > 0
        and is_plain_dtype(np.asarray(value).dtype)
        and len(name) * 4 + np.asarray(value).nbytes <= _MOST_ATTR_BYTES
    )


def is_text(text: Any) -> bool:
    """Return whether it is text that UTF-8 carries, without the end mark of C."""
    if type(text) is not str or "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
