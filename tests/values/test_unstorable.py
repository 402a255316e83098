"""Values that no file can carry are refused, with their key; subclasses are stored as their base."""

import collections
import datetime as dt
import enum
import io
import pathlib
import struct
import zoneinfo
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import skneuromsi_io as sio
from helpers import (
    assert_same,
    make_array,
    make_result,
    stored,
    through_file,
)


class Text(str):
    __slots__ = ()


class Level(enum.IntEnum):
    LOW = 1


class Number(int):
    pass


class Array(np.ndarray):
    pass


Point = collections.namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("value", "base"),
    [
        (Text("a"), "a"),
        (Number(3), 3),
        (Level.LOW, 1),
        (Point(1, 2), (1, 2)),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (collections.defaultdict(list, a=[1]), {"a": [1]}),
        (np.arange(2).view(Array), np.arange(2)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_subclasses_become_their_bases(value, base):
    result = make_result(extra={"value": value})
    assert_same(through_file(result).extra_["value"], base)


def test_a_zone_that_was_read_from_a_file_becomes_an_offset():
    moment = dt.datetime(2020, 1, 1, tzinfo=_unknown_zone())
    found = through_file(make_result(extra={"t": moment}))._extra["t"]
    assert_same(found, dt.datetime(2020, 1, 1, tzinfo=dt.UTC))


@pytest.mark.parametrize("cls", [pathlib.PurePosixPath, pathlib.PureWindowsPath])
def test_paths_become_text(cls):
    path = cls("a") / "b"
    assert_same(through_file(make_result(extra={"p": path}))._extra["p"], str(path))
    held = sio.NDResultCollection.from_ndresults("n", [make_result(extra={"p": path})])
    assert held[0]._extra["p"] == path


def test_subclasses_in_memory_stay():
    results = [make_result(extra={"value": Point(1, 2)})]
    held = sio.NDResultCollection.from_ndresults("n", results)
    assert type(held[0].extra_["value"]) is Point


class Frozen(dict):
    def __hash__(self):
        return 1


class Odd(int):
    """A number that is equal to itself only."""

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return int.__hash__(self)


class Alternating(dt.tzinfo):
    """A zone whose offset depends on the day, so that times have none."""

    def utcoffset(self, moment):
        return None if moment is None else dt.timedelta(hours=moment.day % 2)


#: Integers that hash alike: equal modulo 2**61 - 1.
ALIKE = [number * (2**61 - 1) for number in range(1, 1100)]


class Opaque:
    pass


class Colour(enum.Enum):
    RED = 1


def _unknown_zone():
    """Return a zone that was read from a file, whose name is not that of a zone."""
    # RFC 8536: no transitions, one local time of offset 0, its name.
    counts = struct.pack(">6I", 0, 0, 0, 0, 1, 4)
    tzif = b"TZif" + bytes(16) + counts + bytes(6) + b"UTC\0"
    return zoneinfo.ZoneInfo.from_file(io.BytesIO(tzif), key="Nowhere/Here")


REFUSED = {
    "object": Opaque(),
    "class": Opaque,
    "enum": Colour.RED,
    "function": len,
    "fraction": Fraction(1, 2),
    "range": range(3),
    "generator": iter([1]),
    "structured": np.zeros(2, [("a", "i4"), ("b", "f8")]),
    "structured scalar": np.zeros(2, [("a", "i4")])[0],
    "longdouble": np.longdouble(1),
    "longdoubles": np.zeros(2, np.longdouble),
    "void": np.void(b"abc"),
    "masked": np.ma.array([1, 2], mask=[0, 1]),
    "masked large": np.ma.zeros(2000),
    "masked scalar": np.ma.masked,
    "own time zone": dt.datetime(2020, 1, 1, tzinfo=type("Zone", (dt.tzinfo,), {})()),
    "time of no offset": dt.time(1, tzinfo=Alternating()),
    "surrogates that follow": "\ud800\udc00",
    "surrogates in a key": {"\ud83d\ude00": 1},
    "keys of one hash": dict.fromkeys(ALIKE),
    "unhashable as its base": {Frozen(a=1)},
    "equal as their bases": {Odd(1): "a", 1: "b"},
    "text and path": {"a": 1, pathlib.PurePosixPath("a"): 2},
    "object in array": np.array([Opaque()], dtype=object),
}
if hasattr(np.dtypes, "StringDType"):
    # Text of any width, since NumPy 2.
    kind = np.dtypes.StringDType(na_object="x")
    REFUSED["missing text of its own"] = np.array(["a"], kind)
    kind = np.dtypes.StringDType(na_object=pd.NA)
    REFUSED["missing text of pandas"] = np.array(["a", pd.NA], kind)


def test_what_hashes_alike_is_stored_up_to_a_thousand():
    for value in (set(ALIKE[:900]), dict.fromkeys(ALIKE[:900], 1)):
        assert_same(through_file(make_result(extra={"v": value}))._extra["v"], value)
    pairs = {(number, "x") for number in ALIKE[:300]}
    assert_same(through_file(make_result(extra={"v": pairs}))._extra["v"], pairs)


@pytest.mark.parametrize("name", REFUSED)
def test_refused_values_are_kept_in_memory(name):
    result = make_result(extra={"v": [REFUSED[name]]})
    if name in ("function", "generator", "class"):
        pytest.skip("cannot be copied, or is its own copy")
    held = sio.NDResultCollection.from_ndresults("n", [result])
    assert type(held[0]._extra["v"][0]) is type(REFUSED[name])


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("where", ["extra", "run_parameters", "nmap"])
def test_refused(name, where, tmp_path):
    value = {"outer": [0, {name: REFUSED[name]}]}
    result = make_result(**{where: value})
    key = rf"{where}\['outer'\]\[1\]\['{name}'\].*: .* cannot be stored"
    with pytest.raises(TypeError, match=key) as raised:
        sio.to_ndr(tmp_path / "new.ndc", result)
    assert isinstance(raised.value, sio.SkneuromsiIOError)
    assert list(tmp_path.iterdir()) == []


def test_refused_names_the_result():
    results = [make_result(), make_result(extra={"bad": Opaque()})]
    collection = sio.NDResultCollection.from_ndresults("n", results)
    with pytest.raises(
        TypeError, match=r"^result 1: extra\['bad'\]: an object of type"
    ):
        stored(collection)


def test_a_masked_array_as_attribute_is_refused():
    array = make_array(attrs={"a": np.ma.array([1, 2], mask=[0, 1])})
    with pytest.raises(sio.UnstorableError, match=r"\['attrs'\]\['a'\]: a masked"):
        stored(make_result(array))


def test_a_masked_array_in_memory_keeps_its_mask():
    results = [make_result(extra={"value": np.ma.array([1, 2], mask=[0, 1])})]
    held = sio.NDResultCollection.from_ndresults("n", results)
    assert held[0].extra_["value"].mask.tolist() == [False, True]
