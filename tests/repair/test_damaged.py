"""Repair of an archive with damaged members saves the whole results, and nothing else."""

import io
import json
import zipfile

import numpy as np
import pytest
from saved import assert_saved, ends, result_ends

import skneuromsi_io as sio
from helpers import (
    assert_same,
    edited,
    make_array,
    make_result,
    members,
    opened,
    stored,
    zipped,
)


def test_a_sound_archive(ours, out):
    report = sio.repair(ours, out)
    assert_saved(report, out, ours, [*range(10)], metadata=True)
    assert report.problems == ()
    assert members(out.read_bytes()).keys() == members(ours).keys()


@pytest.mark.slow
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


def test_each_damage_is_told_once(ours, out):
    bad, name = bytearray(ours), b"ndr_2/nddata.nc"
    # Deflate has no blocks of type 3.
    bad[ours.index(name) + len(name)] |= 0b110
    report = sio.repair(bytes(bad), out)
    assert report.kept == (0, 1, *range(3, 10))
    assert [problem.member for problem in report.problems] == ["ndr_2/nddata.nc"]


@pytest.mark.parametrize("name", ["ndr_2/nddata.nc", "metadata.json"])
@pytest.mark.parametrize("bit", [1, 0x10])
def test_both_headers_tell_of_one_damage(ours, out, name, bit):
    """Each member byte by byte: where a stream ends elsewhere, two ways of reading it fail in two ways."""
    with zipfile.ZipFile(io.BytesIO(ours)) as archive:
        start = archive.getinfo(name).header_offset + 30 + len(name)
    step = max(7, (ends(ours)[name] - start) // 40)
    for position in range(start, ends(ours)[name], step):
        bad = bytearray(ours)
        bad[position] ^= bit
        told = [problem.member for problem in sio.repair(bytes(bad), out).problems]
        assert told == [name], position


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


def test_a_first_result_that_does_not_open_says_nothing_of_the_others(ours, out):
    def unlike_the_others(document):
        document["object_kwargs"]["run_parameters"] = {"other": 1}
        document["types"]["/object_kwargs/extra"] = "unknown"

    bad = edited(ours, "ndr_0/metadata.json", unlike_the_others)
    report = sio.repair(bad, out)
    assert_saved(report, out, ours, [*range(1, 10)], metadata=True)
    assert [problem.member for problem in report.problems] == ["ndr_0/metadata.json"]
    assert sio.verify(bad).problems == report.problems


def test_results_beyond_the_size_and_results_that_are_nowhere(ours, out):
    bad = edited(ours, "metadata.json", lambda doc: doc.update(object_size=3))
    assert sio.repair(bad, out).kept == tuple(range(10))
    bad = edited(ours, "metadata.json", lambda doc: doc.update(object_size=10**15))
    report = sio.repair(bad, out)
    assert_saved(report, out, ours, [*range(10)], metadata=True)
    (problem,) = report.problems
    assert "ndr_10 the first" in problem.message


def test_a_member_twice(ours, out):
    """An archive in which zipfile wrote a member for a second time."""
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
    ("content", "told"),
    [
        (b"", "found an empty file"),
        (b"no archive" * 99, "found a text file"),
        *(
            (content, "at least one whole result")
            for content in (b"PK\3\4" * 999, zipped({}), zipped({"a": b"x"}))
        ),
    ],
)
def test_nothing_whole(content, told, out):
    with pytest.raises(zipfile.BadZipFile, match=told):
        sio.repair(content, out)
    assert list(out.parent.iterdir()) == []


def test_nothing_whole_leaves_an_old_file(out):
    out.write_bytes(b"old")
    with pytest.raises(sio.SkneuromsiIOError):
        sio.repair(b"", out)
    assert out.read_bytes() == b"old"
