"""Light results are made as scikit-neuromsi's are, and refused with the same messages."""

import numpy as np
import pytest
import skneuromsi
from parity import KWARGS, make_array
from same import assert_same, assert_same_result, outcome

from skneuromsi_io import NDResult


@pytest.mark.parametrize(
    "changed",
    [
        {"output_mode": "nope"},
        {"time_range": (3, 0)},
        {"time_range": (0, 1, 2)},
        {"time_range": (0.0, 3.5)},
        {"time_range": (0, 9)},
        {"time_res": 2},
        {"time_res": 30},
        {"time_res": "x"},
        {"position_range": (4, 0)},
        {"position_range": (0,)},
        {"position_range": 7},
        {"position_range": (-2, 2)},
        {"position_res": 0.3},
        {"causes": "two"},
        {"causes": np.float32(1.5)},
        {"causes": True},
        {"mname": 3, "mtype": None},
        {"nmap": [("a", 1)]},
        {"run_parameters": 5},
        {"extra": None},
        {"nddata": {"modes": 1}},
        {"nddata": make_array().rename(times="t")},
        {"ensure_dtype": "f4"},
        {"ensure_dtype": "i2"},
        {"unknown": 1},
    ],
    ids=repr,
)
def test_constructor(changed):
    kwargs = {"nddata": make_array(), **KWARGS, **changed}
    ours, theirs = (
        outcome(lambda cls=cls: cls(**kwargs).to_dict())
        for cls in (NDResult, skneuromsi.NDResult)
    )
    assert_same(ours, theirs)


@pytest.mark.parametrize("count", [0, 1, 2, 3])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i4", "?"])
@pytest.mark.parametrize("ensure", [None, "f4", "i2", bool])
def test_from_modes_dict(count, dtype, ensure):
    grid = np.arange(12).reshape(3, 4).astype(dtype)
    mode = grid if count == 0 else tuple(grid for _ in range(count))
    kwargs = {
        **KWARGS,
        "modes_dict": {"multi": mode, "a": mode},
        "ensure_dtype": ensure,
    }
    theirs, ours = (
        outcome(lambda cls=cls: cls.from_modes_dict(**kwargs))
        for cls in (skneuromsi.NDResult, NDResult)
    )
    # Ranges of two booleans have no difference.
    assert (ensure is bool) == isinstance(theirs, tuple)
    (assert_same if ensure is bool else assert_same_result)(ours, theirs)


@pytest.mark.parametrize(
    "modes",
    [
        {},
        {"multi": np.zeros((3, 4))},
        {"multi": np.zeros((3, 4)), "a": np.zeros((3, 5))},
        {"multi": np.zeros((3, 4)), "a": (np.zeros((3, 4)),) * 2},
        {"multi": np.zeros(4), "a": np.zeros(4)},
        {"multi": np.zeros((3, 4)), "a": "text"},
    ],
    ids=lambda modes: str([np.shape(mode) for mode in modes.values()]),
)
def test_wrong_modes_dict(modes):
    ours, theirs = (
        outcome(
            lambda cls=cls: cls.from_modes_dict(modes_dict=modes, **KWARGS).to_dict()
        )
        for cls in (NDResult, skneuromsi.NDResult)
    )
    assert_same(ours, theirs)
