"""Repair of an archive that was cut, or lost its directory, saves all that is whole."""

import io
import zipfile

import pytest
from saved import assert_saved, ends, result_ends

import skneuromsi_io as sio
from helpers import (
    UPSTREAM_FILES,
    assert_same,
    make_collection,
    members,
    opened,
    stored,
)

METHODS = [
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
]


def cuts(archive):
    """Return places to cut an archive: around the end of every member, and between."""
    around = [end + step for end in ends(archive).values() for step in (-1, 0, 1)]
    return sorted({*around, *range(0, len(archive), max(len(archive) // 40, 1))})


def assert_cuts(archive, places, out):
    whole, end = result_ends(archive), ends(archive)["metadata.json"]
    for cut in places:
        kept = [number for number, last in whole.items() if last <= cut]
        if kept:
            report = sio.repair(archive[:cut], out)
            assert_saved(report, out, archive, kept, metadata=cut >= end)
        else:
            with pytest.raises(
                sio.SkneuromsiIOError, match=r"found (none|an empty file)"
            ):
                sio.repair(archive[:cut], out)
            assert not out.exists()


@pytest.mark.slow
def test_truncated(ours, out):
    assert_cuts(ours, cuts(ours), out)


@pytest.mark.slow
@pytest.mark.parametrize("path", UPSTREAM_FILES, ids=lambda path: path.stem)
def test_truncated_files_of_upstream(path, out):
    archive = path.read_bytes()
    places = cuts(archive)
    # Opening 2 MB of JSON for every cut would take its time.
    assert_cuts(archive, places[:: 8 if len(archive) > 500_000 else 1], out)


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_truncated_whatever_the_method(method, out):
    archive = stored(make_collection(4), compression=method)
    assert_cuts(archive, cuts(archive), out)


class Unseekable(io.RawIOBase):
    """A stream that zipfile cannot go back in: sizes come after the data."""

    def __init__(self):
        self.content = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.content += data
        return len(data)


@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_truncated_streamed_archives(method, zip64, out):
    sink = Unseekable()
    with zipfile.ZipFile(sink, "w", method) as file:
        for name, content in members(stored(make_collection(4))).items():
            with file.open(name, "w", force_zip64=zip64) as member:
                member.write(content)
    archive = bytes(sink.content)
    places = [end + 24 for end in ends(archive).values()]
    whole = result_ends(archive)
    for cut in places:
        kept = [number for number, last in whole.items() if last + 24 <= cut]
        if kept:
            report = sio.repair(archive[:cut], out)
            found = set(report.kept)
            # A cut may fall into the next header, right behind a descriptor of 16 bytes.
            assert found == set(kept), (cut, report)
            after, before = opened(out), opened(archive)
            for new, old in enumerate(report.kept):
                assert_same(after[new], before[old])


def test_a_lost_directory(ours, out):
    end = ends(ours)["metadata.json"]
    for tail in (b"", bytes(1000), ours[end:-1], b"PK\5\6" + bytes(18)):
        report = sio.repair(ours[:end] + tail, out)
        assert_saved(report, out, ours, [*range(10)], metadata=True)
