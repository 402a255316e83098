"""A type map cannot make a small file take a large amount of memory, or cut what it restores."""

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import edited, make_result, opened, stored


def restored(value, types):
    """Return a value of the metadata as it comes back by a table, whose keys are below it."""
    archive = stored(make_result(), metadata={"value": 0})
    table = {f"/extra/value{below}": name for below, name in types.items()}
    change = {"extra": {"value": value}, "types": table}
    archive = edited(archive, "metadata.json", lambda document: document.update(change))
    return sio.read_metadata(archive)["extra"]["value"]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (["a", "b"], ["array", "<U100000000", [2]]),
        (["a"] * 1000, ["array", "|S1000000", [1000]]),
        (["a" * 10_000, *[""] * 10_000], ["array", "<U10000", [10_001]]),
        (["abc"], ["array", "<U2", [1]]),
        (["abc"], ["array", "|S2", [1]]),
        ([1, 2], ["array", "<U2", [2]]),
    ],
)
def test_text_arrays_are_refused_before_they_are_made(value, name):
    with pytest.raises(sio.BadMetadataError) as raised:
        restored(value, {"": name})
    assert raised.value.key == "/extra/value"


def test_wide_text_is_refused_when_it_is_stored():
    array = np.zeros(1000, dtype="U100000")
    with pytest.raises(sio.UnstorableError, match=r"value.*much wider"):
        stored(make_result(), metadata={"value": array})


def test_long_text_is_kept():
    array = np.array(["x" * 30_000, "y"] * 400)
    archive = stored(make_result(), metadata={"value": array})
    found = sio.read_metadata(archive)["extra"]["value"]
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


def test_a_member_is_restored_once():
    archive = stored(make_result(extra={"a": np.zeros(2000), "b": []}))

    def twice(document):
        extra, types = document["object_kwargs"]["extra"], document["types"]
        extra["b"] = extra["a"]
        types["/object_kwargs/extra/b"] = types["/object_kwargs/extra/a"]

    with pytest.raises(sio.BadMetadataError, match="second time"):
        list(opened(edited(archive, "ndr_0/metadata.json", twice)))


def test_a_scalar_is_not_repeated_over_a_long_index():
    types = {
        "/index": ["object", "pandas.Index"],
        "/data": ["array", "<f8", []],
        "": ["object", "pandas.Series"],
    }
    index = {"range": [0, 10**9, 1], "name": None}
    with pytest.raises(sio.BadMetadataError, match="column of 0 dimensions"):
        restored({"index": index, "data": 5.0, "name": None}, types)
