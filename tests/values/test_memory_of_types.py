"""A table of types cannot make a small file take a large amount of memory, or cut what it restores."""

import json

import numpy as np
import pytest

from skneuromsi_io._errors import BadMetadataError, UnstorableError
from skneuromsi_io.values import dumps, loads


def restored(value, name, array_of=None):
    text = json.dumps({"value": value, "types": {"/value": name}})
    return loads(text.encode(), array_of)["value"]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (["a", "b"], ["array", "<U100000000", [2]]),
        (["a"] * 1000, ["array", "|S1000000", [1000]]),
        (["a" * 10_000, *[""] * 10_000], ["array", "<U10000", [10_001]]),
        (["abc"], ["array", "<U2", [1]]),
        (["abc"], ["array", "|S2", [1]]),
        ([1, 2], ["array", "<U2", [2]]),
    ],
)
def test_text_arrays_are_refused_before_they_are_made(value, name):
    with pytest.raises(BadMetadataError, match=r"^'/value'"):
        restored(value, name)


def test_wide_text_is_refused_when_it_is_stored():
    array = np.zeros(1000, dtype="U100000")
    with pytest.raises(UnstorableError, match=r"value.*much wider"):
        dumps({"value": array})


def test_long_text_is_kept():
    array = np.array(["x" * 30_000, "y"] * 400)
    found = loads(dumps({"value": array}).text, None)["value"]
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


def test_a_member_is_restored_once():
    descriptor = {"netcdf": "extra_0.nc", "dtype": "<f8", "shape": [3]}
    name = ["external", "<f8", [3]]
    types = {"/a": name, "/b": name}
    text = json.dumps({"a": descriptor, "b": descriptor, "types": types}).encode()
    with pytest.raises(BadMetadataError, match="second time"):
        loads(text, lambda _: np.zeros(3))


def test_a_scalar_is_not_repeated_over_a_long_index():
    types = {
        "/value/index": ["object", "pandas.Index"],
        "/value/data": ["array", "<f8", []],
        "/value": ["object", "pandas.Series"],
    }
    index = {"range": [0, 10**9, 1], "name": None}
    value = {"index": index, "data": 5.0, "name": None}
    text = json.dumps({"value": value, "types": types}).encode()
    with pytest.raises(BadMetadataError, match="column of 0 dimensions"):
        loads(text, None)
