"""Memory does not grow with the results that a writer has written, or a merge has copied."""

import os
import subprocess
import sys

import pytest

from processes import PEAK

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the peak of a process stands in /proc"
)

APPEND = (
    PEAK
    + """
import sys
import numpy as np
import skneuromsi_io as sio
from helpers import make_array, make_result
path, count = sys.argv[1], int(sys.argv[2])
array = make_array(shape=(2, 60, 80, 1))
rng = np.random.default_rng(0)
with sio.NDCWriter(path, name="sweep", compression=0) as writer:
    for number in range(count):
        array.values[:] = rng.normal(size=array.shape)
        writer.append(make_result(array))
if "merge" in sys.argv:
    sio.merge([path], path + "2")
print(peak() >> 10)
"""
)


def peak(path, count, *arguments):
    """Peak of a process, in KiB."""
    done = subprocess.run(
        [sys.executable, "-c", APPEND, str(path), str(count), *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [(), ("merge",)])
def test_four_times_the_results_take_the_same_memory(tmp_path, arguments):
    path = tmp_path / "sweep.ndc"
    # Two batches of a merge and more, which are in memory at once.
    few = peak(path, 500, *arguments)
    many = peak(path, 2000, *arguments)
    assert path.stat().st_size > 130 << 20
    assert many - few < 12 << 10, (few, many)
