"""The comparison itself: it has to see every difference that tests rely on."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from helpers import assert_same, make_array, make_collection, make_result

NAN = np.array([0x7FF8000000000000], "u8").view("f8")
OTHER_NAN = np.array([0x7FF8000000000001], "u8").view("f8")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        (0j, -0j),
        ("a", "b"),
        ([1], (1,)),
        ([1, 2], [1]),
        ({1}, {2}),
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({1: "a"}, {"1": "a"}),
        (np.float64(1), 1.0),
        (np.int32(1), np.int64(1)),
        (np.arange(2), np.arange(2.0)),
        (np.arange(2), np.arange(2).astype(">i8")),
        (np.zeros((0, 2)), np.zeros((2, 0))),
        (NAN, OTHER_NAN),
        (np.array([1, "a"], "O"), np.array([True, "a"], "O")),
        (make_array(), make_array(attrs={"a": 1})),
        (make_array(), make_array().rename("other")),
        (make_array(), make_array(times=np.arange(3, dtype="i4"))),
        (make_array(), make_array().assign_coords(run=3)),
        (make_array(), make_array().transpose()),
        (xr.Dataset({"a": 1}), xr.Dataset({"a": 1}, attrs={"b": 1})),
        (pd.Series([1]), pd.Series([1], name="a")),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1]}, index=[1])),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1]}, index=[0])),
        (make_result(), make_result(causes=2)),
        (make_result(), make_result(extra={"note": "other"})),
        (make_collection(2), make_collection(3)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_sees_the_difference(found, expected):
    for a, b in ((found, expected), (expected, found)):
        with pytest.raises(AssertionError):
            assert_same(a, b)
        assert_same(a, a)


def test_equal_bits_are_equal():
    assert_same(OTHER_NAN, OTHER_NAN.copy())
    assert_same({"a": [float("nan")]}, {"a": [float("nan")]})
