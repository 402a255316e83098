"""One test for every MUST of FORMAT.md, by the name that it has there."""

import datetime as dt
import io
import json
import re
import struct
import warnings
import zipfile
import zoneinfo
from pathlib import Path

import h5netcdf
import h5py
import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr

import skneuromsi_io as sio

HERE = Path(__file__).parent
UPSTREAM = HERE / "data" / "upstream"
DIMS = ("modes", "times", "positions", "positions_coordinates")


def a_result(extra=None, values=None):
    values = np.arange(24.0).reshape(2, 3, 4, 1) if values is None else values
    nddata = xr.DataArray(
        values,
        dims=DIMS,
        coords={
            "modes": ["multi", "visual"],
            "times": range(values.shape[1]),
            "positions": range(values.shape[2]),
            "positions_coordinates": ["x0"],
        },
        name="values",
    )
    return sio.NDResult(
        mname="model",
        mtype="test",
        output_mode="multi",
        nmap={"a": "visual"},
        nddata=nddata,
        time_range=(0, values.shape[1]),
        position_range=(0, values.shape[2]),
        time_res=1,
        position_res=1,
        causes=None,
        run_parameters={"p": 1},
        extra=extra or {},
    )


def members_of(result, **kwargs):
    sink = io.BytesIO()
    sio.store_ndresult(sink, result, **kwargs)
    with zipfile.ZipFile(sink) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive_of(members, method=zipfile.ZIP_STORED):
    sink = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(sink, "w", method) as archive:
        warnings.simplefilter("ignore")  # zipfile warns of a name given twice
        for name, content in members.items() if hasattr(members, "items") else members:
            archive.writestr(name, content)
    return sink.getvalue()


def opened(members):
    return sio.open_ndresult(archive_of(members), classes="light")


def edited(members, name, **changes):
    document = json.loads(members[name])
    document.update(changes)
    return members | {name: json.dumps(document)}


def without(document, key):
    return json.dumps({k: v for k, v in json.loads(document).items() if k != key})


def test_members():
    collection = sio.NDResultCollection.from_ndresults("c", [a_result()] * 3)
    sink = io.BytesIO()
    sio.to_ndc(sink, collection, tqdm_cls=None)
    with zipfile.ZipFile(sink) as archive:
        assert archive.namelist() == [
            *(f"ndr_{i}/{n}" for i in range(3) for n in ("nddata.nc", "metadata.json")),
            "metadata.json",
        ]


def test_unknown_members_are_ignored():
    members = members_of(a_result())
    found = opened({"readme.txt": b"?", "ndr_7/nddata.nc": b"?", **members})
    assert found.to_xarray().identical(a_result().to_xarray())


def test_methods():
    members = members_of(a_result())
    for method in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
        zipfile.ZIP_BZIP2,
        zipfile.ZIP_LZMA,
    ):
        found = sio.open_ndresult(archive_of(members, method), classes="light")
        assert found.to_xarray().identical(a_result().to_xarray())
    zstd = getattr(zipfile, "ZIP_ZSTANDARD", None)
    for archive in (
        [(HERE / "data" / "zstandard.ndc").read_bytes()]
        + ([archive_of(members, zstd)] if zstd else [])
    ):  # fmt: skip
        assert opened_values(archive) == a_result().to_xarray().values.tolist()


def opened_values(archive):
    return sio.open_ndresult(archive, classes="light").to_xarray().values.tolist()


def test_crc_is_checked():
    archive = bytearray(archive_of(members_of(a_result())))
    payload = archive.index(np.arange(24.0).tobytes())
    archive[payload + 9] ^= 1
    with pytest.raises(zipfile.BadZipFile, match=r"ndr_0/nddata\.nc.*CRC-32"):
        sio.open_ndresult(bytes(archive))


def test_ambiguity_is_refused():
    members = members_of(a_result())
    twice = [*members.items(), ("ndr_0/nddata.nc", b"other")]
    contradicting = bytearray(archive_of(members))
    contradicting[contradicting.index(b"ndr_0/nddata.nc")] = ord("N")
    overlapping = bytearray(archive_of(members))
    end = struct.unpack("<L", overlapping[-6:-2])[0]
    second = overlapping.index(b"PK\1\2", end + 4)
    overlapping[second + 42 : second + 46] = bytes(4)  # the first member's offset
    for archive in (archive_of(twice), bytes(contradicting), bytes(overlapping)):
        with pytest.raises(zipfile.BadZipFile):
            sio.open_ndresult(archive)


def test_zip64_only_where_needed():
    sink = io.BytesIO()
    sio.store_ndresult(sink, a_result())
    assert b"PK\6\6" not in sink.getvalue()
    with zipfile.ZipFile(sink) as archive:
        assert {info.extract_version for info in archive.infolist()} == {20}
    # 65,536 results have more members than the 16 bits of the plain end record count.
    results = sio.NDResultCollection.from_ndresults("many", [a_result()] * 32768)
    sink = io.BytesIO()
    sio.to_ndc(sink, results, tqdm_cls=None, compression=zipfile.ZIP_STORED)
    assert b"PK\6\6" in sink.getvalue()[-200:]
    with zipfile.ZipFile(sink) as archive:
        assert len(archive.namelist()) == 65_537
    with pytest.raises(zipfile.LargeZipFile):
        sio.to_ndc(io.BytesIO(), results, tqdm_cls=None, allowZip64=False)


def test_collection_keys():
    members = members_of(a_result(), metadata={"k": 1})
    document = json.loads(members["metadata.json"])
    assert document["object_type"] == "ndcollection"
    assert document["object_kwargs"] == {"name": "NDResult"}
    assert (document["object_size"], document["format_version"]) == (1, 0.2)
    assert document["extra"] == {"k": 1}
    for key in ("object_type", "object_kwargs", "object_size"):
        broken = members | {"metadata.json": without(members["metadata.json"], key)}
        with pytest.raises(KeyError, match=f"metadata.json.*{key}"):
            opened(broken)


def test_unknown_keys_are_ignored():
    members = members_of(a_result())
    for name in ("metadata.json", "ndr_0/metadata.json"):
        members = edited(members, name, novelty={"a": [1]})
    assert opened(members).to_xarray().identical(a_result().to_xarray())


def test_newer_formats_are_refused():
    members = edited(members_of(a_result()), "metadata.json", format_version=0.3)
    with pytest.raises(sio.UnsupportedError, match=r"found 0\.3; upgrade"):
        opened(members)


def test_result_keys():
    members = members_of(a_result())
    name = "ndr_0/metadata.json"
    document = json.loads(members[name])
    assert document["object_type"] == "ndresult"
    assert sorted(document["object_kwargs"]) == sorted(
        [
            "mname",
            "mtype",
            "output_mode",
            "nmap",
            "time_range",
            "position_range",
            "time_res",
            "position_res",
            "causes",
            "run_parameters",
            "extra",
        ]
    )
    for key in document["object_kwargs"]:
        kwargs = dict(document["object_kwargs"])
        del kwargs[key]
        with pytest.raises(sio.SkneuromsiIOError, match=key):
            opened(edited(members, name, object_kwargs=kwargs))
    kwargs = {**document["object_kwargs"], "surplus": 1}
    broken = edited(members, name, object_kwargs=kwargs)
    with pytest.raises(sio.SkneuromsiIOError, match="surplus"):
        opened(broken)


@pytest.mark.parametrize("kind", ["alais", "kording", "random-float64", "random-int32"])
def test_both_netcdf_kinds(kind):
    signatures = {}
    arrays = []
    for version in ("netcdf3", "netcdf4"):
        path = UPSTREAM / f"{kind}-{version}.ndc"
        with zipfile.ZipFile(path) as archive:
            signatures[version] = archive.read("ndr_0/nddata.nc")[:4]
        results = sio.open_ndresults_collection(path, tqdm_cls=None, classes="light")
        arrays.append([result.to_xarray() for result in results])
    assert signatures == {"netcdf3": b"CDF\2", "netcdf4": b"\x89HDF"}
    for one, other in zip(*arrays, strict=True):
        xr.testing.assert_equal(one, other)


@pytest.mark.parametrize("shape", [(2, 3, 4, 1), (2, 30, 40, 1)])
@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "i4", "i2", "i1", "u8", "u1"])
def test_other_readers_agree(tmp_path, shape, dtype):
    values = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    expected = a_result(values=values).to_xarray()
    path = tmp_path / "nddata.nc"
    path.write_bytes(members_of(a_result(values=values))["ndr_0/nddata.nc"])
    with h5netcdf.File(path) as file:
        assert file["values"].dimensions == DIMS
        np.testing.assert_array_equal(file["values"][...], values)
    with netCDF4.Dataset(path) as file:
        assert file["values"].dimensions == DIMS
        np.testing.assert_array_equal(file["values"][...], values)
        assert list(file["modes"][...]) == ["multi", "visual"]
    for engine in ("h5netcdf", "netcdf4"):
        with xr.open_dataarray(path, engine=engine) as array:
            xr.testing.assert_identical(array.load(), expected)
            assert array.dtype == expected.dtype


@pytest.mark.parametrize("name", ["external_storage", "external_link", "virtual"])
def test_other_files_are_refused(name):
    hostile = (HERE / "data" / f"{name}.nc").read_bytes()
    members = members_of(a_result()) | {"ndr_0/nddata.nc": hostile}
    with pytest.raises(sio.SkneuromsiIOError, match=r"ndr_0|result 0"):
        opened(members)


def test_labels_beside_the_data():
    result = a_result({})
    plain = result.to_xarray()
    array = plain.astype(">f8").assign_attrs(scale_factor=2.0, pair=(1, 2))
    array = array.assign_coords(subject="S01")
    members = members_of(
        sio.NDResult(**{**result.to_dict(), "nddata": array, "extra": {}})
    )
    labels = json.loads(members["ndr_0/metadata.json"])["nddata"]
    assert set(labels) == {"name", "dims", "dtype", "coords", "attrs"}
    assert labels["dtype"] == ">f8"
    found = opened(members).to_xarray()
    xr.testing.assert_identical(found, array)
    assert found.dtype == array.dtype
    # Without them the data are there all the same, as other readers see them.
    document = json.loads(members["ndr_0/metadata.json"])
    del document["nddata"], document["types"]
    bare = {**members, "ndr_0/metadata.json": json.dumps(document).encode()}
    np.testing.assert_array_equal(opened(bare).to_xarray().values, plain.values)


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
    text = (HERE.parent / "FORMAT.md").read_text()
    assert f'"{row if isinstance(row, str) else row[0]}"' in text


def test_wrong_types_are_refused():
    members = members_of(a_result({"value": [1, 2]}))
    where = "/object_kwargs/extra/value"
    for row in (
        "unknown", 7, None, [], ["scalar"], ["array", "<f8", [3]], ["array", "O8", [2]],
        "complex3", "bytes", ["external", "<f8", [2]], ["object", "os.system"],
        ["array", "<M8[s/0]", [2]], ["array", "(2,)f8", [1]], ["datetime", "dateutil//x", 0],
    ):  # fmt: skip
        broken = edited(members, "ndr_0/metadata.json", types={where: row})
        with pytest.raises(sio.SkneuromsiIOError, match="types at"):
            opened(broken)
    for pointer in (
        "/nowhere/x",
        "no-pointer",
        "/object_kwargs",
        "/object_kwargs/extra/value/9",
    ):
        broken = edited(members, "ndr_0/metadata.json", types={pointer: "tuple"})
        with pytest.raises(sio.SkneuromsiIOError, match="types"):
            opened(broken)


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


def test_large_arrays_are_members():
    extra = {"small": np.zeros(1000), "large": np.arange(6000.0).reshape(200, 30)}
    members = members_of(a_result(extra))
    document = json.loads(members["ndr_0/metadata.json"])
    shown = document["object_kwargs"]["extra"]
    descriptor = {"netcdf": "extra_0.nc", "dtype": "<f8", "shape": [200, 30]}
    assert shown == {"small": [0.0] * 1000, "large": descriptor}
    with h5netcdf.File(io.BytesIO(members["ndr_0/extra_0.nc"])) as file:
        assert list(file.variables) == ["values"]
        assert file["values"].dimensions == ("dim_0", "dim_1")
        np.testing.assert_array_equal(file["values"][...], extra["large"])


@pytest.mark.parametrize(
    ("dtype", "carried"),
    [("?", "u1"), ("f2", "u2"), ("M8[ms]", "i8"), ("m8[s]", "i8"), ("c8", "f4")],
)
def test_carriers(dtype, carried):
    array = (np.arange(2000) % 250).astype("i8").astype(dtype)
    members = members_of(a_result({"value": array}))
    with h5py.File(io.BytesIO(members["ndr_0/extra_0.nc"])) as file:
        values = file["values"][...]
    assert values.dtype == carried
    bits = array.view(carried)
    np.testing.assert_array_equal(values.reshape(-1), bits)
    found = opened(members).extra_["value"]
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


def test_every_must_has_its_test():
    text = (HERE.parent / "FORMAT.md").read_text()
    named = set(re.findall(r"→ `(\w+)`", text))
    here = {
        name.removeprefix("test_") for name in globals() if name.startswith("test_")
    }
    assert named == here - {"every_must_has_its_test"}
