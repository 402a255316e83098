"""Labels, dimensions and names of arrays come back as they were."""

import io
import json

import numpy as np
import pandas as pd
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
    zipped,
)


@pytest.mark.parametrize("dtype", ["i8", "i4", "i1", "u8", "f4", "f8"])
def test_dtypes_of_labels(dtype):
    array = make_array(times=np.arange(3, dtype=dtype))
    result = make_result(array)
    assert_same(through_file(result), result)


@pytest.mark.parametrize(
    "modes",
    [
        ["multi", "ñandú"],
        ["multi", "视觉"],
        ["multi", "👁\ufe0f"],
        ["multi", ""],
        ["multi", " a/b\\c\n\t'\""],
        ["multi", "x" * 5000],
        ["multi", "e\u0301"],
        ["multi", "é"],
    ],
    ids=lambda modes: ascii(modes[1][:9]),
)
def test_names_of_modes(modes):
    result = make_result(make_array(modes=modes), nmap={modes[1]: "ω"}, mname=modes[1])
    assert_same(through_file(result), result)


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["multi", "b"], object),
        np.array(["multi", "b"], "U9"),
        np.array(["multi", "b", "the longest"])[:2],
        pd.Index(["multi", "b"]),
        ("modes", np.array(["multi", "b"], object), {"of": "a model"}),
    ],
    ids=["object", "wide", "cut", "pandas", "with attributes"],
)
def test_dtypes_of_text(labels):
    result = make_result(make_array().assign_coords(modes=labels))
    archive = stored(result)
    assert_same(opened(archive)[0], result)
    with xr.open_dataarray(
        io.BytesIO(members(archive)["ndr_0/nddata.nc"]), engine="h5netcdf"
    ) as seen:
        assert seen.modes.values.tolist() == ["multi", "b"]


@pytest.mark.parametrize("dtype", ["U1", "U4", "O", "i4", "f8"])
def test_dtypes_of_no_labels(dtype):
    empty = np.array([], dtype)
    array = make_array(shape=(2, 3, 4, 0), positions_coordinates=empty)
    result = make_result(array)
    assert_same(through_file(result), result)


def test_labels_as_wide_as_their_text_need_no_more_than_netcdf():
    document = json.loads(members(stored(make_result()))["ndr_0/metadata.json"])
    assert "nddata" not in document


NO_NAMES = [*("", ".", "a/b", "/", "modes", "positions_coordinates", "\0", "\ud800")]
NO_NAMES += [
    "__xarray_dataarray_variable__",
    "_nc4_non_coord_modes",
    "x" * 257,
    "x" * 70_000,
]


@pytest.mark.parametrize("name", NO_NAMES, ids=lambda name: ascii(name)[:24])
def test_array_names_that_netcdf_has_not(name):
    result = make_result(make_array().rename(name))
    archive = stored(result)
    assert_same(opened(archive)[0], result)
    with xr.open_dataarray(
        io.BytesIO(members(archive)["ndr_0/nddata.nc"]), engine="h5netcdf"
    ) as seen:
        assert seen.name == "values"
        assert seen.dims == result.to_xarray().dims


@pytest.mark.parametrize("name", ["", ".", "a/b", "values", "run 1", 7])
def test_coordinates_of_any_name(name):
    array = make_array()
    for changed in (
        array.assign_coords({name: 3}),
        array.assign_coords({name: ("times", [0.5, 1.5, 2.5])}),
    ):
        if changed.name not in changed.coords:
            result = make_result(changed)
            assert_same(through_file(result), result)


@pytest.mark.parametrize("engine", ["h5netcdf", "scipy"])
def test_names_that_xarray_keeps_beside_the_array(tmp_path, engine):
    """In an attribute of the file; it has no variable of the name of a coordinate twice."""
    path = tmp_path / "nddata.nc"
    dataset = make_array("i4").to_dataset(name="of a file")
    dataset.attrs["__xarray_dataarray_name__"] = "modes"
    dataset.to_netcdf(path, engine=engine)
    with xr.open_dataarray(path, engine=engine) as seen:
        assert seen.name == "modes"
    content = members(stored(make_result()))
    archive = zipped({**content, "ndr_0/nddata.nc": path.read_bytes()})
    assert opened(archive)[0].to_xarray().name == "modes"


def test_dimensions_of_upstream_are_plain():
    """Their names are of NumPy's type; the array needs no labels beside it, and readers see them."""
    array = make_array()
    named = xr.DataArray(array.values, dims=np.array(array.dims), name="values")
    archive = stored(make_result(named.assign_coords(array.coords)))
    assert "nddata" not in json.loads(members(archive)["ndr_0/metadata.json"])
    assert opened(archive)[0].to_xarray().dims == array.dims


LABELS_OF_PANDAS = {
    "zoned": pd.date_range("2020", periods=3, tz="Asia/Tokyo"),
    "nullable": pd.array([2**62 + 1, None, 3], "Int64"),
    "categories": pd.CategoricalIndex(["b", "a", "b"]),
}


@pytest.mark.parametrize("name", LABELS_OF_PANDAS)
def test_labels_of_dtypes_of_pandas(name):
    """They come back; readers that know nothing of the metadata see text."""
    labels = LABELS_OF_PANDAS[name]
    for array in (
        make_array(times=labels),
        make_array().assign_coords(more=("times", labels)),
    ):
        result = make_result(array)
        archive = stored(result)
        assert_same(opened(archive)[0], result)
        held = sio.NDResultCollection.from_ndresults("n", [result])
        assert_same(held[0], result)
    if name != "categories":
        seen = xr.open_dataarray(io.BytesIO(members(archive)["ndr_0/nddata.nc"]))
        with seen:
            assert seen["more"].values.tolist() == [str(label) for label in labels]


def test_numbers_of_other_packages():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    labels = np.arange(3).astype(ml_dtypes.bfloat16)
    result = make_result(make_array().assign_coords(more=("times", labels)))
    assert_same(through_file(result), result)
    for dtype in (ml_dtypes.bfloat16, ml_dtypes.float8_e5m2):
        array = make_array()
        array = array.copy(data=np.ones(array.shape, dtype))
        with pytest.raises(sio.UnstorableError, match=r"nddata.*convert it to"):
            stored(make_result(array))


@pytest.mark.parametrize("missing", [(), (np.nan,), (None,)], ids=str)
@pytest.mark.parametrize("dim", ["modes", "times", "positions"])
def test_text_of_any_length(dim, missing):
    kind = getattr(np.dtypes, "StringDType", None)
    if kind is None:
        pytest.skip("this NumPy has no StringDType")
    dtype = kind(na_object=missing[0]) if missing else kind()
    texts = ["multi", "", "ñ\U0001f600", "a" * 40][: make_array().sizes[dim]]
    labels = np.array(texts, dtype)
    several = np.array([[*texts[1:], *(missing or [""])]] * 2, dtype)
    array = make_array().assign_coords({dim: labels})
    array = (
        array.assign_coords(more=(("modes", dim), several)) if dim != "modes" else array
    )
    found = through_file(make_result(array)).to_xarray()
    assert found.identical(array)
    for name, coord in array.coords.items():
        assert found[name].dtype == coord.dtype
        assert repr(found[name].values.tolist()) == repr(coord.values.tolist())


def test_missing_text_of_its_own_is_refused():
    if not hasattr(np.dtypes, "StringDType"):
        pytest.skip("this NumPy has no StringDType")
    labels = np.array(["a", "b", "c"], np.dtypes.StringDType(na_object="b"))
    array = make_array().assign_coords(more=("times", labels))
    with pytest.raises(sio.UnstorableError, match="use nan or None") as raised:
        stored(make_result(array))
    assert raised.value.key == "nddata['coords']['more']['data']"
