"""Collections that stay in their file: what they read, give, refuse and share."""

import io
import os
import pickle
import zipfile

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import (
    UPSTREAM_FILES,
    assert_same,
    edited,
    make_array,
    make_collection,
    make_result,
    members,
    opened,
    stored,
    without_index,
    zipped,
)
from processes import in_process

SIZE = 6
COLLECTION = make_collection(SIZE)
ARCHIVE = stored(COLLECTION)
#: The same without an index, as all archives were before there was one.
PLAIN = without_index(ARCHIVE)


def scan(archive, **kwargs):
    return sio.scan_ndc(archive, classes="light", **kwargs)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "sweep.ndc"
    path.write_bytes(ARCHIVE)
    return path


def damaged(*names):
    """Return the archive with bytes of these members changed, so that reading one is an error."""
    content = bytearray(ARCHIVE)
    with zipfile.ZipFile(io.BytesIO(ARCHIVE)) as archive:
        for name in names:
            info = archive.getinfo(name)
            start = info.header_offset + 30 + len(name)
            content[start : start + 5] = b"\xff" * 5
    return bytes(content)


def data_of(*indices):
    return [f"ndr_{index}/nddata.nc" for index in indices]


def metadata_of(*indices):
    return [f"ndr_{index}/metadata.json" for index in indices]


def columns_of(collection):
    return {
        "run_parameters_values": [*collection.run_parameters_values],
        "causes_": collection.causes_,
        "disparity_matrix": collection.disparity_matrix(),
        "changing_parameters": collection.changing_parameters(),
        "coerce_parameter": collection.coerce_parameter(),
    }


def test_a_scan_is_what_open_gives(path):
    collection = scan(path)
    assert type(collection) is sio.NDResultCollection
    assert_same(collection, COLLECTION)
    assert_same(columns_of(collection), columns_of(COLLECTION))
    assert_same(collection.modes_variance_sum(), COLLECTION.modes_variance_sum())


@pytest.mark.parametrize("path", UPSTREAM_FILES, ids=lambda path: path.stem)
def test_files_of_scikit_neuromsi_scan(path):
    assert_same(scan(path), opened(path))
    found, expected = scan(path), opened(path)
    assert_same([*found.run_parameters_values], [*expected.run_parameters_values])
    assert_same(found.causes_, expected.causes_)


def test_a_scan_reads_no_result():
    every = [*data_of(*range(SIZE)), *metadata_of(*range(SIZE))]
    collection = scan(damaged(*every))
    assert (len(collection), collection.name) == (SIZE, "sweep")
    assert repr(collection) == repr(COLLECTION)
    with pytest.raises(sio.BadArchiveError):
        collection[3]


def test_columns_read_no_data():
    collection = scan(damaged(*data_of(*range(SIZE))))
    assert_same(columns_of(collection), columns_of(COLLECTION))
    with pytest.raises(sio.BadArchiveError) as raised:
        collection[3]
    assert raised.value.member == "ndr_3/nddata.nc"


def test_one_result_reads_the_first_and_itself():
    others = [index for index in range(SIZE) if index not in (0, 4)]
    collection = scan(damaged(*data_of(*others), *metadata_of(*others)))
    assert_same(collection[4], COLLECTION[4])
    assert_same(collection.modes_, COLLECTION.modes_)
    assert collection.output_mode_ == "multi"


@pytest.mark.parametrize(
    ("key", "odd"),
    [("run_parameters", {"other": 1}), ("output_mode", "m1"), ("time_range", [0, 9])],
)
def test_a_result_unlike_the_first_is_refused_when_it_is_read(key, odd):
    def change(document):
        document["object_kwargs"][key] = odd

    collection = scan(edited(PLAIN, "ndr_2/metadata.json", change))
    assert_same(collection[1], COLLECTION[1])
    with pytest.raises(sio.BadMetadataError) as raised:
        collection[2]
    assert raised.value.member == "ndr_2/metadata.json"


@pytest.mark.parametrize(
    "read",
    [
        lambda collection: collection.run_parameters_values,
        lambda collection: collection.disparity_matrix(),
        lambda collection: collection.changing_parameters(),
        lambda collection: collection.coerce_parameter(),
        lambda collection: collection._repr_html_(),
    ],
)
@pytest.mark.parametrize("others", [1, 3], ids=["alone", "template"])
def test_parameters_of_other_names_are_told(read, others):
    def rename(document):
        parameters = document["object_kwargs"]["run_parameters"]
        parameters["other"] = parameters.pop("soa")

    archive = PLAIN
    for index in range(3, 3 + others):
        archive = edited(archive, f"ndr_{index}/metadata.json", rename)
    collection = scan(archive)
    with pytest.raises(sio.BadMetadataError) as raised:
        read(collection.select(slice(1, None)))
    assert raised.value.member == "ndr_3/metadata.json"
    assert raised.value.expected == "run parameters ['soa', 'noise']"
    assert_same(
        [*collection.select(slice(3)).run_parameters_values],
        [*COLLECTION.run_parameters_values[:3]],
    )


def test_a_missing_result_is_told_when_it_is_read():
    contents = members(ARCHIVE)
    del contents["ndr_5/nddata.nc"]
    collection = scan(zipped(contents))
    assert_same(collection[4], COLLECTION[4])
    with pytest.raises(sio.MissingMemberError) as raised:
        collection[5]
    assert raised.value.member == "ndr_5/nddata.nc"


def test_a_file_that_is_not_one_is_refused_at_once(tmp_path):
    with pytest.raises(sio.MissingMemberError):
        scan(zipped({"other.json": b"{}"}))
    with pytest.raises(sio.ArgumentError, match="classes"):
        sio.scan_ndc(ARCHIVE, classes="no")
    with pytest.raises(FileNotFoundError):
        scan(tmp_path / "none.ndc")
    with pytest.raises(sio.LimitError):
        scan(ARCHIVE, limits={"members": 2})


MASK = np.arange(SIZE) % 3 == 1


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        (slice(1, 4), [1, 2, 3]),
        (slice(None, None, -2), [5, 3, 1]),
        ([4, 0, 4], [4, 0, 4]),
        (np.array([-1, 2]), [5, 2]),
        (MASK, [1, 4]),
        (list(MASK), [1, 4]),
    ],
    ids=repr,
)
@pytest.mark.parametrize("make", [scan, opened], ids=["scanned", "opened"])
def test_select(make, which, expected):
    part = make(ARCHIVE).select(which)
    assert type(part) is sio.NDResultCollection
    assert part.name == "sweep"
    assert_same([*part], [COLLECTION[index] for index in expected])
    soas = [10 * index for index in expected]
    assert [row["soa"] for row in part.run_parameters_values] == soas
    assert part[0].run_parameters.soa == soas[0]
    again = part.select([1])
    assert [row["soa"] for row in again.run_parameters_values] == soas[1:2]


def test_a_selection_reads_nothing_else():
    others = [0, 1, 2, 4]
    collection = scan(damaged(*metadata_of(*others)))
    part = collection.select([3, 5])
    assert [row["soa"] for row in part.run_parameters_values] == [30, 50]


@pytest.mark.parametrize("make", [scan, opened], ids=["scanned", "opened"])
def test_wrong_selections(make):
    collection = make(ARCHIVE)
    for none in ([], slice(4, 4), np.zeros(SIZE, bool)):
        with pytest.raises(ValueError, match="Empty NDResultCollection"):
            collection.select(none)
    for wrong in ([SIZE], [True], 3, [[1]], ["a"], [0.5]):
        with pytest.raises(IndexError):
            collection.select(wrong)


def test_slices_are_arrays_of_results():
    collection = scan(ARCHIVE)
    found = collection[1:5:2]
    assert isinstance(found, np.ndarray)
    assert_same([*found], [COLLECTION[1], COLLECTION[3]])
    with pytest.raises(IndexError):
        collection[SIZE]


def test_a_scan_is_stored_as_it_is(tmp_path):
    out = tmp_path / "again.ndc"
    part = scan(ARCHIVE).select([5, 1])
    part.to_ndc(out, quiet=True)
    assert_same([*opened(out)], [COLLECTION[5], COLLECTION[1]])


def test_closing(path):
    with scan(path) as collection:
        part = collection.select([1])
        assert_same(collection[0], COLLECTION[0])
    for closed in (collection, part):
        with pytest.raises(ValueError, match="closed"):
            closed[0]
    assert len(collection) == SIZE
    with opened(path) as in_memory:
        pass
    assert_same(in_memory[0], COLLECTION[0])


def test_a_stream_stays_open():
    stream = io.BytesIO(ARCHIVE)
    scan(stream).close()
    assert not stream.closed


def values_of(collection):
    return [result.to_xarray().values.tobytes() for result in collection]


@pytest.mark.slow
def test_a_scan_goes_to_workers(path):
    collection = scan(path)
    expected = values_of(COLLECTION)
    assert values_of(pickle.loads(pickle.dumps(collection))) == expected
    assert in_process(values_of, collection) == expected
    assert in_process(values_of, collection.select([2])) == expected[2:3]


def test_relative_paths_are_made_whole(path, monkeypatch, tmp_path):
    monkeypatch.chdir(path.parent)
    content = pickle.dumps(scan(path.name))
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert_same(pickle.loads(content)[1], COLLECTION[1])


def test_a_file_is_opened_once_for_all_results_that_arrive(path):
    content = pickle.dumps(scan(path))
    one, two = pickle.loads(content), pickle.loads(content)
    assert one._packed.reader.archive is two._packed.reader.archive
    one.close()
    assert_same(two[1], COLLECTION[1])
    with pytest.raises(sio.ArgumentError, match="open archive, found a closed one"):
        one[1]
    assert_same(pickle.loads(content)[1], COLLECTION[1])


@pytest.mark.parametrize("source", [io.BytesIO, bytes], ids=["stream", "bytes"])
def test_streams_do_not_pickle(source):
    with pytest.raises(sio.UnstorableError, match="by its path"):
        pickle.dumps(scan(source(ARCHIVE)))


def test_a_file_that_changed_is_told(path, tmp_path):
    content = pickle.dumps(scan(path))
    found = path.stat()
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns + 1))
    with pytest.raises(sio.BadArchiveError, match=r"changed since.*scan it again"):
        pickle.loads(content)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert_same(pickle.loads(content)[1], COLLECTION[1])
    other = tmp_path / "other.ndc"
    other.write_bytes(ARCHIVE)
    os.utime(other, ns=(found.st_atime_ns, found.st_mtime_ns))
    other.replace(path)
    with pytest.raises(sio.BadArchiveError, match="inode"):
        pickle.loads(content)


@pytest.mark.skipif(os.name == "nt", reason="open files are not replaced there")
def test_a_replaced_file_gives_no_mixed_data(path):
    collection = scan(path)
    first = collection[0]
    sio.to_ndc(path, changed(), tqdm_cls=None)
    assert_same([first, *collection[1:]], [*COLLECTION])
    assert_same([*scan(path)], [*changed()])


def changed():
    results = [
        make_result(make_array() * 0 + index, run_parameters={"other": index})
        for index in range(SIZE)
    ]
    return sio.NDResultCollection.from_ndresults("changed", results)


NUMBERS = [3, -0.0, 1e300, 2**70, float("nan"), True, np.float64(2.5), np.int8(7)]


@pytest.mark.parametrize("number", NUMBERS, ids=repr)
def test_columns_have_values_and_types_as_they_were(number):
    """Results that differ in numbers are decoded by one of them: every kind of number among others."""
    results = [
        make_result(
            run_parameters={"a": value, "b": number, "c/~": "text"},
            extra={"x": value, "nested": {"y": [value, {"z": 1}]}},
        )
        for value in (1, 2.5, number, -7, np.float64(2.5))
    ]
    collection = sio.NDResultCollection.from_ndresults("numbers", results)
    found = scan(stored(collection)).run_parameters_values
    assert_same([*found], [result._run_parameters for result in results])
    for row in found:
        row["a"] = "changed"
    assert_same(results[1].run_parameters.a, 2.5)


@pytest.mark.parametrize("cause", [*NUMBERS, None, 1], ids=repr)
def test_causes_are_as_they_were(cause):
    causes = [1, 2.5, cause, 0, np.float64(2.5), np.float64(-1)]
    if isinstance(cause, bool):
        causes = [True, False, True]
    results = [make_result(causes=value) for value in causes]
    collection = sio.NDResultCollection.from_ndresults("causes", results)
    found = scan(stored(collection)).causes_
    assert_same(found, np.asarray(causes))


@pytest.mark.parametrize(
    "parameter",
    [[1, 2], {"a": 1}, (1, 2.5), np.arange(3), np.arange(2000), {1: 2}, 1 + 2j],
    ids=lambda value: type(value).__name__,
)
def test_columns_of_parameters_that_are_no_numbers(parameter):
    results = [
        make_result(run_parameters={"a": parameter, "b": number}) for number in range(4)
    ]
    collection = sio.NDResultCollection.from_ndresults("others", results)
    found = scan(stored(collection)).run_parameters_values
    assert_same([*found], [result._run_parameters for result in results])


def test_a_key_that_is_twice_in_the_text():
    contents = members(ARCHIVE)
    for index in range(SIZE):
        name = f"ndr_{index}/metadata.json"
        contents[name] = contents[name].replace(b'"soa": ', b'"soa": 99, "soa": ')
    found = scan(zipped(contents)).run_parameters_values
    assert [row["soa"] for row in found] == [10 * index for index in range(SIZE)]


def test_a_size_that_the_file_cannot_have_is_refused_at_once():
    def change(document):
        document["object_size"] = 10**12

    with pytest.raises(sio.BadMetadataError, match=r"object_size.*at most 14"):
        scan(edited(ARCHIVE, "metadata.json", change))
