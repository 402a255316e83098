"""The bound on memory that SECURITY.md states, measured in processes of their own."""

import io
import json
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from good import LARGE, RESULT, VALUES, contents
from zipkit import build, changed, members_of

import skneuromsi_io as sio
from helpers import DIMS, make_array, make_result, members, stored
from processes import PEAK
from skneuromsi_io.arrays import _sidecar

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the peak of a process stands in /proc"
)

#: The constant of SECURITY.md, and its factors.
CONSTANT = 64 << 20
PER_DECODED_BYTE = 3
PER_LABEL_BYTE = 4
PER_TEXT_BYTE = 40
PER_TEXT_LABEL, PER_LABEL_CHARACTER = 160, 16

MEASURE = f"""{PEAK}
import json, sys
import skneuromsi_io as sio
small, path = sys.argv[1:]
sio.open_ndresults_collection(small, tqdm_cls=None, classes="light")[0].to_xarray()
before = peak()
try:
    found = sio.open_ndresults_collection(path, tqdm_cls=None, classes="light")
    found = [result.to_xarray().nbytes for result in found]
except sio.SkneuromsiIOError as error:
    found = type(error).__name__
print(json.dumps([found, peak() - before]))
"""


def peak(tmp_path, archive):
    """Return what came of opening and decoding, and the memory that it took."""
    small, path = tmp_path / "small.ndc", tmp_path / "case.ndc"
    small.write_bytes(stored(make_result()))
    path.write_bytes(archive)
    command = [sys.executable, "-c", MEASURE, str(small), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


PEAK_OF_A_STREAM = f"""{PEAK}
import sys
import skneuromsi_io as sio
kind, small, path = sys.argv[1:]
sio.read_ndc(small, tqdm_cls=None, classes="light")
before = peak()
sio.read_ndc(path if kind == "path" else open(path, "rb"), tqdm_cls=None, classes="light")
print(peak() - before)
"""


def test_large_text_from_a_stream_is_never_whole_in_memory(tmp_path):
    """A path is read in pieces; a stream has its compressed bytes in memory beside, not its text."""
    result = make_result(extra={"x": np.random.default_rng(0).normal(size=1_500_000)})
    small, path = tmp_path / "small.ndc", tmp_path / "text.ndc"
    small.write_bytes(stored(make_result(), format_version=0.1))
    path.write_bytes(stored(result, format_version=0.1))
    text = len(members(path.read_bytes())["ndr_0/metadata.json"])
    assert text > 2 * path.stat().st_size > 16 << 20

    def peak_of(kind):
        command = [sys.executable, "-c", PEAK_OF_A_STREAM, kind, str(small), str(path)]
        return int(
            subprocess.run(command, capture_output=True, text=True, check=True).stdout
        )

    # The heap of the C library grows by 8 MB more in some runs, of the 43 MB of the text.
    assert peak_of("stream") < peak_of("path") + path.stat().st_size + text / 2


def zeros(times):
    array = make_array(shape=(2, times, 1, 1))
    array.values[:] = 0
    return array


@pytest.mark.slow
def test_good_results(tmp_path):
    rng = np.random.default_rng(0)
    results = []
    for _ in range(4):
        array = zeros(600_000)
        array.values[:] = rng.normal(size=array.shape)
        results.append(make_result(array))
    collection = sio.NDResultCollection.from_ndresults("large", results)
    found, taken = peak(tmp_path, stored(collection))
    assert found == [9_600_000] * 4
    assert taken <= CONSTANT + PER_DECODED_BYTE * sum(found)


@pytest.mark.slow
def test_results_that_expand_a_thousand_times(tmp_path):
    found, taken = peak(tmp_path, stored(make_result(zeros(4_000_000))))
    assert found == [64_000_000]
    # The labels of the times are data too, of half the size.
    assert taken <= CONSTANT + PER_DECODED_BYTE * 96_000_000


@pytest.mark.slow
def test_labels_that_outweigh_the_values(tmp_path):
    array = make_array("i1", (2, 20_000_000, 1, 1))
    array = array.assign_coords(times=np.zeros(20_000_000))
    found, taken = peak(tmp_path, stored(make_result(array)))
    assert found == [40_000_000]
    labels = PER_LABEL_BYTE * 160_000_000
    assert taken <= CONSTANT + PER_DECODED_BYTE * sum(found) + labels


@pytest.mark.slow
def test_large_labels_are_kept_once(tmp_path):
    array = make_array("i1", (2, 8_000_000, 1, 1))
    array = array.assign_coords(times=np.zeros(8_000_000))
    results = [make_result(array)] * 3
    collection = sio.NDResultCollection.from_ndresults("labels", results)
    found, taken = peak(tmp_path, stored(collection))
    assert found == [16_000_000] * 3
    # Files around values are kept to compare others with them, but not such large ones.
    labels = PER_DECODED_BYTE * 64_000_000
    assert taken <= CONSTANT + PER_DECODED_BYTE * sum(found) + labels


@pytest.mark.slow
@pytest.mark.parametrize("letter", ["a", "\N{WAVE DASH}", "\N{GRINNING FACE}"])
def test_labels_that_are_text(tmp_path, letter):
    """Short texts take far more than their bytes: pandas makes an object of each."""
    size = 1_000_000
    texts = [letter + str(number) for number in range(size)]
    array = make_array("i1", (2, size, 1, 1), times=texts)
    found, taken = peak(tmp_path, stored(make_result(array)))
    assert found == [2 * size]
    labels = PER_TEXT_LABEL * size + PER_LABEL_CHARACTER * sum(map(len, texts))
    assert taken <= CONSTANT + PER_DECODED_BYTE * sum(found) + labels


def with_value(value, **types):
    """Return an archive with a value in the metadata, and the bytes of its text."""
    document = json.loads(contents(1)[RESULT])
    document["object_kwargs"]["extra"]["list"] = value
    where = "/object_kwargs/extra/list"
    document["types"] |= {where + at: name for at, name in types.items()}
    text = json.dumps(document, separators=(",", ":")).encode()
    return build(members_of(contents(1) | {RESULT: text})), len(text)


INDEX, FRAME = ["object", "pandas.Index"], ["object", "pandas.DataFrame"]
RANGE = {"range": [0, 2 * 10**9, 1], "name": None}
COLUMN = {"values": [], "dtype": "string"}
CLAIMS = {
    "range as level": (
        {"levels": [RANGE], "codes": [[0]], "names": None},
        {"": INDEX, "/levels/0": INDEX, "/codes/0": ["array", "<i8", [1]]},
    ),
    "range as categories": (
        {"data": {"codes": [0], "categories": RANGE, "ordered": False}, "name": None},
        {"": INDEX, "/data/categories": INDEX, "/data/codes": ["array", "|i1", [1]]},
    ),
    "bare levels": (
        {"levels": [[0]] * 50_000, "codes": [[0]] * 50_000, "names": None},
        {"": INDEX},
    ),
    "columns of no rows": (
        {
            "index": {"range": [0, 0, 1], "name": None},
            "columns": {"range": [0, 60_000, 1], "name": None},
            "data": [COLUMN] * 60_000,
        },
        {"": FRAME, "/index": INDEX, "/columns": INDEX},
    ),
    "a range of no columns": (
        {"index": RANGE, "columns": {"range": [0, 0, 1], "name": None}, "data": []},
        {"": FRAME, "/index": INDEX, "/columns": INDEX},
    ),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims_of_metadata(tmp_path, name):
    value, types = CLAIMS[name]
    archive, size = with_value(value, **types)
    _, taken = peak(tmp_path, archive)
    assert taken <= CONSTANT + PER_TEXT_BYTE * size


def test_numbers_as_objects(tmp_path, monkeypatch):
    """An array of numbers of which the labels say that they are Python's."""
    array = make_array(shape=(2, 1000, 1000, 1))
    array = array.copy(data=np.full(array.shape, 1.5, dtype=object))
    with pytest.raises(sio.UnstorableError, match="of 2000000 Python objects"):
        stored(make_result(array))
    monkeypatch.setattr(_sidecar, "_MOST_OBJECTS", array.size)
    found, taken = peak(tmp_path, stored(make_result(array)))
    assert found == "BadMetadataError"
    assert taken <= CONSTANT + PER_DECODED_BYTE * 8 * array.size


@pytest.mark.slow
def test_text(tmp_path):
    """Text of the most objects that Python's parser makes of a byte."""
    document = json.loads(contents(1)[RESULT])
    document["object_kwargs"]["extra"]["lists"] = 0
    lists = "[" + "[{}]," * 3_000_000 + "0]"
    text = json.dumps(document).replace('"lists": 0', f'"lists": {lists}').encode()
    archive = build(members_of(contents(1) | {RESULT: text}))
    found, taken = peak(tmp_path, archive)
    assert found == [192]
    assert taken <= CONSTANT + PER_TEXT_BYTE * len(text)


CLASSIC = members(stored(make_result(), format_version=0.1))[VALUES]

#: Beginnings of members that are zeros behind it: nothing is decoded that neither text nor NetCDF can be.
BOMBS = {
    "metadata of zeros": ("metadata.json", b""),
    "text of zeros": (RESULT, b""),
    "data of zeros": (VALUES, b""),
    "an array of zeros": (LARGE, b""),
    "behind HDF5": (VALUES, contents(1)[VALUES]),
    "behind HDF5 of another version": (VALUES, b"\x89HDF\r\n\x1a\n\x09"),
    "behind an array in HDF5": (LARGE, contents(1)[LARGE]),
    "behind NetCDF-3": (VALUES, CLASSIC),
    "behind a header of NetCDF-3": (VALUES, b"CDF\2"),
}


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs(tmp_path, bomb):
    name, beginning = BOMBS[bomb]
    archive = build(members_of(contents(1) | {name: beginning + bytes(200 << 20)}))
    found, taken = peak(tmp_path, archive)
    assert isinstance(found, str)
    assert taken <= CONSTANT


@pytest.mark.slow
def test_dimensions_that_only_claim_their_length(tmp_path):
    """Nothing in the file is as long as a dimension of an array of no elements that has no labels."""
    count = 1 << 27
    sink = io.BytesIO()
    array = make_array(shape=(2, 3, 4, 0)).drop_vars("times")
    with h5py.File(sink, "w") as file:
        for dim in DIMS:
            if dim == "times":
                scale = file.create_dataset(dim, (count,), "f4", chunks=(1,))
                scale.make_scale(
                    "This is a netCDF dimension but not a netCDF variable."
                )
            elif dim == "modes":
                kind = h5py.string_dtype()
                scale = file.create_dataset(dim, data=["multi", "m1"], dtype=kind)
                scale.make_scale(dim)
            else:
                file.create_dataset(dim, data=array[dim].values).make_scale(dim)
        values = file.create_dataset("values", (2, count, 4, 0), "f8")
        for axis, dim in enumerate(DIMS):
            values.dims[axis].attach_scale(file[dim])
    document = json.loads(members(stored(make_result()))[RESULT])
    document["object_kwargs"]["time_range"] = [0, count]
    changed = {RESULT: json.dumps(document).encode(), VALUES: sink.getvalue()}
    found, taken = peak(tmp_path, build(members_of(contents(1) | changed)))
    assert isinstance(found, str)
    assert taken <= CONSTANT


@pytest.mark.slow
def test_sizes_that_lie(tmp_path):
    lie = {"size": 2 << 30}
    for name in (VALUES, RESULT, "metadata.json"):
        members = members_of(contents(1))
        archive = build(changed(members, name, local=lie, central=lie))
        found, taken = peak(tmp_path, archive)
        assert isinstance(found, str)
        assert taken <= CONSTANT


def test_the_bound_is_that_of_security_md():
    text = (Path(__file__).parents[2] / "SECURITY.md").read_text()
    assert f"{CONSTANT >> 20} MiB + {PER_DECODED_BYTE} bytes" in text
    assert f"({PER_LABEL_BYTE} for those of labels" in text
    assert f"{PER_TEXT_BYTE} bytes for each byte of JSON text" in text
    assert f"text {PER_TEXT_LABEL}, and {PER_LABEL_CHARACTER} for each of its" in text
