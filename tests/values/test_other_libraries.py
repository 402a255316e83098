"""Values of pyarrow, ml_dtypes, pytz and dateutil come back as they were, or as what is due to them."""

import datetime as dt
import decimal
import json
import random
import sys
import types

import numpy as np
import pandas as pd
import pytest

import skneuromsi_io as sio
from helpers import assert_same, edited, make_result, opened, stored, with_extra
from skneuromsi_io.values import dumps, loads


def in_memory(value):
    """Return what a collection that was made in memory gives of a value in `extra`."""
    result = make_result(extra={"v": value})
    return sio.NDResultCollection.from_ndresults("c", [result])[0]._extra["v"]


def arrow_column(values, kind):
    pa = pytest.importorskip("pyarrow")
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(values, kind(pa))))


ARROW = {
    "int8": ([1, None, 3], lambda pa: pa.int8()),
    "no values": ([], lambda pa: pa.int64()),
    "bool": ([True, None], lambda pa: pa.bool_()),
    "NaN beside null": ([float("nan"), None], lambda pa: pa.float64()),
    "text": (["a", None, "ñ"], lambda pa: pa.string()),
    "large text": (["a", None], lambda pa: pa.large_string()),
    "bytes": ([b"\0\xff", None], lambda pa: pa.binary()),
    "bytes of one width": ([b"ab", None], lambda pa: pa.binary(2)),
    "decimal": ([decimal.Decimal("1.50"), None], lambda pa: pa.decimal128(9, 2)),
    "dates": ([dt.date(2020, 1, 2), None], lambda pa: pa.date32()),
    "times": ([dt.time(1, 2, 3), None], lambda pa: pa.time64("ns")),
    "durations": ([dt.timedelta(1), None], lambda pa: pa.duration("us")),
    "moments": ([dt.datetime(2020, 1, 2), None], lambda pa: pa.timestamp("ns")),
    "zoned": ([dt.datetime(2020, 1, 2)], lambda pa: pa.timestamp("ns", "Europe/Oslo")),
    "offset": ([dt.datetime(2020, 1, 2)], lambda pa: pa.timestamp("s", "+01:30")),
    "dictionary": (["x", "y", None], lambda pa: pa.dictionary(pa.int8(), pa.string())),
    "lists": ([[1], [2, 3], None, []], lambda pa: pa.list_(pa.int64())),
    "pairs": ([[1, 2], None], lambda pa: pa.list_(pa.int8(), 2)),
    "struct": ([{"a": 1}, None], lambda pa: pa.struct([("a", pa.int64())])),
    "map": ([[("a", 1)], None], lambda pa: pa.map_(pa.string(), pa.int8())),
    "many": (range(5000), lambda pa: pa.int16()),
}


@pytest.mark.parametrize("name", ARROW)
def test_columns_of_pyarrow(name):
    column = arrow_column(*ARROW[name])
    frame = pd.DataFrame({"a": column, "b": range(len(column))})
    extra = {"column": column, "frame": frame, "part": column[1:2]}
    found = with_extra(extra)
    for key, value in extra.items():
        assert_same(found[key], value)
    assert found["column"].dtype == column.dtype
    # Whole, and with what NaN has beside null.
    assert repr(found["column"].array) == repr(column.array)
    assert repr(in_memory(column).array) == repr(column.array)


def test_an_index_of_pyarrow():
    pa = pytest.importorskip("pyarrow")
    index = pd.Index(pd.array([1, None], dtype=pd.ArrowDtype(pa.int8())), name="n")
    assert_same(with_extra({"v": index})["v"], index)


REFUSED_ARROW = {
    "null": ([None], lambda pa: pa.null()),
    "no width": ([b""], lambda pa: pa.binary(0)),
    "no items": ([[]], lambda pa: pa.list_(pa.int8(), 0)),
    "no fields": ([{}], lambda pa: pa.struct([])),
    "within": ([[None]], lambda pa: pa.list_(pa.null())),
    "unknown zone": ([0], lambda pa: pa.timestamp("ns", "Nowhere/Here")),
    "path as zone": ([0], lambda pa: pa.timestamp("ns", "/etc/passwd")),
}


@pytest.mark.parametrize("name", REFUSED_ARROW)
def test_types_without_bytes_are_refused(name):
    column = arrow_column(*REFUSED_ARROW[name])
    with pytest.raises(sio.UnstorableError, match=r"extra\['v'\].*dtype .*pyarrow"):
        stored(make_result(extra={"v": column}))
    assert in_memory(column).dtype == column.dtype


def stream(batches, **options):
    """Return an Arrow stream as a document has it."""
    pa = pytest.importorskip("pyarrow")
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(**options)
    with pa.ipc.new_stream(sink, batches[0].schema, options=options) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return np.frombuffer(sink.getvalue(), np.uint8)


def restored(data):
    """Return the index that a document has of the bytes of an Arrow stream."""
    encoded = dumps({"v": {"data": {"arrow": data}, "name": None}}, external=False)
    table = b'"types": {"/v": ["object", "pandas.Index"], '
    return loads(encoded.text.replace(b'"types": {', table), None)["v"]


def batch(array, name=""):
    pa = pytest.importorskip("pyarrow")
    return pa.record_batch([array], names=[name])


def test_streams_that_claim():
    pa = pytest.importorskip("pyarrow")
    numbers = batch(pa.array([1, 2]))
    assert restored(stream([numbers])).tolist() == [1, 2]
    zeros = batch(pa.array(np.zeros(10_000)))
    words = batch(pa.array(["ab"] * 1000).dictionary_encode())
    field = pa.field("", pa.int64(), metadata={"ARROW:extension:name": "x"})
    extension = pa.record_batch([pa.array([1])], schema=pa.schema([field]))
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([2**31 - 1], "i4"), [1])
    for bad in (
        *(stream([zeros], compression=codec) for codec in ("lz4", "zstd")),
        stream([words], compression="zstd"),
        stream([extension]),
        *(stream([batch(pa.nulls(length))]) for length in (2, 10**9)),
        stream([batch(pa.array([{}, {}]))]),
        stream([batch(runs)]),
        stream([pa.record_batch([pa.array([1])] * 2, names=["a", "b"])]),
        np.zeros(0, np.uint8),
        stream([numbers]).astype("i8"),
    ):
        with pytest.raises(sio.BadMetadataError, match="/v"):
            restored(bad)


@pytest.mark.parametrize("name", ["dictionary", "struct", "text", "int8"])
def test_damaged_streams(name):
    """Every truncation, and seeded damage: an error of ours, or a column that is valid."""
    pa = pytest.importorskip("pyarrow")
    good = stream([batch(arrow_column(*ARROW[name]).array.__arrow_array__().chunk(0))])
    rng = random.Random(7)
    damaged = [good[:length] for length in range(0, len(good), 7)]
    for _ in range(300):
        copy = good.copy()
        copy[rng.randrange(len(copy))] ^= 1 << rng.randrange(8)
        damaged.append(copy)
    refused = 0
    for data in damaged:
        try:
            pa.array(restored(data).array).validate(full=True)
        except sio.SkneuromsiIOError:
            refused += 1
    assert 0 < refused < len(damaged)


def test_a_column_of_pyarrow_needs_pyarrow(monkeypatch):
    archive = stored(make_result(extra={"v": arrow_column(*ARROW["int8"])}))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(sio.MissingPackageError, match="install the package pyarrow"):
        opened(archive)[0]


def test_text_of_pyarrow_as_files_had_it():
    """Values and dtype as versions before wrote them for simple columns of pyarrow."""
    column = arrow_column(["a", None], lambda pa: pa.string())

    def change(document):
        data = {"values": ["a", None], "dtype": "string[pyarrow]"}
        document["object_kwargs"]["extra"]["v"]["data"] = data

    archive = stored(make_result(extra={"v": pd.Series(["a", None], dtype="string")}))
    found = opened(edited(archive, "ndr_0/metadata.json", change))[0]._extra["v"]
    assert_same(found, column)


@pytest.mark.parametrize("storage", ["python", "pyarrow"])
@pytest.mark.parametrize("missing", [pd.NA, np.nan])
def test_storage_of_text(storage, missing):
    pytest.importorskip("pyarrow")
    column = pd.Series(["a", None], dtype=pd.StringDtype(storage, na_value=missing))
    found = with_extra({"v": column})["v"]
    assert_same(found, column)
    assert found.dtype.storage == storage


SMALL = [
    *("bfloat16", "float8_e4m3fn", "float8_e5m2", "float8_e4m3b11fnuz", "float8_e3m4"),
    *("int4", "uint4"),
]


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 2), (1001,)], ids=str)
def test_numbers_of_ml_dtypes(name, shape):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    dtype = np.dtype(getattr(ml_dtypes, name))
    array = np.random.default_rng(5).integers(0, 7, shape).astype(dtype)
    extra = {"array": array, "scalar": dtype.type(3)}
    assert_same(with_extra(extra), extra)
    assert in_memory(array).dtype == dtype


def test_what_stock_readers_see_of_bfloat16():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    array = np.array([0.5, np.inf, np.nan, -0.0], ml_dtypes.bfloat16)
    document = loads(dumps({"v": array}).text.replace(b'"types"', b'"t"'), None)
    assert str(document["v"]) == "[0.5, inf, nan, -0.0]"
    assert document["t"] == {"/v": ["array", "bfloat16", [4]]}


def test_bfloat16_needs_ml_dtypes(monkeypatch):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    archive = stored(make_result(extra={"v": np.ones(2, ml_dtypes.bfloat16)}))
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    from skneuromsi_io.values import _dtypes

    _dtypes._dtype.cache_clear()
    with pytest.raises(
        sio.MissingPackageError, match="version of the package ml_dtypes"
    ):
        opened(archive)[0]


def test_dtypes_of_later_versions_say_which_is_due(monkeypatch):
    """ml_dtypes 0.4 has no float4, NumPy 1 no text of any length."""
    from skneuromsi_io.values import _dtypes

    _dtypes._dtype.cache_clear()
    monkeypatch.setitem(sys.modules, "ml_dtypes", types.ModuleType("ml_dtypes"))
    monkeypatch.delattr(np.dtypes, "StringDType", raising=False)
    for kind, remedy in (
        (
            ["scalar", "float4_e2m1fn"],
            "install the newest version of the package ml_dt",
        ),
        (["array", "StringDType", [1]], "install NumPy 2 or later"),
    ):
        text = json.dumps({"v": ["a"], "types": {"/v": kind}})
        with pytest.raises(sio.MissingPackageError, match="known here") as raised:
            loads(text.encode(), None)
        assert remedy in raised.value.remedy
        assert raised.value.found == repr(kind[1])


@pytest.mark.parametrize("number", [0.1, 300, 1e300])
def test_numbers_that_a_small_dtype_has_not(number):
    pytest.importorskip("ml_dtypes")
    text = b'{"v": %r, "types": {"/v": ["scalar", "float8_e5m2"]}}' % number
    with pytest.raises(sio.BadMetadataError, match="/v"):
        loads(text, None)
