"""A scanned collection of scikit-neuromsi's kind against the same one opened."""

import pickle

import numpy as np
import pytest
import skneuromsi
import xarray as xr
from same import assert_same, outcome
from skneuromsi.mle import AlaisBurr2004
from test_bridge import CALLS

import skneuromsi_io as sio
from processes import in_process


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    model = AlaisBurr2004(seed=1)
    results = [model.run(auditory_position=float(at)) for at in range(-4, 5, 2)]
    collection = skneuromsi.NDResultCollection.from_ndresults("sweep", results)
    path = tmp_path_factory.mktemp("scanned") / "sweep.ndc"
    sio.to_ndc(path, collection, tqdm_cls=None)
    return path


@pytest.fixture
def opened(path):
    return sio.read_ndc(path, tqdm_cls=None)


@pytest.fixture
def scanned(path):
    return sio.scan_ndc(path)


METHODS = [
    (name, call)
    for name, calls in CALLS.items()
    if not name.startswith(("tqdm_cls", "from_", "to_ndc"))
    for call in calls
]


@pytest.mark.parametrize(("name", "call"), METHODS, ids=lambda value: str(value)[:20])
def test_methods_give_the_same(opened, scanned, name, call):
    assert isinstance(scanned, skneuromsi.NDResultCollection)
    found, expected = (outcome(lambda c=c: call(c)) for c in (scanned, opened))
    assert_same(found, expected)


def values_of(collection):
    return [result.to_xarray().values.tobytes() for result in collection]


def test_parts_and_workers(opened, scanned):
    part = scanned.select(np.arange(len(scanned)) > 2)
    assert type(part) is type(scanned)
    assert values_of(part) == values_of(opened)[3:]
    assert values_of(pickle.loads(pickle.dumps(scanned))) == values_of(opened)
    assert in_process(values_of, part) == values_of(opened)[3:]


def test_kinds_are_changed_without_reading(scanned):
    light = sio.as_light(scanned)
    assert type(light) is sio.NDResultCollection
    again = sio.as_upstream(light)
    assert values_of(again) == values_of(light) == values_of(scanned)
    scanned.close()
    with pytest.raises(ValueError, match="closed"):
        light[0]


def test_datasets_are_those_of_the_light_class(opened, scanned):
    xr.testing.assert_identical(scanned.to_xarray(), opened.to_xarray())
    xr.testing.assert_identical(scanned.to_xarray(), sio.as_light(opened).to_xarray())
