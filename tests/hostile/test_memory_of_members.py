"""The memory that a member of the directory takes (SECURITY.md), measured in processes of their own."""

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from helpers import make_result, members, stored
from processes import PEAK

pytestmark = [
    pytest.mark.skipif(
        sys.platform != "linux", reason="the peak of a process stands in /proc"
    ),
    pytest.mark.slow,
]

#: Bytes a member that SECURITY.md states, and those for each problem that a report lists.
OPEN, VERIFY, REPAIR, PROBLEM = 200, 250, 500, 1200

COUNT = 200_000

MEASURE = f"""{PEAK}
import sys
import skneuromsi_io as sio
way, small, path, out = sys.argv[1:]
def run(path):
    if way == "open":
        return sio.open_ndresults_collection(path, tqdm_cls=None, classes="light")[0].to_xarray()
    return sio.verify(path) if way == "verify" else sio.repair(path, out)
run(small)
before = peak()
try:
    run(path)
except sio.SkneuromsiIOError as error:
    pass
print(peak() - before)
"""


def archive_of(names):
    """Return an archive of a result and of empty members of these names."""
    contents = {
        name.encode(): data for name, data in members(stored(make_result())).items()
    }
    body, directory = bytearray(), bytearray()
    count = 0
    for name, data in [*contents.items(), *((name, b"") for name in names)]:
        sizes = struct.pack("<3L", zlib.crc32(data), len(data), len(data))
        head = struct.pack("<5H", 20, 0, 0, 0, 0x5B78) + sizes
        head += struct.pack("<2H", len(name), 0)
        offset = struct.pack("<3H2L", 0, 0, 0, 0, len(body))
        body += b"PK\3\4" + head + name + data
        directory += b"PK\1\2\x14\0" + head + offset + name
        count += 1
    size, start = len(directory), len(body)
    end64 = struct.pack("<Q2H2L4Q", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<LQL", 0, start + size, 1)
    end = struct.pack("<4H2LH", 0, 0, 65535, 65535, size, start, 0)
    return bytes(
        body + directory + b"PK\6\6" + end64 + b"PK\6\7" + locator + b"PK\5\6" + end
    )


NAMES = {
    "arrays of one result": lambda n: b"ndr_0/extra_%d.nc" % n,
    "results": lambda n: b"ndr_%d/nddata.nc" % (n + 1),
    "unknown": lambda n: b"x/unknown_%d" % n,
    "not ASCII": lambda n: b"\xff%x" % n,
}


def taken(way, names, tmp_path):
    """Return the bytes that one of our functions takes for each member."""
    small, path = tmp_path / "small.ndc", tmp_path / "case.ndc"
    small.write_bytes(stored(make_result()))
    path.write_bytes(archive_of(map(NAMES[names], range(COUNT))))
    command = [sys.executable, "-c", MEASURE, way, small, path, tmp_path / "out.ndc"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout) / COUNT


@pytest.mark.parametrize("names", NAMES)
def test_open(names, tmp_path):
    assert taken("open", names, tmp_path) <= OPEN


@pytest.mark.parametrize("names", ["unknown", "not ASCII"])
def test_verify_and_repair(names, tmp_path):
    assert taken("verify", names, tmp_path) <= VERIFY
    assert taken("repair", names, tmp_path) <= REPAIR


@pytest.mark.parametrize("names", ["arrays of one result", "results"])
def test_problems(names, tmp_path):
    assert taken("verify", names, tmp_path) <= VERIFY + PROBLEM
    assert taken("repair", names, tmp_path) <= REPAIR + PROBLEM


def test_the_bound_is_that_of_security_md():
    text = (Path(__file__).parents[2] / "SECURITY.md").read_text()
    assert f"and {OPEN} bytes for each\nmember in the directory" in text
    assert f"`verify` takes {VERIFY} bytes a member and `repair` {REPAIR}" in text
    assert f"{PROBLEM:,} for each problem" in text
