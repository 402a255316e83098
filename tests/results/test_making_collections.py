"""Making a light collection of results, and copying it."""

import copy
import pickle
import threading

import numpy as np
import pandas as pd
import pytest
from sweeps import KINDS, Text, numbers, result_of
from tqdm.auto import tqdm

import skneuromsi_io as sio
from helpers import assert_same, make_array, make_result


@pytest.fixture(scope="module", params=KINDS)
def collection(request):
    return KINDS[request.param]()


def test_what_is_given_is_copied():
    for extra in ({}, {"text": Text("a")}):
        results = [result_of(0, extra=extra)]
        collection = sio.NDResultCollection.from_ndresults("n", results)
        results[0]._nddata[:] = 0
        results[0]._extra["number"] = 1
        assert numbers([collection[0]]) == [0]


def test_from_ndresults_takes_any_iterable():
    results = (result_of(number) for number in range(4))
    collection = sio.NDResultCollection.from_ndresults(3, results, tqdm_cls=tqdm)
    assert_same(collection.name, "3")
    assert numbers(list(collection)) == [0, 1, 2, 3]
    assert collection.tqdm_cls is tqdm
    again = sio.NDResultCollection.from_ndresults("n", collection)
    assert numbers(list(again)) == [0, 1, 2, 3]


def test_subclasses():
    class Mine(sio.NDResultCollection):
        pass

    mine = Mine.from_ndresults("n", [result_of(0)])
    assert type(mine) is Mine
    assert repr(mine) == "<Mine 'n' len=1>"
    with pytest.raises(ValueError, match=r"^Empty Mine not allowed$"):
        Mine.from_ndresults("n", [])


@pytest.mark.parametrize(
    ("results", "options", "error", "message"),
    [
        ([], {}, ValueError, "^Empty NDResultCollection not allowed$"),
        ([1], {}, TypeError, "^Not an NDResult: <class 'int'>$"),
        (3, {}, sio.ArgumentTypeError, "an iterable of results, found int; pass a l"),
        (make_result(), {}, sio.ArgumentTypeError, "found NDResult; pass a list"),
        (
            [make_result(), make_result(extra={"a": 1, "b": threading.Lock()})],
            *(
                {},
                sio.UnstorableError,
                r"^result 1: extra\['b'\]: cannot be copied .*lock",
            ),
        ),
        (
            [make_result(run_parameters={"g": (n for n in [1])})],
            *(
                {},
                sio.UnstorableError,
                r"^result 0: run_parameters\['g'\]: cannot be copied .*generator",
            ),
        ),
        ([make_result()], {"tqdm_cls": int}, TypeError, "^'tqdm_cls' must be an inst"),
        ([make_result()], {"compression_params": "no"}, ValueError, "Non valid compr"),
        (
            [make_result(), make_result(output_mode="m1")],
            *(
                {},
                ValueError,
                r"^All NDResults must have the same metadata in \['dims'",
            ),
        ),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_wrong_arguments(results, options, error, message):
    with pytest.raises(error, match=message):
        sio.NDResultCollection.from_ndresults("n", results, **options)


def test_the_constructor_takes_packed_results(collection):
    shared = sio.NDResultCollection("other", collection._packed[::-1])
    assert numbers(list(shared)) == [3, 2, 1, 0]
    for wrong in ([collection[0]], [None], "ab"):
        with pytest.raises(ValueError, match="Not all results are CompressedNDResult"):
            sio.NDResultCollection("n", wrong)


@pytest.mark.parametrize(
    "way",
    [copy.copy, copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies(collection, way):
    collection.modes_variance_sum()
    copied = way(collection)
    assert_same(copied, collection)
    assert_same(copied.causes_, collection.causes_)
    pd.testing.assert_series_equal(
        copied.modes_variance_sum(), collection.modes_variance_sum()
    )


def one_frame(packed):
    first, *others = (item.frame for item in packed)
    natives = {id(item.native.frame) for item in packed}
    return others and all(frame is first for frame in others) and len(natives) == 1


@pytest.mark.parametrize("kind", ["built", "opened"])
def test_frames_that_come_from_several_workers_are_one(kind):
    """A worker pickles each of its results with all that it needs."""
    sent = [pickle.dumps(item) for item in KINDS[kind]()._packed]
    received = [pickle.loads(item) for item in sent]
    assert one_frame(received)
    assert one_frame([pickle.loads(sent[0]), received[1]])


def test_frames_that_differ_stay_apart():
    values = np.int64(1), np.float64(1), np.int64(2)
    results = [make_result(make_array(attrs={"a": value})) for value in values]
    packed = sio.NDResultCollection.from_ndresults("n", results)._packed
    for received in (packed, [pickle.loads(pickle.dumps(item)) for item in packed]):
        assert len({id(item.frame) for item in received}) == 3
        for item, result in zip(received, results, strict=True):
            assert_same(item.open().to_xarray(), result.to_xarray())


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_protocols(collection, protocol):
    assert_same(pickle.loads(pickle.dumps(collection, protocol)), collection)


@pytest.mark.parametrize("note", ["text", Text("held as it is")])
def test_results_do_not_share_attributes(note):
    array = make_array(attrs={"a": np.arange(2)})
    array.coords["times"].attrs = {"b": np.arange(2)}
    result = make_result(array, extra={"note": note})
    collection = sio.NDResultCollection.from_ndresults("n", [result, result])
    expected = result.to_xarray()
    for found in (collection[0].to_xarray(), collection[1].to_xarray()):
        assert_same(found, expected)
        found.attrs["a"][:] = 9
        found.times.attrs["b"][:] = 9
