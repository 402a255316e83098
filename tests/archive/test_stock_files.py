"""Files that scikit-neuromsi wrote, against a reading that shares no code with this package."""

import io
import json
import zipfile

import numpy as np
import pytest
import xarray as xr

from helpers import UPSTREAM_FILES, assert_same, opened, stored
from skneuromsi_io import open_ndresult, read_metadata

BY_NAME = pytest.mark.parametrize("path", UPSTREAM_FILES, ids=lambda path: path.stem)


class Oracle:
    """An archive as zipfile, json and xarray read it."""

    def __init__(self, path):
        self._archive = zipfile.ZipFile(path)
        self.metadata = self.document("metadata.json")

    def document(self, member):
        return json.loads(self._archive.read(member))

    def kwargs(self, index):
        return self.document(f"ndr_{index}/metadata.json")["object_kwargs"]

    def array(self, index):
        netcdf = self._archive.read(f"ndr_{index}/nddata.nc")
        engine = "scipy" if netcdf.startswith(b"CDF") else "h5netcdf"
        with xr.open_dataarray(io.BytesIO(netcdf), engine=engine) as array:
            return array.load()


def lifted(value):
    """Long rectangular lists as the arrays that they were when upstream stored them."""
    if isinstance(value, dict):
        return {key: lifted(item) for key, item in value.items()}
    if isinstance(value, list):
        array = np.array(value)
        if array.size > 1000 and array.dtype.kind in "if":
            return array
        return [lifted(item) for item in value]
    return value


def test_the_files_are_there():
    formats = {path.stem.rsplit("-", 1)[1] for path in UPSTREAM_FILES}
    assert formats == {"netcdf3", "netcdf4", "h5netcdf"}
    assert len(UPSTREAM_FILES) == 12


@BY_NAME
def test_arrays(path):
    oracle, collection = Oracle(path), opened(path)
    assert len(collection) == oracle.metadata["object_size"]
    for index, result in enumerate(collection):
        found, expected = result.to_xarray(), oracle.array(index)
        assert found.dims == expected.dims
        assert found.name == expected.name
        # NetCDF-3 is big-endian; what is read of it has the machine's order.
        native = expected.dtype.newbyteorder("=")
        assert_same(found.values, expected.values.astype(native))
        assert_same(dict(found.attrs), dict(expected.attrs))
        assert set(found.coords) == set(expected.coords)
        for name, coord in expected.coords.items():
            assert_same(found[name].values.tolist(), coord.values.tolist(), name)
            assert (
                found[name].dtype.kind == np.asarray(coord.values.tolist()).dtype.kind
            )


@BY_NAME
def test_metadata_of_results(path):
    oracle = Oracle(path)
    for index, result in enumerate(opened(path)):
        found, expected = result.to_dict(), oracle.kwargs(index)
        for name in ("time_range", "position_range"):
            assert_same(np.asarray(found[name]), np.asarray(expected[name]))
            del found[name], expected[name]
        assert_same(found.pop("extra"), lifted(expected.pop("extra")), "extra")
        assert_same(found.pop("causes"), expected.pop("causes"), "causes")
        assert {k: found[k] for k in expected} == expected


@BY_NAME
def test_metadata_of_collections(path):
    oracle = Oracle(path)
    assert_same(read_metadata(path), oracle.metadata)
    assert opened(path).name == oracle.metadata["object_kwargs"]["name"]


def test_extra_arrays_come_back_as_arrays():
    path = next(path for path in UPSTREAM_FILES if path.stem == "cuppini2014-netcdf4")
    shapes = [np.shape(value) for value in opened(path)[0].e_.values()]
    arrays = [v for v in opened(path)[0].e_.values() if isinstance(v, np.ndarray)]
    assert arrays, shapes
    assert all(array.flags.writeable for array in arrays)


@BY_NAME
def test_single_result(path):
    if Oracle(path).metadata["object_size"] == 1:
        assert_same(open_ndresult(path, classes="light"), opened(path)[0])
    else:
        with pytest.raises(ValueError, match="Expected 1 results, but"):
            open_ndresult(path, classes="light")


@BY_NAME
def test_stored_again(path):
    collection = opened(path)
    assert_same(opened(stored(collection)), collection)
