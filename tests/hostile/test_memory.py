"""The bound on memory that SECURITY.md states, measured in processes of their own."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from good import RESULT, VALUES, contents
from zipkit import build, changed, members_of

import skneuromsi_io as sio
from helpers import make_array, make_result, stored

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the peak of a process stands in /proc"
)

#: The constant of SECURITY.md, and its factors.
CONSTANT = 64 << 20
PER_DECODED_BYTE = 3
PER_LABEL_BYTE = 4
PER_TEXT_BYTE = 40

MEASURE = """
import json, re, sys
from pathlib import Path
import skneuromsi_io as sio
small, path = sys.argv[1:]
# Not getrusage, whose peak Linux carries over from the parent process.
status = Path("/proc/self/status")
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1]) << 10
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


def zeros(times):
    array = make_array(shape=(2, times, 1, 1))
    array.values[:] = 0
    return array


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


def test_results_that_expand_a_thousand_times(tmp_path):
    found, taken = peak(tmp_path, stored(make_result(zeros(4_000_000))))
    assert found == [64_000_000]
    # The labels of the times are data too, of half the size.
    assert taken <= CONSTANT + PER_DECODED_BYTE * 96_000_000


def test_labels_that_outweigh_the_values(tmp_path):
    array = make_array("i1", (2, 20_000_000, 1, 1))
    array = array.assign_coords(times=np.zeros(20_000_000))
    found, taken = peak(tmp_path, stored(make_result(array)))
    assert found == [40_000_000]
    labels = PER_LABEL_BYTE * 160_000_000
    assert taken <= CONSTANT + PER_DECODED_BYTE * sum(found) + labels


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


def test_bombs(tmp_path):
    for name in (VALUES, RESULT, "metadata.json"):
        archive = build(members_of(contents(1) | {name: bytes(200 << 20)}))
        found, taken = peak(tmp_path, archive)
        assert isinstance(found, str)
        # A member is decoded whole to check its CRC-32 before it is judged.
        assert taken <= CONSTANT + PER_DECODED_BYTE * (200 << 20)


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
