"""Arrays that only xarray can write and read: dates, booleans, further coordinates, CF encodings."""

from __future__ import annotations

import importlib.util
import io
import tempfile
import warnings
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING

from . import _hdf5_guard
from ._errors import BadNetCDFError, LimitError, UnstorableError
from .model import _names

if TYPE_CHECKING:
    import xarray as xr

#: The name under which xarray stores an array that has none.
_UNNAMED = "__xarray_dataarray_variable__"


def write(array: xr.DataArray) -> bytes:
    """Return `array` as a NetCDF-4 file, written by xarray with h5netcdf.

    Raises
    ------
    UnstorableError
        If xarray cannot write it, with its reason.

    """
    # How the array was once stored elsewhere: types that lose digits, filters that not every reader has.
    array = array.drop_encoding()
    with tempfile.TemporaryDirectory() as folder:
        # A file and not memory: xarray before 2025.10 writes NetCDF-4 to paths only.
        path = Path(folder) / "nddata.nc"
        try:
            array.to_netcdf(path, engine="h5netcdf", encoding=_encoding(array))
        except (
            TypeError,
            ValueError,
            NotImplementedError,
            KeyError,
            OverflowError,
        ) as error:
            raise UnstorableError(
                f"nddata: cannot be stored as NetCDF: {error}"
            ) from error
        return path.read_bytes()


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
            "nddata: format 0.1 needs scipy to store an array that has no name, bools, "
            "further coordinates or attributes of CF; pip install scipy"
        )
    try:
        return bytes(array.to_netcdf(None, engine="scipy"))
    except (TypeError, ValueError, NotImplementedError, KeyError):
        # What NetCDF-3 has no place for; NetCDF-4 gives its own reason.
        return write(array if array.name is not None else array.rename(_UNNAMED))


def _encoding(array: xr.DataArray) -> dict[Hashable, dict[str, None]]:
    """Keep xarray from declaring NaN a fill value: reading would make all NaN alike."""
    floats = [n for n, coord in array.coords.items() if coord.dtype.kind in "fc"]
    if array.dtype.kind in "fc":
        floats.append(array.name)
    return {name: {"_FillValue": None} for name in floats}


def read(netcdf: bytes, place: str) -> xr.DataArray:
    """Decode a NetCDF-4 file with xarray and h5netcdf.

    Parameters
    ----------
    netcdf : bytes
        The file.
    place : str
        The archive and the member, for messages.

    Raises
    ------
    UnsupportedError, LimitError
        As :func:`_hdf5_guard.check`.
    BadNetCDFError
        If xarray cannot read it, or it holds more or less than one array.

    """
    import xarray as xr

    _hdf5_guard.check(netcdf, place)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", xr.SerializationWarning)
            # Of h5netcdf, about arrays without named dimensions, which are refused below.
            warnings.filterwarnings("ignore", ".*phony_dims", UserWarning)
            with xr.open_dataarray(io.BytesIO(netcdf), engine="h5netcdf") as array:
                loaded = array.load()
    except MemoryError as error:
        raise LimitError(f"{place}: too much for the memory") from error
    except Exception as error:
        # What libraries make of a damaged file is of any class.
        raise BadNetCDFError(
            f"{place}: expected a NetCDF file with one array, found one that xarray "
            f"cannot read: {error}"
        ) from error
    missing = [dim for dim in _names.DIMENSIONS[:3] if dim not in loaded.dims]
    if missing:
        raise BadNetCDFError(
            f"{place}: expected the dimensions {missing}, found {list(loaded.dims)}"
        )
    if loaded.dtype.kind == "O" and not all(
        isinstance(v, str) for v in loaded.values.flat
    ):
        raise BadNetCDFError(
            f"{place}: expected numbers, text or dates, found Python objects"
        )
    return loaded
