"""Memory of one document changes nothing in the next: the results of a sweep have the same types."""

import json

import numpy as np
import pytest

from helpers import assert_same
from skneuromsi_io._errors import BadMetadataError
from skneuromsi_io.values import _decode, _dtypes, loads, loads_plain

#: Type, JSON value and object of one place in documents that follow each other.
IN_TURN = [
    (["array", "<f8", [1]], [1.5], np.array([1.5])),
    (["array", "<f8", [1]], [2.5], np.array([2.5])),
    (["array", "<i8", [1]], [1], np.array([1])),
    (["array", "|b1", [1]], [True], np.array([True])),
    (["array", ">f4", [2]], [1.5, 2], np.array([1.5, 2], ">f4")),
    (["array", "<f8", [1, 1]], [[0.5]], np.array([[0.5]])),
    (["scalar", "<f8"], 1.5, np.float64(1.5)),
    (["scalar", "<f8"], 1, np.float64(1)),
    (["scalar", "<i8"], 1, np.int64(1)),
    (["scalar", "|b1"], True, np.bool_(True)),
    (["scalar", "<f4"], 1.5, np.float32(1.5)),
    ("tuple", [1], (1,)),
    (["array", "<f8", [1]], [1.5], np.array([1.5])),
]


def document(value, name):
    return json.dumps({"a": {"b": value}, "types": {"/a/b": name}}).encode()


def test_equal_places_of_other_types():
    for name, value, expected in IN_TURN:
        assert_same(loads(document(value, name), None), {"a": {"b": expected}})


def test_results_share_no_arrays():
    text = document([1.5], ["array", "<f8", [1]])
    first, second = (loads(text, None)["a"]["b"] for _ in range(2))
    first[:] = 9
    assert second.tolist() == [1.5]
    assert loads(text, None)["a"]["b"].tolist() == [1.5]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ([1.5], ["array", "<f8", [True]]),
        ([1.5], ["array", "<f8", [1.0]]),
        ([1.5], ["array", "<i8", [1]]),
        ([1.5], ["array", "<f8", [2]]),
        ([1.5], ["scalar", "<f8"]),
        (True, ["scalar", "<f8"]),
        (1, ["scalar", "|b1"]),
        (1.0, ["scalar", "<i8"]),
        (2**63, ["scalar", "<i8"]),
        (10**400, ["scalar", "<f8"]),
        (1.5, ["scalar", "|O"]),
        (1.5, ["scalar", ["<f8"]]),
    ],
)
def test_what_fitted_before_excuses_nothing(value, name):
    loads(document([1.5], ["array", "<f8", [1]]), None)
    loads(document(1.5, ["scalar", "<f8"]), None)
    for _ in range(2):
        with pytest.raises(BadMetadataError, match=r"^'/a/b': expected a value"):
            loads(document(value, name), None)


@pytest.mark.parametrize("padding", [0, _decode._MOST_KEPT_TEXT])
def test_parts_come_before_their_containers(padding):
    types = {
        "/a": "tuple",
        "/a/0/b~1c": "tuple",
        "/a/0": ["keys", ["b/c"]],
    }
    for order in (types, dict(reversed(types.items()))):
        text = {"a": [{"b/c": [1]}], "p": " " * padding, "types": order}
        assert loads(json.dumps(text).encode(), None)["a"] == ({"b/c": (1,)},)


def test_only_small_tables_are_kept():
    _decode._pointers.cache_clear()
    for padding, kept in ((_decode._MOST_KEPT_TEXT, 0), (1, 1)):
        text = {"a": [1], "p": " " * padding, "types": {"/a": "tuple"}}
        assert loads(json.dumps(text).encode(), None)["a"] == (1,)
        assert _decode._pointers.cache_info().currsize == kept


def test_names_of_dtypes_that_are_none_are_not_kept():
    before = _dtypes._dtype.cache_info().currsize
    with pytest.raises(TypeError):
        _dtypes.dtype_of("<f8" * 1000)
    assert _dtypes._dtype.cache_info().currsize == before


TEXTS = [
    b'{"a": 1}',
    b'{\n  "a": 1\n}',
    b'{"a": 1} ',
    b' {"a": 1}',
    b'{"a": 1}\n',
    b'{\t"a": 1}',
    b"{}",
    b'\xef\xbb\xbf{"a": 1}',
    b'{"a": "\xed\xa0\x80 \\ud800"}',
    b'{"a": NaN, "b": 123456789012345678901234567890, "a": -0.0}',
]


@pytest.mark.parametrize("text", TEXTS)
def test_objects_are_what_json_says(text):
    assert_same(loads_plain(text), json.loads(text))


@pytest.mark.parametrize(
    "text",
    [
        *(b'{"a": 1} {"b": 2}', b'{"a": 1}}', b'{"', b"{\n", b'{"a": \xff}', b"", b"{"),
        *(b'{"a": 1', b'{\n "a": 1,}', b'{"a": "\n"}', b'{"a"}', b"\xef\xbb\xbf{"),
    ],
)
def test_text_that_is_no_json(text):
    with pytest.raises(ValueError) as expected:  # noqa: PT011
        json.loads(text)
    with pytest.raises(BadMetadataError) as found:
        loads_plain(text)
    assert str(found.value) == f"expected JSON, found {expected.value}"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be"])
def test_other_encodings(encoding):
    with pytest.raises(BadMetadataError, match="JSON in UTF-8"):
        loads_plain('{"a": 1}'.encode(encoding))
