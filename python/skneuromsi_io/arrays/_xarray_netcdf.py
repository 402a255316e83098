"""Arrays that only xarray can write and read: dates, booleans, further coordinates, CF encodings."""

from __future__ import annotations

import importlib.util
import io
import warnings
from collections.abc import Hashable
from typing import TYPE_CHECKING

from .. import _native
from .._errors import (
    BadNetCDFError,
    SkneuromsiIOError,
    UnstorableError,
    translating,
)
from .._scratch import scratch_folder
from . import _hdf5_guard
from ._dimensions import check_array
from ._native_subset import UNNAMED

if TYPE_CHECKING:
    import xarray as xr

#: Attribute in which xarray stores a name that would be that of a coordinate.
_NAME = "__xarray_dataarray_name__"


def write(array: xr.DataArray) -> bytes:
    """Return `array` as a NetCDF-4 file, written by xarray with h5netcdf.

    Raises
    ------
    UnstorableError
        If xarray cannot write it, with its reason.

    """
    # Its encoding is how it was once stored elsewhere: types that lose digits, filters that not every reader has.
    array = array.drop_encoding()
    with scratch_folder() as folder:
        # A file and not memory: xarray before 2025.10 writes NetCDF-4 to paths only.
        path = folder / "nddata.nc"
        try:
            array.to_netcdf(path, engine="h5netcdf", encoding=_encoding(array))
        except Exception as error:
            if _is_of_the_machine(error):
                raise
            # Libraries raise any class for what they cannot write.
            raise UnstorableError(
                f"cannot be stored as NetCDF: {error}", key="nddata"
            ) from error
        return _readable(path.read_bytes())


def write_as_upstream(array: xr.DataArray) -> bytes:
    """Return `array` as NetCDF-3, written by xarray with scipy, or as NetCDF-4 where that cannot be.

    Raises
    ------
    UnstorableError
        If xarray can write neither, with its reason, or if scipy is not installed: a stock installation
        may be unable to open NetCDF-4, which is not for us to choose then.

    """
    if importlib.util.find_spec("scipy") is None:
        raise UnstorableError(
            "format 0.1 needs scipy to store an array that has no name, bools, further "
            "coordinates or attributes of CF; pip install scipy",
            key="nddata",
        )
    if array.name == UNNAMED:
        raise UnstorableError(
            f"format 0.1 has no place for the name {UNNAMED!r}, which means none there",
            key="nddata",
            remedy="rename it",
        )
    try:
        return _readable(bytes(array.to_netcdf(None, engine="scipy")))
    except Exception as error:
        if _is_of_the_machine(error):
            raise
        # NetCDF-3 has no place for it; NetCDF-4 gives its own reason.
        return write(array if array.name is not None else array.rename(UNNAMED))


def _is_of_the_machine(error: Exception) -> bool:
    """Return whether an error is the machine's: no memory, or an error of the system, which has a number."""
    if isinstance(error, OSError):
        return error.errno is not None
    return isinstance(error, MemoryError)


def _readable(netcdf: bytes) -> bytes:
    """Return a file that can be opened again: libraries write types that nobody reads, such as long doubles.

    Raises
    ------
    UnstorableError
        If it cannot, with the reason.

    """
    try:
        packed = _native.read_netcdf(netcdf)
        if packed.frame is None:
            read(packed.netcdf())
    except SkneuromsiIOError as error:
        raise UnstorableError(
            f"cannot be stored so that it could be opened again: {error.message}; convert "
            "data, coordinates and attributes to numbers of 64 bits, text or dates",
            key="nddata",
        ) from error
    return netcdf


def _encoding(array: xr.DataArray) -> dict[Hashable, dict[str, None]]:
    """Keep xarray from declaring NaN a fill value: reading would make all NaN alike."""
    floats = [n for n, coord in array.coords.items() if coord.dtype.kind in "fc"]
    if array.dtype.kind in "fc":
        floats.append(array.name)
    return {name: {"_FillValue": None} for name in floats}


def read(netcdf: bytes) -> xr.DataArray:
    """Decode a NetCDF-4 file with xarray and h5netcdf.

    Parameters
    ----------
    netcdf : bytes
        The file.

    Raises
    ------
    UnsupportedError, LimitError
        As :func:`_hdf5_guard.check`.
    BadNetCDFError
        If xarray cannot read it, or it holds more or less than one array.

    """
    import xarray as xr

    _hdf5_guard.check(netcdf)
    reason = "one that xarray cannot read"
    with (
        translating(BadNetCDFError, "a NetCDF file with one array", reason),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", xr.SerializationWarning)
        # h5netcdf warns of arrays without named dimensions, which are refused below.
        warnings.filterwarnings("ignore", ".*phony_dims", UserWarning)
        with xr.open_dataset(io.BytesIO(netcdf), engine="h5netcdf") as opened:
            dataset = opened.load()
    loaded = _array_of(dataset)
    check_array(loaded, dataset.coords.variables)
    if loaded.dtype.kind == "O" and not all(
        isinstance(v, str) for v in loaded.values.flat
    ):
        raise BadNetCDFError(expected="numbers, text or dates", found="Python objects")
    return loaded


def _array_of(dataset: xr.Dataset) -> xr.DataArray:
    """Return the one array of a file, under the name that xarray stored with it."""
    if len(dataset.data_vars) != 1:
        raise BadNetCDFError(
            expected="one array", found=f"{list(dataset.data_vars)!r:.200}"
        )
    [(key, array)] = dataset.data_vars.items()
    name = dataset.attrs.get(_NAME, key)
    return array.rename(None if name == UNNAMED else name)
