"""Light results against scikit-neuromsi's: the same calls, values, labels, types and messages."""

import copy
import pickle

import numpy as np
import pytest
import skneuromsi
from models import MODELS
from pandas.testing import assert_frame_equal
from parity import DIMS, KWARGS, make_array, with_nan
from same import GETTERS, LABELS, assert_same, assert_same_result, outcome

from skneuromsi_io import NDResult, NDResultCollection

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


CLASSES = (NDResult, skneuromsi.NDResult)


def light(result):
    """The light result of the same data."""
    return NDResult(**result.to_dict())


def packed(result):
    """The light result as a collection gives it: an array and a frame."""
    collection = NDResultCollection.from_ndresults(
        "n", [light(result)], compression_params=("lz4", 1)
    )
    return collection[0]


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
    ours, theirs = (
        type(result.deep_dtypes(memory_usage=True)["nddata"][-1])
        for result in (cls(nddata=make_array(), **KWARGS) for cls in CLASSES)
    )
    assert ours is not theirs
    assert ours(size).hsize == theirs(size).hsize


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


def assert_alike(ask):
    """Fail unless a result of either package gives the same, or the same error."""
    ours, theirs = (
        outcome(lambda cls=cls: ask(cls(nddata=make_array(), **KWARGS)))
        for cls in CLASSES
    )
    assert_same(ours, theirs)


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
    assert_alike(lambda result: result.get_modes(include=include))


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
    assert_alike(lambda result: result.get_times(include=include))


def test_bunch():
    Bunch, Upstream = (
        type(cls(nddata=make_array(), **KWARGS).extra_) for cls in CLASSES
    )
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
