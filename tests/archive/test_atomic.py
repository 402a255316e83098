"""A path is replaced as a whole, or not at all."""

import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import skneuromsi_io as sio
from helpers import assert_same, make_collection, make_result, opened

POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX permissions and links")
NO_ROOT = pytest.mark.skipif(
    os.name != "nt" and os.geteuid() == 0, reason="root may write everywhere"
)


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "sweep.ndc"
    path.write_bytes(b"old")
    return path


def stopping_with(error):
    """Return a progress bar that raises after the first result."""

    def bar(items, **_):
        yield from list(items)[:0]
        yield 0
        raise error

    return bar


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), SystemExit(1), RuntimeError("x"), GeneratorExit()]
)
def test_stopped_by_the_progress_bar(old, collection, error):
    with pytest.raises(type(error)):
        sio.to_ndc(old, collection, tqdm_cls=stopping_with(error))
    assert old.read_bytes() == b"old"
    assert list(old.parent.iterdir()) == [old]


def test_stopped_by_an_object_that_cannot_be_stored(old):
    results = [make_result(), make_result(extra={"bad": object()})]
    collection = sio.NDResultCollection.from_ndresults("n", results)
    with pytest.raises(TypeError):
        sio.to_ndc(old, collection, tqdm_cls=None)
    with pytest.raises(TypeError):
        sio.to_ndr(old, results[1])
    assert old.read_bytes() == b"old"
    assert list(old.parent.iterdir()) == [old]


def test_stopped_before_there_was_a_file(tmp_path, collection):
    with pytest.raises(KeyboardInterrupt):
        sio.to_ndc(
            tmp_path / "new.ndc", collection, tqdm_cls=stopping_with(KeyboardInterrupt)
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_stopped_by_a_signal(old, tmp_path):
    """Ctrl-C arrives while the native writer is at work."""
    script = """
import os, signal, sys, threading
sys.path.insert(0, sys.argv[2])
from helpers import make_array, make_collection
import skneuromsi_io as sio
packed = make_collection(1)._packed * 30_000
collection = sio.NDResultCollection("many", packed)
threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
sio.to_ndc(sys.argv[1], collection, tqdm_cls=None, compresslevel=9)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(old), str(Path(__file__).parents[1])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "KeyboardInterrupt" in done.stderr
    assert old.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [old]


def test_the_old_file_is_whole_until_the_end(old, collection):
    seen = []

    def bar(items, **_):
        for item in items:
            seen.append(old.read_bytes())
            yield item

    sio.to_ndc(old, collection, tqdm_cls=bar)
    assert set(seen) == {b"old"}
    assert_same(opened(old), collection)


def test_open_readers_keep_the_old_file(old, collection):
    sio.to_ndc(old, collection, tqdm_cls=None)
    with old.open("rb") as reader:
        sio.to_ndc(old, make_collection(1), tqdm_cls=None)
        assert_same(opened(reader), collection)
    assert len(opened(old)) == 1


def test_a_collection_can_be_stored_where_it_came_from(old, collection):
    sio.to_ndc(old, collection, tqdm_cls=None)
    sio.to_ndc(old, opened(old), tqdm_cls=None)
    assert_same(opened(old), collection)


@POSIX
def test_symbolic_links_stay(old, tmp_path, collection):
    folder = tmp_path / "folder"
    folder.mkdir()
    link = folder / "link.ndc"
    link.symlink_to("../sweep.ndc")
    sio.to_ndc(link, collection, tqdm_cls=None)
    assert link.is_symlink()
    assert [p.name for p in folder.iterdir()] == ["link.ndc"]
    assert_same(opened(old), collection)


@POSIX
def test_dangling_links_get_their_target(tmp_path, collection):
    link, target = tmp_path / "link.ndc", tmp_path / "target.ndc"
    link.symlink_to(target)
    sio.to_ndc(link, collection, tqdm_cls=None)
    assert link.is_symlink()
    assert_same(opened(target), collection)


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o777])
def test_permissions_are_kept(old, collection, mode):
    old.chmod(mode)
    sio.to_ndc(old, collection, tqdm_cls=None)
    assert stat.S_IMODE(old.stat().st_mode) == mode


@POSIX
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_new_files_follow_the_umask(tmp_path, collection, mask):
    before = os.umask(mask)
    try:
        sio.to_ndc(tmp_path / "new.ndc", collection, tqdm_cls=None)
    finally:
        os.umask(before)
    mode = stat.S_IMODE((tmp_path / "new.ndc").stat().st_mode)
    assert mode == 0o666 & ~mask


@POSIX
@NO_ROOT
def test_read_only_directory(old, collection):
    old.parent.chmod(0o500)
    try:
        with pytest.raises(PermissionError, match=r"sweep\.ndc"):
            sio.to_ndc(old, collection, tqdm_cls=None)
    finally:
        old.parent.chmod(0o700)
    assert old.read_bytes() == b"old"


@POSIX
def test_a_directory_that_cannot_be_read_is_no_failure(old, collection, monkeypatch):
    """Its entries can be replaced; to make that durable it has to be opened."""
    original = os.open

    def refuse(path, *args):
        if Path(path).is_dir():
            raise PermissionError(13, "Permission denied", path)
        return original(path, *args)

    monkeypatch.setattr(os, "open", refuse)
    sio.to_ndc(old, collection, tqdm_cls=None)
    monkeypatch.undo()
    assert_same(opened(old), collection)
    assert list(old.parent.iterdir()) == [old]


def test_interrupted_when_the_file_was_made(old, collection, monkeypatch):
    original = os.open

    def interrupt(*args):
        os.close(original(*args))
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "open", interrupt)
    with pytest.raises(KeyboardInterrupt):
        sio.to_ndc(old, collection, tqdm_cls=None)
    assert old.read_bytes() == b"old"
    assert list(old.parent.iterdir()) == [old]


def test_errors_name_the_path_that_was_given(old, collection, monkeypatch):
    def refuse(path, *_):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PermissionError) as raised:
        sio.to_ndc(old, collection, tqdm_cls=None)
    assert raised.value.filename == str(old)
    assert old.read_bytes() == b"old"


@pytest.mark.parametrize("call", ["fsync", "close"])
def test_disks_that_fail_late(old, collection, monkeypatch, call):
    """The space of a network disk may run out as late as this."""
    original = getattr(os, call)

    def fail(descriptor):
        original(descriptor)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="No space left"):
        sio.to_ndc(old, collection, tqdm_cls=None)
    monkeypatch.undo()
    assert old.read_bytes() == b"old"
    assert list(old.parent.iterdir()) == [old]


def test_no_directory(tmp_path, collection):
    path = tmp_path / "none" / "sweep.ndc"
    with pytest.raises(FileNotFoundError) as raised:
        sio.to_ndc(path, collection, tqdm_cls=None)
    assert raised.value.filename == str(path)


def test_a_directory_is_no_file(tmp_path, collection):
    with pytest.raises(IsADirectoryError) as raised:
        sio.to_ndc(tmp_path, collection, tqdm_cls=None)
    assert raised.value.filename == str(tmp_path)
    with pytest.raises(OSError, match="directory"):
        opened(tmp_path)


def test_long_names(tmp_path, collection):
    path = tmp_path / ("n" * 251 + ".ndc")
    sio.to_ndc(path, collection, tqdm_cls=None)
    assert_same(opened(path), collection)


@POSIX
def test_long_names_of_several_bytes_a_letter(tmp_path, collection):
    path = tmp_path / ("é" * 125 + ".ndc")
    sio.to_ndc(path, collection, tqdm_cls=None)
    assert_same(opened(path), collection)


@POSIX
def test_devices_are_written_to(collection):
    sio.to_ndc("/dev/null", collection, tqdm_cls=None)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@POSIX
def test_full_disks(collection):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with pytest.raises(OSError, match="No space left") as raised:
        sio.to_ndc("/dev/full", collection, tqdm_cls=None)
    assert raised.value.errno == 28


def test_a_stream_is_left_open_on_errors():
    stream = io.BytesIO()
    with pytest.raises(TypeError):
        sio.to_ndr(stream, make_result(extra={"bad": object()}))
    assert not stream.closed


def test_a_path_that_ends_in_a_separator_is_no_file(tmp_path):
    with pytest.raises(IsADirectoryError):
        sio.to_ndr(f"{tmp_path}/new/", make_result())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="names are any bytes on Linux")
def test_names_that_are_no_utf8(tmp_path):
    path = f"{tmp_path}/\udcff.ndc"
    sio.to_ndr(path, make_result())
    assert opened(path)[0].mname == make_result().mname
    assert sio.verify(path).ok
    Path(path).write_bytes(b"no archive")
    with pytest.raises(sio.BadArchiveError, match="udcff"):
        opened(path)
    with pytest.raises(sio.BadArchiveError) as raised:
        opened(path)
    assert str(raised.value).encode()
