"""The eight functions: their signatures, their arguments and what they say of wrong ones."""

import inspect
import io

import numpy as np
import pandas as pd
import pytest
from tqdm.auto import tqdm

import skneuromsi_io as sio
from helpers import (
    assert_same,
    edited,
    make_array,
    make_collection,
    make_result,
    members,
    opened,
    stored,
    zipped,
)

#: Name, kind and default of each parameter in scikit-neuromsi 1.0.2.
REQUIRED = inspect.Parameter.empty
PLAIN, KEYWORD, REST = "POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY", "VAR_KEYWORD"
SIGNATURES = {
    "store_ndresults_collection": [
        ("path_or_stream", PLAIN, REQUIRED),
        ("ndrcollection", PLAIN, REQUIRED),
        ("metadata", KEYWORD, None),
        ("tqdm_cls", KEYWORD, tqdm),
        ("kwargs", REST, REQUIRED),
    ],
    "store_ndresult": [
        ("path_or_stream", PLAIN, REQUIRED),
        ("ndresult", PLAIN, REQUIRED),
        ("metadata", KEYWORD, None),
        ("kwargs", REST, REQUIRED),
    ],
    "open_ndresults_collection": [
        ("path_or_stream", PLAIN, REQUIRED),
        ("compression_params", KEYWORD, ("lz4", 9)),
        ("expected_size", KEYWORD, None),
        ("tqdm_cls", KEYWORD, tqdm),
        ("kwargs", REST, REQUIRED),
    ],
    "open_ndresult": [("path_or_stream", PLAIN, REQUIRED), ("kwargs", REST, REQUIRED)],
}
ALIASES = {
    "to_ndc": "store_ndresults_collection",
    "to_ndr": "store_ndresult",
    "read_ndc": "open_ndresults_collection",
    "read_ndr": "open_ndresult",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures(name):
    found = [
        (parameter.name, parameter.kind.name, parameter.default)
        for parameter in inspect.signature(getattr(sio, name)).parameters.values()
    ]
    ours = [item for item in found if item not in SIGNATURES[name]]
    assert [item for item in found if item not in ours] == SIGNATURES[name]
    assert all(kind == KEYWORD and default is not REQUIRED for _, kind, default in ours)


@pytest.mark.parametrize("alias", ALIASES)
def test_aliases(alias):
    assert getattr(sio, alias) is getattr(sio, ALIASES[alias])


def test_public_names_exist():
    assert sorted(sio.__all__) == sio.__all__
    assert all(hasattr(sio, name) for name in sio.__all__)


@pytest.mark.parametrize("wrong", [None, 1, "text", [], make_result()], ids=type)
def test_no_collection(wrong):
    with pytest.raises(TypeError, match="must be an instance of NDResultCollection"):
        sio.store_ndresults_collection(io.BytesIO(), wrong)


@pytest.mark.parametrize("wrong", [None, 1, "text", [], make_collection()], ids=type)
def test_no_result(wrong):
    with pytest.raises(TypeError, match="must be an instance of NDResult"):
        sio.store_ndresult(io.BytesIO(), wrong)


def test_nothing_is_written_for_a_wrong_object(tmp_path):
    with pytest.raises(TypeError):
        sio.to_ndc(tmp_path / "new.ndc", None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", ["ndcollection", "other", None, 1, ["ndresult"]])
def test_wrong_object_type_of_a_result(archive, wrong):
    broken = edited(
        archive, "ndr_1/metadata.json", lambda d: d.update(object_type=wrong)
    )
    with pytest.raises(ValueError, match=r"'object_type' != 'ndresult'\. Found "):
        list(opened(broken))


@pytest.mark.parametrize("wrong", ["ndresult", "other", None, 1])
@pytest.mark.parametrize("function", ["open_ndresults_collection", "read_metadata"])
def test_wrong_object_type_of_a_collection(archive, wrong, function):
    broken = edited(archive, "metadata.json", lambda d: d.update(object_type=wrong))
    with pytest.raises(ValueError, match=r"'object_type' != 'ndcollection'\. Found "):
        getattr(sio, function)(broken)


def test_expected_size(archive):
    assert len(opened(archive, expected_size=3)) == 3
    for wrong in (0, 2, 4):
        with pytest.raises(ValueError, match=f"Expected {wrong} results, but 3 were"):
            opened(archive, expected_size=wrong)
    with pytest.raises(ValueError, match="Expected 1 results, but 3 were found"):
        sio.open_ndresult(archive)


def test_expected_size_comes_before_the_version(archive):
    """Upstream asks metadata for no version, so another number of results is a ValueError without one too."""
    broken = edited(archive, "metadata.json", lambda d: d.pop("format_version"))
    with pytest.raises(ValueError, match="Expected 1 results, but 3 were found"):
        sio.open_ndresult(broken)
    with pytest.raises(sio.MissingMemberError, match="format_version"):
        opened(broken, expected_size=3)


@pytest.mark.parametrize("wrong", [0, -1, 2.0, "3", None, True, [], 4])
def test_wrong_object_size(archive, wrong):
    broken = edited(archive, "metadata.json", lambda d: d.update(object_size=wrong))
    error = KeyError if wrong == 4 else ValueError
    with pytest.raises(error, match=r"ndr_3/|expected a positive integer"):
        opened(broken)


@pytest.mark.parametrize(
    "change",
    [
        {"output_mode": "m1"},
        {"run_parameters": {"soa": 1}},
        {"run_parameters": {"noise": 1, "soa": 1}},
    ],
    ids=str,
)
def test_results_that_differ(archive, change):
    broken = edited(
        archive, "ndr_1/metadata.json", lambda d: d["object_kwargs"].update(change)
    )
    with pytest.raises(ValueError, match="must have the same metadata"):
        opened(broken)


def test_results_of_other_modes(archive):
    other = stored(make_result(make_array(modes=["multi", "other"])))
    contents = members(archive)
    contents["ndr_1/nddata.nc"] = members(other)["ndr_0/nddata.nc"]
    with pytest.raises(ValueError, match="must have the same metadata"):
        opened(zipped(contents))


@pytest.mark.parametrize(
    "change",
    [
        {"output_mode": "nope"},
        {"time_range": [0, 7]},
        {"time_range": [3, 0]},
        {"time_range": [0]},
        {"time_res": 0.1},
        {"time_res": 0},
        {"position_range": [0, 9]},
        {"position_res": "x"},
        {"causes": "many"},
    ],
    ids=str,
)
def test_results_that_contradict_themselves(archive, change):
    broken = edited(
        archive, "ndr_2/metadata.json", lambda d: d["object_kwargs"].update(change)
    )
    with pytest.raises(ValueError, match="ndr_2/metadata"):
        list(opened(broken))


@pytest.mark.parametrize("size", [1, 3])
def test_results_of_other_arguments(size):
    archive = stored(make_collection(size))
    for change in (lambda kw: kw.pop("causes"), lambda kw: kw.update(more=1)):
        broken = edited(
            archive, "ndr_0/metadata.json", lambda d, c=change: c(d["object_kwargs"])
        )
        with pytest.raises(ValueError, match="expected 'object_kwargs' with the"):
            opened(broken)


def test_unknown_arguments(collection, archive, tmp_path):
    with pytest.raises(TypeError, match="nope"):
        sio.to_ndc(tmp_path / "new.ndc", collection, nope=1)
    with pytest.raises(TypeError, match="nope"):
        sio.to_ndr(tmp_path / "new.ndc", collection[0], nope=1)
    with pytest.raises(TypeError, match="nope"):
        sio.read_ndc(archive, nope=1)
    with pytest.raises(TypeError, match="nope"):
        sio.read_ndr(archive, nope=1)
    with pytest.raises(TypeError, match="nope"):
        sio.read_metadata(archive, nope=1)
    assert list(tmp_path.iterdir()) == []


def test_metadata_comes_back(collection):
    given = {"lab": "Córdoba", "when": (1, 2), "nested": {"a": [1.5, None]}}
    found = sio.read_metadata(stored(collection, metadata=given))
    assert_same(found["extra"], given)
    assert found["object_size"] == 3
    assert found["object_kwargs"] == {"name": "sweep"}
    assert sio.read_metadata(stored(collection[0]))["extra"] == {}
    single = sio.read_metadata(stored(collection[0], metadata=given))
    assert_same(single["extra"], given)
    assert single["object_kwargs"] == {"name": "NDResult"}


@pytest.mark.parametrize(
    "wrong", [np.arange(2), pd.DataFrame({"a": [1]}), pd.Series([1])]
)
def test_metadata_is_no_table(collection, tmp_path, wrong):
    for store, stored_object in (
        (sio.to_ndc, collection),
        (sio.to_ndr, collection[0]),
    ):
        with pytest.raises(TypeError, match="'metadata' must be a dict, found"):
            store(tmp_path / "new.ndc", stored_object, metadata=wrong)
    assert list(tmp_path.iterdir()) == []


def test_large_arrays_in_metadata_stay_in_the_text(collection):
    given = {"values": np.arange(5000.0), "note": None}
    found = sio.read_metadata(stored(collection, metadata=given))["extra"]
    assert_same(found, given)


def test_metadata_that_cannot_be_stored(collection, tmp_path):
    with pytest.raises(TypeError, match=r"extra\['bad'\]: an object of type"):
        sio.to_ndc(tmp_path / "new.ndc", collection, metadata={"bad": object()})
    assert list(tmp_path.iterdir()) == []


def test_result_methods_store(collection, tmp_path):
    collection.to_ndc(tmp_path / "c.ndc", {"a": 1}, quiet=True)
    assert_same(opened(tmp_path / "c.ndc"), collection)
    assert sio.read_metadata(tmp_path / "c.ndc")["extra"] == {"a": 1}
    collection[1].to_ndr(tmp_path / "r.ndc", {"a": 2})
    assert_same(sio.open_ndresult(tmp_path / "r.ndc", classes="light"), collection[1])
    assert sio.read_metadata(tmp_path / "r.ndc")["extra"] == {"a": 2}


def test_members_are_upstreams():
    assert list(members(stored(make_collection(2)))) == [
        *("ndr_0/nddata.nc", "ndr_0/metadata.json"),
        *("ndr_1/nddata.nc", "ndr_1/metadata.json", "index.json", "metadata.json"),
    ]


def test_classes(archive):
    for classes in ("light", "auto"):
        found = sio.read_ndc(archive, classes=classes, tqdm_cls=None)
        assert type(found) is sio.NDResultCollection
        assert type(found[0]) is sio.NDResult
    with pytest.raises(ImportError, match="skneuromsi"):
        sio.read_ndc(archive, classes="upstream", tqdm_cls=None)
    for wrong in ("other", None, sio.NDResult):
        with pytest.raises(ValueError, match="'classes': expected 'auto', 'light' or"):
            sio.read_ndc(archive, classes=wrong)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("limits", [1]), ("limits", {1: 1}), ("limits", {"members": "x"})),
        *(("storage_options", [1]), ("storage_options", 5)),
    ],
)
@pytest.mark.parametrize("call", [sio.read_metadata, sio.scan_ndc, sio.verify])
def test_wrong_types_are_errors_of_ours(call, key, value):
    with pytest.raises(sio.ArgumentTypeError, match=f"'{key}': expected ") as raised:
        call(stored(make_result()), **{key: value})
    assert raised.value.key == key


@pytest.mark.parametrize(
    "call",
    [
        lambda archive, out, bar: sio.verify(archive, tqdm_cls=bar),
        lambda archive, out, bar: sio.repair(archive, out, tqdm_cls=bar),
        lambda archive, out, bar: sio.merge([archive], out, tqdm_cls=bar),
        lambda archive, out, bar: sio.to_ndc(out, opened(archive), tqdm_cls=bar),
    ],
)
def test_bars_that_cannot_be_called(call, tmp_path):
    with pytest.raises(sio.ArgumentTypeError, match=r"'tqdm_cls': .*found 5"):
        call(stored(make_result()), tmp_path / "out.ndc", 5)
    assert [*tmp_path.iterdir()] == []


def test_objects_of_neither_kind_are_not_converted():
    with pytest.raises(sio.ArgumentTypeError, match="an NDResult or an"):
        sio.as_light(5)
