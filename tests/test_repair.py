"""What is whole of a damaged archive is saved, and nothing else."""

import io
import json
import os
import struct
import zipfile
from pathlib import Path

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
    zipped,
)

METHODS = [
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
]


@pytest.fixture
def out(tmp_path):
    return tmp_path / "saved.ndc"


@pytest.fixture(scope="module")
def ours():
    """Bytes of an archive of ten results."""
    extra = {"pair": (1, 2), "large": np.arange(2000.0), "list": [1] * 1500}
    return stored(make_collection(10, extra=extra), metadata={"pair": (1, 2)})


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
        if name != "metadata.json":
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
            with pytest.raises(sio.SkneuromsiIOError, match="found none"):
                sio.repair(archive[:cut], out)
            assert not out.exists()


def test_truncated(ours, out):
    assert_cuts(ours, cuts(ours), out)


@pytest.mark.parametrize("path", UPSTREAM_FILES, ids=lambda path: path.stem)
def test_truncated_files_of_upstream(path, out):
    archive = path.read_bytes()
    places = cuts(archive)
    # Opening 2 MB of JSON for every cut would take its time.
    assert_cuts(archive, places[:: 8 if len(archive) > 500_000 else 1], out)


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


def test_a_sound_archive(ours, out):
    report = sio.repair(ours, out)
    assert_saved(report, out, ours, [*range(10)], metadata=True)
    assert report.problems == ()
    assert members(out.read_bytes()).keys() == members(ours).keys()


def test_flipped_bytes(ours, out):
    whole = result_ends(ours)
    for position in range(0, len(ours), 211):
        bad = bytearray(ours)
        bad[position] ^= 0x10
        lost = next((n for n, end in whole.items() if position < end), None)
        report = sio.repair(bytes(bad), out)
        # A flip may do no harm: a time of modification.
        assert set(range(10)) - {lost} <= set(report.kept), position
        if lost is not None and lost not in report.kept:
            assert any(f"ndr_{lost}/" in str(p.member) for p in report.problems)
        before, after = opened(ours), opened(out)
        for new, old in enumerate(report.kept):
            assert_same(after[new], before[old])


def test_several_damages(ours, out):
    bad = bytearray(ours)
    last = ends(ours)
    for name in ("ndr_2/nddata.nc", "ndr_5/metadata.json", "ndr_7/extra_0.nc"):
        bad[last[name] - 20] ^= 1
    report = sio.repair(bytes(bad), out)
    kept = [0, 1, 3, 4, 6, 8, 9]
    assert_saved(report, out, ours, kept, metadata=True)
    damaged = {problem.member for problem in report.problems}
    assert damaged >= {"ndr_2/nddata.nc", "ndr_5/metadata.json", "ndr_7/extra_0.nc"}
    assert {str(name).partition("/")[0] for name in damaged} == {
        "ndr_2",
        "ndr_5",
        "ndr_7",
    }


def test_new_metadata_say_so(ours, out):
    report = sio.repair(ours[: ends(ours)["metadata.json"] - 1], out)
    assert "10 results" in str(report)
    assert "new metadata" in str(report)
    assert "metadata.json" in {problem.member for problem in report.problems}
    assert opened(out).name == "<UNKNOW>"
    assert sio.read_metadata(out)["extra"] == {}


@pytest.mark.parametrize(
    "result",
    [
        make_result(extra={"list": [0.5] * 2000}),
        make_result(make_array(shape=(2, 30, 40, 1)), extra={"list": [1] * 2000}),
        make_result(
            make_array(times=np.array([1, 2, 3], "M8[ns]")), extra={"list": [1] * 2000}
        ),
        make_result(extra={"list": [1] * 2000, "pair": (1, 2)}),
    ],
    ids=["small", "large", "dates", "typed"],
)
def test_the_format_is_told_without_metadata(result, out):
    """In 0.1 long lists become arrays, in 0.2 they stay lists."""
    contents = members(stored(result))
    del contents["metadata.json"]
    sio.repair(zipped(contents), out)
    assert sio.read_metadata(out)["format_version"] == 0.2
    assert_same(opened(out)[0], result)


def test_results_that_are_in_the_way_of_others(ours, out):
    contents = members(ours)
    document = json.loads(contents["ndr_4/metadata.json"])
    document["object_kwargs"]["run_parameters"] = {"other": 1}
    contents["ndr_4/metadata.json"] = json.dumps(document).encode()
    contents["ndr_6/metadata.json"] = b"{"
    contents["ndr_8/nddata.nc"] = b"nothing"
    report = sio.repair(zipped(contents), out)
    assert_saved(report, out, ours, [0, 1, 2, 3, 5, 7, 9], metadata=True)
    assert [problem.member for problem in report.problems] == [
        "ndr_4/metadata.json",
        "ndr_6/metadata.json",
        "ndr_8/nddata.nc",
    ]


def test_results_beyond_the_size_and_results_that_are_nowhere(ours, out):
    bad = edited(ours, "metadata.json", lambda doc: doc.update(object_size=3))
    assert sio.repair(bad, out).kept == tuple(range(10))
    bad = edited(ours, "metadata.json", lambda doc: doc.update(object_size=10**15))
    report = sio.repair(bad, out)
    assert_saved(report, out, ours, [*range(10)], metadata=True)
    (problem,) = report.problems
    assert "ndr_10 the first" in problem.message


def test_a_member_twice(ours, out):
    """What zipfile leaves when a member was written for a second time."""
    stream = io.BytesIO(ours)
    with (
        pytest.warns(UserWarning, match="Duplicate"),
        zipfile.ZipFile(stream, "a") as file,
    ):
        file.writestr("ndr_3/metadata.json", b"{}")
    report = sio.repair(stream.getvalue(), out)
    kept = [number for number in range(10) if number != 3]
    assert_saved(report, out, ours, kept, metadata=True)


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive" * 99, b"PK\3\4" * 999, zipped({}), zipped({"a": b"x"})],
)
def test_nothing_whole(content, out):
    with pytest.raises(zipfile.BadZipFile, match="at least one whole result"):
        sio.repair(content, out)
    assert list(out.parent.iterdir()) == []


def test_nothing_whole_leaves_an_old_file(out):
    out.write_bytes(b"old")
    with pytest.raises(sio.SkneuromsiIOError):
        sio.repair(b"", out)
    assert out.read_bytes() == b"old"


def test_never_onto_the_damaged_file(ours, tmp_path):
    path = tmp_path / "bad.ndc"
    path.write_bytes(ours[:-30])
    link, hard = tmp_path / "link.ndc", tmp_path / "hard.ndc"
    link.symlink_to(path)
    os.link(path, hard)
    for out in (path, str(path), link, hard, tmp_path / "." / "bad.ndc"):
        for first, second in ((path, out), (out, path)):
            with pytest.raises(ValueError, match="another file"):
                sio.repair(first, second)
    assert path.read_bytes() == ours[:-30]


def test_wrong_arguments(ours, tmp_path, out):
    with pytest.raises(TypeError, match="'out'"):
        sio.repair(ours, io.BytesIO())
    with pytest.raises(TypeError, match="path_or_stream"):
        sio.repair(17, out)
    with pytest.raises(FileNotFoundError):
        sio.repair(tmp_path / "none.ndc", out)
    with pytest.raises(FileNotFoundError):
        sio.repair(ours, tmp_path / "none" / "out.ndc")
    assert list(tmp_path.iterdir()) == []


def test_paths_and_streams(ours, tmp_path, out):
    path = tmp_path / "bad.ndc"
    path.write_bytes(ours[:-30])
    for source in (path, str(path), io.BytesIO(ours[:-30])):
        assert sio.repair(source, str(out)).kept == tuple(range(10))
    with path.open("rb") as stream:
        assert sio.repair(stream, Path(out)).kept == tuple(range(10))


def test_members_are_copied_as_they_are(out):
    archive = stored(make_collection(3), compression=zipfile.ZIP_BZIP2)
    sio.repair(archive[:-30], out)
    with zipfile.ZipFile(out) as file:
        methods = {i.filename: i.compress_type for i in file.infolist()}
    assert methods.pop("metadata.json") == zipfile.ZIP_DEFLATED
    assert set(methods.values()) == {zipfile.ZIP_BZIP2}
