"""Our collection of upstream's kind against upstream's own: every method, every accessor."""

import copy
import inspect
import io
import pickle
import re

import numpy as np
import pytest
import skneuromsi
from matplotlib import pyplot as plt
from same import assert_same, outcome
from skneuromsi.mle import AlaisBurr2004
from skneuromsi.testing import (
    assert_ndresult_allclose,
    assert_ndresult_collection_allclose,
)
from tqdm import tqdm

import skneuromsi_io as sio
from skneuromsi_io.upstream import collection_class

PARAMETER = "auditory_position"
#: One or more calls of each public name of upstream's class.
CALLS = {
    "name": [lambda c: c.name],
    "tqdm_cls": [lambda c: c.tqdm_cls],
    "modes_": [lambda c: c.modes_],
    "dims_": [lambda c: c.dims_],
    "output_mode_": [lambda c: c.output_mode_],
    "input_modes_": [lambda c: c.input_modes_],
    "run_parameters_": [lambda c: c.run_parameters_],
    "run_parameters_values": [lambda c: c.run_parameters_values],
    "causes_": [lambda c: c.causes_],
    "disparity_matrix": [lambda c: c.disparity_matrix()],
    "changing_parameters": [lambda c: c.changing_parameters()],
    "coerce_parameter": [
        lambda c: c.coerce_parameter(),
        lambda c: c.coerce_parameter("visual_position"),
        lambda c: c.coerce_parameter("no"),
    ],
    "modes_variance_sum": [lambda c: c.modes_variance_sum()],
    "coerce_mode": [
        lambda c: c.coerce_mode(),
        lambda c: c.coerce_mode("multi"),
        lambda c: c.coerce_mode("no"),
    ],
    "coerce_dimension": [
        lambda c: c.coerce_dimension(),
        lambda c: c.coerce_dimension("positions"),
        lambda c: c.coerce_dimension("no"),
    ],
    "causes": [
        lambda c: c.causes.causes_by_parameter(),
        lambda c: c.causes.unique_causes(),
        lambda c: c.causes.n_report(1),
        lambda c: c.causes.unity_report(parameter=PARAMETER),
        lambda c: c.causes.mean_report(),
        lambda c: c.causes.describe_causes(),
        lambda c: c.causes(),
        lambda c: c.causes("no"),
    ],
    "bias": [
        lambda c: c.bias.bias("visual_position", mode="multi"),
        lambda c: c.bias.bias("visual_position", dim="positions"),
        lambda c: c.bias.bias_mean("visual_position", mode="auditory"),
        lambda c: c.bias(influence_parameter="visual_position", mode="visual"),
        lambda c: c.bias.bias("no"),
    ],
    "plot": [
        lambda c: drawn(c.plot.n_report(1)),
        lambda c: drawn(c.plot.unity_report()),
        lambda c: drawn(c.plot.mean_report(parameter=PARAMETER)),
        lambda c: drawn(c.plot.bias("visual_position", mode="multi")),
        lambda c: drawn(c.plot()),
        lambda c: c.plot.bias("visual_position", show_iterations=False),
    ],
    "to_ndc": [lambda c: c.to_ndc(io.BytesIO(), quiet=True)],
    "from_ndresults": [lambda c: c.from_ndresults("n", [c[0]])[0].to_dict()],
    "index": [lambda c: c.index(3)],
    "count": [lambda c: c.count(c[0])],
}
ACCESSORS = ("causes", "bias", "plot")


def drawn(axes):
    """Texts, lines and images of a picture."""
    try:
        legend = axes.get_legend()
        return {
            "lines": [line.get_xydata().tolist() for line in axes.get_lines()],
            "title": axes.get_title(),
            "labels": (axes.get_xlabel(), axes.get_ylabel()),
            "legend": legend and [text.get_text() for text in legend.get_texts()],
        }
    finally:
        plt.close("all")


#: Names that scikit-neuromsi's collection has not: those of lazy reading and stacking.
BEYOND_UPSTREAM = ("close", "select", "to_xarray")


def public(obj):
    return {name for name in dir(obj) if not name.startswith("_")}


@pytest.mark.parametrize(
    ("name", "call"),
    [
        pytest.param(name, call, id=f"{name}-{number}")
        for name, calls in CALLS.items()
        for number, call in enumerate(calls)
    ],
)
def test_answers_as_upstreams(ours, theirs, name, call):
    assert_same(outcome(lambda: call(ours)), outcome(lambda: call(theirs)))


def test_every_public_name_is_called(ours):
    assert set(CALLS) == public(skneuromsi.NDResultCollection)
    assert public(type(ours)) == {*CALLS, *BEYOND_UPSTREAM}


@pytest.mark.parametrize("name", ACCESSORS)
def test_every_method_of_an_accessor_is_called(theirs, name):
    names = {used for call in CALLS[name] for used in call.__code__.co_names}
    assert public(getattr(theirs, name)) <= names


def test_kind(ours, theirs):
    assert isinstance(ours, skneuromsi.NDResultCollection)
    assert not isinstance(sio.as_light(ours), skneuromsi.NDResultCollection)
    assert repr(ours) == repr(theirs)
    assert type(ours).__name__ == type(theirs).__name__
    assert type(ours[0]) is skneuromsi.NDResult
    for mine, upstream in zip(ours, theirs, strict=True):
        assert_ndresult_allclose(mine, upstream)
    for mine, upstream in zip(reversed(ours), reversed(theirs), strict=True):
        assert_ndresult_allclose(mine, upstream)


@pytest.mark.parametrize(
    "index",
    [
        *(0, -1, np.int64(2), slice(1, 4), slice(None, None, -2), [0, 3], ...),
        *(np.array([True] + [False] * 5), 6, -7, "x", 1.0, (0, 0), slice(9, 9)),
    ],
    ids=repr,
)
def test_slicing(ours, theirs, index):
    def taken(collection):
        found = collection[index]
        if isinstance(found, np.ndarray):
            return found.dtype, found.shape, [dict(r.run_parameters) for r in found]
        return type(found), dict(found.run_parameters)

    assert outcome(lambda: taken(ours)) == outcome(lambda: taken(theirs))


def test_results_do_not_share_memory(ours):
    first, again = ours[0], ours[0]
    first._run_parameters.clear()
    first._nddata[:] = 0
    assert again.to_xarray().any()
    assert again.run_parameters.to_dict() == ours[0].run_parameters.to_dict() != {}


DUPLICATES = [
    *(copy.copy, copy.deepcopy),
    *(
        lambda c, p=p: pickle.loads(pickle.dumps(c, p))
        for p in range(pickle.HIGHEST_PROTOCOL + 1)
    ),
]


@pytest.mark.parametrize("duplicate", DUPLICATES)
def test_copies_and_pickles(ours, duplicate):
    ours.bias.bias("visual_position", mode="multi")
    ours.plot  # noqa: B018 - accessors leave caches that do not pickle
    found = duplicate(ours)
    assert type(found) is type(ours)
    assert_ndresult_collection_allclose(found, ours)
    assert_same(found.disparity_matrix(), ours.disparity_matrix())
    assert found.plot is not ours.plot


class Annotated(collection_class()):
    """With a constructor and state of its own."""

    def __init__(self, results, note):
        super().__init__("n", results)
        self.note = note


@pytest.mark.parametrize("duplicate", DUPLICATES)
def test_copies_and_pickles_keep_attributes(ours, duplicate):
    annotated = Annotated(ours._packed, ["a note"])
    annotated.plot  # noqa: B018
    annotated.more = 1
    found = duplicate(annotated)
    assert type(found) is Annotated
    assert (found.note, found.more) == (["a note"], 1)
    assert_ndresult_collection_allclose(found, annotated)


def test_bars(capsys, theirs):
    texts = []
    for cls in (type(sio.as_upstream(sio.as_light(theirs))), type(theirs)):
        collection = cls.from_ndresults("n", list(theirs), tqdm_cls=tqdm)
        capsys.readouterr()
        collection.bias.bias("visual_position", mode="multi")
        texts.append(capsys.readouterr().err.rpartition("\r")[2].partition(":")[0])
    assert texts == ["Calculating biases"] * 2


def test_stores_itself(ours, theirs, tmp_path):
    """With this package's function: nothing is lost, without a patch too."""
    parameters = [
        [(p.name, p.kind, p.default) for p in inspect.signature(f).parameters.values()]
        for f in (ours.to_ndc, theirs.to_ndc)
    ]
    assert parameters[0] == parameters[1]
    for name, collection, version in (("a", ours, 0.2), ("b", theirs, 0.1)):
        collection.to_ndc(tmp_path / name, metadata={"who": 1}, quiet=True)
        metadata = sio.read_metadata(tmp_path / name)
        assert metadata["extra"] == {"who": 1}
        assert metadata["format_version"] == version
        found = skneuromsi.read_ndc(tmp_path / name, tqdm_cls=None)
        assert_same(found.disparity_matrix(), ours.disparity_matrix())
    assert not sio.is_patched()


def test_stores_itself_with_its_bar(theirs, capsys, tmp_path):
    collection = type(sio.as_upstream(sio.as_light(theirs)))
    collection = collection.from_ndresults("n", list(theirs), tqdm_cls=tqdm)
    collection.to_ndc(tmp_path / "a", quiet=True)
    assert capsys.readouterr().err == ""
    collection.to_ndc(tmp_path / "a", compresslevel=1)
    assert "Saving" in capsys.readouterr().err


def test_takes_results_that_upstream_compressed(ours, theirs):
    packed = skneuromsi.core.compress_ndresult(theirs[0])
    collection = type(ours)("mixed", [packed, ours._packed[1]])
    assert_ndresult_collection_allclose(collection, list_of(theirs, 2))


def list_of(collection, count):
    return type(collection).from_ndresults("n", collection[:count])


@pytest.mark.parametrize("items", [[], [1], ["x", None]], ids=repr)
def test_refuses_what_upstreams_refuses(ours, items):
    assert_refused_alike(ours, items)


def test_refuses_the_bar_that_upstreams_refuses(ours):
    assert_refused_alike(ours, ours._packed, [1], tqdm_cls=int)


def assert_refused_alike(ours, items, theirs=None, **kwargs):
    """Upstream's words come first, and what `except` catches of them it catches of ours."""
    theirs = items if theirs is None else theirs
    cls, words = outcome(lambda: skneuromsi.NDResultCollection("n", theirs, **kwargs))
    with pytest.raises(cls, match=f"^{re.escape(words)}"):
        type(ours)("n", items, **kwargs)


def test_results_that_differ(ours, theirs):
    other = AlaisBurr2004(seed=1).run()
    found = [
        outcome(lambda cls=cls: cls.from_ndresults("n", [theirs[0], other]))
        for cls in (type(ours), skneuromsi.NDResultCollection)
    ]
    assert found[0] == found[1]
    assert found[0][0] is ValueError
