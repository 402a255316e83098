"""Types that JSON has no form for come back as they were."""

import datetime as dt
import json
import math
import warnings
import zoneinfo

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import (
    assert_same,
    make_result,
    members,
    stored,
    with_extra,
)

UTC = dt.UTC
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
VALUES = {
    "none": None,
    "bools": [True, False],
    "huge": 10**400,
    "negative": -(2**64),
    "beyond double": 2**53 + 1,
    "floats": [0.1, 5e-324, 1.7976931348623157e308, 1e22, -0.0, 1.0, 123456789.123],
    "no numbers": [math.nan, math.inf, -math.inf],
    "text": 'naïve 视觉 👁\u2028\n\t\0\x7f"\\/',
    "lone surrogates": ["\ud800", "a\udfff", "\udc00\ud800"],
    "tuple": (1, (2, (3,)), ()),
    "set": {1, "a", None, 2.5, (1, 2)},
    "sets of sets": frozenset({frozenset({1}), frozenset()}),
    "empty": [[], {}, (), set(), frozenset(), "", b"", bytearray()],
    "complex": [1 + 2j, complex(math.inf, -0.0), complex(math.nan, 1)],
    "bytes": [b"\0\xff", bytearray(b"abc")],
    "dates": [dt.date(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999)],
    "times": [dt.time(1, 2, 3, 4), dt.time(1, tzinfo=UTC), dt.time(2, fold=1)],
    "zones": [
        dt.datetime(2024, 1, 1, tzinfo=UTC),
        dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=-3))),
        dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(seconds=1), "odd")),
        dt.datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN),
        dt.datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN, fold=1),
        dt.datetime(2024, 10, 27, 2, 30, tzinfo=UTC, fold=1),
        dt.datetime(2024, 10, 27, 2, 30, fold=1),
    ],
    "durations": [dt.timedelta.min, dt.timedelta.max, dt.timedelta(microseconds=-1)],
    "integer keys": {1: "a", 2: "b"},
    "keys of scalars": {None: 1, True: 2, 2.5: 3, -1: 4, "a": 5},
    "keys alike as text": {1: "number", "1": "text"},
    "true and its text": {True: 1, "true": 2},
    "keys of tuples": {(1, 2): "a", frozenset({1}): "b", b"c": "c", 1j: "d"},
    "numpy keys": {np.int64(3): 1, np.float32(0.5): 2, np.str_("x"): 3},
    "nan keys": {math.nan: 1, "NaN": 2},
    "only nan key": {math.nan: 1},
    "dates as keys": {dt.date(2020, 1, 1): [1]},
    "key order": {"b": 1, "a": 2, "": 3},
    "pointer syntax": {"a/b": (1,), "a~b": (2,), "~1": (3,), "/": (4,), "": (5,)},
    "numbers as text": {"0": (1,), "-1": {2}},
    "words of the format": {"types": {"/a": "tuple"}, "netcdf": "extra_0.nc"},
    "deep": [[[[[[[[[[({"a": [(1,)]},)]]]]]]]]]],
}


@pytest.mark.parametrize("name", VALUES)
def test_python_values(name):
    value = VALUES[name]
    assert_same(
        with_extra({"value": value, name: value}), {"value": value, name: value}
    )
    found = sio.read_metadata(stored(make_result(), metadata={"value": value}))
    assert_same(found["extra"], {"value": value})


def test_the_same_object_twice():
    shared = [1, (2,)]
    assert_same(with_extra({"a": shared, "b": [shared, shared]})["b"], [shared, shared])


@pytest.mark.parametrize("depth", [100, 400])
def test_deep_nesting(depth):
    value = ()
    for _ in range(depth):
        value = [value]
    assert_same(with_extra({"deep": value}), {"deep": value})


def without_unit(kind, value):
    """Return a moment or duration of no unit, of which NumPy 2.5 warns, as older files may have it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return np.dtype(kind).type(value)


SCALARS = [
    *(np.bool_(True), np.int8(-1), np.uint64(2**64 - 1), np.float16(0.1)),
    *(np.float32(0.1), np.float64(0.1), np.float32(np.nan), np.float64(-np.inf)),
    *(np.complex64(1 + 0.1j), np.complex128(complex(np.inf, -0.0))),
    *(np.datetime64("2020-01-02"), without_unit("M8", "NaT"), np.datetime64(1, "25s")),
    *(np.timedelta64(3, "ms"), np.timedelta64("NaT", "D"), without_unit("m8", 7)),
    *(np.str_("ñ"), np.str_(""), np.bytes_(b"\xff\0a"), np.bytes_(b"")),
]


@pytest.mark.parametrize("value", SCALARS, ids=repr)
def test_numpy_scalars(value):
    assert_same(with_extra({"value": value, "in": (value,)})["in"][0], value)


DTYPES = [
    *("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"),
    *("c8", "c16", "M8[ns]", "M8[D]", "M8[7us]", "m8[s]", "m8", "U3", "S3", "U1", "S1"),
]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "shape", [(), (0,), (3,), (2, 0, 3), (2, 3), (1001,), (3, 500)], ids=str
)
def test_arrays(dtype, order, shape):
    dtype = np.dtype(dtype).newbyteorder(order)
    numbers = np.random.default_rng(7).integers(0, 100, shape)
    array = numbers.astype("i8").astype(dtype.newbyteorder("=")).astype(dtype)
    assert_same(with_extra({"array": array})["array"], array)


@pytest.mark.parametrize("size", [1001, 20_000])
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "c8", "c16", "u8", "i8"])
def test_bits_of_large_arrays(dtype, size):
    """Every bit survives, those of NaN too."""
    raw = np.random.default_rng(3).bytes(size * np.dtype(dtype).itemsize)
    array = np.frombuffer(raw, dtype)
    assert_same(with_extra({"array": array})["array"], array)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1),
        np.arange(4000)[::-2],
        np.broadcast_to(np.float64(3), (40, 50)),
        np.asfortranarray(np.arange(6000.0).reshape(60, 100)),
        np.ones((1,) * 12),
        np.ones((1001,) + (1,) * 9),
    ],
    ids=lambda array: str(array.shape),
)
def test_layouts(array):
    assert_same(with_extra({"array": array})["array"], array)


def test_arrays_come_back_writable():
    found = with_extra({"small": np.arange(3), "large": np.arange(3000)})
    assert all(
        array.flags.writeable and array.flags.owndata is not None
        for array in found.values()
    )
    found["large"][:] = 0


def test_object_arrays():
    array = np.empty((2, 2), dtype=object)
    array[:] = [[(1, 2), None], ["text", {3}]]
    assert_same(with_extra({"array": array})["array"], array)
    ragged = np.empty(2, dtype=object)
    ragged[:] = [[1], [1, 2]]
    assert_same(with_extra({"array": ragged})["array"], ragged)


def test_empty_object_arrays():
    for shape in ((0,), (0, 2), (2, 0)):
        array = np.empty(shape, dtype=object)
        assert_same(with_extra({"array": array})["array"], array)


@pytest.mark.parametrize("size", [1000, 1001])
def test_large_arrays_have_members(size):
    """A stock reader sees small arrays as the lists that upstream writes."""
    array = np.arange(size)
    written = members(stored(make_result(extra={"array": array})))
    document = json.loads(written["ndr_0/metadata.json"])
    shown = document["object_kwargs"]["extra"]["array"]
    if size > 1000:
        assert shown == {"netcdf": "extra_0.nc", "dtype": "<i8", "shape": [1001]}
        assert "ndr_0/extra_0.nc" in written
    else:
        assert shown == array.tolist()
        assert "ndr_0/extra_0.nc" not in written


def test_many_large_arrays():
    extra = {f"a{i}": np.arange(1001 + i) * i for i in range(12)}
    extra["same"] = extra["a3"]
    assert_same(with_extra(extra), extra)


def test_what_stock_readers_see():
    extra = {
        "tuple": (1, 2),
        "array": np.array([[1.5, 2.5]]),
        "scalar": np.float32(0.5),
        "date": dt.date(2020, 1, 2),
        "keys": {1: "a"},
    }
    document = json.loads(
        members(stored(make_result(extra=extra)))["ndr_0/metadata.json"]
    )
    assert document["object_kwargs"]["extra"] == {
        "tuple": [1, 2],
        "array": [[1.5, 2.5]],
        "scalar": 0.5,
        "date": "2020-01-02",
        "keys": {"1": "a"},
    }
    assert set(document) == {"object_type", "object_kwargs", "types"}


def test_plain_metadata_have_no_table():
    written = members(stored(make_result()))["ndr_0/metadata.json"]
    assert set(json.loads(written)) == {"object_type", "object_kwargs"}
    assert written.startswith(b'{\n  "object_type": "ndresult",\n')
