"""The light classes against scikit-neuromsi's: the same calls, values, labels, types and messages.

Collected only in an environment with scikit-neuromsi.
"""

import copy
import pickle

import numpy as np
import pytest
import skneuromsi
import xarray as xr
from models import MODELS
from pandas.testing import assert_frame_equal
from same import (
    GETTERS,
    LABELS,
    assert_same,
    assert_same_result,
    outcome,
)

from skneuromsi_io import NDResult, NDResultCollection
from skneuromsi_io._convert import kwargs_of, pack_results
from skneuromsi_io.model._summary import GATHERED

KWARGS = {
    "mname": "model",
    "mtype": "test",
    "output_mode": "multi",
    "nmap": {"a": "auditory"},
    "time_range": (0, 3),
    "position_range": (0, 4),
    "time_res": 1,
    "position_res": 1,
    "causes": None,
    "run_parameters": {"p": 1},
    "extra": {"vector": np.arange(3), "nested": {"x": [1, 2.5]}},
}
DIMS = ("modes", "times", "positions", "positions_coordinates")


def make_array(dtype="f8", modes=("visual", "auditory", "multi"), dims=DIMS, **coords):
    sizes = dict(zip(DIMS, (len(modes), 3, 4, 2), strict=True))
    shape = [sizes[dim] for dim in dims]
    numbers = np.random.default_rng(5).integers(0, 9, shape)
    values = numbers % 2 == 0 if dtype == "?" else numbers.astype(dtype)
    labels = {
        "modes": list(modes),
        "times": np.arange(3),
        "positions": np.arange(4),
        "positions_coordinates": ["x0", "x1"],
        **coords,
    }
    return xr.DataArray(values, dims=dims, coords=labels, name="values")


def with_nan():
    array = make_array()
    array[0, 1] = np.nan
    array[1] = np.nan
    return array


ARRAYS = {
    "plain": make_array(),
    "float32": make_array("f4"),
    "float16": make_array("f2"),
    "int32": make_array("i4"),
    "bool": make_array("?"),
    "complex": make_array("c16"),
    "big endian": make_array(">f8"),
    "text": make_array("U3"),
    "object": make_array("O"),
    "nan": with_nan(),
    "other order": make_array(
        dims=("times", "positions_coordinates", "modes", "positions")
    ),
    "increasing modes": make_array(modes=("a", "multi", "z")),
    "decreasing modes": make_array(modes=("z", "multi")),
    "equal modes": make_array(modes=("multi", "multi", "b")),
    "object modes": make_array().assign_coords(
        modes=np.array(["v", "multi", "a"], "O")
    ),
    "int32 times": make_array(times=np.arange(3, dtype="i4")),
    "unsorted float32 times": make_array(times=np.array([0.5, 1.5, 0.1], "f4")),
    "decreasing times": make_array(times=[2, 1, 0]),
    "equal times": make_array(times=[0, 0, 1]),
    "nan times": make_array(times=[0, np.nan, 1.0]),
    "bool times": make_array(times=[True, False, True]),
    "dates": make_array(times=np.array(["2020-01-02", "2021-01-01", "2019"], "M8[ns]")),
    "no name": make_array().rename(None),
    "scalar coordinate": make_array(run=3),
    "coordinate of modes": make_array(label=("modes", [1, 2, 3])),
    "no times": make_array().drop_vars("times"),
    "no modes": make_array().drop_vars("modes"),
    "one mode": make_array(modes=("multi",)),
    "nothing but modes": make_array().drop_vars([d for d in DIMS if d != "modes"]),
}


@pytest.fixture(scope="module", params=MODELS)
def of_model(request):
    return MODELS[request.param]().run()


def light(result):
    """The light result of the same data."""
    return NDResult(nddata=result.to_xarray(), **kwargs_of(result))


def packed(result):
    """The light result as a collection gives it: an array and a frame."""
    return pack_results([result], ("lz4", 1))[0].open()


@pytest.mark.parametrize("how", [light, packed])
def test_results_of_all_models_answer_as_upstreams(of_model, how):
    assert_same_result(how(of_model), of_model)


@pytest.mark.parametrize("how", [light, packed])
def test_dtypes_of_all_models(of_model, how):
    ours = how(of_model)
    assert_same(ours.dtypes(), of_model.dtypes())
    assert ours.dtypes().name == "dtypes"
    for depth in (0, 1, 2, 3):
        assert_same(
            ours.deep_dtypes(max_deep=depth), of_model.deep_dtypes(max_deep=depth)
        )


def test_memory_usage_has_upstreams_form(of_model):
    ours = light(of_model).dtypes(memory_usage=True)
    theirs = of_model.dtypes(memory_usage=True)
    assert_frame_equal(ours.drop(columns="Size"), theirs.drop(columns="Size"))
    data, upstream = (
        result.deep_dtypes(memory_usage=True)["nddata"][-1]
        for result in (light(of_model), of_model)
    )
    nbytes = of_model.to_xarray().nbytes
    assert nbytes <= data.size <= upstream.size
    assert type(data)(upstream.size).hsize == upstream.hsize
    assert repr(type(data)(upstream.size)) == repr(upstream)


@pytest.mark.parametrize(
    "size", [0, 1, 2, 999, 1000, 1050, 999_949, 10**6, 10**9, 10**12]
)
def test_sizes_for_people(size):
    from skneuromsi.utils.memtools import _MemoryUsage

    from skneuromsi_io.model._dtypes import MemoryUsage

    assert MemoryUsage(size).hsize == _MemoryUsage(size).hsize


@pytest.mark.parametrize("dtype", ["f4", "f2", np.int32])
@pytest.mark.parametrize("attributes", [None, ["nddata"], ["extra", "time_range"], []])
def test_astype(dtype, attributes):
    theirs = skneuromsi.NDResult(nddata=make_array(), **KWARGS)
    ours = light(theirs)
    assert_same_result(
        ours.astype(dtype, attributes=attributes),
        theirs.astype(dtype, attributes=attributes),
    )
    assert_same_result(ours, theirs)


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("getter", [*GETTERS, *LABELS, "__repr__", "to_xarray"])
def test_any_array(name, getter):
    def told(cls):
        found = getattr(cls(nddata=ARRAYS[name].copy(), **KWARGS), getter)
        return found() if callable(found) else found

    assert_same(
        outcome(lambda: told(NDResult)), outcome(lambda: told(skneuromsi.NDResult))
    )


@pytest.mark.parametrize(
    "include",
    [
        *("visual", ["multi", "visual"], ["visual", "auditory", "multi"], ("multi",)),
        *(["visual", "visual"], [], {"multi"}, np.array(["multi", "auditory"])),
        *(np.str_("multi"), {"multi": 1}, "nope", ["multi", "nope"], b"multi", object),
    ],
    ids=repr,
)
def test_included_modes(include):
    ours, theirs = (
        outcome(
            lambda cls=cls: cls(nddata=make_array(), **KWARGS).get_modes(
                include=include
            )
        )
        for cls in (NDResult, skneuromsi.NDResult)
    )
    assert_same(ours, theirs)


@pytest.mark.parametrize(
    "include",
    [
        *(1, 1.0, [2, 0], [0, 0], [1.0, 0], np.int64(1), np.float32(2), range(2)),
        *(True, [True], [True, False, True], [0, 9], "1", [0.5], [None], slice(1)),
        *(np.array([2, 1], "i4"), np.array([2, 0, 1]), []),
    ],
    ids=repr,
)
def test_included_times(include):
    ours, theirs = (
        outcome(
            lambda cls=cls: cls(nddata=make_array(), **KWARGS).get_times(
                include=include
            )
        )
        for cls in (NDResult, skneuromsi.NDResult)
    )
    assert_same(ours, theirs)


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


def test_bunch():
    from skneuromsi.utils import Bunch as Upstream

    from skneuromsi_io.model._bunch import Bunch

    data = {"a": 1, "b": [1, 2], "__odd__": 3, "_name_": 4}
    ours, theirs = Bunch("data", data), Upstream("data", data)
    assert repr(ours) == repr(theirs)
    assert repr(Bunch("n", {})) == repr(Upstream("n", {}))
    assert set(data) <= set(dir(ours))
    assert dict(ours) == dict(theirs) == data
    assert [getattr(ours, key) for key in data] == [
        getattr(theirs, key) for key in data
    ]
    assert outcome(lambda: ours.c) == outcome(lambda: theirs.c)
    assert outcome(lambda: ours["c"]) == outcome(lambda: theirs["c"])
    assert ours == theirs
    assert copy.copy(ours)._data is data
    assert copy.deepcopy(ours).b is not data["b"]
    assert pickle.loads(pickle.dumps(ours)) == ours
    assert ours.to_dict()["b"] is not data["b"]


def test_copies_and_what_is_shared():
    for cls in (skneuromsi.NDResult, NDResult):
        result = cls(nddata=make_array(), **KWARGS)
        found = result.to_dict()
        found["nddata"][:] = 0
        found["extra"]["nested"]["x"].append(1)
        found["nmap"]["a"] = "changed"
        modes = result.get_modes()
        modes.iloc[:] = 0
        assert result.to_xarray().max() > 0
        assert result.extra_.nested == {"x": [1, 2.5]}
        assert result.nmap_ == {"a": "auditory"}
        assert result.time_range is found["time_range"]


# --- collections


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
    """What an index gave: parameters of a result, or of an array of them."""
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
    ours, theirs = (
        outcome(lambda cls=cls: cls("n", items))
        for cls in (NDResultCollection, skneuromsi.NDResultCollection)
    )
    assert ours == theirs
