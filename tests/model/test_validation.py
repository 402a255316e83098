"""Quick answers of the validation are NumPy's."""

import warnings

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import make_array, make_result
from skneuromsi_io.arrays._frame import frame_of
from skneuromsi_io.model import _validation

LIMITS = [
    *([0, 4], [-42, 42], [0.0, 4.0], [4, 0], [0, 0], [0.5, 0.25], [1], [0, 1, 2], 3),
    *([0, float("nan")], [0, float("inf")], [float("inf")] * 2, [-(2**63), 2**63 - 1]),
    *([0, 2**53], [-(2**62), 2**62], [2**63, 2**64 - 1], [0, 2**80], [0.0, 1e300]),
    *([True, False], ["0", "4"], [0, 5e-324], [[0, 4], [1, 2]], [0, 4 + 0j]),
]
STEPS = [*(1.0, 0.1, -1.0, 1 / 3, 3.0, 0.0, -0.0, 1e-300, 5e-324, 1e300, 2.0**40)]
STEPS += [float("nan"), float("inf")]
DTYPES = [None, "f4", ">f8", ">i8", "i2", "O"]


def outcome(check, *args):
    """The outcome of a check, and whether it warns."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            check(*args)
        except (ValueError, ArithmeticError, TypeError) as error:
            told = type(error), str(error)
        else:
            told = None
    return told, [str(warning.message) for warning in warned]


@pytest.mark.parametrize("limits", LIMITS, ids=str)
def test_limits(limits, monkeypatch):
    cases = []
    for dtype in DTYPES:
        try:
            array = np.asarray(limits, dtype)
        except (ValueError, OverflowError, TypeError, Warning):
            # NumPy 1 warns of integers that do not fit.
            continue
        cases += [
            (array, step, found)
            for step in STEPS
            for found in (0, 1, 4, 40, 84, 252, 2**24)
        ]
    quick = [outcome(_validation._check, "time", *case) for case in cases]
    monkeypatch.setattr(_validation, "_agree", lambda *_: False)
    assert quick == [outcome(_validation._check, "time", *case) for case in cases]


def test_usual_limits_are_quick():
    for limits, step, found in (([0, 1], 1.0, 1), ([-42.0, 42.0], 84 / 49, 49)):
        assert _validation._agree(np.asarray(limits), step, found)


def test_a_frame_says_what_it_expects():
    frame = frame_of(make_array(shape=(3, 2, 5, 1)))
    modes, times, positions = frame.expected()
    assert (len(modes), times, positions) == (3, 2, 5)
    assert frame.expected() is frame.expected()


def test_results_of_one_frame_are_checked_each():
    good = sio.NDResultCollection.from_ndresults("n", [make_result()])[0]
    kwargs = good.to_dict()
    del kwargs["nddata"]
    for changed, told in (
        ({"output_mode": "other"}, "Output mode 'other' not found"),
        ({"time_range": [0, 4]}, "time_range and time_res do not match"),
        ({"position_range": [4, 0]}, "position_range must be"),
        ({"causes": "1"}, "causes must be"),
    ):
        with pytest.raises(ValueError, match=told):
            sio.NDResult._from_parts({**kwargs, **changed}, good._values, good._frame)
