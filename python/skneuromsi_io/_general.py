"""Arrays that only xarray can write and read: dates, booleans, further coordinates, CF encodings."""

from __future__ import annotations

import io
import tempfile
import warnings
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING

from ._errors import (
    BadNetCDFError,
    SkneuromsiIOError,
    UnstorableError,
    UnsupportedError,
)

if TYPE_CHECKING:
    import h5py
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
    with tempfile.TemporaryDirectory() as folder:
        # A file and not memory: xarray before 2025.10 writes NetCDF-4 to paths only.
        path = Path(folder) / "nddata.nc"
        try:
            array.to_netcdf(path, engine="h5netcdf", encoding=_encoding(array))
        except (TypeError, ValueError, NotImplementedError) as error:
            raise UnstorableError(
                f"nddata: cannot be stored as NetCDF: {error}"
            ) from error
        return path.read_bytes()


def write_as_upstream(array: xr.DataArray) -> bytes:
    """Return `array` as NetCDF-3, written by xarray with scipy, or as NetCDF-4 where that cannot be.

    Raises
    ------
    UnstorableError
        If xarray can write neither, with its reason.

    """
    try:
        return bytes(array.to_netcdf(None, engine="scipy"))
    except (ImportError, TypeError, ValueError, NotImplementedError):
        # No scipy here, or numbers and names that NetCDF-3 has no place for; NetCDF-4 gives its own reason.
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
    UnsupportedError
        If the file refers to another file, which is never opened.
    BadNetCDFError
        If xarray cannot read it, or it holds more or less than one array.

    """
    import xarray as xr

    _refuse_other_files(netcdf, place)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", xr.SerializationWarning)
            with xr.open_dataarray(io.BytesIO(netcdf), engine="h5netcdf") as array:
                return array.load()
    except (
        ValueError,
        TypeError,
        OSError,
        KeyError,
        RuntimeError,
        IndexError,
    ) as error:
        raise BadNetCDFError(
            f"{place}: expected a NetCDF file with one array, found one that xarray "
            f"cannot read: {error}"
        ) from error


def _refuse_other_files(netcdf: bytes, place: str) -> None:
    """Links, external storage and virtual datasets would load bytes of any file of the machine."""
    import h5py

    try:
        with h5py.File(io.BytesIO(netcdf), "r") as file:
            _walk(file, place, set())
    except SkneuromsiIOError:
        raise
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise BadNetCDFError(
            f"{place}: expected a NetCDF-4 file, found one that HDF5 cannot read: "
            f"{error}"
        ) from error


def _walk(group: h5py.Group, place: str, seen: set[int]) -> None:
    import h5py

    for name in group:
        link = group.get(name, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise UnsupportedError(
                f"{place}: expected plain HDF5 objects, found {name!r}, a link, "
                "which is refused"
            )
        item = group[name]
        if isinstance(item, h5py.Group):
            address = h5py.h5o.get_info(item.id).addr
            if address not in seen:
                seen.add(address)
                _walk(item, place, seen)
        elif isinstance(item, h5py.Dataset) and (item.external or item.is_virtual):
            raise UnsupportedError(
                f"{place}: expected data in the file itself, found {name!r} stored in "
                "another file, which is refused"
            )
