"""The light collection: a sequence of results, and what it tells of all of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from sweeps import KINDS, MODES, SOAS, VALUES, numbers

import skneuromsi_io as sio
from helpers import assert_same, make_array, make_result


@pytest.fixture(scope="module", params=KINDS)
def collection(request):
    return KINDS[request.param]()


def test_sequence(collection):
    assert isinstance(collection, Sequence)
    assert len(collection) == 4
    assert bool(collection)
    assert numbers(list(collection)) == [0, 1, 2, 3]
    assert numbers(list(reversed(collection))) == [3, 2, 1, 0]
    first, *_, last = collection
    assert numbers([first, last]) == [0, 3]
    assert repr(collection) == "<NDResultCollection 'sweep' len=4>"


def test_iterators_are_independent(collection):
    one, other = iter(collection), iter(collection)
    assert numbers([next(one), next(one), next(other)]) == [0, 1, 0]


@pytest.mark.parametrize("kind", [int, np.int8, np.int64])
def test_integers(collection, kind):
    for index in range(-4, 4):
        assert numbers([collection[kind(index)]]) == [index % 4]
    for index in (4, -5, 100):
        with pytest.raises(IndexError, match="out of bounds"):
            collection[kind(index)]


def test_large_unsigned_integers(collection):
    assert numbers([collection[np.uint64(3)]]) == [3]
    with pytest.raises(IndexError):
        collection[10**30]


@pytest.mark.parametrize(
    "index",
    [
        *(slice(None), slice(1, 3), slice(None, None, -2), slice(-2, None)),
        *(slice(9, 12), [0, 2], [3, 3, -1], np.array([1, -4]), []),
        *([True, False, True, False], np.array([False] * 4)),
    ],
    ids=repr,
)
def test_several(collection, index):
    """NumPy says what an index means; the results are those of an array."""
    expected = np.arange(4)[index]
    found = collection[index]
    assert isinstance(found, np.ndarray)
    assert (found.dtype, found.shape) == (object, expected.shape)
    assert numbers(found.tolist()) == expected.tolist()


@pytest.mark.parametrize("index", ["a", 1.0, (0, 0), [9], [True], {0}], ids=repr)
def test_no_index(collection, index):
    with pytest.raises(IndexError):
        collection[index]


def test_results_are_made_anew(collection):
    """So they are equal, never identical, and changes of one reach no other."""
    one, other = collection[0], collection[0]
    assert one is not other
    assert one not in collection
    assert collection.count(one) == 0
    with pytest.raises(ValueError, match=r"^$"):
        collection.index(one)
    one._nddata[:] = 0
    one._extra["number"] = 7
    one._run_parameters.clear()
    assert_same(collection[0], other)
    assert numbers([collection[0]]) == [0]


def test_common_metadata(collection):
    assert_same(collection.name, "sweep")
    assert_same(collection.modes_, np.array(MODES))
    assert_same(collection.output_mode_, "multi")
    assert_same(collection.input_modes_, np.array(["visual", "auditory"]))
    assert_same(collection.run_parameters_, ("soa", "noise", "name"))
    dims = ["modes", "times", "positions", "positions_coordinates"]
    assert_same(collection.dims_, np.array(dims))
    assert collection.tqdm_cls is None
    assert not collection.modes_.flags.writeable


def test_nothing_common_can_be_changed(collection):
    collection.dims_[0] = "other"
    collection.input_modes_[0] = "other"
    sums = collection.modes_variance_sum()
    sums.iloc[:] = 0
    assert collection.dims_[0] == "modes"
    assert collection.input_modes_[0] == "visual"
    assert (collection.modes_variance_sum() > 0).all()


def test_gathered_metadata(collection):
    assert_same(collection.causes_, np.array([None, 1, 2.5, 2], dtype=object))
    values = [{"soa": soa, "noise": 0.5, "name": "a"} for soa in SOAS]
    assert_same(collection.run_parameters_values, np.array(values, dtype=object))


def test_causes_that_are_numbers():
    results = [make_result(causes=causes) for causes in (1, 2.5)]
    collection = sio.NDResultCollection.from_ndresults("n", results)
    assert_same(collection.causes_, np.array([1.0, 2.5]))


def test_disparity_matrix(collection):
    expected = pd.DataFrame(
        {"soa": SOAS, "noise": [0.5] * 4, "name": ["a"] * 4},
        columns=pd.Index(["soa", "noise", "name"], name="Parameters"),
    )
    pd.testing.assert_frame_equal(collection.disparity_matrix(), expected)


def test_changing_parameters(collection):
    index = pd.Index(["soa", "noise", "name"], name="Parameters")
    expected = pd.Series([True, False, False], index=index, name="Changes")
    pd.testing.assert_series_equal(collection.changing_parameters(), expected)


def test_variances(collection):
    """Variance of each mode over all of its values, summed over results."""
    flat = VALUES.reshape(len(SOAS), 3, -1)
    sums = flat.var(axis=2, ddof=1).sum(axis=0)
    expected = pd.Series(sums, index=pd.Index(MODES, name="modes"), name="VarSum")
    found = collection.modes_variance_sum()
    pd.testing.assert_series_equal(found, expected.sort_index(), rtol=1e-12, atol=0)


def test_coerced(collection):
    sums = VALUES.reshape(len(SOAS), 3, -1).var(axis=2, ddof=1).sum(axis=0)
    assert collection.coerce_mode() == MODES[int(sums.argmax())]
    assert collection.coerce_parameter() == "soa"
    assert collection.coerce_dimension() == "times"
    for coerce, names in (
        (collection.coerce_mode, MODES),
        (collection.coerce_parameter, ["soa", "noise", "name"]),
        (collection.coerce_dimension, collection.dims_),
    ):
        assert [coerce(name) for name in names] == list(names)


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("coerce_mode", "Unknown mode 'nope'"),
        ("coerce_parameter", "Unknown run_parameter 'nope'"),
        ("coerce_dimension", "Unknown dimension 'nope'"),
    ],
)
def test_unknown_names(collection, method, message):
    with pytest.raises(ValueError, match=f"^{message}") as raised:
        getattr(collection, method)("nope")
    assert str(raised.value) == message


def same_results(**changed):
    results = [make_result(**changed), make_result(**changed)]
    return sio.NDResultCollection.from_ndresults("n", results)


def test_ambiguous_parameters():
    with pytest.raises(ValueError, match=r"ambiguous since it has 0 candidates\.$"):
        same_results().coerce_parameter()
    results = [make_result(run_parameters={"a": i, "b": -i}) for i in range(2)]
    collection = sio.NDResultCollection.from_ndresults("n", results)
    with pytest.raises(ValueError, match=r"2 candidates\. Candidates: \['a' 'b'\]$"):
        collection.coerce_parameter()


def test_ambiguous_modes():
    array = make_array("f8", (3, 3, 4, 1), modes=MODES)
    array.values[:] = np.arange(12).reshape(3, 4, 1)
    with pytest.raises(ValueError, match=r"Candidates: \['auditory' 'multi' 'visu"):
        same_results(array=array).coerce_mode()
