"""Each MUST of FORMAT.md, section 4: the labelled array."""

import json
import zipfile

import h5netcdf
import netCDF4
import numpy as np
import pytest
import xarray as xr
from plain import a_result, members_of, opened

import skneuromsi_io as sio
from helpers import (
    DATA,
    DIMS,
    assert_same,
    make_array,
    make_result,
    through_file,
)


@pytest.mark.parametrize("kind", ["alais", "kording", "random-float64", "random-int32"])
def test_both_netcdf_kinds(kind):
    signatures = {}
    arrays = []
    for version in ("netcdf3", "netcdf4"):
        path = DATA / "upstream" / f"{kind}-{version}.ndc"
        with zipfile.ZipFile(path) as archive:
            signatures[version] = archive.read("ndr_0/nddata.nc")[:4]
        results = sio.open_ndresults_collection(path, tqdm_cls=None, classes="light")
        arrays.append([result.to_xarray() for result in results])
    assert signatures == {"netcdf3": b"CDF\2", "netcdf4": b"\x89HDF"}
    for one, other in zip(*arrays, strict=True):
        xr.testing.assert_equal(one, other)


@pytest.mark.parametrize("order", [DIMS, DIMS[::-1], (*DIMS[2:], *DIMS[:2])])
@pytest.mark.parametrize("without", [(), DIMS[1:], DIMS[3:]])
def test_four_dimensions(order, without):
    array = a_result().to_xarray().drop_vars(without).transpose(*order)
    result = make_result()
    result._nddata = array
    found = through_file(result).to_xarray()
    assert_same(found, array)
    for dim in without:
        assert found[dim].values.tolist() == list(range(array.sizes[dim]))


@pytest.mark.parametrize(
    "array",
    [
        make_array().isel(times=0),
        make_array().expand_dims("other"),
        make_array().rename(positions="other"),
    ],
    ids=lambda array: " ".join(array.dims),
)
def test_other_dimensions_are_refused(tmp_path, array):
    result = make_result()
    result._nddata = array
    with pytest.raises(sio.UnstorableError, match="the dimensions"):
        members_of(result)
    path = tmp_path / "nddata.nc"
    array.to_netcdf(path, engine="h5netcdf")
    with pytest.raises(sio.BadNetCDFError, match="the dimensions"):
        opened(members_of(make_result()) | {"ndr_0/nddata.nc": path.read_bytes()})


@pytest.mark.parametrize("shape", [(2, 3, 4, 1), (2, 30, 40, 1)])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "i4", "i2", "i1", "u8", "u1"])
def test_other_readers_agree(tmp_path, shape, dtype):
    values = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    expected = a_result(values=values).to_xarray()
    path = tmp_path / "nddata.nc"
    path.write_bytes(members_of(a_result(values=values))["ndr_0/nddata.nc"])
    with h5netcdf.File(path) as file:
        assert file["values"].dimensions == DIMS
        np.testing.assert_array_equal(file["values"][...], values)
    with netCDF4.Dataset(path) as file:
        assert file["values"].dimensions == DIMS
        np.testing.assert_array_equal(file["values"][...], values)
        assert list(file["modes"][...]) == ["multi", "visual"]
    for engine in ("h5netcdf", "netcdf4"):
        with xr.open_dataarray(path, engine=engine) as array:
            xr.testing.assert_identical(array.load(), expected)
            assert array.dtype == expected.dtype


def test_float16_is_float32_to_others(tmp_path):
    """NetCDF has no float16, and its C library crashes on HDF5's."""
    array = a_result().to_xarray().astype("f2")
    weights = np.arange(array.sizes["times"], dtype="f2") / 3
    array = array.assign_coords(weights=("times", weights))
    array.attrs["half"] = np.float16(0.1)
    array.values[0, 0, 0, 0] = np.array(0xFC01, "u2").view("f2")
    result = make_result(array)
    path = tmp_path / "nddata.nc"
    path.write_bytes(members_of(result)["ndr_0/nddata.nc"])
    with netCDF4.Dataset(path) as file:
        for name, expected in (("values", array), ("weights", weights)):
            assert file[name].dtype == np.float32
            np.testing.assert_array_equal(file[name][...], expected)
        assert "half" not in file["values"].ncattrs()
    assert_same(through_file(result), result)


@pytest.mark.parametrize("name", ["external_storage", "external_link", "virtual"])
def test_other_files_are_refused(name):
    hostile = (DATA / f"{name}.nc").read_bytes()
    members = members_of(a_result()) | {"ndr_0/nddata.nc": hostile}
    with pytest.raises(sio.SkneuromsiIOError, match=r"ndr_0|result 0"):
        opened(members)


def test_labels_beside_the_data():
    result = a_result({})
    plain = result.to_xarray()
    array = plain.astype(">f8").assign_attrs(scale_factor=2.0, pair=(1, 2))
    array = array.assign_coords(subject="S01")
    members = members_of(
        sio.NDResult(**{**result.to_dict(), "nddata": array, "extra": {}})
    )
    labels = json.loads(members["ndr_0/metadata.json"])["nddata"]
    assert set(labels) == {"name", "dims", "dtype", "coords", "attrs"}
    assert labels["dtype"] == ">f8"
    found = opened(members).to_xarray()
    xr.testing.assert_identical(found, array)
    assert found.dtype == array.dtype
    # Without them the data are there all the same, as other readers see them.
    document = json.loads(members["ndr_0/metadata.json"])
    del document["nddata"], document["types"]
    bare = {**members, "ndr_0/metadata.json": json.dumps(document).encode()}
    np.testing.assert_array_equal(opened(bare).to_xarray().values, plain.values)
