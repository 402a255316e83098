"""Attributes of arrays and of their coordinates come back as they were."""

import io

import numpy as np
import pytest
import xarray as xr

import skneuromsi_io as sio
from helpers import (
    assert_same,
    make_array,
    make_result,
    members,
    opened,
    stored,
    through_file,
)

ATTRS = {
    "text": "µV",
    "empty": "",
    "long": "x" * 70_000,
    "lines": "a\nb\0c",
    "integer": 3,
    "float": 2.5,
    "nan": float("nan"),
    "int16": np.int16(-3),
    "float32": np.float32(0.1),
    "vector": np.arange(4.0),
    "single": np.array([1.5]),
    "without dimensions": np.array(7, dtype="i4"),
    "bytes": np.arange(3, dtype="u1"),
    "many": np.arange(9000),
}


@pytest.mark.parametrize("name", ATTRS)
def test_attributes(name):
    value = ATTRS[name]
    result = make_result(make_array(attrs={name: value, "ñ": "ñ"}))
    found = through_file(result).to_xarray().attrs
    assert list(found) == [name, "ñ"]
    if isinstance(value, np.ndarray):
        assert_same(found[name], value)
    else:
        assert np.asarray(found[name]).tobytes() == np.asarray(value).tobytes()
        assert np.asarray(found[name]).dtype == np.asarray(value).dtype


@pytest.mark.parametrize("value", [np.array([5]), np.array(5.5)], ids=repr)
def test_arrays_of_one_number_are_seen_by_other_readers(value):
    array = make_array()
    array["times"].attrs["v"] = value
    archive = stored(make_result(array))
    assert_same(opened(archive)[0].to_xarray(), array)
    netcdf = io.BytesIO(members(archive)["ndr_0/nddata.nc"])
    with xr.open_dataarray(netcdf, engine="h5netcdf") as seen:
        assert seen["times"].attrs == {"v": value}


def test_array_attributes_are_not_shared():
    array = make_array(attrs={"v": np.array([1, 2])})
    array["times"].attrs["v"] = np.array([1, 2])
    archive = stored(
        sio.NDResultCollection.from_ndresults("n", [make_result(array)] * 2)
    )
    first, second = opened(archive)
    for changed in (first.to_xarray(), first._nddata, first.to_xarray()):
        changed.attrs["v"][0] = 99
        changed["times"].attrs["v"][0] = 99
    again = through_file(make_result(array)).to_xarray()
    for found in (second.to_xarray(), opened(archive)[0].to_xarray(), again):
        assert found.attrs["v"].tolist() == [1, 2]
        assert found["times"].attrs["v"].tolist() == [1, 2]


def test_attributes_of_coordinates():
    array = make_array()
    array["times"].attrs["unit"] = "ms"
    array["positions"].attrs.update(unit="degree", origin=-45.5)
    found = through_file(make_result(array)).to_xarray()
    assert found["times"].attrs == {"unit": "ms"}
    assert found["positions"].attrs == {"unit": "degree", "origin": -45.5}


RESERVED = [*("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_NCProperties")]
RESERVED += [*("_Netcdf4Dimid", "_Netcdf4Coordinates", "_nc3_strict", "", ".", "a/b")]


@pytest.mark.parametrize("name", RESERVED)
def test_attributes_that_netcdf_keeps_for_itself(name):
    array = make_array(attrs={name: "v", "b": "c"})
    array["times"].attrs.update({name: "v", "b": "c"})
    result = make_result(array)
    assert_same(through_file(result), result)
