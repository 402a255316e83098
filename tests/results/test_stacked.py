"""All results in one dataset: what becomes of values, labels, parameters and extra, and what is refused."""

import io
import itertools
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from sweeps import DATES, KINDS, SOAS, VALUES

import skneuromsi_io as sio
from helpers import (
    UPSTREAM_FILES,
    assert_same,
    edited,
    make_array,
    make_result,
    members,
    opened,
    stored,
    without_index,
    zipped,
)
from skneuromsi_io import _native

SIZE = 4


def collection_of(results):
    return sio.NDResultCollection.from_ndresults("sweep", results)


FOLDER = tempfile.TemporaryDirectory()
NUMBERS = itertools.count()


def scanned_by_path(archive):
    path = Path(FOLDER.name) / f"{next(NUMBERS)}.ndc"
    path.write_bytes(archive)
    return sio.scan_ndc(path, classes="light")


def scanned(archive):
    return sio.scan_ndc(archive, classes="light")


#: Every way to a dataset: by the results in memory, and by their file or a stream.
WAYS = {
    "memory": lambda results: collection_of(results),
    "opened": lambda results: opened(stored(collection_of(results))),
    "scanned": lambda results: scanned(stored(collection_of(results))),
    "file": lambda results: scanned_by_path(stored(collection_of(results))),
    "stream": lambda results: sio.scan_ndc(
        io.BufferedReader(io.BytesIO(stored(collection_of(results)))), classes="light"
    ),
    "format 0.1": lambda results: sio.scan_ndc(
        stored(collection_of(results), format_version=0.1), classes="light"
    ),
}


@pytest.fixture(params=WAYS)
def stack(request):
    return lambda results: WAYS[request.param](results).to_xarray()


def with_extra(values):
    return [make_result(extra={"it": value, "note": "text"}) for value in values]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_collection_gives_one_dataset(kind):
    found = KINDS[kind]().to_xarray()
    dims = ("run", "modes", "times", "positions", "positions_coordinates")
    assert found["values"].dims == dims
    assert found["values"].values.tobytes() == VALUES.tobytes()
    assert found["soa"].values.tolist() == SOAS
    assert found["noise"].values.tolist() == [0.5] * len(SOAS)
    assert found["name"].values.tolist() == ["a"] * len(SOAS)
    assert found["mname"].values.tolist() == [f"model {n}" for n in range(len(SOAS))]
    np.testing.assert_array_equal(found["causes"], [np.nan, 1, 2.5, 2])
    assert found["number"].values.tolist() == [*range(len(SOAS))]
    assert found["number"].dims == ("run",)
    assert {c for c in found.coords if found[c].dims == ("run",)} == {
        *("soa", "noise", "name", "mname", "causes")
    }
    assert found.attrs == {
        "name": "sweep",
        "output_mode": "multi",
        "model_type": "test",
    }
    times = DATES if kind == "not plain" else np.arange(3)
    np.testing.assert_array_equal(found["times"], times)


@pytest.mark.parametrize("path", UPSTREAM_FILES, ids=lambda path: path.stem)
def test_files_of_scikit_neuromsi(path):
    found = sio.scan_ndc(path, classes="light").to_xarray()
    expected = opened(path)
    xr.testing.assert_identical(found, expected.to_xarray())
    for index, result in enumerate(expected):
        array = result.to_xarray()
        assert found["values"].values[index].tobytes() == array.values.tobytes()
        assert found["values"].dims[1:] == array.dims
        for name in array.coords:
            np.testing.assert_array_equal(found[name], array[name])


@pytest.mark.parametrize("dtype", ["f8", "f4", "i8", "u2", "i1"])
@pytest.mark.parametrize("shape", [(2, 3, 4, 1), (3, 40, 50, 2)])
def test_values_have_all_their_bits(stack, dtype, shape):
    arrays = [make_array(dtype, shape, attrs={"unit": "ms"}) for _ in range(SIZE)]
    for index, array in enumerate(arrays):
        array.values[...] = np.roll(array.values, index)
    found = stack([make_result(array) for array in arrays])["values"]
    assert found.dtype == dtype
    expected = np.stack([array.values for array in arrays])
    assert found.values.tobytes() == expected.tobytes()
    assert found.attrs == {"unit": "ms"}


def test_big_endian_files(tmp_path):
    archive = stored(collection_of([make_result() for _ in range(3)]))
    contents = members(without_index(archive))
    array = make_array(">i4", (2, 3, 4, 1))
    for index in range(3):
        path = tmp_path / f"{index}.nc"
        (array + index).astype(">i4").to_netcdf(path, engine="h5netcdf")
        contents[f"ndr_{index}/nddata.nc"] = path.read_bytes()
    found = sio.scan_ndc(zipped(contents), classes="light").to_xarray()["values"]
    for index in range(3):
        np.testing.assert_array_equal(found[index], array + index)


LARGE = np.random.default_rng(3).normal(size=(40, 50))
#: Values of one kind: they are stacked.
STACKED = {
    "int": [1, 2, 3, 4],
    "float": [1.0, 2.5, float("nan"), -0.0],
    "bool": [True, False, True, True],
    "complex": [1j, 2 + 1j, 0j, 1j],
    "scalar": [np.float32(number) for number in (1, 2.5, 3, 4)],
    "small": [np.arange(3) * number for number in range(SIZE)],
    "small with NaN": [np.array([number, np.nan]) for number in range(SIZE)],
    "large": [LARGE + number for number in range(SIZE)],
    "large float32": [(LARGE + number).astype("f4") for number in range(SIZE)],
    "large bool": [number < LARGE for number in range(SIZE)],
    "large complex": [LARGE * 1j + number for number in range(SIZE)],
    "dates": [DATES + np.timedelta64(number, "D") for number in range(SIZE)],
    "empty": [np.zeros((0, 2)) for _ in range(SIZE)],
}


@pytest.mark.parametrize("way", [way for way in WAYS if way != "format 0.1"])
@pytest.mark.parametrize("kind", STACKED)
def test_extra_of_one_kind_is_stacked(kind, way):
    values = STACKED[kind]
    found = WAYS[way](with_extra(values)).to_xarray()["it"]
    expected = np.stack([np.asarray(value) for value in values])
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    assert found.values.tobytes() == expected.tobytes()
    assert found.dims[0] == "run"


#: Values of several kinds, and of none that an array holds: they are left out.
LEFT_OUT = {
    "int and float": [1, 2.5, 3, 4.5],
    "int and bool": [1, True, 2, False],
    "shapes": [np.arange(number + 1) for number in range(SIZE)],
    "dtypes": [LARGE, LARGE.astype("f4"), LARGE, LARGE],
    "text": ["a", "b", "c", "d"],
    "lists": [[1, 2]] * SIZE,
    "none": [1, 2, None, 4],
    "large integers": [1, 2, 2**70, 3],
    "large and small": [LARGE, np.zeros(3), LARGE, LARGE],
}


@pytest.mark.parametrize("way", [way for way in WAYS if way != "format 0.1"])
@pytest.mark.parametrize("kind", LEFT_OUT)
def test_extra_of_other_kinds_is_left_out(kind, way):
    found = WAYS[way](with_extra(LEFT_OUT[kind])).to_xarray()
    assert [*found.data_vars] == ["values"]


def test_a_key_that_one_result_has_not_is_left_out(stack):
    results = [*with_extra([1, 2, 3]), make_result(extra={"other": 5})]
    assert [*stack(results).data_vars] == ["values"]


def test_names_that_are_taken_have_a_prefix(stack):
    results = [
        make_result(
            run_parameters={"times": number, "values": 2.5, "causes": "a", "free": 1},
            extra={"times": 7, "free": 8, "run": 9, "extra_run": 10},
        )
        for number in range(SIZE)
    ]
    found = stack(results)
    assert found["parameter_times"].values.tolist() == [*range(SIZE)]
    assert found["parameter_values"].values.tolist() == [2.5] * SIZE
    assert found["causes"].values.tolist() == ["a"] * SIZE
    assert found["result_causes"].values.tolist() == [1] * SIZE
    assert found["extra_times"].values.tolist() == [7] * SIZE
    assert found["extra_free"].values.tolist() == [8] * SIZE
    assert {int(found[name][0]) for name in found.data_vars if "run" in name} == {9, 10}


def test_parameters_of_several_types_are_objects(stack):
    values = [None, 2.5, "a", [1]]
    results = [make_result(run_parameters={"it": value}) for value in values]
    assert stack(results)["it"].values.tolist() == values


#: Values of four results, and the dtype of a column that keeps each.
KEPT = {
    "int and float": ([1, 0.5, 2, float("inf")], "f8"),
    "a large int and float": ([2**60 + 1, 0.5, 2, 3], "O"),
    "a larger int": ([2**70, 1, 2, 3], "O"),
    "bool and int": ([True, 2, 0, 1], "O"),
    "bool": ([True, False, False, True], "?"),
    "text of NumPy and int": ([np.str_("a"), np.int64(1), np.int64(2), "b"], "O"),
    "text that ends in NUL": (["a\0", "a", "b", "c"], "O"),
    "text": (["a\0b", "a", "b", "c"], "U3"),
    "float32": ([np.float32(number) for number in (0.1, 2, 3, 4)], "f4"),
    "float32 and float": ([np.float32(0.1), 0.1, 2.5, 3.5], "f8"),
    "date and int": ([np.datetime64("2020", "ns"), 1, 2, 3], "O"),
    "arrays": ([np.arange(3)] * SIZE, "O"),
}


@pytest.mark.parametrize("way", [way for way in WAYS if way != "format 0.1"])
@pytest.mark.parametrize("kind", KEPT)
def test_a_column_keeps_every_value(kind, way):
    values, dtype = KEPT[kind]
    results = [make_result(run_parameters={"it": value}) for value in values]
    found = WAYS[way](results).to_xarray()["it"].values
    assert found.dtype == dtype
    if dtype == "O":
        assert_same([*found], values)
    else:
        assert found.tolist() == [getattr(v, "item", lambda v=v: v)() for v in values]


def test_causes_keep_every_value(stack):
    causes = [2**60 + 1, None, 1.5, 3]
    found = stack([make_result(causes=value) for value in causes])["causes"].values
    assert repr(found.tolist()) == repr([2**60 + 1, float("nan"), 1.5, 3])


def test_names_of_models_that_end_in_nul(stack):
    found = stack([make_result(mname=name) for name in ("a\0", "a", "b", "c")])
    assert found["mname"].values.tolist() == ["a\0", "a", "b", "c"]


def unlike(**odd):
    """Return four results of which the third has another array."""
    arrays = [make_array() for _ in range(SIZE)]
    return [
        make_result(make_array(**odd) if index == 2 else array, time_range=(0, 3))
        for index, array in enumerate(arrays)
    ]


@pytest.mark.parametrize(
    ("odd", "what"),
    [
        ({"shape": (2, 3, 5, 1)}, r"shape \(2, 3, 4, 1\).*shape \(2, 3, 5, 1\)"),
        ({"dtype": "f4"}, "dtype float64.*dtype float32"),
        ({"times": np.arange(3) + 1}, "labels of 'times'"),
        ({"positions": DATES[[0, 1, 2, 0]]}, "labels of 'positions'"),
    ],
    ids=str,
)
def test_results_that_differ_are_named(stack, odd, what):
    with pytest.raises(sio.ArgumentError, match=what) as raised:
        stack(unlike(**odd))
    assert "result 0" in str(raised.value)
    assert "in result 2" in str(raised.value)
    assert "select" in str(raised.value)


def test_a_result_unlike_the_first_of_its_file_is_told():
    def change(document):
        document["object_kwargs"]["time_res"] = 0.5

    archive = stored(collection_of([make_result() for _ in range(SIZE)]))
    archive = edited(without_index(archive), "ndr_2/metadata.json", change)
    with pytest.raises(sio.BadMetadataError) as raised:
        sio.scan_ndc(archive, classes="light").to_xarray()
    assert raised.value.member == "ndr_2/metadata.json"


def test_an_array_that_is_not_as_its_metadata_say_is_told():
    archive = stored(collection_of(with_extra(STACKED["large"])))
    contents = members(archive)
    other = stored(collection_of(with_extra([np.zeros(1001)])))
    contents["ndr_1/extra_0.nc"] = members(other)["ndr_0/extra_0.nc"]
    with pytest.raises(sio.BadNetCDFError) as raised:
        sio.scan_ndc(zipped(contents), classes="light").to_xarray()
    assert raised.value.member == "ndr_1/extra_0.nc"


def test_a_part_of_a_scan(tmp_path):
    path = tmp_path / "sweep.ndc"
    results = with_extra(STACKED["large"])
    sio.to_ndc(path, collection_of(results), tqdm_cls=None)
    with sio.scan_ndc(path, classes="light") as scanned:
        found = scanned.select([3, 1]).to_xarray()
        xr.testing.assert_identical(found, scanned.to_xarray().isel(run=[3, 1]))
    assert found["it"].values.tobytes() == np.stack([LARGE + 3, LARGE + 1]).tobytes()


def test_arrays_of_one_result_are_read_once(tmp_path, monkeypatch):
    path = tmp_path / "one.ndc"
    large = {f"it {number}": LARGE + number for number in range(5)}
    sio.to_ndc(path, collection_of([make_result(extra=large)]), tqdm_cls=None)

    def refused(*arguments):
        raise AssertionError("a result was opened as a whole")

    monkeypatch.setattr("skneuromsi_io.files._reader.DescribedResult._whole", refused)
    with sio.scan_ndc(path, classes="light") as scanned:
        found = scanned.to_xarray()
    for key, array in large.items():
        np.testing.assert_array_equal(found[key][0], array)


@pytest.mark.parametrize("scan", [scanned, scanned_by_path])
@pytest.mark.parametrize("shape", [(3, 4, 5, 2), (3, 400, 60, 2)])
@pytest.mark.parametrize("member", ["ndr_0/nddata.nc", "ndr_2/nddata.nc"])
def test_damage_is_told(member, shape, scan):
    noise = np.random.default_rng(4).normal(size=shape)
    arrays = [make_array("f8", shape) + noise for _ in range(SIZE)]
    archive = stored(collection_of([make_result(array) for array in arrays]))
    contents = members(archive)
    contents[member] = contents[member][:-100]
    with pytest.raises(sio.BadNetCDFError) as raised:
        scan(zipped(contents)).to_xarray()
    assert raised.value.member == member

    damaged = bytearray(archive)
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        found = file.getinfo(member)
    damaged[found.header_offset + 60 + found.compress_size // 2] ^= 0x10
    with pytest.raises(sio.BadArchiveError) as raised:
        scan(bytes(damaged)).to_xarray()
    assert raised.value.member == member


@pytest.mark.parametrize("scan", [scanned, scanned_by_path])
def test_a_member_far_longer_than_its_header_says_is_refused(scan):
    contents = members(stored(collection_of([make_result() for _ in range(SIZE)])))
    contents["ndr_1/nddata.nc"] += np.random.default_rng(5).bytes(20 << 20)
    with pytest.raises(sio.BadNetCDFError, match="as its header says") as raised:
        scan(zipped(contents)).to_xarray()
    assert raised.value.member == "ndr_1/nddata.nc"


def test_a_file_that_ends_too_early_is_told(tmp_path):
    path = tmp_path / "sweep.ndc"
    path.write_bytes(stored(collection_of([make_result() for _ in range(SIZE)])))
    with sio.scan_ndc(path, classes="light") as collection:
        with path.open("r+b") as file:
            file.truncate(5)
        with pytest.raises(sio.BadArchiveError, match="the end of the file"):
            collection.to_xarray()


@pytest.mark.parametrize("make", [scanned, opened], ids=["scanned", "opened"])
def test_causes_that_differ_in_number_only(make):
    causes = [0.25, 2, 1e-300, 1.5, 7]
    results = [make_result(causes=value) for value in causes]
    collection = sio.NDResultCollection.from_ndresults("causes", results)
    assert make(stored(collection)).to_xarray()["causes"].values.tolist() == causes


@pytest.mark.parametrize("names", [[[]], [["ndr_0/nddata.nc"]] * 2])
def test_a_part_whose_shape_nothing_tells(names):
    archive = _native.Archive(stored(collection_of([make_result()])), "a file")
    parts = [(each, True, None) for each in names]
    with pytest.raises(sio.InternalError, match="one part without a shape"):
        archive.stack(parts, threads=1)
