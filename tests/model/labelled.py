"""One result whose labels have all kinds of order, held in every way there is."""

import copy
import pickle

import numpy as np
import xarray as xr

from helpers import DIMS, through_file

MODES = ["visual", "auditory", "multi"]
LABELS = {
    "modes": MODES,
    "times": [0.5, 1.5, 2.5],
    "positions": [3, 1, 2, 0],
    "positions_coordinates": ["x0", "x1"],
}
SHAPE = tuple(len(labels) for labels in LABELS.values())
VALUES = np.random.default_rng(4).normal(size=SHAPE)


def array_of(dtype="f8"):
    return xr.DataArray(VALUES.astype(dtype), dims=DIMS, coords=LABELS, name="values")


KWARGS = {
    "mname": "model",
    "mtype": "MLE",
    "output_mode": "multi",
    "nmap": {"a": "auditory"},
    "time_range": (0, 3),
    "position_range": (10.0, 12.0),
    "time_res": 1,
    "position_res": 0.5,
    "causes": 2,
    "run_parameters": {"soa": 50, "positions": [1, 2]},
    "extra": {"weights": np.arange(4.0), "nested": {"a": [1, 2]}},
}

#: Every way in which a result holds its array.
KINDS = {
    "built": lambda result: result,
    "opened": through_file,
    "pickled": lambda result: pickle.loads(pickle.dumps(result)),
    "pickled after opening": lambda r: pickle.loads(pickle.dumps(through_file(r))),
    "copied": copy.copy,
    "deeply copied": lambda result: copy.deepcopy(through_file(result)),
}
