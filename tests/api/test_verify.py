"""Everything that is wrong with an archive is reported, and nothing else."""

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import (
    UPSTREAM_FILES,
    edited,
    make_array,
    make_collection,
    make_result,
    members,
    opened,
    stored,
    zipped,
)

COLLECTION, RESULT, VALUES = "metadata.json", "ndr_1/metadata.json", "ndr_1/nddata.nc"
LARGE = "ndr_1/extra_0.nc"


@pytest.fixture(scope="module")
def archive():
    """Bytes of an archive with members of every kind, one of which nobody knows."""
    extra = {"pair": (1, 2), "large": np.arange(2000.0)}
    stream = io.BytesIO(stored(make_collection(extra=extra)))
    with zipfile.ZipFile(stream, "a") as file:
        file.writestr("notes/readme.txt", "a text " * 100)
    return stream.getvalue()


def problems(archive):
    """Return the problems of an archive, which must have some."""
    report = sio.verify(archive)
    assert not report.ok
    return [(problem.member, problem.message) for problem in report.problems]


def flipped(archive, *names):
    """Return the archive with one byte in the data of each of these members changed."""
    changed = bytearray(archive)
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        for name in names:
            info = file.getinfo(name)
            changed[info.header_offset + 30 + len(name) + info.compress_size // 2] ^= 1
    return bytes(changed)


def test_sound(archive, tmp_path):
    path = tmp_path / "sweep.ndc"
    path.write_bytes(archive)
    report = sio.verify(path)
    assert report == sio.VerifyReport(str(path), 12, 3, ())
    assert report.ok
    assert str(report) == f"{path}: 12 members, 3 sound results, no problems"
    for other in (archive, io.BytesIO(archive)):
        assert sio.verify(other).ok


@pytest.mark.parametrize("path", UPSTREAM_FILES, ids=lambda path: path.stem)
def test_upstream_files_are_sound(path):
    report = sio.verify(path)
    assert report.ok, report
    assert report.results == len(opened(path))


def test_arrays_that_only_xarray_reads():
    labels = np.array(["2024-05-17", "2024-05-18", "2024-05-19"], "M8[ns]")
    result = make_result(make_array(times=labels))
    assert sio.verify(stored(result)).ok


@pytest.mark.parametrize(
    "member", [COLLECTION, RESULT, VALUES, LARGE, "notes/readme.txt"]
)
def test_a_damaged_member(archive, member):
    assert {name for name, _ in problems(flipped(archive, member))} >= {member}


def test_it_goes_on_after_the_first(archive):
    damaged = [COLLECTION, "ndr_0/nddata.nc", RESULT, VALUES, LARGE, "notes/readme.txt"]
    report = sio.verify(flipped(archive, *damaged))
    assert {problem.member for problem in report.problems} == {*damaged}
    assert len(report.problems) == len(damaged)
    assert report.results == 1
    text = str(report)
    assert f"{len(damaged)} problems:" in text
    assert all(f"\n  {name}: expected " in text for name in damaged)


def test_damage_is_told_by_its_crc(archive):
    (found,) = problems(flipped(zipped(members(archive)), VALUES))
    assert found[0] == VALUES
    assert found[1].startswith("expected CRC-32 0x")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file; store"),
        (b"no archive", "a text file; check"),
        (b"PK\3\4" + bytes(40), "the beginning of one, without its end"),
        (b"\xff" * 40, "no end of central directory record"),
    ],
)
def test_no_archive(content, found):
    ((member, message),) = problems(content)
    assert member is None
    assert message.startswith(f"expected a zip archive, found {found}")


@pytest.mark.parametrize("member", [COLLECTION, RESULT, VALUES, LARGE])
def test_a_missing_member(archive, member):
    contents = members(archive)
    del contents[member]
    found = problems(zipped(contents))
    assert any(member.rpartition("/")[2] in message for _, message in found), found


def test_missing_results(archive):
    contents = members(archive)
    names = ["metadata.json", "nddata.nc", "extra_0.nc"]
    for name in names:
        del contents[f"ndr_1/{name}"]
    (found,) = problems(zipped(contents))
    assert found == (
        COLLECTION,
        "expected 3 results ('object_size'), found 2: 1 missing, ndr_1 the first",
    )


@pytest.mark.parametrize("size", [2, 4, 10**30, 0, -1, 1.5, None])
def test_a_wrong_number_of_results(archive, size):
    bad = edited(archive, COLLECTION, lambda doc: doc.update(object_size=size))
    (found,) = problems(bad)
    assert "object_size" in found[1]
    assert found[0] == ("ndr_2/metadata.json" if size == 2 else COLLECTION)


@pytest.mark.parametrize(
    ("member", "change"),
    [
        (COLLECTION, lambda doc: doc.update(object_type="ndresult")),
        (COLLECTION, lambda doc: doc["object_kwargs"].update(other=1)),
        (COLLECTION, lambda doc: doc.pop("object_kwargs")),
        (RESULT, lambda doc: doc.update(object_type="ndcollection")),
        (RESULT, lambda doc: doc["object_kwargs"].pop("mname")),
        (RESULT, lambda doc: doc["object_kwargs"].update(time_res=0)),
        (RESULT, lambda doc: doc["object_kwargs"].update(output_mode="other")),
        (RESULT, lambda doc: doc["object_kwargs"].update(run_parameters={"other": 1})),
        (RESULT, lambda doc: doc["types"].update({"/nowhere": "tuple"})),
    ],
)
def test_wrong_metadata(archive, member, change):
    (found,) = problems(edited(archive, member, change))
    assert found[0] == member


@pytest.mark.parametrize("member", [COLLECTION, RESULT, VALUES, LARGE])
@pytest.mark.parametrize("content", [b"", b"{", b"CDF\2" + bytes(9), b"\xff" * 100])
def test_members_that_hold_something_else(archive, member, content):
    contents = {**members(archive), member: content}
    assert member in {name for name, _ in problems(zipped(contents))}


def test_names_that_look_like_results(archive):
    contents = members(archive)
    contents |= {f"ndr_{number}/nddata.nc": b"x" for number in ("01", "9" * 5000, "-1")}
    assert sio.verify(zipped(contents)).ok


def test_what_it_finds_is_what_opening_finds(archive):
    """A report without problems and an archive that opens are the same thing."""
    for position in range(0, len(archive), 97):
        bad = bytearray(archive)
        bad[position] ^= 1
        report = sio.verify(bytes(bad))
        try:
            results = list(opened(bytes(bad)))
        except (sio.SkneuromsiIOError, ValueError):
            assert not report.ok, position
        else:
            others = {problem.member for problem in report.problems}
            assert others <= {"index.json", "notes/readme.txt"}, (position, report)
            assert len(results) == report.results


def test_unknown_members_come_by_in_pieces(archive):
    """A member of any size is checked in constant memory."""
    stream = io.BytesIO(archive)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("large.bin", bytes(64 << 20))
    largest = 0

    class Watched(io.BytesIO):
        def read(self, size=-1):
            nonlocal largest
            largest = max(largest, size)
            return super().read(size)

    assert sio.verify(Watched(stream.getvalue())).ok
    assert 0 < largest < 1 << 20


def test_errors_of_the_system_and_of_arguments_are_raised(tmp_path):
    with pytest.raises(FileNotFoundError):
        sio.verify(tmp_path / "none.ndc")
    with pytest.raises(TypeError, match="path_or_stream"):
        sio.verify(17)
    with pytest.raises(ValueError, match="null byte") as raised:
        sio.verify("a\0b")
    assert (raised.value.archive, raised.value.key) == ("a\0b", None)

    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        sio.verify(Broken(b"x" * 100))


def test_reports_are_frozen_and_short(archive):
    report = sio.verify(b"")
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.members = 1
    many = tuple(sio.Problem(None, str(number)) for number in range(1000))
    text = str(sio.VerifyReport("x", 0, 0, many))
    assert text.count("\n") < 30
    assert text.endswith("and 980 more")


def test_json_of_upstream_with_long_lists_is_read_piece_by_piece(archive):
    contents = members(archive)
    for number in range(3):
        document = json.loads(contents[f"ndr_{number}/metadata.json"])
        del document["types"]
        document["object_kwargs"]["extra"] = {"list": [0.5] * 5000}
        contents[f"ndr_{number}/metadata.json"] = json.dumps(document).encode()
    document = json.loads(contents[COLLECTION]) | {"format_version": 0.1}
    contents[COLLECTION] = json.dumps(document).encode()
    report = sio.verify(zipped(contents))
    assert report.ok, report
