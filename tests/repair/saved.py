"""Ends of the results of an archive, and a check that those that were whole are saved."""

import io
import struct
import zipfile

import skneuromsi_io as sio
from helpers import assert_same, opened


def ends(archive):
    """Return where the data of each member end, by name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        found = {}
        for info in file.infolist():
            at = info.header_offset
            name, extra = struct.unpack("<2H", archive[at + 26 : at + 30])
            found[info.filename] = at + 30 + name + extra + info.compress_size
        return found


def result_ends(archive):
    """Return where each result ends, by number."""
    found = {}
    for name, end in ends(archive).items():
        if name not in ("index.json", "metadata.json"):
            number = int(name.partition("/")[0].removeprefix("ndr_"))
            found[number] = max(end, found.get(number, 0))
    return found


def assert_saved(report, out, archive, kept, *, metadata):
    """Fail unless exactly these results of an archive were saved, equal to what they were."""
    assert report.kept == tuple(kept)
    assert report.metadata == metadata
    assert report.out == str(out)
    check = sio.verify(out)
    assert check.ok, check
    before, after = opened(archive), opened(out)
    assert len(after) == len(kept)
    for new, old in enumerate(kept):
        assert_same(after[new], before[old], f"result {old}")
    old, new = (sio.read_metadata(path) for path in (io.BytesIO(archive), out))
    assert new["object_size"] == len(kept)
    assert new["format_version"] == old["format_version"]
    if metadata:
        assert_same(new, old | {"object_size": len(kept)})
