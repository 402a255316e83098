"""Objects of pandas and xarray in metadata come back as they were."""

import datetime as dt
import zoneinfo

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
    "text as objects": pd.Index(["a", None, "c"], dtype=object),
    "moments as objects": pd.Index([pd.Timestamp("2020"), None, 1], dtype=object),
    "moments alone as objects": pd.Index([pd.Timestamp("2020")] * 3, dtype=object),
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
    "str": pd.array(["a", None, "ñ"], dtype="str"),
    "string of Python": pd.array(["a", None, "ñ"], dtype="string[python]"),
    "UInt64": pd.array([2**64 - 1, None, 2**62 + 1], dtype="UInt64"),
    "NaN beside NA": pd.arrays.FloatingArray(
        np.array([np.nan, 0, 0.1]), np.array([False, True, False])
    ),
    "objects": np.array([(1,), "a", {2}], dtype=object),
    "text as objects": np.array(["a", None, "ñ"], dtype=object),
    "numbers as objects": np.array([1, None, 2.5], dtype=object),
    "big-endian": np.array([1, 2, 3], dtype=">i4"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_pandas_columns(name):
    # From a list pandas chooses the dtype, from an array it should not.
    dtype = getattr(COLUMNS[name], "dtype", None)
    series = pd.Series(COLUMNS[name], dtype=dtype)
    frame = pd.DataFrame({name: series, 3: [1, 2, 3]})
    extra = {"series": series, "frame": frame}
    assert_same(with_extra(extra), extra)


def test_large_columns_are_members():
    frame = pd.DataFrame({"a": np.arange(5000.0), "b": np.arange(5000.0) / 3})
    archive = stored(make_result(extra={"frame": frame}))
    assert {"ndr_0/extra_0.nc", "ndr_0/extra_1.nc"} <= members(archive).keys()
    assert_same(with_extra({"frame": frame})["frame"], frame)


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


def test_nan_is_not_na():
    column = pd.Series(COLUMNS["NaN beside NA"])
    found = with_extra({"v": column})["v"].array.astype(object)
    assert np.isnan(found[0])
    assert found[1] is pd.NA


def test_missing_text_of_other_versions_of_pandas():
    """Text of pandas 3, whose missing text is NaN, is not the text "nan" under pandas 2."""
    archive = stored(make_result(extra={"v": pd.Series(["a"], dtype="string")}))
    for values, dtype in ((["a", None], "str"), (["a", float("nan")], "string")):

        def change(document, values=values, dtype=dtype):
            series = document["object_kwargs"]["extra"]["v"]
            series["data"] = {"values": values, "dtype": dtype}
            series["index"]["range"] = [0, len(values), 1]

        found = opened(edited(archive, "ndr_0/metadata.json", change))[0]._extra["v"]
        assert found[0] == "a"
        assert found.isna().tolist() == [False, True]


class Frame(pd.DataFrame):
    @property
    def _constructor(self):
        return Frame


class Column(pd.Series):
    @property
    def _constructor(self):
        return Column


class Array(xr.DataArray):
    __slots__ = ()


class Variables(xr.Dataset):
    __slots__ = ()


SUBCLASSES = [
    (Frame({"a": [1, 2]}), pd.DataFrame({"a": [1, 2]})),
    (Column([1.5, 2.5]), pd.Series([1.5, 2.5])),
    (Array([1, 2], dims="x"), xr.DataArray([1, 2], dims="x")),
    (Variables({"a": ("x", [1, 2])}), xr.Dataset({"a": ("x", [1, 2])})),
]


@pytest.mark.parametrize(
    ("value", "base"), SUBCLASSES, ids=[type(value).__name__ for value, _ in SUBCLASSES]
)
def test_subclasses_become_their_base(value, base):
    assert_same(through_file(make_result(extra={"v": value}))._extra["v"], base)
    held = sio.NDResultCollection.from_ndresults("n", [make_result(extra={"v": value})])
    assert type(held[0]._extra["v"]) is type(value)


def test_moments_beyond_four_digits_are_refused():
    moment = pd.Timestamp(np.datetime64("10000-01-01", "s"))
    with pytest.raises(sio.UnstorableError, match=r"extra\['bad'\].*10000-01-01"):
        stored(make_result(extra={"bad": moment}))


class Third(pd.api.extensions.ExtensionDtype):
    """A dtype of another package, whose name pandas does not know."""

    name, type, kind = "third", float, "O"

    @classmethod
    def construct_array_type(cls):
        return ThirdArray


class ThirdArray(pd.api.extensions.ExtensionArray):
    dtype = Third()

    def __init__(self, values):
        self.values = values

    def __len__(self):
        return len(self.values)

    def __getitem__(self, item):
        found = self.values[item]
        return ThirdArray(found) if isinstance(found, np.ndarray) else found

    def copy(self):
        return ThirdArray(self.values.copy())


def test_columns_of_other_packages_are_refused():
    column = pd.Series(ThirdArray(np.array([1.0, 2.0])))
    with pytest.raises(sio.UnstorableError, match=r"extra\['bad'\].*dtype third"):
        stored(make_result(extra={"bad": column}))


PANDAS_SCALARS = [
    pd.Timestamp("2020-01-02T03:04:05.123456789"),
    pd.Timestamp("2020-01-02").as_unit("s"),
    pd.Timestamp("2024-10-27 00:30", tz="UTC").tz_convert("Europe/Berlin"),
    pd.Timestamp("2024-10-27 01:30", tz="UTC").tz_convert("Europe/Berlin"),
    pd.Timestamp("2020-01-02", tz="UTC"),
    pd.Timedelta(1, unit="ns"),
    pd.Timedelta(-3, unit="s").as_unit("s"),
]


@pytest.mark.parametrize("value", PANDAS_SCALARS, ids=repr)
def test_pandas_scalars(value):
    found = with_extra({"value": value, value: 1})
    assert_same(found, {"value": value, value: 1})
    assert found["value"].unit == value.unit


def test_pandas_missing_values():
    found = with_extra({"values": (pd.NaT, [pd.NA])})["values"]
    assert found[0] is pd.NaT
    assert found[1][0] is pd.NA


ZONES = [
    "UTC",
    "Europe/Paris",
    "+01:30",
    zoneinfo.ZoneInfo("UTC"),
    dt.timezone(dt.timedelta(hours=1), "X"),
    dt.timezone(dt.timedelta(hours=5), "UTC"),
    dt.timezone(dt.timedelta(hours=1), "UTC+01:00:30"),
    dt.timezone(dt.timedelta(0), "Europe/Paris"),
    dt.timezone(dt.timedelta(seconds=5)),
]


@pytest.mark.parametrize("zone", ZONES, ids=repr)
@pytest.mark.parametrize("year", ["1850", "2020"])
def test_time_zones_of_pandas(zone, year):
    moment = pd.Timestamp(year, tz=zone)
    series = pd.Series(pd.DatetimeIndex([f"{year}-01-01", f"{year}-07-01"], tz=zone))
    found = with_extra({"moment": moment, "series": series})
    assert found["moment"] == moment
    assert_same(found["series"], series)
    for kept in (found["moment"].tz, found["series"].dt.tz):
        assert (type(kept), str(kept)) == (type(moment.tz), str(moment.tz))
        assert found["moment"].utcoffset() == moment.utcoffset()


def moments(zone):
    """Return moments of a unit that xarray has: before 2025.1 it had nanoseconds alone."""
    unit = "us" if xr.__version__ >= "2025" else "ns"
    return pd.date_range("2020", periods=2, tz=zone).as_unit(unit)


LABELLED = {
    "nullable": xr.DataArray(pd.array([2**62 + 1, None], "Int64"), dims="x", name="n"),
    "nullable labels": xr.DataArray([1, 2], {"x": pd.array([1, None], "Int64")}, "x"),
    "zoned": xr.DataArray(moments("Asia/Tokyo"), dims="t"),
    "zoned labels": xr.DataArray([1, 2], {"t": moments("Asia/Tokyo")}, "t"),
    "categories": xr.DataArray(pd.Categorical(["a", "b"]), dims="x"),
    "nullable dataset": xr.Dataset(
        {"a": ("x", pd.array([True, None], "boolean")), "b": ("x", [1.5, 2.5])},
        coords={"when": ("x", moments("UTC"))},
    ),
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
