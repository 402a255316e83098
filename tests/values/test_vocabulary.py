"""A value of a type that FORMAT.md has in another form is refused, and what is written is read."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import skneuromsi_io
from helpers import assert_same, make_result, stored
from skneuromsi_io import BadMetadataError, MissingPackageError
from skneuromsi_io.values import _budget, dumps, loads


def restored(value, name, at="/v", **more):
    text = json.dumps({"v": value, "types": {at: name, **more}})
    return loads(text.encode(), None)["v"]


LOOSE = [
    # A fraction, text, truth, too many numbers where one integer is due.
    *(
        (value, ["scalar", f"<{kind}8[s]"])
        for kind in "mM"
        for value in (1.9, "5", True, [1], None)
    ),
    *((value, ["array", "<M8[s]", [1]]) for value in ([1.5], [True], ["1"], [2**63])),
    ([0.5, 0, 0], "timedelta"),
    ([0, 0], "timedelta"),
    ([0, 86400, 0], "timedelta"),
    ([True, 0, 0], "timedelta"),
    *(
        (value, "complex")
        for value in (["1+2j"], "7", [1], [1, 2, 3], [True, False], 7, [None, 1])
    ),
    *((value, ["scalar", "<c16"]) for value in ("7", [1], [True, 1], 1.5)),
    # Dtypes that are none of the table, or not of this machine's.
    *(
        (1, ["scalar", name])
        for name in ("<f16", "f8", "=f8", "|i8", "<i1", "<f1", "O8", "<c32", "<V2")
    ),
    ([1], ["array", "<f16", [1]]),
    ([1], ["array", "|V8", [1]]),
    # Numbers that a dtype has not.
    (300, ["scalar", "|u1"]),
    ([-1], ["array", "|u1", [1]]),
    (1e300, ["scalar", "<f4"]),
    ([1e10], ["array", "<f2", [1]]),
    # Text of another width.
    ("abc", ["scalar", "<U2"]),
    ("a", ["scalar", "<U2"]),
    ("YQ==", ["scalar", "|S2"]),
    (["a"], ["array", "<U1", [1], "nan"]),
    # Forms of ISO 8601 that Python reads, and does not write.
    *((text, "date") for text in ("20200101", "2020-W01-1", "2020-1-1", 5)),
    *(
        (text, "datetime")
        for text in (
            "2020-01-01",
            "20200101T000000",
            "2020-01-01 00:00:00",
            "2020-01-01T00:00:00Z",
        )
    ),
    *((text, "time") for text in ("01", "0102", "T01:02:03", "01:02:03,5")),
    *(
        ("2020-01-01T00:00:00", ["datetime", None, fold])
        for fold in (True, 2, "0", 1.0)
    ),
    ("2020-01-01T00:00:00", ["datetime", None, 0, "X"]),
    ("2020-01-01T00:00:00+01:00", ["datetime", "Europe/Oslo", 0, "X"]),
    # Items and keys that are equal, or none.
    *(([1, True], name) for name in ("set", "frozenset")),
    (["a", "a"], "set"),
    ({"a": 1}, "set"),
    ("ab", "tuple"),
    ([[1, 2], [1, 3]], "pairs"),
    ([[1, 2], [True, 3]], "pairs"),
    (["ab"], "pairs"),
    ([{"a": 1, "b": 2}], "pairs"),
    ([[1]], "pairs"),
    ({"1": 1, "true": 2}, ["keys", [1, True]]),
    ({"1": 1}, ["keys", [2]]),
    ({"1": 1}, ["keys", [1, 2]]),
    ({"1": 1}, ["keys", {"1": 1}]),
    ([1], ["keys", [1]]),
    ("YQ", "bytes"),
    ("YQ==\n", "bytes"),
    (5, "bytes"),
    # Arguments where a type has none, and none where it has some.
    ([1], ["tuple"]),
    ([1], ["tuple", 1]),
    ([1], ["array", "<i8"]),
    ({}, ["object"]),
]


LOOSE_STRINGS = [
    ([None], ["array", "StringDType", [1]]),
    ([1], ["array", "StringDType", [1]]),
    (["a"], ["array", "StringDType", [1], "zero"]),
]


@pytest.mark.parametrize(("value", "name"), LOOSE, ids=repr)
def test_loose_values_are_refused(value, name):
    with pytest.raises(BadMetadataError):
        restored(value, name)


@pytest.mark.parametrize(("value", "name"), LOOSE_STRINGS, ids=repr)
def test_loose_text_of_any_length_is_refused(value, name):
    # NumPy before 2 has no dtype to hold it against.
    known = hasattr(np.dtypes, "StringDType")
    with pytest.raises(BadMetadataError if known else MissingPackageError):
        restored(value, name)


def test_strict_values_are_taken():
    """The refusals above are of their values: the same types take the right ones."""
    for value, name, expected in (
        (1, ["scalar", "<M8[s]"], np.datetime64(1, "s")),
        (-(2**63), ["scalar", "<m8[D]"], np.timedelta64("NaT", "D")),
        ([1, 2.5], "complex", 1 + 2.5j),
        (255, ["scalar", "|u1"], np.uint8(255)),
        ("a", ["scalar", "<U1"], np.str_("a")),
        ({"1": 1, "true": 2}, ["keys", [1, "true"]], {1: 1, "true": 2}),
        ([float("nan"), float("nan")], "set", {float("nan"), float("nan")}),
    ):
        assert_same(restored(value, name), expected)


@pytest.mark.parametrize(
    "pointer",
    [
        "/v/-1",
        "/v/01",
        "/v/+1",
        "/v/ 1",
        "/v/1_0",
        "/v/٣",
        "/v/1.0",
        "/v/-",
        "/v/~2",
        "/v/~",
    ],
)
def test_pointers_are_those_of_rfc_6901(pointer):
    with pytest.raises(BadMetadataError):
        restored([[1]] * 20, "tuple", at=pointer)


def pandas_value(kind, value, **types):
    rows = {f"/v{at}": row for at, row in types.items()}
    return restored(value, ["object", f"pandas.{kind}"], **rows)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (
            "Timestamp",
            {"moment": "2020-01-01T00:00:00+05:00", "unit": "s", "tz": "UTC"},
        ),
        ("Timestamp", {"moment": "2020-01-01T00:00:00+00:00", "unit": "s", "tz": None}),
        ("Timestamp", {"moment": "2020-01-01T00:00:00", "unit": "s", "tz": "UTC"}),
        ("Timestamp", {"moment": "2020-01-01T00:00:00.5", "unit": "s", "tz": None}),
        ("Index", {"data": {"values": [1.5], "dtype": "Int64"}, "name": None}),
        ("Index", {"data": {"values": [True], "dtype": "Int64"}, "name": None}),
        ("Index", {"data": {"values": [1], "dtype": "boolean"}, "name": None}),
        ("Index", {"data": {"values": [300], "dtype": "Int8"}, "name": None}),
        ("Index", {"data": {"values": [5], "dtype": "string"}, "name": None}),
        ("Index", {"data": {"values": ["5"], "dtype": "Int64"}, "name": None}),
        (
            "Index",
            {"data": {"values": ["a"], "dtype": "str", "storage": "x"}, "name": None},
        ),
        ("Index", {"range": [0, 1.5, 1], "name": None}),
        ("Index", {"range": [0, True, 1], "name": None}),
        ("Index", {"range": [0, 2**70, 1], "name": None}),
        ("Index", {"levels": [[0]], "codes": [[0]], "names": None}),
    ],
    ids=repr,
)
def test_loose_parts_of_pandas_are_refused(kind, value):
    with pytest.raises(BadMetadataError):
        pandas_value(kind, value)


@pytest.mark.parametrize(
    "duration", [np.timedelta64("NaT", "s"), np.timedelta64(1, "D")]
)
def test_durations_of_pandas_have_its_units(duration):
    row = ["scalar", duration.dtype.str]
    value = {"duration": int(duration.astype("i8"))}
    with pytest.raises(BadMetadataError):
        pandas_value("Timedelta", value, **{"/duration": row})


SETS = """
import sys
from skneuromsi_io.values import dumps
items = [
    *("a", "b", "cc", b"d", 1, 2.5, None, (1, "x"), (1, "y"), ("a", (2,))),
    *(frozenset("pq"), frozenset({"r", ("s", frozenset("tu"))}), float("nan"), 1j),
]
document = {"v": set(items), "w": {frozenset(items): frozenset("abcdef")}}
sys.stdout.buffer.write(dumps(document).text)
"""


def test_sets_have_one_order_in_every_process():
    package = str(Path(skneuromsi_io.__file__).parents[1])
    texts = set()
    for seed in ("1", "2", "3", "4"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": package}
        command = [sys.executable, "-c", SETS]
        texts.add(
            subprocess.run(command, env=env, capture_output=True, check=True).stdout
        )
    assert len(texts) == 1


def test_sets_nested_deep_take_no_time():
    value = frozenset()
    for number in range(200):
        value = frozenset({value, number})
    document = {"v": value}
    assert loads(dumps(document).text, None) == document


def test_descriptors_say_what_is_there():
    archive = dumps({"v": np.arange(2000.0)})
    document = json.loads(archive.text)
    array = archive.arrays[0][1]
    assert loads(archive.text, lambda _: array)["v"].size == 2000
    for key, value in (("dtype", "<f4"), ("shape", [1]), ("shape", None)):
        document["v"] = {**json.loads(archive.text)["v"], key: value}
        with pytest.raises(BadMetadataError):
            loads(json.dumps(document).encode(), lambda _: array)


STRINGS = [
    lambda kind: np.array(["a", "", "ñ" * 100], kind()),
    lambda kind: np.array([["a", None]], kind(na_object=None)),
    lambda kind: np.array([["a", np.nan]], kind(na_object=np.nan)),
    lambda kind: np.zeros((0, 3), kind()),
    lambda kind: np.full(2000, "text", kind()),
]


@pytest.mark.parametrize("make", STRINGS)
def test_text_of_any_length(make):
    kind = getattr(np.dtypes, "StringDType", None)
    if kind is None:
        pytest.skip("this NumPy has no StringDType")
    array = make(kind)
    found = loads(dumps({"v": array}).text, None)["v"]
    assert found.dtype == array.dtype
    assert str(found.tolist()) == str(array.tolist())
    assert stored(make_result(extra={"v": array}))


def test_columns_of_no_rows_are_counted(monkeypatch):
    monkeypatch.setattr(_budget, "_FREE_BYTES", 1 << 20)
    columns = pd.Index(range(1_000))
    frame = pd.DataFrame(np.zeros((0, 1_000)), columns=columns).astype("Int64")
    with pytest.raises(skneuromsi_io.UnstorableError, match="so many columns"):
        dumps({"v": frame})
    text = json.dumps(
        {
            "v": {
                "index": {"range": [0, 0, 1], "name": None},
                "columns": {"range": [0, 1_000, 1], "name": None},
                "data": [{"values": [], "dtype": "Int64"}] * 1_000,
            },
            "types": {
                "/v": ["object", "pandas.DataFrame"],
                "/v/index": ["object", "pandas.Index"],
                "/v/columns": ["object", "pandas.Index"],
            },
        }
    )
    with pytest.raises(BadMetadataError, match="too many columns"):
        loads(text.encode(), None)
    few = dumps({"v": frame.iloc[:, :500]}).text
    assert loads(few, None)["v"].shape == (0, 500)


@pytest.mark.parametrize("length", [2 * 10**9, 2**40])
def test_ranges_are_claims(length):
    claim = pd.RangeIndex(length)
    few = pd.RangeIndex(1000)
    index = pd.MultiIndex(levels=[few, ["a"]], codes=[[0, 999], [0, 0]])
    categories = pd.Series(pd.Categorical.from_codes([0, 999], categories=few))
    for value in (index, categories):
        text = dumps({"v": value}).text
        assert_same(loads(text, None)["v"], value)
        bad = text.replace(b"1000", str(length).encode())
        assert bad != text
        with pytest.raises(BadMetadataError, match="for 2 "):
            loads(bad, None)
    # A range that stands for itself takes no memory.
    assert_same(loads(dumps({"v": claim}).text, None)["v"], claim)
