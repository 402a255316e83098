"""Values by which Rust and Python both decide are decided once: Python reads the native core's values."""

import io
import zipfile

import h5netcdf
import numpy as np
import pytest
import xarray as xr

import skneuromsi_io as sio
from helpers import make_array, make_result, members, opened, stored, through_file
from skneuromsi_io import _native
from skneuromsi_io.model import _names
from skneuromsi_io.results._templates import template_of

CONSTANTS = _native.constants()


def netcdf_of(result):
    return members(stored(result))["ndr_0/nddata.nc"]


def test_ours_and_the_model_s_names_are_the_same():
    """The model imports nothing native."""
    assert CONSTANTS["bare_array"] == _names.ARRAY_NAME


def test_xarray_stores_arrays_without_name_under_that_name():
    file = xr.DataArray([1.0]).to_netcdf(engine="h5netcdf")
    assert list(xr.open_dataset(io.BytesIO(file))) == [CONSTANTS["unnamed_array"]]


@pytest.mark.parametrize("name", CONSTANTS["cf_attributes"])
def test_attributes_of_cf_are_not_left_to_readers_of_netcdf(name):
    """An array that has one is described in the metadata: in the file it would be decoded."""
    result = make_result(make_array(attrs={name: "a"}))
    with h5netcdf.File(io.BytesIO(netcdf_of(result))) as file:
        assert name not in file["values"].attrs
    assert through_file(result).to_xarray().attrs == {name: "a"}


@pytest.mark.parametrize("name", CONSTANTS["reserved_attributes"])
def test_attributes_of_netcdf_itself_come_back(name):
    result = make_result(make_array(attrs={name: "a"}))
    assert through_file(result).to_xarray().attrs == {name: "a"}


def test_our_files_tell_their_writer():
    assert CONSTANTS["writer"].encode() in netcdf_of(make_result())


@pytest.mark.parametrize("excess", [-1, 0, 1])
def test_nesting(excess):
    """The document, its arguments and `extra` are the first three levels, the empty list is the last."""
    value = []
    for _ in range(CONSTANTS["nesting"] - 4 + excess):
        value = [value]
    result = make_result(extra={"deep": value})
    if excess <= 0:
        assert through_file(result).extra_["deep"] == value
    else:
        message = rf"extra\['deep'\].*more than {CONSTANTS['nesting']} levels"
        with pytest.raises(sio.UnstorableError, match=message):
            stored(result)


@pytest.mark.parametrize("method", CONSTANTS["levels"])
def test_levels(method):
    if method == 93 and not hasattr(zipfile, "ZIP_ZSTANDARD"):
        pytest.skip("this Python's zipfile has no Zstandard")
    for level in CONSTANTS["levels"][method]:
        stored(make_result(), compression=method, compresslevel=level)
    least, most = CONSTANTS["levels"][method]
    for level in (least - 1, most + 1):
        with pytest.raises(sio.ArgumentError, match=f"from {least} to {most}"):
            stored(make_result(), compression=method, compresslevel=level)


@pytest.mark.parametrize("codec", ["zlib", "gzip", "bz2", "lzma", "xz", "lz4", "lz4hc"])
def test_codecs(codec):
    """Each of joblib's names means a codec of the native core."""
    array = make_array(shape=(2, 100, 50, 1))
    array.values[:] = np.arange(array.size).reshape(array.shape)
    archive = stored(make_result(array))
    found = opened(archive, compression_params=codec)
    assert found[0].to_xarray().identical(array)


@pytest.mark.parametrize("excess", [0, 1])
def test_long_numbers(excess):
    """Both languages know which numbers vary; text with one that is too long has no template."""
    number = 10 ** (CONSTANTS["longest_number"] - 1 + excess)
    result = make_result(run_parameters={"long": number})
    (packed,) = sio.NDResultCollection.from_ndresults("c", [result])._packed
    template = template_of(packed.native, packed)
    assert (None if template is None else len(template.slots)) == [1, None][excess]
