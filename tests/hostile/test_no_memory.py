"""Memory that is not there is an error, wherever it runs out (SECURITY.md)."""

import subprocess
import sys

import numpy as np
import pytest

from helpers import make_array, make_result, stored

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what is taken"),
    pytest.mark.slow,
]

LABELS = 4_000_000

OPEN = """
import resource, sys
from pathlib import Path
import skneuromsi_io as sio
small, path, room = sys.argv[1:]
sio.read_ndc(small, tqdm_cls=None, classes="light")
taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + int(room),) * 2)
try:
    sio.read_ndc(path, tqdm_cls=None, classes="light")
except (sio.LimitError, MemoryError) as error:
    print(type(error).__name__)
else:
    print("opened")
"""


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """Return archives of NetCDF-3 that xarray has to decode: it is written anew, as NetCDF-4."""
    folder = tmp_path_factory.mktemp("memory")
    paths = []
    for count in (3, LABELS):
        array = make_array("i1", (2, 1, count, 1))
        array = array.assign_coords(positions=np.zeros(count))
        array.coords["positions"].attrs["units"] = "m"
        paths.append(folder / f"{count}.ndc")
        paths[-1].write_bytes(stored(make_result(array), format_version=0.1))
    return paths


@pytest.mark.parametrize("times", np.arange(1.5, 6, 0.5).tolist())
def test_address_space_for_so_many_labels(times, archives):
    room = int(times * 8 * LABELS)
    command = [sys.executable, "-c", OPEN, *archives, str(room)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in ("LimitError", "MemoryError", "opened")
