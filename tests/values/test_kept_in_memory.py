"""Values that no file carries, and that a collection in memory keeps (docs/drop-in.md, "Not kept by a file")."""

import pickle

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import skneuromsi_io as sio
from helpers import make_array, make_result, through_file

DAYS = pd.date_range("2020", periods=2, freq="D")


def with_attrs(value):
    value.attrs["unit"] = "ms"
    return value


def seen(value):
    """Return what pandas and xarray do not compare."""
    if isinstance(value, pd.Index):
        return getattr(value, "freq", None)
    if isinstance(value, (pd.DataFrame, pd.Series)):
        flags = value.flags.allows_duplicate_labels
        return (
            value.attrs,
            flags,
            seen(value.index),
            seen(getattr(value, "columns", value.index)),
        )
    indexes = {name: seen(index) for name, index in value.indexes.items()}
    return indexes, {name: type(attr) for name, attr in value.attrs.items()}


DATASET = xr.Dataset({"a": ("x", [1, 2])}, coords={"x": [0, 1], "y": ("x", [3, 4])})

#: Objects, and the same without what is dropped.
DROPPED = {
    "attrs of a frame": (
        with_attrs(pd.DataFrame({"a": [1]})),
        pd.DataFrame({"a": [1]}),
    ),
    "attrs of a series": (with_attrs(pd.Series([1])), pd.Series([1])),
    "flags": (
        pd.Series([1]).set_flags(allows_duplicate_labels=False),
        pd.Series([1]),
    ),
    "frequency": (DAYS, pd.DatetimeIndex([*DAYS])),
    "frequency of durations": (
        pd.timedelta_range("1D", periods=2),
        pd.TimedeltaIndex(["1D", "2D"]),
    ),
    "frequency of rows": (
        pd.DataFrame({"a": [1, 2]}, index=DAYS),
        pd.DataFrame({"a": [1, 2]}, index=[*DAYS]),
    ),
    "frequency of columns": (
        pd.DataFrame([[1, 2]], columns=DAYS),
        pd.DataFrame([[1, 2]], columns=[*DAYS]),
    ),
    "frequency of a coordinate": (
        xr.DataArray([1, 2], coords={"t": DAYS}),
        xr.DataArray([1, 2], coords={"t": DAYS.to_numpy()}),
    ),
    "no index": (DATASET.drop_indexes("x"), DATASET),
    "no index of an array": (DATASET["a"].drop_indexes("x"), DATASET["a"]),
    "another index": (DATASET.set_xindex("y"), DATASET),
}


def in_memory(result):
    collection = sio.NDResultCollection.from_ndresults("c", [result])
    return pickle.loads(pickle.dumps(collection))


@pytest.mark.parametrize("name", DROPPED)
@pytest.mark.parametrize("within", [False, True], ids=["alone", "within a list"])
def test_objects_of_pandas_and_xarray(name, within):
    value, dropped = DROPPED[name]
    assert seen(value) != seen(dropped)
    result = make_result(extra={"v": [value] if within else value})
    of = (lambda result: result.extra_["v"][0]) if within else (lambda r: r.extra_["v"])
    assert seen(of(in_memory(result)[0])) == seen(value)
    assert seen(of(through_file(result))) == seen(dropped)


ARRAYS = {
    "an integer": make_array(attrs={"n": 3}),
    "a float": make_array(attrs={"n": 0.5}),
    "no index": make_array().drop_indexes("times"),
    "frequency": make_array(times=pd.date_range("2020", periods=3, freq="D")),
    "another index": make_array().assign_coords(y=("times", [1, 2, 3])).set_xindex("y"),
}
ARRAYS["an attribute of a coordinate"] = make_array()
ARRAYS["an attribute of a coordinate"].coords["times"].attrs["n"] = 3


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays(name):
    array = ARRAYS[name]
    found = in_memory(make_result(array))[0].to_xarray()
    assert seen(found) == seen(array)
    assert seen(found["times"]) == seen(array["times"])
    filed = through_file(make_result(array)).to_xarray()
    assert (seen(filed), seen(filed["times"])) != (seen(array), seen(array["times"]))


@pytest.mark.parametrize("attrs", [{}, {"n": np.int64(3), "unit": "ms"}])
def test_what_a_file_carries_is_packed(attrs):
    value = [dropped for _, dropped in DROPPED.values()]
    result = make_result(make_array(attrs=attrs), extra={"v": value})
    collection = sio.NDResultCollection.from_ndresults("c", [result])
    assert collection._packed[0].native is not None
