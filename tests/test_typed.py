"""Types that JSON has no form for come back as they were."""

import collections
import datetime as dt
import json
import math
import zoneinfo
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import skneuromsi_io as sio
from helpers import (
    assert_same,
    edited,
    make_array,
    make_result,
    members,
    opened,
    stored,
    through_file,
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


@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: {"a": v}, lambda v: (v,)])
def test_too_deep(wrap):
    value = 1
    for _ in range(100_000):
        value = wrap(value)
    with pytest.raises(ValueError, match="nest"):
        stored(make_result(), metadata={"deep": value})
    while not isinstance(value, int):  # a deep tuple's own destructor may recurse
        value = next(iter(value.values() if isinstance(value, dict) else value))


def test_containing_itself():
    value = []
    value.append(value)
    with pytest.raises(ValueError, match="nest"):
        stored(make_result(extra={"loop": value}))


SCALARS = [
    *(np.bool_(True), np.int8(-1), np.uint64(2**64 - 1), np.float16(0.1)),
    *(np.float32(0.1), np.float64(0.1), np.float32(np.nan), np.float64(-np.inf)),
    *(np.complex64(1 + 0.1j), np.complex128(complex(np.inf, -0.0))),
    *(np.datetime64("2020-01-02"), np.datetime64("NaT"), np.datetime64(1, "25s")),
    *(np.timedelta64(3, "ms"), np.timedelta64("NaT", "D"), np.timedelta64(7)),
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


class Text(str):
    __slots__ = ()


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
    assert_same(through_file(result)._extra["value"], base)


def test_subclasses_in_memory_stay():
    results = [make_result(extra={"value": Point(1, 2)})]
    held = sio.NDResultCollection.from_ndresults("n", results)
    assert type(held[0]._extra["value"]) is Point


class Opaque:
    pass


REFUSED = {
    "object": Opaque(),
    "class": Opaque,
    "function": len,
    "fraction": Fraction(1, 2),
    "range": range(3),
    "generator": iter([1]),
    "structured": np.zeros(2, [("a", "i4"), ("b", "f8")]),
    "structured scalar": np.zeros(2, [("a", "i4")])[0],
    "longdouble": np.longdouble(1),
    "longdoubles": np.zeros(2, np.longdouble),
    "void": np.void(b"abc"),
    "own time zone": dt.datetime(2020, 1, 1, tzinfo=type("Zone", (dt.tzinfo,), {})()),
    "object in array": np.array([Opaque()], dtype=object),
}


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


INDEXES = {
    "integers": pd.Index([3, 1, 2]),
    "named": pd.Index(["a", "b", "c"], name="letter"),
    "floats": pd.Index([0.5, np.nan, 1], dtype="f4"),
    "range": pd.RangeIndex(0, 6, 2, name="r"),
    "dates": pd.DatetimeIndex(["2020-01-01", "2021-01-01", "NaT"]),
    "zoned": pd.DatetimeIndex(["2020-01-01", "2021", "2022"], tz="Europe/Berlin"),
    "durations": pd.to_timedelta([1, 2, 3], unit="s"),
    "bools": pd.Index([True, False, True]),
    "objects": pd.Index([1, "a", None], dtype=object),
    "tuples as names": pd.Index([1, 2, 3], name=("a", 1)),
    "several": pd.MultiIndex.from_tuples(
        [("a", 1), ("b", 2), ("b", 3)], names=["x", None]
    ),
    "categories": pd.CategoricalIndex(["a", "b", "a"], ordered=True),
}


@pytest.mark.parametrize("name", INDEXES)
def test_pandas_indexes(name):
    index = INDEXES[name]
    series = pd.Series([1.5, 2.5, np.nan], index=index, name=name)
    frame = pd.DataFrame({"a": [1, 2, 3]}, index=index)
    extra = {"index": index, "series": series, "frame": frame, "columns": frame.T}
    assert_same(with_extra(extra), extra)


COLUMNS = {
    "float32": np.array([1, 2, np.nan], "f4"),
    "uint8": np.array([1, 2, 3], "u1"),
    "bool": [True, False, True],
    "text": ["a", None, "ñ"],
    "string": pd.array(["a", None, "ñ"], dtype="string"),
    "Int64": pd.array([1, None, 3], dtype="Int64"),
    "boolean": pd.array([True, None, False], dtype="boolean"),
    "Float32": pd.array([0.5, None, 1], dtype="Float32"),
    "dates": pd.to_datetime(["2020-01-01", None, "2021-01-01"]),
    "zoned": pd.to_datetime(["2020-01-01", None, "2021-01-01"]).tz_localize(
        "Asia/Tokyo"
    ),
    "durations": pd.to_timedelta([1, None, 3], unit="ms"),
    "categories": pd.Categorical(["x", None, "y"], categories=["y", "x", "z"]),
    "objects": np.array([(1,), "a", {2}], dtype=object),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_pandas_columns(name):
    extra = {
        "series": pd.Series(COLUMNS[name]),
        "frame": pd.DataFrame({name: COLUMNS[name], 3: [1, 2, 3]}),
    }
    assert_same(with_extra(extra), extra)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame(index=[1, 2]),
        pd.DataFrame(columns=["a"]),
        pd.DataFrame([[1, 2.5]], columns=["a", "a"]),
        pd.DataFrame(np.arange(6000.0).reshape(2000, 3)),
        pd.Series([], dtype="f8"),
        pd.Series(np.arange(2000), name=("a", 1)),
        pd.DataFrame({"p": pd.period_range("2020", periods=2, freq="D").astype(str)}),
    ],
    ids=lambda frame: f"{type(frame).__name__}{frame.shape}",
)
def test_pandas_shapes(frame):
    assert_same(with_extra({"frame": frame})["frame"], frame)


@pytest.mark.parametrize(
    "value",
    [
        pd.Series(pd.period_range("2020", periods=2, freq="D")),
        pd.Series(pd.arrays.SparseArray([0, 1])),
        pd.Series(pd.interval_range(0, 2)),
        xr.DataArray(
            [1, 2], coords={"x": pd.MultiIndex.from_tuples([(1, 2), (3, 4)])}, dims="x"
        ),
    ],
    ids=lambda value: str(value.dtype),
)
@pytest.mark.filterwarnings("ignore:.*MultiIndex")
def test_refused_labelled(value):
    with pytest.raises(TypeError, match=r"extra\['bad'\].* cannot be stored"):
        stored(make_result(extra={"bad": value}))


LABELLED = {
    "array": make_array(attrs={"unit": "Hz", "odd": (1, 2)}),
    "large array": make_array("f4", (2, 30, 40, 1)),
    "no name": xr.DataArray([1, 2, 3]),
    "scalar": xr.DataArray(3.5),
    "more coordinates": make_array().assign_coords(run=3, label=("modes", ["a", "b"])),
    "text": xr.DataArray(["a", "ñ"], dims="x", name="names"),
    "dates": xr.DataArray(np.array(["2020-01-01", "2021-01-01"], "M8[ns]"), dims="t"),
    "int32 labels": make_array(times=np.arange(3, dtype="i4")),
    "integer names": xr.DataArray([1], dims=["x"], name=3),
    "dataset": xr.Dataset(
        {"a": ("x", [1.5, 2.5]), "b": (("x", "y"), np.ones((2, 3), "f4")), "c": 1},
        coords={"x": ["u", "v"], "z": 3},
        attrs={"title": "t"},
    ),
    "empty dataset": xr.Dataset(),
}


@pytest.mark.parametrize("name", LABELLED)
def test_xarray(name):
    value = LABELLED[name]
    assert_same(with_extra({"value": value, "in": [(value,)]})["in"][0][0], value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"/object_kwargs/extra/t": "nope"}, "unknown type 'nope'"),
        (
            {"/object_kwargs/extra/t": ["array", "<i8", [7]]},
            "expected a value that fits",
        ),
        (
            {"/object_kwargs/extra/t": ["array", "O8", [-1]]},
            "expected a value that fits",
        ),
        ({"/object_kwargs/extra/t": ["external", "<i8", [2]]}, "expected a value that"),
        ({"/object_kwargs/extra/t": "datetime"}, "expected a value that fits"),
        ({"/object_kwargs/extra/none": "tuple"}, "expected a value that fits"),
        ({"/object_kwargs/extra/t/9": "tuple"}, "expected a value that fits"),
        ({"object_kwargs": "tuple"}, "expected a JSON pointer"),
        ({"": "tuple"}, "expected a JSON pointer"),
        ([], "expected an object"),
    ],
    ids=str,
)
def test_tables_that_do_not_fit(change, message):
    archive = stored(make_result(extra={"t": (1, 2)}))
    broken = edited(archive, "ndr_0/metadata.json", lambda d: d.update(types=change))
    with pytest.raises(ValueError, match=message):
        list(opened(broken))
