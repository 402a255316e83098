"""Each MUST of FORMAT.md, section 6: large arrays."""

import io
import json

import h5netcdf
import h5py
import numpy as np
import pytest
from plain import a_result, members_of, opened


def test_large_arrays_are_members():
    extra = {"small": np.zeros(1000), "large": np.arange(6000.0).reshape(200, 30)}
    members = members_of(a_result(extra))
    document = json.loads(members["ndr_0/metadata.json"])
    shown = document["object_kwargs"]["extra"]
    descriptor = {"netcdf": "extra_0.nc", "dtype": "<f8", "shape": [200, 30]}
    assert shown == {"small": [0.0] * 1000, "large": descriptor}
    with h5netcdf.File(io.BytesIO(members["ndr_0/extra_0.nc"])) as file:
        assert list(file.variables) == ["values"]
        assert file["values"].dimensions == ("dim_0", "dim_1")
        np.testing.assert_array_equal(file["values"][...], extra["large"])


@pytest.mark.parametrize(
    ("dtype", "carried"),
    [("?", "u1"), ("f2", "u2"), ("M8[ms]", "i8"), ("m8[s]", "i8"), ("c8", "f4")],
)
def test_carriers(dtype, carried):
    array = (np.arange(2000) % 250).astype("i8").astype(dtype)
    members = members_of(a_result({"value": array}))
    with h5py.File(io.BytesIO(members["ndr_0/extra_0.nc"])) as file:
        values = file["values"][...]
    assert values.dtype == carried
    bits = array.view(carried)
    np.testing.assert_array_equal(values.reshape(-1), bits)
    found = opened(members).extra_["value"]
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)
