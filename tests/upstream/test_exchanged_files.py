"""Files of both packages, opened by both."""

import datetime as dt
import io
from pathlib import Path

import numpy as np
import pytest
import skneuromsi
import xarray as xr
from models import MODELS
from same import assert_same

import skneuromsi_io as sio

WRITTEN_BY_UPSTREAM = sorted(
    (Path(__file__).parents[1] / "data" / "upstream").glob("*.ndc")
)
#: The descriptor that a stock reader shows in place of a large array.
DESCRIPTOR = {"netcdf", "dtype", "shape"}
DIMS = ("modes", "times", "positions", "positions_coordinates")
#: A result's arguments but for the array.
KWARGS = (
    *("mname", "mtype", "output_mode", "nmap_", "time_range", "position_range"),
    *("time_res", "position_res", "causes_"),
)


def result_of(nddata, **extra):
    return skneuromsi.NDResult(
        mname="model",
        mtype="test",
        output_mode="multi",
        nmap={"a": "b"},
        nddata=nddata,
        time_range=(0, 3),
        position_range=(0, 4),
        time_res=1,
        position_res=1,
        causes=None,
        run_parameters={"p": 1},
        extra=extra,
    )


def make_array(dtype, **coords):
    labels = {
        "modes": ["multi", "ñ"],
        "times": np.arange(3),
        "positions": np.arange(4),
        "positions_coordinates": ["x0"],
        **coords,
    }
    values = np.arange(24).reshape(2, 3, 4, 1).astype(dtype)
    return xr.DataArray(values, dims=DIMS, coords=labels, name="values")


def assert_same_array(ours, theirs):
    xr.testing.assert_identical(ours, theirs)
    assert ours.dtype == theirs.dtype
    for name, coord in theirs.coords.items():
        # NetCDF-3 makes objects of text; ours is what it was before.
        assert ours[name].dtype == coord.dtype or coord.dtype == object


def as_upstream_reads(value):
    """Arrays as the lists that upstream's JSON has in their places."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, dict):
        return {key: as_upstream_reads(item) for key, item in value.items()}
    return value


@pytest.mark.parametrize("path", WRITTEN_BY_UPSTREAM, ids=lambda path: path.stem)
def test_upstreams_files(path):
    ours, theirs = (m.read_ndc(path, tqdm_cls=None) for m in (sio, skneuromsi))
    assert repr(ours) == repr(theirs)
    for mine, upstream in zip(ours, theirs, strict=True):
        assert_same_array(mine.to_xarray(), upstream.to_xarray())
        for name in KWARGS:
            assert_same(getattr(mine, name), getattr(upstream, name))
        for name in ("run_parameters", "extra_"):
            found, expected = (getattr(r, name).to_dict() for r in (mine, upstream))
            assert_same(as_upstream_reads(found), expected)
    assert_same(ours.disparity_matrix(), theirs.disparity_matrix())
    assert_same(ours.modes_variance_sum(), theirs.modes_variance_sum())


def stock(obj):
    """Our default file as stock scikit-neuromsi opens it."""
    stream = io.BytesIO()
    sio.to_ndr(stream, obj)
    return skneuromsi.read_ndr(stream)


def shown(value):
    """A value of `extra` as a stock reader shows it."""
    if isinstance(value, np.ndarray) and value.size > 1000:
        return DESCRIPTOR
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("name", MODELS)
def test_our_files_of_the_models(name):
    result = MODELS[name]().run()
    found = stock(result)
    assert_same_array(found.to_xarray(), result.to_xarray())
    for attribute in KWARGS:
        assert_same(getattr(found, attribute), getattr(result, attribute))
    parameters = found.run_parameters.to_dict()
    assert list(parameters) == list(result.run_parameters.to_dict())
    for key, value in result.run_parameters.to_dict().items():
        assert_same(parameters[key], shown(value))
    assert list(found.extra_.to_dict()) == list(result.extra_.to_dict())
    for key, value in result.extra_.to_dict().items():
        expected = shown(value)
        if expected is DESCRIPTOR:
            assert found.extra_[key].keys() == DESCRIPTOR
            assert tuple(found.extra_[key]["shape"]) == value.shape
            assert found.extra_[key]["dtype"] == value.dtype.str
        else:
            assert_same(found.extra_[key], expected)


@pytest.mark.parametrize(
    "dtype", ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u1", ">f8", "?"]
)
def test_our_files_of_any_dtype(dtype):
    array = make_array(dtype)
    found = stock(result_of(array)).to_xarray()
    np.testing.assert_array_equal(found.values, array.values)
    # NetCDF has no float16.
    carried = {"f2": np.dtype("f4")}.get(dtype, array.dtype.newbyteorder("="))
    assert found.dtype == carried


@pytest.mark.parametrize(
    "coords",
    [
        {"times": np.array([0.5, 1, 2], "f4")},
        {"times": np.array(["2020-01-01", "2021", "2022"], "M8[ns]")},
        {"positions": np.arange(4, dtype="i4")},
        {"run": 3},
        {"label": ("modes", [1.5, 2.5])},
    ],
    ids=repr,
)
def test_our_files_with_any_labels(coords):
    array = make_array("f8", **coords)
    xr.testing.assert_identical(stock(result_of(array)).to_xarray(), array)


def test_our_files_show_readable_values():
    """Small values as upstream's JSON would have them, whatever we know beside them."""
    extra = {
        "array": np.arange(6, dtype="f4").reshape(2, 3),
        "at the limit": np.arange(1000),
        "tuple": (1, (2, 3)),
        "date": dt.datetime(2020, 1, 2),
        "scalar": np.float32(0.5),
        "nan": float("nan"),
        "nested": {"deep": [{"array": np.array([True])}]},
    }
    found = stock(result_of(make_array("f8"), **extra)).extra_.to_dict()
    assert_same(
        found,
        {
            "array": [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]],
            "at the limit": list(range(1000)),
            "tuple": [1, [2, 3]],
            "date": "2020-01-02T00:00:00",
            "scalar": 0.5,
            "nan": float("nan"),
            "nested": {"deep": [{"array": [True]}]},
        },
    )


def test_our_files_describe_large_arrays():
    large = np.arange(1001, dtype="i2")
    found = stock(result_of(make_array("f8"), large=large, deep={"x": [large]}))
    for shown_instead in (found.extra_["large"], found.extra_["deep"]["x"][0]):
        assert shown_instead.keys() == DESCRIPTOR
        assert shown_instead["dtype"] == "<i2"
        assert shown_instead["shape"] == [1001]


def test_collections_of_ours(ours, theirs, tmp_path):
    """Both kinds, stored by us, opened by stock upstream."""
    for number, collection in enumerate((ours, theirs, sio.as_light(theirs))):
        path = tmp_path / f"{number}.ndc"
        sio.to_ndc(path, collection, tqdm_cls=None)
        found = skneuromsi.read_ndc(path, tqdm_cls=None)
        assert found.name == collection.name
        assert_same(found.disparity_matrix(), theirs.disparity_matrix())
        assert_same(found.modes_variance_sum(), theirs.modes_variance_sum())
