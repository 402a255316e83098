"""The memory that results take which are read one by one, each with labels of its own (SECURITY.md)."""

import os
import subprocess
import sys

import numpy as np
import pytest
from test_memory import CONSTANT, PER_DECODED_BYTE, PER_LABEL_BYTE

import skneuromsi_io as sio
from helpers import make_array, make_result
from processes import PEAK

pytestmark = [
    pytest.mark.skipif(
        sys.platform != "linux", reason="the peak of a process stands in /proc"
    ),
    pytest.mark.slow,
]

COUNT, LABELS = 16, 1_000_000

MEASURE = f"""{PEAK}
import sys
import skneuromsi_io as sio
way, small, path, out = sys.argv[1:]
def run(path):
    if way == "scan":
        return all(r.to_xarray().size for r in sio.scan_ndc(path, classes="light"))
    if way == "verify":
        return sio.verify(path).ok
    return not sio.repair(path, out).problems
assert run(small)
before = peak()
assert run(path)
print(peak() - before)
"""


def store(path, size):
    """Store results that differ in their labels."""
    results = []
    for number in range(COUNT):
        array = make_array("i1", (2, size, 1, 1))
        array.values[:] = 0
        results.append(
            make_result(array.assign_coords(times=np.full(size, float(number))))
        )
    collection = sio.NDResultCollection.from_ndresults("labels", results)
    sio.to_ndc(path, collection, tqdm_cls=None)


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    folder = tmp_path_factory.mktemp("frames")
    small, path = folder / "small.ndc", folder / "case.ndc"
    store(small, 3)
    store(path, LABELS)
    return small, path


@pytest.mark.parametrize("way", ["scan", "verify", "repair"])
def test_labels_of_one_result_at_a_time(way, archives, tmp_path):
    command = [sys.executable, "-c", MEASURE, way, *archives, tmp_path / "out.ndc"]
    # Else the allocator keeps what was freed, several labels in each thread's share.
    env = {**os.environ, "MALLOC_MMAP_THRESHOLD_": str(1 << 20)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    decoded, labels = 2 * LABELS, 8 * LABELS
    bound = CONSTANT + PER_DECODED_BYTE * decoded + PER_LABEL_BYTE * labels
    assert int(done.stdout) <= bound < 2 * COUNT * labels
