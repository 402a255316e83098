"""Values as tables, notebooks and JSON show them: one spelling for all."""

import numpy as np
import pytest

from skneuromsi_io._spelling import spelled
from skneuromsi_io.cli._output import plain

#: A value, how tables spell it, and what it is in JSON.
SPELLED = [
    (np.datetime64("2024-01-01T10:00", "ns"), "2024-01-01T10:00:00.000000000", None),
    (np.datetime64("2024-01-01", "D"), "2024-01-01", None),
    (np.datetime64("NaT", "s"), "NaT", None),
    (np.timedelta64(5, "ms"), "5 milliseconds", None),
    (np.array(["2024-01-01"], "M8[D]"), "['2024-01-01']", ["2024-01-01"]),
    (np.float32(0.1), "0.1", 0.1),
    (np.float16(0.1), "0.1", 0.1),
    (np.array([[0.1, 2]], "f4"), "[[0.1, 2.0]]", [[0.1, 2.0]]),
    (np.array(np.float32(0.1)), "0.1", 0.1),
    (np.float64(0.1), "0.1", 0.1),
    (np.longdouble("0.1"), "0.1", None),
    (np.complex64(0.1 + 2j), "(0.1+2j)", None),
    (np.int8(-3), "-3", -3),
    (np.bool_(True), "True", True),
    (np.str_("a"), "a", None),
    (np.array(["a", 1], object), "['a', 1]", ["a", 1]),
    (np.zeros(11, "f4"), "array of float32 (11,)", [0.0] * 11),
    ("a", "a", None),
    (0.1, "0.1", 0.1),
]


@pytest.mark.parametrize(("value", "text", "in_json"), SPELLED, ids=repr)
def test_values_are_spelled(value, text, in_json):
    assert spelled(value) == text
    assert repr(plain(value)) == repr(text if in_json is None else in_json)
