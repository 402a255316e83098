"""xarray's engine: the dataset of a file, of which an index decodes the results that it touches."""

import io
import pickle
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from sweeps import DATES, VALUES, array_of, collection_of, result_of

import skneuromsi_io as sio
from helpers import UPSTREAM_FILES, edited, make_array, members, zipped
from skneuromsi_io._engine import SkneuromsiEntrypoint
from skneuromsi_io.files._reader import ArchiveReader

ROOT = Path(__file__).parents[2]
LARGE = np.random.default_rng(5).normal(size=(40, 50))


def sweep(results):
    return sio.NDResultCollection.from_ndresults("sweep", results)


def with_arrays(make=lambda n: LARGE + n):
    return sweep([result_of(n, extra={"large": make(n)}) for n in range(4)])


FILES = {
    "plain": collection_of,
    "arrays of extra": with_arrays,
    "flags": lambda: with_arrays(lambda n: n < LARGE),
    "complex": lambda: with_arrays(lambda n: LARGE * 1j + n),
    "half": lambda: with_arrays(lambda n: (LARGE + n).astype("f2")),
    "dates": lambda: with_arrays(
        lambda n: DATES[0] + (LARGE * n).astype("m8[s]").astype("m8[ns]")
    ),
    "not plain": lambda: collection_of(
        lambda n: result_of(n, array_of(n, times=DATES))
    ),
    "one": lambda: sweep([result_of(2)]),
}


def store(path, collection, **options):
    sio.to_ndc(path, collection, tqdm_cls=None, **options)
    return path


def opened(path, **options):
    return xr.open_dataset(path, engine=SkneuromsiEntrypoint, **options)


def without_index(archive):
    contents = members(archive)
    del contents["index.json"]
    return zipped(contents)


@pytest.fixture(params=["index", "no index"])
def path(tmp_path, request):
    path = store(tmp_path / "sweep.ndc", with_arrays())
    if request.param == "no index":
        path.write_bytes(without_index(path.read_bytes()))
    return path


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("version", [0.1, 0.2])
def test_the_dataset_is_that_of_the_collection(tmp_path, kind, version):
    if version == 0.1 and kind == "complex":
        pytest.skip("format 0.1 has no complex numbers")
    path = store(tmp_path / "sweep.ndc", FILES[kind](), format_version=version)
    with sio.scan_ndc(path, classes="light") as collection:
        expected = collection.to_xarray()
    with opened(path) as found:
        assert not found["values"].variable._in_memory
        xr.testing.assert_identical(found.load(), expected)
        for name, variable in found.variables.items():
            assert variable.dtype == expected[name].dtype


@pytest.mark.parametrize("path", UPSTREAM_FILES, ids=lambda path: path.stem)
def test_files_of_scikit_neuromsi(path):
    expected = sio.scan_ndc(path, classes="light").to_xarray()
    with opened(path) as found:
        xr.testing.assert_identical(found.load(), expected)


def test_a_single_result(tmp_path):
    path = tmp_path / "result.ndr"
    sio.to_ndr(path, result_of(2), metadata=None)
    with opened(path) as found:
        assert found.sizes["run"] == 1
        assert found["values"].values[0].tobytes() == VALUES[2].tobytes()


class Counting:
    """An archive that notes which members are decoded into arrays."""

    def __init__(self, archive):
        self._archive = archive
        self.stacked = []

    def close(self):
        self._archive.close()

    def stack(self, parts, **options):
        self.stacked += [name for names, *_ in parts for name in names]
        return self._archive.stack(parts, **options)


@pytest.fixture
def counting(path, monkeypatch):
    """A dataset, and the members that were decoded since it was opened."""
    made = []

    class Reader(ArchiveReader):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            made.append(self)

    monkeypatch.setattr("skneuromsi_io._engine.ArchiveReader", Reader)
    with opened(path, cache=False) as found:
        (reader,) = made
        reader._archive = Counting(reader.archive)
        yield found, reader.archive.stacked


#: Indices along `run`, and the results that they touch.
TOUCHED = {
    "one": (2, {2}),
    "slice": (slice(1, 3), {1, 2}),
    "backwards": (slice(None, None, -2), {3, 1}),
    "twice": ([3, 0, 3, 3], {0, 3}),
    "mask": (np.array([True, False, True, False]), {0, 2}),
    "none": ([], set()),
}


@pytest.mark.parametrize("kind", TOUCHED)
@pytest.mark.parametrize(
    ("name", "member"), [("values", "nddata.nc"), ("large", "extra_0.nc")]
)
def test_a_selection_decodes_each_result_that_it_touches_once(
    counting, kind, name, member
):
    dataset, decoded = counting
    index, touched = TOUCHED[kind]
    expected = np.stack(
        [*VALUES] if name == "values" else [LARGE + n for n in range(4)]
    )
    found = dataset[name].isel(run=index).values
    assert found.tobytes() == expected[index].tobytes()
    assert sorted(decoded) == [f"ndr_{n}/{member}" for n in sorted(touched)]


#: Indices of several axes: NumPy's outer, and vectorized ones.
PARTS = [
    {"run": 1, "modes": 2},
    {"run": [0, 2], "positions": [3, 1, 1], "modes": slice(None, None, -1)},
    {"modes": 1, "times": 0, "positions": 2, "positions_coordinates": 1},
    {"times": [], "run": slice(1, None)},
    {
        "run": xr.DataArray([0, 3, 3], dims="point"),
        "positions": xr.DataArray([1, 2, 0], dims="point"),
    },
    {"run": -1, "positions": slice(-2, None)},
]


@pytest.mark.parametrize("part", PARTS, ids=range(len(PARTS)))
def test_a_part_of_each_result(counting, part, monkeypatch):
    dataset, decoded = counting
    # Two results a batch.
    monkeypatch.setattr("skneuromsi_io.results._lazy.CHUNK_BYTES", 2 * VALUES[0].nbytes)
    dims = dataset["values"].dims
    expected = xr.DataArray(VALUES, dims=dims).isel(part)
    found = dataset["values"].drop_vars([*dataset.coords]).isel(part)
    assert found.dims == expected.dims
    np.testing.assert_array_equal(found.values, expected.values)
    assert len(decoded) == len({*decoded})


def test_nothing_is_decoded_for_coordinates(counting):
    dataset, decoded = counting
    assert dataset["soa"].values.tolist() == [30, 10, 20, 10]
    assert dataset["causes"].values.tolist()[1:] == [1, 2.5, 2]
    assert "number" in repr(dataset)
    assert decoded == []


def test_chunks_are_whole_results(path, monkeypatch):
    dask = pytest.importorskip("dask")
    monkeypatch.setattr("skneuromsi_io.results._lazy.CHUNK_BYTES", 2 * LARGE.nbytes)
    with opened(path, chunks={}) as found:
        assert found.chunks["run"] == (2, 2)
        assert {
            v.encoding["preferred_chunks"]["run"] for v in found.data_vars.values()
        } == {2}
        assert found["large"].chunks == ((2, 2), (40,), (50,))
        with dask.config.set(scheduler="threads", num_workers=4):
            total = found["values"].sum("run").compute()
            loaded = found.compute()
    np.testing.assert_allclose(total, VALUES.sum(axis=0))
    xr.testing.assert_identical(loaded, sio.scan_ndc(path, classes="light").to_xarray())


def test_a_dataset_pickles_by_the_path_of_its_file(path):
    with opened(path) as dataset:
        pickled = pickle.dumps(dataset)
        assert len(pickled) < 30_000
    found = pickle.loads(pickled)
    assert found["values"].values.tobytes() == VALUES.tobytes()
    again = pickle.loads(pickled)
    assert again["values"][0].values.tobytes() == VALUES[0].tobytes()
    store(path, collection_of())
    del found
    assert again["values"].values.tobytes() == VALUES.tobytes(), "the open file"
    del again
    # Opened when it is read: the scheduler of a cluster may not see the file.
    closed = pickle.loads(pickled)
    for dataset in (closed, pickle.loads(pickle.dumps(closed))):
        with pytest.raises(sio.BadArchiveError, match="changed since"):
            dataset["values"].load()


def test_variables_can_be_dropped(path):
    with opened(path, drop_variables="large") as found:
        assert "large" not in found
    with opened(path, drop_variables=["values", "soa", "no such"]) as found:
        assert "values" not in found
        assert "soa" not in found


def test_options_of_decoding_change_nothing(path):
    with opened(path) as one, opened(path, decode_cf=False) as other:
        xr.testing.assert_identical(one, other)
    with opened(path, decode_times=False, mask_and_scale=True) as found:
        assert "values" in found


def test_a_closed_dataset_says_so(path):
    found = opened(path)
    found.close()
    with pytest.raises(ValueError, match="open archive"):
        found["values"].load()


def test_limits_are_those_of_the_package(path):
    with pytest.raises(sio.LimitError, match="members"):
        opened(path, limits={"members": 3})


def shapes(odd=(3, 3, 5, 2)):
    return [
        result_of(
            n,
            make_array("f8", odd, modes=["visual", "auditory", "multi"])
            if n in (1, 3)
            else None,
        )
        for n in range(4)
    ]


def test_results_of_different_shapes_are_named_and_the_tree_has_them(tmp_path):
    path = store(tmp_path / "sweep.ndc", sweep(shapes()))
    with pytest.raises(sio.ArgumentError, match="open_datatree") as raised:
        opened(path)
    assert "(3, 3, 4, 2)" in str(raised.value)
    assert "(3, 3, 5, 2) in result 1" in str(raised.value)
    groups = SkneuromsiEntrypoint().open_groups_as_dict(path)
    assert [*groups] == ["/kind_0", "/kind_1"]
    for name, numbers in {"/kind_0": [0, 2], "/kind_1": [1, 3]}.items():
        found = groups[name]
        assert found["run"].values.tolist() == numbers
        assert found["number"].values.tolist() == numbers
        expected = [sweep(shapes())[n].to_xarray().values for n in numbers]
        np.testing.assert_array_equal(found["values"], np.stack(expected))


@pytest.mark.skipif(not hasattr(xr, "DataTree"), reason="xarray before 2024.10")
def test_a_tree_of_datasets(tmp_path):
    path = store(tmp_path / "sweep.ndc", sweep(shapes()))
    with xr.open_datatree(path, engine=SkneuromsiEntrypoint) as tree:
        assert [*tree.children] == ["kind_0", "kind_1"]
        assert tree["kind_1/values"].shape == (2, 3, 3, 5, 2)
        tree.load()


@pytest.mark.parametrize("index", [True, False])
def test_labels_that_differ_are_told(tmp_path, index):
    results = [
        result_of(n, array_of(n, times=np.arange(3) + (n == 2))) for n in range(4)
    ]
    path = store(tmp_path / "sweep.ndc", sweep(results))
    told = pytest.raises(sio.ArgumentError, match=r"labels of 'times'.*result 2")
    if index:
        with told:
            opened(path)
        return
    path.write_bytes(without_index(path.read_bytes()))
    # Without an index, sizes of members are all that is known of them before they are read.
    with opened(path) as found:
        found["values"][:2].load()
        with told:
            found["values"].load()


def test_a_result_that_contradicts_the_first_is_told_when_the_file_is_opened(path):
    def change(document):
        document["object_kwargs"]["output_mode"] = "visual"

    path.write_bytes(edited(path.read_bytes(), "ndr_3/metadata.json", change))
    with pytest.raises(sio.BadMetadataError, match=r"ndr_3/metadata\.json"):
        opened(path)


def test_guessing_looks_at_the_content(path, tmp_path):
    guess = SkneuromsiEntrypoint().guess_can_open
    content = path.read_bytes()
    assert guess(path)
    assert guess(str(path))
    assert guess(content)
    stream = io.BytesIO(content)
    stream.seek(7)
    assert guess(stream)
    assert stream.tell() == 7
    # Metadata may be the first member, as in other archives.
    first = dict(
        sorted(members(content).items(), key=lambda item: item[0] != "metadata.json")
    )
    assert guess(zipped(first))
    assert not guess(zipped({"metadata.json": b"{}"}))
    assert not guess(zipped({"zarr.json": b"{}"}))
    assert not guess(zipped({"ndr_1/else.json": b"{}"}))
    assert not guess(b"\x89HDF\r\n\x1a\n" + bytes(200))
    for other in (
        tmp_path,
        tmp_path / "no such file",
        b"",
        "https://host/sweep.ndc",
        5,
    ):
        assert not guess(other)


@pytest.mark.parametrize("name", ["read", "seek", "tell"])
@pytest.mark.parametrize("error", [io.UnsupportedOperation, AttributeError, KeyError])
def test_guessing_leaves_what_cannot_be_asked(path, monkeypatch, name, error):
    class Stream(io.BytesIO):
        """As a pipe, or an object of another engine."""

    def fail(*_):
        raise error

    monkeypatch.setattr(Stream, name, fail)
    assert not SkneuromsiEntrypoint().guess_can_open(Stream(path.read_bytes()))


def test_xarray_finds_the_engine_by_itself(path, tmp_path):
    """With an installed distribution, of which only the entry points are here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    place = tmp_path / "site" / "found-1.0.dist-info"
    place.mkdir(parents=True)
    (place / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: found\nVersion: 1.0\n"
    )
    lines = [
        line
        for group, points in project["entry-points"].items()
        for line in (
            f"[{group}]",
            *(f"{name} = {value}" for name, value in points.items()),
        )
    ]
    (place / "entry_points.txt").write_text("\n".join(lines))
    code = (
        "import sys; sys.path.append(sys.argv[2]); import xarray as xr\n"
        "for options in ({}, {'engine': 'skneuromsi'}):\n"
        "    with xr.open_dataset(sys.argv[1], **options) as found:\n"
        "        print(found['values'].shape)\n"
        "print('skneuromsi' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(path), str(place.parent)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split("\n")[:3] == [str((4, 3, 3, 4, 2))] * 2 + ["False"]
