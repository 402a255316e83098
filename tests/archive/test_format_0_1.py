"""Format 0.1 without scikit-neuromsi at hand; tests/upstream compares it with files of a stock installation."""

import json
import sys
import zipfile

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import (
    UPSTREAM_FILES,
    make_array,
    make_collection,
    make_result,
    members,
    opened,
    stored,
)


@pytest.mark.parametrize("path", UPSTREAM_FILES, ids=lambda path: path.stem)
def test_upstreams_files_are_written_again_as_upstream_would(path):
    collection = opened(path)
    expected = members(path.read_bytes())
    found = members(stored(collection, format_version=0.1))
    assert found.keys() == expected.keys()
    for index, result in enumerate(collection):
        name = f"ndr_{index}/metadata.json"
        assert found[name] == expected[name]
        array = result.to_xarray().to_netcdf(None, engine="scipy")
        assert found[f"ndr_{index}/nddata.nc"] == bytes(array)


@pytest.mark.slow
def test_large_arrays_are_spelled_out_as_json_does():
    rng = np.random.default_rng(0)
    arrays = {
        "rows": rng.normal(size=(70_000, 2)),
        "columns": rng.integers(-9, 9, (3, 1, 50_000)),
        "single": np.float32(rng.normal(size=(140_000, 1))),
        "strided": rng.normal(size=(400, 1200))[::2, ::3].T,
    }
    result = make_result(extra={**arrays, "after": [{"last": arrays["columns"]}]})
    archive = stored(result, format_version=0.1)
    listed = {name: array.tolist() for name, array in arrays.items()}
    expected = {**listed, "after": [{"last": listed["columns"]}]}
    text = members(archive)["ndr_0/metadata.json"].decode()
    document = json.loads(text)
    assert document["object_kwargs"]["extra"] == expected
    assert text == json.dumps(document, indent=2)


@pytest.mark.parametrize("compression", [0, 12, 14])
def test_every_method_compresses_a_large_text(compression):
    result = make_result(extra={"large": np.arange(66_000)})
    other, deflated = (
        stored(result, format_version=0.1, compression=method)
        for method in (compression, 8)
    )
    assert (
        members(other)["ndr_0/metadata.json"]
        == members(deflated)["ndr_0/metadata.json"]
    )


def test_levels_are_kept_where_a_text_is_compressed_while_it_is_made():
    noise = np.random.default_rng(0).normal(size=200_000)
    result = make_result(extra={"large": noise})
    sizes = [
        len(stored(result, format_version=0.1, compresslevel=level))
        for level in (0, 1, 6)
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 1.5 * sizes[1] > 1.5 * sizes[2]


def test_data_that_netcdf_3_cannot_hold_are_netcdf_4():
    array = make_array("i8")
    array.values[:] = 1 << 40
    archive = stored(make_result(array), format_version=0.1)
    assert members(archive)["ndr_0/nddata.nc"].startswith(b"\x89HDF")
    assert opened(archive)[0].to_xarray().identical(array)


def test_a_collection_keeps_its_metadata():
    metadata = {"subject": "S01", "weights": np.arange(3.0), "ages": (31, 2)}
    archive = stored(make_collection(), metadata=metadata, format_version=0.1)
    document = sio.read_metadata(archive)
    assert document["format_version"] == 0.1
    expected = {"subject": "S01", "weights": [0.0, 1.0, 2.0], "ages": [31, 2]}
    assert document["extra"] == expected
    assert "types" not in json.loads(members(archive)["metadata.json"])


def test_the_default_is_what_0_2_asks_for(result):
    for archive in (stored(result), stored(result, format_version=0.2)):
        assert sio.read_metadata(archive)["format_version"] == 0.2


def test_methods_take_the_argument(tmp_path, result, collection):
    result.to_ndr(tmp_path / "one.ndr", format_version=0.1)
    collection.to_ndc(tmp_path / "all.ndc", format_version=0.1)
    for name in ("one.ndr", "all.ndc"):
        assert sio.read_metadata(tmp_path / name)["format_version"] == 0.1


@pytest.mark.parametrize("version", [0.3, 1, "0.1", None, True, float("nan")])
def test_other_versions_are_refused(tmp_path, result, version):
    path = tmp_path / "kept"
    path.write_bytes(b"before")
    with pytest.raises(ValueError, match=r"'format_version': expected .*0\.2.*0\.1"):
        sio.store_ndresult(path, result, format_version=version)
    assert path.read_bytes() == b"before"


def test_a_refused_value_leaves_the_old_file(tmp_path):
    path = tmp_path / "kept"
    path.write_bytes(b"before")
    collection = make_collection(extra={"a": {"b": 1j}})
    with pytest.raises(TypeError, match=r"result 0: extra\['a'\]\['b'\].*complex"):
        sio.to_ndc(path, collection, tqdm_cls=None, format_version=0.1)
    collection, metadata = make_collection(), {"x": b"y"}
    with pytest.raises(TypeError, match=r"extra\['x'\].*bytes"):
        sio.to_ndc(path, collection, metadata=metadata, format_version=0.1)
    assert path.read_bytes() == b"before"


def test_keys_that_are_one_as_text_are_refused():
    result = make_result(extra={"key": {1: "a", "1": "b"}})
    with pytest.raises(TypeError, match=r"extra\['key'\]: keys must be distinct"):
        stored(result, format_version=0.1)


def test_archives_pass_zipfiles_own_check(tmp_path):
    result = make_result(extra={"large": np.zeros(300_000)})
    path = tmp_path / "zeros"
    sio.to_ndr(path, result, format_version=0.1)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
    found = sio.read_ndr(path, classes="light")
    np.testing.assert_array_equal(found.extra_["large"], np.zeros(300_000), strict=True)


OF_XARRAY = {
    "no name": lambda array: array.rename(None),
    "bools": lambda array: array > 0,
    "a scalar coordinate": lambda array: array.assign_coords(run=3),
    "an attribute of CF": lambda array: array.assign_attrs(units="Hz"),
}


@pytest.mark.parametrize("change", OF_XARRAY)
def test_without_scipy_no_other_kind_of_netcdf_is_written(monkeypatch, change):
    """A stock installation without h5netcdf could not open it."""
    monkeypatch.setitem(sys.modules, "scipy", None)
    array = make_array()
    assert netcdf_of(array).startswith(b"CDF\x02")
    with pytest.raises(
        sio.UnstorableError, match=r"result 0: nddata: .* install scipy"
    ):
        netcdf_of(OF_XARRAY[change](array))


def test_attributes_that_only_netcdf_4_has():
    assert netcdf_of(make_array(attrs={"a": ["x", "y"]})).startswith(b"\x89HDF")


def netcdf_of(array):
    archive = stored(make_result(array), format_version=0.1)
    return members(archive)["ndr_0/nddata.nc"]
