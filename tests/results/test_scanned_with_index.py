"""Scans answer from the index, read no more than they need, and refuse what differs from it."""

import bisect
import io
import os
import pickle
import zipfile
from concurrent.futures import ThreadPoolExecutor

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
from indexes import INDEX
from processes import in_process

SIZE = 8
COLLECTION = make_collection(SIZE)
ARCHIVE = stored(COLLECTION)
HEAD = {INDEX, "metadata.json"}
#: The end of an archive, of up to 64 KiB and some bytes, is read to find its directory.
LONG = {"compression": zipfile.ZIP_STORED, "metadata": {"note": "x" * 70_000}}


def scan(archive):
    return sio.scan_ndc(archive, classes="light")


class Recorded:
    """A stream that records which members of its archive are read."""

    def __init__(self, content):
        self._stream = io.BytesIO(content)
        with zipfile.ZipFile(self._stream) as archive:
            infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
            self._starts = [info.header_offset for info in infos] + [archive.start_dir]
        self._names = [info.filename for info in infos] + [None]
        self.seek, self.tell = self._stream.seek, self._stream.tell
        self._read = set()

    def read(self, size=-1):
        start = self._stream.tell()
        content = self._stream.read(size)
        if content:
            first = bisect.bisect_right(self._starts, start) - 1
            last = bisect.bisect_left(self._starts, start + len(content))
            self._read |= {*self._names[first:last]} - {None}
        return content

    def taken(self):
        """Return what was read since the last call."""
        found, self._read = self._read, set()
        return found


def everything(collection):
    """Return all that a collection says without its arrays."""
    return {
        "len": len(collection),
        "name": collection.name,
        "repr": repr(collection),
        "modes": collection.modes_,
        "input modes": collection.input_modes_,
        "output mode": collection.output_mode_,
        "names": collection.run_parameters_,
        "run parameters": [*collection.run_parameters_values],
        "causes": collection.causes_,
        "matrix": collection.disparity_matrix(),
        "changing": collection.changing_parameters(),
        "parameter": collection.coerce_parameter("soa"),
    }


def test_a_scan_with_an_index_reads_no_result():
    stream = Recorded(stored(COLLECTION, **LONG))
    collection = scan(stream)
    assert stream.taken() == HEAD
    assert_same(everything(collection), everything(COLLECTION))
    part = collection.select([3, 1])
    assert_same(everything(part), everything(COLLECTION.select([3, 1])))
    assert stream.taken() == set()
    assert_same(collection[5], COLLECTION[5])
    assert stream.taken() == {"ndr_5/metadata.json", "ndr_5/nddata.nc"}


def test_a_scan_without_an_index_reads_no_data():
    stream = Recorded(without_index(stored(COLLECTION, **LONG)))
    collection = scan(stream)
    assert stream.taken() == {"metadata.json"}
    found = [*collection.select(slice(2, 4)).run_parameters_values]
    assert_same(found, [*COLLECTION.run_parameters_values[2:4]])
    assert stream.taken() == {f"ndr_{index}/metadata.json" for index in (2, 3)}
    assert_same(collection.disparity_matrix(), COLLECTION.disparity_matrix())
    assert_same(collection.causes_, COLLECTION.causes_)
    assert stream.taken() == {f"ndr_{index}/metadata.json" for index in range(SIZE)}
    # Modes are in the data alone.
    assert_same(collection.modes_, COLLECTION.modes_)
    assert stream.taken() == {"ndr_0/metadata.json", "ndr_0/nddata.nc"}


def test_what_the_index_does_not_say_is_read():
    long = {"long": "x" * 70_000}
    results = [
        make_result(
            run_parameters={"soa": index}, extra=long if index in (0, 5) else {}
        )
        for index in range(SIZE)
    ]
    collection = sio.NDResultCollection.from_ndresults("some", results)
    stream = Recorded(stored(collection, **LONG))
    found = scan(stream)
    assert_same(found.modes_, collection.modes_)
    assert stream.taken() == HEAD
    assert_same(everything(found), everything(collection))
    assert stream.taken() == {f"ndr_{index}/metadata.json" for index in (0, 5)}
    for index in range(SIZE):
        assert_same(found[index], results[index])


@pytest.mark.parametrize("path", UPSTREAM_FILES, ids=lambda path: path.stem)
def test_files_of_scikit_neuromsi_have_no_index(path):
    collection, expected = scan(path), opened(path)
    assert_same([*collection.run_parameters_values], [*expected.run_parameters_values])
    # Nor has a file of its format that has a member of this name.
    contents = members(path.read_bytes()) | {INDEX: b"mine"}
    assert_same(scan(zipped(contents)).causes_, expected.causes_)


def mixed(index):
    """A result of one of many kinds, in turn."""
    rng = np.random.default_rng(index)
    parameters = {
        "soa": [index, float(index), np.float64(index), np.int8(index)][index % 4],
        "name": "ab"[index % 2],
        "list": [[1, 2.5], {"a": index}, (), None, np.arange(3)][index % 5],
        "c/~ñ": [float("nan"), True, 2**70, -0.0, 1j][index % 5],
    }
    return make_result(
        make_array(shape=(2, 3, 4 + index % 2, 1), attrs={"k": index % 3}),
        mname=f"model {index % 3}",
        position_range=(0, 4 + index % 2),
        causes=[None, 1, 2.5, np.float64(0.5), float(rng.normal())][index % 5],
        run_parameters=parameters,
        extra={"x": rng.normal(size=index % 4), "n": index},
    )


MIXED = sio.NDResultCollection.from_ndresults("mixed", [mixed(i) for i in range(60)])


@pytest.mark.parametrize("change", [bytes, without_index], ids=["index", "none"])
def test_columns_of_many_kinds(change):
    archive = stored(MIXED)
    collection, whole = scan(change(archive)), opened(archive)
    for which in (slice(None), [59, 3, 3, 0], np.arange(60) % 7 == 2, [41]):
        part, expected = collection.select(which), whole.select(which)
        for name in ("run_parameters", "causes", "nmap", "time_range", "mname"):
            found = part._summary.column(name)
            assert_same(found, expected._summary.column(name))
        assert_same([*part], [*expected])
    rows = collection.run_parameters_values
    rows[0]["soa"] = "changed"
    assert rows[20]["soa"] == 20


def said(change):
    return edited(ARCHIVE, INDEX, change)


def number(at, value):
    def change(index):
        index["templates"][0]["numbers"][1][at] = value

    return change


def test_a_result_that_the_index_contradicts_is_refused():
    collection = scan(said(number(3, 31)))
    # It is a claim until the result is read.
    assert collection.run_parameters_values[3]["soa"] == 31
    assert_same(collection[2], COLLECTION[2])
    for _ in range(2):
        with pytest.raises(sio.BadMetadataError) as raised:
            collection[3]
    error = raised.value
    assert (error.member, error.key) == (INDEX, "ndr_3/metadata.json")
    assert str(error).startswith(
        f'<{len(said(number(3, 31)))} bytes>: member "{INDEX}"'
    )
    assert "expected 31 as the index says, found 30 in the result" in str(error)
    assert "repair" in str(error)
    for whole in (lambda: [*collection], collection.to_xarray):
        with pytest.raises(sio.BadMetadataError, match="expected 31"):
            whole()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"output_mode": "multi"', '"output_mode": "m1"'),
        ('"mname": "model"', '"mname": "other"'),
        ('"note": "text"', '"note": null'),
        ('"causes": 1', '"causes": 2'),
    ],
)
def test_a_result_that_was_edited_is_refused(old, new):
    contents = members(ARCHIVE)
    name = "ndr_4/metadata.json"
    contents[name] = contents[name].replace(old.encode(), new.encode())
    archive = zipped(contents)
    collection = scan(archive)
    assert_same(collection[5], COLLECTION[5])
    alone = collection.select([4])
    for read in (lambda: collection[4], collection.to_xarray, alone.to_xarray):
        with pytest.raises(sio.BadMetadataError, match=rf"index\.json.*{name}"):
            read()
    assert any(name in str(problem) for problem in sio.verify(archive).problems)


def of_array(**changes):
    return lambda index: index["arrays"][0].update(changes)


LABELS = {"modes": ["multi", "m1"], "times": range(3), "positions": range(4)}
CLAIMS = {
    "other modes": of_array(coords=[["modes", ["multi", "x"], {}]]),
    "another shape": of_array(shape=[2, 3, 4, 2]),
    "another dtype": of_array(dtype="<f4"),
    "a huge shape": of_array(shape=[10**15, 3, 4, 10**9], coords=[]),
    "another name": of_array(name="other"),
    "attributes": of_array(attrs={"a": "b"}),
}


@pytest.mark.parametrize("case", CLAIMS)
def test_an_array_that_the_index_contradicts_is_refused(case):
    collection = scan(said(CLAIMS[case]))
    for read in (lambda: collection[1], collection.to_xarray):
        with pytest.raises(sio.BadMetadataError, match=r"index\.json.*repair"):
            read()
    (first, *_) = sio.verify(said(CLAIMS[case])).problems
    assert first.member == INDEX


@pytest.mark.parametrize(
    "change",
    [
        of_array(shape=[10**15, 3, 4, 10**9], coords=[]),
        of_array(shape=[2, 3, 4]),
        of_array(dims=["modes", "times", "positions", "other"]),
        of_array(dtype="<U7"),
        of_array(coords=[["modes", 5, {}]]),
        of_array(coords=[["modes", [1, 2], {}]]),
        of_array(coords=5),
        of_array(coords=[["modes", ["multi", "m1", "m2"], {}]]),
        of_array(types={"/shape": ["array", "<i8", [10**12]]}),
        of_array(attrs=[]),
        lambda index: index["arrays"][0].pop("dims"),
        lambda index: index["templates"][0].update(text="{}", numbers=[]),
    ],
)
def test_modes_that_the_index_cannot_have(change):
    with pytest.raises(sio.SkneuromsiIOError) as raised:
        _ = scan(said(change)).modes_
    assert raised.value.member == INDEX
    assert "repair" in str(raised.value)


def test_a_template_that_no_result_could_have_says_nothing():
    """Columns are made of the members then."""
    change = lambda index: index["templates"][0].update(text="{}", numbers=[])  # noqa: E731
    collection = scan(said(change))
    assert_same(collection.causes_, COLLECTION.causes_)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"a": 1'], ids=repr)
def test_a_malformed_index_is_refused_at_once(content, tmp_path):
    path = tmp_path / "sweep.ndc"
    path.write_bytes(zipped(members(ARCHIVE) | {INDEX: content}))
    with pytest.raises(sio.BadMetadataError, match="repair") as raised:
        scan(path)
    assert (raised.value.member, raised.value.archive) == (INDEX, str(path))
    out = tmp_path / "out.ndc"
    sio.repair(path, out)
    assert_same(everything(scan(out)), everything(COLLECTION))


def test_a_damaged_index_is_refused_at_once():
    content = bytearray(ARCHIVE)
    content[content.index(INDEX.encode()) + len(INDEX) + 20] ^= 1
    with pytest.raises(zipfile.BadZipFile, match=INDEX):
        scan(bytes(content))
    assert [p.member for p in sio.verify(bytes(content)).problems] == [INDEX]


def test_an_index_of_any_method():
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        archive = stored(COLLECTION, compression=method)
        assert_same(everything(scan(archive)), everything(COLLECTION))


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "sweep.ndc"
    path.write_bytes(ARCHIVE)
    return path


def soas_of(collection):
    return [row["soa"] for row in collection.run_parameters_values]


def values_of(collection, index):
    return collection[index].to_xarray().values.tobytes()


def test_many_threads_use_one_scan(path):
    expected = [values_of(COLLECTION, index) for index in range(SIZE)]
    with scan(path) as collection, ThreadPoolExecutor(8) as pool:
        columns = [pool.submit(soas_of, collection) for _ in range(4)]
        indices = [*range(SIZE)] * 8
        found = [*pool.map(lambda index: values_of(collection, index), indices)]
        assert found == expected * 8
        assert all(one.result() == soas_of(COLLECTION) for one in columns)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork")
def test_a_forked_process_uses_the_scan(path):
    collection = scan(path)
    expected = values_of(COLLECTION, 3)
    child = os.fork()
    if child == 0:
        same = values_of(collection, 3) == expected and soas_of(collection)
        os._exit(0 if same == soas_of(COLLECTION) else 1)
    assert values_of(collection, 3) == expected
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.slow
def test_a_spawned_process_uses_the_scan(path):
    collection = scan(path)
    assert in_process(soas_of, collection.select([4, 2])) == [40, 20]


def test_a_pickled_scan_is_compared_with_the_index(path):
    content = pickle.dumps(scan(path))
    part = pickle.loads(content).select([2])
    assert part._packed.reader.index is not None
    assert soas_of(part) == [20]
    wrong = said(number(3, 31))
    path.write_bytes(wrong)
    again = pickle.loads(pickle.dumps(scan(path)))
    with pytest.raises(sio.BadMetadataError, match="expected 31"):
        again[3]


def test_a_scan_pickles_after_its_columns_were_used(path):
    collection = scan(path)
    assert_same(everything(collection), everything(COLLECTION))
    assert_same(
        everything(pickle.loads(pickle.dumps(collection))), everything(COLLECTION)
    )


def test_a_malformed_index_leaves_no_open_file(path):
    folder = "/proc/self/fd"
    if not os.path.isdir(folder):  # noqa: PTH112
        pytest.skip("no list of open files")
    path.write_bytes(zipped(members(ARCHIVE) | {INDEX: b"[]"}))
    before = len(os.listdir(folder))  # noqa: PTH208
    for _ in range(3):
        with pytest.raises(sio.BadMetadataError):
            scan(path)
    assert len(os.listdir(folder)) == before  # noqa: PTH208
