"""A writer's file appears whole at its end, and a result that is refused leaves no trace."""

import errno
import os
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from left import Stopped, left_behind, stop, whole_of

import skneuromsi_io as sio
from helpers import (
    assert_same,
    make_array,
    make_collection,
    make_result,
    members,
    opened,
    stored,
)
from processes import in_process

POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX locks, limits and links")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sweep.ndc"


def partial_of(path):
    return path.with_name(path.name + ".partial")


def files(path):
    return {file.name for file in path.parent.iterdir()}


def test_the_file_appears_at_the_end(path, collection):
    path.write_bytes(b"old")
    with sio.NDCWriter(path, name="sweep", metadata={"subject": "S01"}) as writer:
        assert (writer.path, writer.partial) == (str(path), str(partial_of(path)))
        for number, result in enumerate(collection):
            assert len(writer) == number
            writer.append(result)
            assert path.read_bytes() == b"old"
            assert files(path) == {"sweep.ndc", "sweep.ndc.partial"}
    assert files(path) == {"sweep.ndc"}
    assert_same(opened(path), collection)
    assert sio.read_metadata(path)["extra"] == {"subject": "S01"}
    assert sio.verify(path).ok


def test_members_are_those_of_a_store(path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    collection = make_collection(3, extra={"large": np.arange(2000.0), "t": (1, 2)})
    with sio.NDCWriter(path, name="sweep", compresslevel=9) as writer:
        for result in collection:
            writer.append(result)
    assert members(path.read_bytes()) == members(stored(collection))
    assert path.read_bytes() == stored(collection, compresslevel=9)


def test_compression_is_the_one_asked_for(path, collection):
    with sio.NDCWriter(path, name="sweep", compression=zipfile.ZIP_LZMA) as writer:
        writer.append(collection[0])
    with zipfile.ZipFile(path) as archive:
        assert {info.compress_type for info in archive.infolist()} == {14}


REFUSED = {
    "modes": (make_result(make_array(modes=["multi", "other"])), ValueError),
    "output mode": (make_result(output_mode="m1"), ValueError),
    "run parameters": (make_result(run_parameters={"soa": 50}), ValueError),
    "unstorable": (make_result(extra={"bad": object()}), sio.UnstorableError),
    "no result": ("result", TypeError),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refused_result_leaves_the_writer_as_it_was(path, collection, what):
    refused, error = REFUSED[what]
    with sio.NDCWriter(path, name="sweep") as writer:
        writer.append(collection[0])
        before = partial_of(path).read_bytes()
        with pytest.raises(error) as raised:
            writer.append(refused)
        assert len(writer) == 1
        assert partial_of(path).read_bytes() == before
        writer.append(collection[1])
        writer.append(collection[2])
    assert_same(opened(path), collection)
    if error is ValueError:
        assert isinstance(raised.value, sio.ArgumentError)
        assert str(path) in str(raised.value)
        assert raised.value.expected != raised.value.found


def test_an_unstorable_result_is_named_by_its_number(path, collection):
    with sio.NDCWriter(path, name="sweep") as writer:
        writer.append(collection[0])
        with pytest.raises(sio.UnstorableError, match=r"result 1: extra\['bad'\]"):
            writer.append(REFUSED["unstorable"][0])


def test_a_first_result_that_is_refused_decides_nothing(path, collection):
    with sio.NDCWriter(path, name="sweep") as writer:
        with pytest.raises(sio.UnstorableError):
            writer.append(make_result(output_mode="m1", extra={"bad": object()}))
        for result in collection:
            writer.append(result)
    assert_same(opened(path), collection)


@pytest.mark.parametrize("error", [RuntimeError("x"), KeyboardInterrupt()])
def test_an_exception_keeps_the_partial_file(path, collection, error):
    path.write_bytes(b"old")
    with pytest.raises(type(error)):
        stop(path, [collection[0]], error)
    assert path.read_bytes() == b"old"
    assert files(path) == {"sweep.ndc", "sweep.ndc.partial"}
    assert whole_of(path) == 1


def test_without_results_there_is_no_file(path):
    with pytest.raises(sio.ArgumentError, match="at least one result"):
        sio.NDCWriter(path, name="sweep").close()
    with pytest.raises(Stopped):
        stop(path)
    assert files(path) == set()


def test_a_closed_writer(path, collection):
    writer = sio.NDCWriter(path, name="sweep")
    writer.append(collection[0])
    assert repr(writer) == f"<NDCWriter {str(path)!r} len=1 open>"
    writer.close()
    writer.close()
    assert repr(writer) == f"<NDCWriter {str(path)!r} len=1 closed>"
    before = path.read_bytes()
    with pytest.raises(sio.WriterError, match="closed"):
        writer.append(collection[1])
    assert path.read_bytes() == before
    assert files(path) == {"sweep.ndc"}


def test_metadata_are_those_at_the_end(path, collection):
    metadata = {"seen": 0}
    with sio.NDCWriter(path, name="sweep", metadata=metadata) as writer:
        for result in collection:
            writer.append(result)
            metadata["seen"] += 1
    assert sio.read_metadata(path)["extra"] == {"seen": 3}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"name": 1}, TypeError),
        ({"metadata": {"bad": object()}}, sio.UnstorableError),
        ({"metadata": np.arange(2)}, TypeError),
        ({"compresslevel": 99}, ValueError),
        ({"compression": 99}, NotImplementedError),
    ],
)
def test_wrong_arguments_make_no_file(path, arguments, error):
    with pytest.raises(error):
        sio.NDCWriter(path, **{"name": "sweep", **arguments})
    assert files(path) == set()


def test_only_paths(collection):
    with pytest.raises(TypeError, match="'path'"):
        sio.NDCWriter(7, name="sweep")


def test_results_left_by_another_are_not_written_over(path, collection):
    partial, _ = left_behind(path, [collection[0]])
    before = partial.read_bytes()
    with pytest.raises(sio.ArgumentError, match="resume=True"):
        sio.NDCWriter(path, name="sweep")
    assert partial.read_bytes() == before


def test_a_partial_file_that_is_gone(path, collection):
    path.write_bytes(b"old")
    writer = sio.NDCWriter(path, name="sweep")
    writer.append(collection[0])
    partial_of(path).unlink()
    partial_of(path).write_bytes(b"of somebody else")
    with pytest.raises(sio.WriterError, match="the partial file at"):
        writer.close()
    assert path.read_bytes() == b"old"
    assert partial_of(path).read_bytes() == b"of somebody else"


def fail(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("call", [(os, "fsync"), (Path, "replace")])
def test_a_disk_that_fails_at_the_end(path, collection, monkeypatch, call):
    path.write_bytes(b"old")
    writer = sio.NDCWriter(path, name="sweep")
    for result in collection:
        writer.append(result)
    with monkeypatch.context() as patch:
        patch.setattr(*call, fail)
        with pytest.raises(OSError, match="No space left") as raised:
            writer.close()
    assert raised.value.filename == str(path)
    assert str(partial_of(path)) in raised.value.__notes__[0]
    assert path.read_bytes() == b"old"
    # The archive is whole where it is, and a writer that resumes has all results.
    assert_same(opened(partial_of(path)), collection)
    with sio.NDCWriter(path, name="sweep", resume=True) as writer:
        assert len(writer) == 3
    assert_same(opened(path), collection)


def append_until_full(path):
    """Append to a file that may not grow; return what happened."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    results = [*make_collection(10)]
    writer = sio.NDCWriter(path, name="sweep")
    for result in results[:4]:
        writer.append(result)
    unlimited = resource.RLIM_INFINITY
    room = Path(writer.partial).stat().st_size + 300
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, unlimited))
    seen = []
    for attempt in (
        lambda: writer.append(results[4]),
        lambda: writer.append(results[4]),
        writer.close,
    ):
        try:
            attempt()
        except (OSError, sio.WriterError) as error:
            seen.append((type(error).__name__, getattr(error, "errno", None)))
            seen.append(len(writer))
            if isinstance(error, OSError):
                notes = error.__notes__
    resource.setrlimit(resource.RLIMIT_FSIZE, (unlimited, unlimited))
    return seen, files(path), notes


@POSIX
def test_a_failed_write_poisons_the_writer(path):
    seen, left, notes = in_process(append_until_full, path)
    assert notes == [
        f"{partial_of(path)} holds 4 whole results: NDCWriter(..., resume=True) goes on with it, "
        "and merge takes its whole results."
    ]
    refused = [("WriterError", None), 4]
    assert seen == [("OSError", errno.EFBIG), 4, *refused, *refused]
    assert left == {"sweep.ndc.partial"}
    with sio.NDCWriter(path, name="sweep", resume=True) as writer:
        assert len(writer) == 4
        for result in [*make_collection(10)][4:]:
            writer.append(result)
    assert_same(opened(path), make_collection(10))


@POSIX
def test_links_stay_links(tmp_path, collection):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    target = folder / "target.ndc"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link = tmp_path / "sweep.ndc"
    link.symlink_to(target)
    with sio.NDCWriter(link, name="sweep") as writer:
        assert writer.partial == str(folder / "target.ndc.partial")
        with pytest.raises(sio.LockedError):
            sio.NDCWriter(target, name="sweep", resume=True)
        for result in collection:
            writer.append(result)
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert_same(opened(target), collection)


@POSIX
def test_a_link_in_the_place_of_the_partial_file(path, collection):
    victim = path.with_name("victim")
    victim.write_bytes(b"")
    partial_of(path).symlink_to(victim)
    expected = r"a regular file at .*partial, found a symbolic link; remove it"
    with pytest.raises(sio.ArgumentError, match=expected):
        sio.NDCWriter(path, name="sweep", resume=True)
    assert victim.read_bytes() == b""


@POSIX
def test_what_cannot_be_replaced(tmp_path):
    with pytest.raises(sio.ArgumentError, match="a file that can be replaced"):
        sio.NDCWriter("/dev/null", name="sweep")
    with pytest.raises(IsADirectoryError):
        sio.NDCWriter(tmp_path, name="sweep")
    for path, note in (
        (str(tmp_path / "none" / "sweep.ndc"), "There is no folder .*none"),
        ("http://host/sweep.ndc", "URLs are read, not written"),
    ):
        with pytest.raises(FileNotFoundError) as raised:
            sio.NDCWriter(path, name="sweep")
        assert raised.value.filename == path
        assert re.search(note, raised.value.__notes__[0])
    os.mkfifo(tmp_path / "pipe.ndc.partial")
    with pytest.raises(sio.ArgumentError, match="a regular file"):
        sio.NDCWriter(tmp_path / "pipe.ndc", name="sweep")


def test_long_names_have_partial_files_of_their_own(tmp_path, collection):
    paths = [tmp_path / ("n" * 250 + end) for end in ("a.ndc", "b.ndc")]
    writers = [sio.NDCWriter(path, name="sweep") for path in paths]
    for writer in writers:
        writer.append(collection[0])
        writer.close()
    assert {*tmp_path.iterdir()} == {*paths}
