"""Run parameters that change: what notebooks and the command line tell, as `changing_parameters` decides."""

import numpy as np
import pandas as pd
import pytest

import skneuromsi_io as sio
from helpers import make_result
from skneuromsi_io.results._parameters import column, parameters_of

VALUES = {
    "one": [1, 1, 1],
    "an int and a float": [1, 1.0, 1],
    "two": [1, 2, 1],
    "NaN and one": [1.0, float("nan"), 1.0],
    "NaN alone": [float("nan"), float("nan"), None],
    "NaN and two": [1.0, float("nan"), 2.0],
    "none and text": ["a", None, "a"],
    "text": ["a", "nan", "b"],
    "text and what it spells": ["nan", float("nan"), "nan"],
    "a flag and a number": [True, 1, 1],
    "scalars": [np.float64(0.5), 0.5, np.float32(0.5)],
    "a date": [np.datetime64("2024", "ns")] * 2 + [np.datetime64("NaT", "ns")],
    "dates": [np.datetime64(year, "ns") for year in ("2024", "2025", "2024")],
    "missing of pandas": [1, pd.NA, 1],
    "zeros": [0.0, -0.0, 0],
}


@pytest.mark.parametrize("name", VALUES)
def test_changes_are_those_of_changing_parameters(name):
    results = [make_result(run_parameters={"it": value}) for value in VALUES[name]]
    collection = sio.NDResultCollection.from_ndresults("c", results)
    (found,) = parameters_of([*collection.run_parameters_values])
    assert found.changes == collection.changing_parameters()["it"]


OBJECTS = np.array(["a", None], object)


@pytest.mark.parametrize(
    ("one", "two", "changes"),
    [
        (np.arange(3), np.arange(3), False),
        (np.arange(3), np.arange(1, 4), True),
        (OBJECTS, np.array(["".join("a"), None], object), False),
        (OBJECTS, np.array(["b", None], object), True),
        (np.array([10**20], object), np.array([int("1" + "0" * 20)], object), False),
        ([1, 2], [1, 2.0], False),
        ([1, 2], (1, 2), True),
        ({"a": 1}, {"a": 1}, False),
        ({"a": 1}, {"a": 2}, True),
    ],
)
def test_changes_of_containers(one, two, changes):
    assert column("it", [one, two, one]).changes == changes


def test_text_of_any_length():
    dtypes = pytest.importorskip("numpy.dtypes")
    if not hasattr(dtypes, "StringDType"):
        pytest.skip("NumPy 1 has no text of any length")
    arrays = [np.array(["a" * 99], dtypes.StringDType()) for _ in range(2)]
    assert not column("it", arrays).changes
    assert column("it", [arrays[0], arrays[0] + "b"]).changes
