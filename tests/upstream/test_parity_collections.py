"""Light collections against scikit-neuromsi's: the same calls, values, types and messages."""

import re

import numpy as np
import pytest
import skneuromsi
from parity import KWARGS, make_array, with_nan
from same import assert_same, assert_same_result, outcome

from skneuromsi_io import NDResult, NDResultCollection
from skneuromsi_io.results._summary import GATHERED


def result_of(number=1, dtype="f8", modes=("visual", "auditory", "multi"), **changed):
    array = make_array(dtype, modes)
    kwargs = {**KWARGS, "run_parameters": {"p": number, "q": "same"}, **changed}
    array.values[:] = np.random.default_rng(number).normal(size=array.shape) * 9
    return skneuromsi.NDResult(nddata=array, **kwargs)


COLLECTIONS = {
    "one": lambda: [result_of()],
    "several": lambda: [result_of(number) for number in range(5)],
    "float32": lambda: [result_of(number, "f4") for number in range(5)],
    "float16": lambda: [result_of(number, "f2") for number in range(5)],
    "int32": lambda: [result_of(number, "i4") for number in range(5)],
    "bool": lambda: [result_of(number, "?") for number in range(3)],
    "mixed dtypes": lambda: [result_of(1, "f4"), result_of(2), result_of(3, "i4")],
    "decreasing modes": lambda: [result_of(n, modes=("z", "multi")) for n in range(3)],
    "increasing modes": lambda: [result_of(n, modes=("a", "multi")) for n in range(3)],
    "nan": lambda: [skneuromsi.NDResult(nddata=with_nan(), **KWARGS)] * 2,
    "constant": lambda: [skneuromsi.NDResult(nddata=make_array() * 0, **KWARGS)] * 2,
    "causes": lambda: [result_of(n, causes=c) for n, c in enumerate([1, 2.5, 0])],
    "other ranges": lambda: [result_of(1), result_of(2, time_range=(1.0, 4.0))],
    "other names": lambda: [result_of(1), result_of(2, mname="longer name")],
    "parameters": lambda: [
        result_of(n, run_parameters={"a": n, "b": 1.5 * n, "c": None})
        for n in (1, 2, 2)
    ],
    "no parameters": lambda: [result_of(n, run_parameters={}) for n in (1, 2)],
}


@pytest.fixture(scope="module", params=COLLECTIONS)
def collections(request):
    results = COLLECTIONS[request.param]()
    return [
        cls.from_ndresults("name", results)
        for cls in (NDResultCollection, skneuromsi.NDResultCollection)
    ]


def assert_both(collections, call):
    ours, theirs = (outcome(lambda c=c: call(c)) for c in collections)
    assert_same(ours, theirs)


@pytest.mark.parametrize(
    "name",
    [
        *("name", "tqdm_cls", "modes_", "dims_", "output_mode_", "run_parameters_"),
        *("causes_", "run_parameters_values", "input_modes_"),
    ],
)
def test_collection_properties(collections, name):
    assert_both(collections, lambda collection: getattr(collection, name))


@pytest.mark.parametrize(
    "name",
    [
        *("disparity_matrix", "changing_parameters", "coerce_parameter"),
        *(
            "modes_variance_sum",
            "coerce_mode",
            "coerce_dimension",
            "__repr__",
            "__len__",
        ),
    ],
)
def test_collection_methods(collections, name):
    assert_both(collections, lambda collection: getattr(collection, name)())


@pytest.mark.parametrize("prefer", ["p", "multi", "times", "a", "nope", 3])
@pytest.mark.parametrize(
    "name", ["coerce_parameter", "coerce_mode", "coerce_dimension"]
)
def test_collection_preferences(collections, name, prefer):
    assert_both(collections, lambda collection: getattr(collection, name)(prefer))


def test_collection_gathers_what_upstream_caches(collections):
    ours, theirs = collections
    for upstream, argument in GATHERED.items():
        assert_same(ours._summary.column(argument), theirs._cache[upstream])
    assert (ours.modes_.flags.writeable, theirs.modes_.flags.writeable) == (False,) * 2


def test_collection_results(collections):
    ours, theirs = collections
    for mine, upstream in zip(ours, theirs, strict=True):
        assert type(mine) is NDResult
        assert_same_result(mine, upstream)


def name_of(found):
    """The answer of an index: parameters of a result, or of an array of them."""
    if isinstance(found, np.ndarray):
        return found.dtype, found.shape, [result.rp.p for result in found]
    return found.rp.p


@pytest.mark.parametrize(
    "index",
    [
        *(
            0,
            4,
            -1,
            -5,
            np.int64(2),
            np.uint8(3),
            np.array(1),
            slice(1, 3),
            slice(9, 12),
        ),
        *(slice(None, None, -2), [0, 2], np.array([4, -1]), ..., (1,), (slice(2),)),
        *(np.array([True, False, True, False, True]), [False] * 5),
        *(5, -6, np.int64(7), "x", 1.0, [9], (0, 0), [True]),
    ],
    ids=repr,
)
def test_collection_index(index):
    results = COLLECTIONS["several"]()
    ours, theirs = (
        outcome(lambda cls=cls: name_of(cls.from_ndresults("n", results)[index]))
        for cls in (NDResultCollection, skneuromsi.NDResultCollection)
    )
    assert ours == theirs


@pytest.mark.parametrize(
    "other",
    [
        {"run_parameters": {"q": 1, "p": 1}},
        {"run_parameters": {"p": 1}},
        {"output_mode": "visual"},
        {"modes": ("multi", "visual", "auditory")},
        {"modes": ("visual", "multi")},
        {"mname": "other"},
    ],
    ids=repr,
)
def test_collections_that_differ(other):
    results = [result_of(1), result_of(2, **other)]
    ours, theirs = (
        outcome(lambda cls=cls: len(cls.from_ndresults("n", results)))
        for cls in (NDResultCollection, skneuromsi.NDResultCollection)
    )
    assert ours == theirs


@pytest.mark.parametrize("items", [[], [1], ["x", None]], ids=repr)
def test_collections_of_nothing_packed(items):
    """Upstream's words come first, and what `except` catches of them it catches of ours."""
    cls, words = outcome(lambda: skneuromsi.NDResultCollection("n", items))
    with pytest.raises(cls, match=f"^{re.escape(words)}"):
        NDResultCollection("n", items)
