"""Other readers of a NetCDF file: scipy for NetCDF-3, h5py for HDF5."""

import io
from pathlib import Path

import h5py
import numpy as np
from scipy.io import netcdf_file

#: libhdf5 also checks structures that say nothing about the values, such as lists of free space.
REFUSALS = (OSError, KeyError, RuntimeError, OverflowError, ValueError)


def assert_same(arrays, netcdf):
    """Fail unless another reader finds the same in a file, or libhdf5 refuses it.

    `arrays` has for each name the dimensions, and the values as an array or a list of texts.
    """
    if netcdf.startswith(b"CDF"):
        with netcdf_file(io.BytesIO(netcdf), mmap=False) as file:
            _compare(arrays, lambda name: _of_scipy(file, name))
        return
    try:
        with h5py.File(io.BytesIO(netcdf), "r") as file:
            _compare(arrays, lambda name: _of_h5py(file, name))
    except REFUSALS:
        pass


def _compare(arrays, read):
    for name, (dims, values) in arrays.items():
        found_dims, found = read(name)
        assert found_dims == dims, (name, found_dims, dims)
        if isinstance(values, list):
            assert found == values, (name, found, values)
        else:
            # Byte orders differ by the format, and nothing else may.
            little = found.astype(found.dtype.newbyteorder("<"))
            assert little.dtype == values.dtype, (name, found.dtype)
            assert little.shape == values.shape, (name, found.shape)
            assert little.tobytes() == values.tobytes(), name


def _of_scipy(file, name):
    variable = file.variables[name]
    dims, values = variable.dimensions, np.array(variable.data)
    if values.dtype.kind != "S":
        return dims, values
    rows = (row.tobytes().rstrip(b"\0").decode() for row in values)
    return dims[:-1], list(rows)


def _of_h5py(file, name):
    variable = file[name]
    if h5py.check_string_dtype(variable.dtype) is not None:
        return (name,), [text.decode() for text in variable[...]]
    if variable.is_scale:
        return (name,), variable[...]
    dims = tuple(Path(dim[0].name).name for dim in variable.dims)
    return dims, variable[...]
