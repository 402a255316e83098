"""Each MUST of FORMAT.md, section 5: what JSON does not tell."""

import datetime as dt
import json
import zoneinfo

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from plain import FORMAT, a_result, edited, members_of, opened

import skneuromsi_io as sio
from helpers import zipped

TYPED = {
    "tuple": (1, (2, 3)),
    "set": {1, 2},
    "frozenset": frozenset("ab"),
    "keys": {1: "a", None: 2, 2.5: 3, False: 4},
    "pairs": {(1, 2): "a", "b": 1},
    "complex": 1.5 - 2j,
    "bytes": b"\0\xff",
    "bytearray": bytearray(b"abc"),
    "date": dt.date(2026, 11, 24),
    "time": dt.time(1, 2, 3, 4),
    "datetime": dt.datetime(2026, 11, 24, 1, tzinfo=dt.UTC),
    "zoned": dt.datetime(2026, 10, 25, 2, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Oslo")),
    "timedelta": dt.timedelta(-1, 2, 3),
    "scalar": np.float32(1.1),
    "scalar c": np.complex128(1 + 2j),
    "scalar M": np.datetime64("2026-11-24", "ns"),
    "array": np.arange(6, dtype=">u2").reshape(2, 3),
    "array c": np.array([1 + 2j]),
    "array M": np.array(["2026-11-24", "NaT"], dtype="M8[D]"),
    "array U": np.array(["ñ", "longer"]),
    "array S": np.array([b"\xff\0a", b""]),
    "array T": np.array(
        ["a", "longer"], getattr(np.dtypes, "StringDType", lambda: "U")()
    ),
    "array O": np.array([1, "a", None, (1,)], dtype=object),
    "external": np.arange(2000, dtype="f4"),
    "data array": xr.DataArray([1, 2], dims="x", coords={"x": ["a", "b"]}, name="n"),
    "dataset": xr.Dataset({"v": ("x", [1.0, 2.0])}, attrs={"k": (1,)}),
    "frame": pd.DataFrame({"a": [1, 2], "b": ["x", None]}, index=[3, 4]),
    "series": pd.Series([1.5, 2.5], name="s"),
    "index": pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["n", None]),
}


@pytest.mark.parametrize("name", TYPED)
def test_types_vocabulary(name):
    value = TYPED[name]
    members = members_of(a_result({"value": value}))
    found = opened(members).extra_["value"]
    assert type(found) is type(value)
    if isinstance(value, np.ndarray):
        assert found.dtype == value.dtype
        np.testing.assert_array_equal(found, value)
    elif isinstance(value, (xr.DataArray, xr.Dataset)):
        xr.testing.assert_identical(found, value)
    elif isinstance(value, (pd.DataFrame, pd.Series, pd.Index)):
        assert found.equals(value)
    else:
        assert found == value
        if not isinstance(value, (set, frozenset)):  # their order is free
            assert repr(found) == repr(value)
    types = json.loads(members["ndr_0/metadata.json"])["types"]
    row = types["/object_kwargs/extra/value"]
    assert f'"{row if isinstance(row, str) else row[0]}"' in FORMAT


def test_wrong_types_are_refused():
    members = members_of(a_result({"value": [1, 2]}))
    where = "/object_kwargs/extra/value"
    for row in (
        "unknown", 7, None, [], ["scalar"], ["array", "<f8", [3]], ["array", "O8", [2]],
        "complex3", "bytes", ["external", "<f8", [2]], ["object", "os.system"],
        ["array", "<M8[s/0]", [2]], ["array", "(2,)f8", [1]], ["datetime", "dateutil//x", 0],
        ["array", "<f16", [2]], ["array", "|b1", [2]], "pairs", "timedelta", ["keys", [1, 2]],
    ):  # fmt: skip
        broken = edited(members, "ndr_0/metadata.json", types={where: row})
        with pytest.raises(
            sio.SkneuromsiIOError, match=r"expected an? (value|type|member)"
        ) as raised:
            opened(broken)
        assert raised.value.key == where
    for value, row in (
        *((value, ["scalar", "<M8[s]"]) for value in (1.5, True, "1")),
        *(([True, False], row) for row in ("complex", ["array", "<c16", [1]])),
        *(([0.5, 0, 0], "timedelta"), ([1, True], "set"), ("20200101", "date")),
        *(([[1, 2], [1, 3]], "pairs"), ({"1": 1}, ["keys", [2]])),
    ):
        kwargs = json.loads(members["ndr_0/metadata.json"])["object_kwargs"]
        kwargs["extra"]["value"] = value
        changes = {"object_kwargs": kwargs, "types": {where: row}}
        broken = edited(members, "ndr_0/metadata.json", **changes)
        with pytest.raises(sio.SkneuromsiIOError, match="extra/value"):
            opened(broken)
    for pointer in (
        "/nowhere/x",
        "no-pointer",
        "/object_kwargs",
        "/object_kwargs/extra/value/9",
        "/object_kwargs/extra/value/-1",
        "/object_kwargs/extra/value/01",
    ):
        broken = edited(members, "ndr_0/metadata.json", types={pointer: "tuple"})
        with pytest.raises(sio.SkneuromsiIOError) as raised:
            opened(broken)
        assert raised.value.key in (pointer, "types")


def test_unknown_types_refuse_their_result_only():
    collection = sio.NDResultCollection.from_ndresults(
        "two", [a_result({"value": [1, 2]}), a_result({"value": [3, 4]})]
    )
    members = edited(
        members_of(collection),
        "ndr_1/metadata.json",
        types={"/object_kwargs/extra/value": "of a later version"},
    )
    results = sio.read_ndc(zipped(members), classes="light", tqdm_cls=None)
    assert results[0].extra_["value"] == [1, 2]
    with pytest.raises(sio.BadMetadataError, match="of a later version") as raised:
        results[1]
    assert raised.value.member == "ndr_1/metadata.json"


def test_lists_of_upstream():
    values = {
        "floats": np.linspace(0, 1, 1001).tolist(),
        "table": np.arange(2000).reshape(2, 1000).tolist(),
        "short": [1.0] * 1000,
        "mixed": [1, 2.0] * 1000,
        "flags": [True] * 2000,
        "large": [2**64] * 2000,
        "ragged": [[1] * 500, [1] * 501],
    }
    members = edited(members_of(a_result(values)), "metadata.json", format_version=0.1)
    found = opened(members).extra_
    assert found["floats"].dtype == np.float64
    assert found["floats"].tolist() == values["floats"]
    assert found["table"].dtype == np.int64
    assert found["table"].shape == (2, 1000)
    for name in ("short", "mixed", "flags", "large", "ragged"):
        assert type(found[name]) is list
        assert found[name] == values[name]
    # Format 0.2 guesses nothing.
    assert type(opened(members_of(a_result(values))).extra_["floats"]) is list


def test_what_is_written_is_read():
    """Values beyond what a reader takes are refused when they are stored; up to there they come back."""
    alike = [number * (2**61 - 1) for number in range(1, 1100)]
    for value in (
        set(alike),
        dict.fromkeys(alike),
        {(1, number) for number in alike},
        pd.Series(pd.Categorical.from_codes([0], pd.RangeIndex(10**8))),
        pd.Timestamp(np.datetime64("10000-01-01", "s")),
        np.zeros(1000, dtype="U100000"),
        "\ud800\udc00",
    ):
        with pytest.raises(sio.UnstorableError, match="value"):
            members_of(a_result({"value": value}))
    few = {"set": set(alike[:500]), "dict": dict.fromkeys(alike[:500], 1)}
    assert opened(members_of(a_result(few))).extra_ == few


def test_missing_stays_missing():
    columns = {
        "Int64": pd.array([2**62 + 1, None], dtype="Int64"),
        "boolean": pd.array([True, None], dtype="boolean"),
        "string": pd.array(["nan", None], dtype="string"),
        "Float64": pd.arrays.FloatingArray(
            np.array([np.nan, 0]), np.array([False, True])
        ),
    }
    if pd.__version__ >= "3":
        columns["str"] = pd.array(["nan", None], dtype="str")
    for name, column in columns.items():
        # xarray itself may make objects of text.
        array = xr.DataArray(column, dims="x")
        found = opened(members_of(a_result({"v": pd.Series(column), "a": array})))
        assert found.extra_["a"].dtype == array.dtype
        assert pd.isna(found.extra_["a"].data[1])
        values = found.extra_["v"].array
        assert str(values[0]) == str(column[0])
        assert pd.isna(values[1])
        assert name == "str" or values[1] is pd.NA
        assert found.extra_["v"].dtype == column.dtype


def test_arrow_streams_claim_nothing():
    pa = pytest.importorskip("pyarrow")
    column = pd.Series(pd.array([1, None], dtype=pd.ArrowDtype(pa.int64())))
    members = members_of(a_result({"value": column}))
    assert opened(members).extra_["value"].equals(column)
    document = json.loads(members["ndr_0/metadata.json"])

    def stream(array, compression=None, **metadata):
        schema = pa.schema([pa.field("", array.type, metadata=metadata)])
        sink = pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(compression=compression)
        with pa.ipc.new_stream(sink, schema, options=options) as writer:
            writer.write_batch(pa.record_batch([array], schema=schema))
        return list(sink.getvalue().to_pybytes())

    runs = pa.RunEndEncodedArray.from_arrays(pa.array([2**31 - 1], "i4"), [1])
    for data in (
        stream(pa.array([1, 2]), compression="zstd"),
        stream(pa.array([1, 2]), **{"ARROW:extension:name": "x"}),
        *(stream(array) for array in (pa.nulls(2), runs, pa.array([{}, {}]))),
    ):
        document["object_kwargs"]["extra"]["value"]["data"]["arrow"] = data
        row = ["array", "|u1", [len(data)]]
        document["types"]["/object_kwargs/extra/value/data/arrow"] = row
        with pytest.raises(sio.BadMetadataError, match="value"):
            opened(edited(members, "ndr_0/metadata.json", **document))


def test_ranges_are_claims():
    index = pd.MultiIndex(levels=[pd.RangeIndex(1000), ["a"]], codes=[[0], [0]])
    members = members_of(a_result({"value": index}))
    assert opened(members).extra_["value"].equals(index)
    document = json.loads(members["ndr_0/metadata.json"])
    document["object_kwargs"]["extra"]["value"]["levels"][0]["range"][1] = 10**9
    with pytest.raises(sio.BadMetadataError, match="value"):
        opened(edited(members, "ndr_0/metadata.json", **document))
