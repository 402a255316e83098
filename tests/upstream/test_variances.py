"""`modes_variance_sum` against scikit-neuromsi's: equal to the last bit, however a collection came to be."""

import io
import pickle

import numpy as np
import pandas as pd
import pytest
import skneuromsi
import xarray as xr
from models import MODELS
from same import assert_same, outcome
from skneuromsi.bayesian import Kording2007
from skneuromsi.sweep import ParameterSweep

import skneuromsi_io as sio
from helpers import make_array, make_result
from skneuromsi_io.sweep import NativeCollectionStrategy

SWEPT = {"zhu": "auditory_time"}
#: Beside NumPy's runs of 8 and 128 values and its buffer of 8192, and one that is a batch by itself.
LENGTHS = (1, 2, 9, 129, 8193, 60_000)


def reopened(collection, store=sio.to_ndc, **kwargs):
    stream = io.BytesIO()
    store(stream, collection, tqdm_cls=None)
    return sio.read_ndc(stream, tqdm_cls=None, **kwargs)


def pickled_one_by_one(collection):
    """As workers send results: each with all that it needs."""
    packed = [pickle.loads(pickle.dumps(item)) for item in collection._packed]
    return type(collection)(collection.name, packed)


WAYS = {
    "light": sio.as_light,
    "bridge": lambda c: sio.as_upstream(sio.as_light(c)),
    "opened": reopened,
    "opened light": lambda c: reopened(c, classes="light"),
    "pickled": lambda c: pickle.loads(pickle.dumps(sio.as_light(c))),
    "from workers": lambda c: pickled_one_by_one(sio.as_light(c)),
    "opened, pickled": lambda c: pickled_one_by_one(reopened(c)),
    "upstream's file": lambda c: reopened(c, skneuromsi.to_ndc, classes="light"),
}


def assert_sums(theirs, ways=WAYS):
    expected = theirs.modes_variance_sum()
    for way in ways:
        found = WAYS[way](theirs)
        assert_same(found.modes_variance_sum(), expected)
        assert outcome(found.coerce_mode) == outcome(theirs.coerce_mode)


@pytest.mark.parametrize("name", MODELS)
def test_models(name):
    model, parameter = MODELS[name](), SWEPT.get(name, "auditory_position")
    results = [model.run(**{parameter: value}) for value in (3, 5, 7)]
    assert_sums(skneuromsi.NDResultCollection.from_ndresults("sweep", results))


@pytest.mark.parametrize(
    ("target", "values", "fixed"),
    [
        ("p_common", np.linspace(0, 1, 5), {"visual_sigma": 21.71}),
        ("visual_sigma", np.linspace(0.125, 6.5, 5), {}),
    ],
)
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_modes_that_tie(target, values, fixed, n_jobs):
    """A Bayesian model whose modes have one distribution, shifted: the sums differ in the last bits, if at all."""
    kwargs = {"range": values, "repeat": 1, "seed": 1, "tqdm_cls": None}
    theirs, ours = (
        ParameterSweep(
            Kording2007(position_range=(0, 90), position_res=1),
            target,
            n_jobs=n_jobs,
            **kwargs,
            **strategy,
        ).run(
            auditory_position=45,
            visual_position=51,
            auditory_sigma=24.9,
            prior_mu=40.69,
            prior_sigma=5.277,
            noise=False,
            **fixed,
        )
        for strategy in ({}, {"processing_strategy": NativeCollectionStrategy()})
    )
    assert_same(ours.modes_variance_sum(), theirs.modes_variance_sum())
    assert_sums(theirs)


def collection_of(arrays):
    results = []
    for array in arrays:
        sizes = {"time": array.sizes["times"], "position": array.sizes["positions"]}
        light = make_result(
            array,
            output_mode=array.modes.values[0],
            **{f"{name}_range": (0, size) for name, size in sizes.items()},
        )
        results.append(sio.as_upstream(light))
    return skneuromsi.NDResultCollection.from_ndresults("n", results)


def values_of(dtype, shape, seed):
    rng = np.random.default_rng(seed)
    if np.dtype(dtype).kind in "iu":
        limits = np.iinfo(dtype)
        return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    values = rng.normal(3, 1000, shape).astype(dtype)
    values[rng.random(shape) < 0.05] = np.nan
    return values


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "u8", "i4", "u1"])
@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_dtypes_and_lengths(dtype, length):
    shape = (3, length, 1, 1) if length % 2 else (3, 1, length // 2, 2)
    arrays = [
        make_array(dtype, shape, modes=["b", "a", "c"]).copy(
            data=values_of(dtype, shape, seed)
        )
        for seed in range(4)
    ]
    assert_sums(collection_of(arrays), ["light", "opened"])


def ordinary(seed, **coords):
    array = make_array("f8", (3, 4, 5, 2), **coords)
    return array.copy(data=values_of("f8", (3, 4, 5, 2), seed))


def infinite(array):
    array = array.copy()
    array[1, 1] = np.inf
    return array


#: Arrays whose table is not simply the array, or whose values are not simply doubles.
CHANGED = {
    "unsorted modes": lambda a: a.assign_coords(modes=["b", "c", "a"]),
    "falling modes": lambda a: a.assign_coords(modes=["c", "b", "a"]),
    "modes that are objects": lambda a: a.assign_coords(
        modes=np.array(["b", "c", "a"], dtype=object)
    ),
    "another order": lambda a: a.transpose("times", "positions", "modes", ...),
    "modes last": lambda a: a[:, :, :1, :1].transpose(..., "modes"),
    "infinite values": infinite,
    "nothing but NaN": lambda a: xr.full_like(a, np.nan),
    "times that are dates": lambda a: a.assign_coords(
        times=pd.date_range("2020-01-01", periods=4)
    ),
    "a further coordinate": lambda a: a.assign_coords(
        side=("positions", [5, 4, 3, 2, 1])
    ),
    "half precision": lambda a: a.astype("f2"),
    "truth values": lambda a: a > 0,
    "big-endian": lambda a: a.astype(">f8"),
    "Fortran order": lambda a: a.copy(data=np.asfortranarray(a.values)),
    "other lengths": lambda a: a[:, : 2 + int(a.values[0, 0, 0, 0] > 0)],
}


#: Upstream's files lose what these arrays are, or cannot hold them.
OWN_WAYS = [way for way in WAYS if way != "upstream's file"]


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_arrays_of_other_kinds(change):
    arrays = [change(ordinary(seed)) for seed in range(3)]
    assert_sums(collection_of(arrays), OWN_WAYS)
