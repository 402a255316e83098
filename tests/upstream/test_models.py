"""The shipped models through our files: equal by scikit-neuromsi's own comparison, types and all."""

import io

import numpy as np
import pytest
import skneuromsi
from models import MODELS, zhu_with_nan
from same import assert_same, assert_same_result
from skneuromsi.testing import (
    assert_ndresult_allclose,
    assert_ndresult_collection_allclose,
)

import skneuromsi_io as sio

#: The only model whose results upstream's files carry: it has no arrays in `extra`.
CARRIED_BY_UPSTREAM = "cuppini2017"
#: A parameter to sweep over.
SWEPT = {"zhu": "auditory_time"}


@pytest.fixture(scope="module", params=MODELS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def result(name):
    return MODELS[name]().run()


@pytest.fixture(scope="module")
def collection(name):
    model, parameter = MODELS[name](), SWEPT.get(name, "auditory_position")
    results = [model.run(**{parameter: value}) for value in (3, 5, 7)]
    return skneuromsi.NDResultCollection.from_ndresults("sweep", results)


def through(store, read, obj, **kwargs):
    stream = io.BytesIO()
    store(stream, obj, **kwargs)
    return read(stream)


def test_results_come_back_equal(result):
    found = through(sio.to_ndr, sio.read_ndr, result)
    assert type(found) is skneuromsi.NDResult
    assert_ndresult_allclose(result, found)
    assert_same_result(found, result)
    assert_same(found.extra_.to_dict(), result.extra_.to_dict())


def test_nan_in_extra_comes_back():
    result = zhu_with_nan()
    assert np.isnan(result.extra_["visual_numerosity"]).any()
    assert_same_result(through(sio.to_ndr, sio.read_ndr, result), result)


def test_light_results_come_back_equal(result):
    light = sio.as_light(result)
    found = through(sio.to_ndr, lambda s: sio.read_ndr(s, classes="light"), light)
    assert type(found) is sio.NDResult
    assert_same_result(found, result)
    assert_ndresult_allclose(result, sio.as_upstream(found))


def test_collections_come_back_equal(collection):
    found = through(sio.to_ndc, sio.read_ndc, collection, tqdm_cls=None)
    assert isinstance(found, skneuromsi.NDResultCollection)
    assert_ndresult_collection_allclose(collection, found)
    for ours, theirs in zip(found, collection, strict=True):
        assert_same_result(ours, theirs)


def test_collections_of_ours_come_back_equal(collection):
    packed = sio.as_upstream(sio.as_light(collection))
    assert_ndresult_collection_allclose(collection, packed)
    again = through(sio.to_ndc, sio.read_ndc, packed, tqdm_cls=None)
    assert_ndresult_collection_allclose(collection, again)


def test_what_upstream_loses(name, result):
    """The reason for our own format: how five of six results come back from upstream's file."""
    found = through(skneuromsi.to_ndr, skneuromsi.read_ndr, result)
    if name == CARRIED_BY_UPSTREAM:
        assert_ndresult_allclose(result, found)
    else:
        with pytest.raises(AssertionError, match="extra mismatch"):
            assert_ndresult_allclose(result, found)


def test_large_lists_of_upstreams_files_are_arrays_again(name, result):
    """Our reading of upstream's file: what were large arrays in `extra` are such again."""
    found = through(skneuromsi.to_ndr, sio.read_ndr, result)
    for key, value in result.extra_.to_dict().items():
        if getattr(value, "size", 0) > 1000:
            # The text of an array does not say whether it was float32.
            assert_same(found.extra_[key], value.astype(found.extra_[key].dtype))


@pytest.mark.parametrize("level", [6, 9])
def test_the_smallest_file_is_not_larger_than_upstreams(result, level):
    theirs, ours = io.BytesIO(), io.BytesIO()
    skneuromsi.to_ndr(theirs, result)
    sio.to_ndr(ours, result, compresslevel=level)
    assert len(ours.getvalue()) <= len(theirs.getvalue())
