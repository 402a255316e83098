"""Writing may fail at any byte: the old file stays, and nothing is left beside it."""

import errno
import io
import os
import subprocess
import tempfile
from pathlib import Path

import pytest

import skneuromsi_io as sio
from helpers import assert_same, make_collection, opened, stored
from processes import in_process
from skneuromsi_io import _batches, _native
from skneuromsi_io.results._interface import LazyResult

POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX limits and users")


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "sweep.ndc"
    path.write_bytes(b"old")
    return path


def assert_untouched(old):
    assert old.read_bytes() == b"old"
    assert list(old.parent.iterdir()) == [old]


def store_with_limits(path, limits):
    """Store under limits of the size of a file; return the error numbers."""
    import resource

    numbers = []
    for limit in limits:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            sio.to_ndc(path, make_collection(20), tqdm_cls=None)
        except OSError as error:
            numbers.append((error.errno, error.filename))
        else:
            numbers.append(None)
        assert_untouched(path)
    return numbers


@POSIX
def test_files_that_may_not_grow(old):
    size = len(stored(make_collection(20)))
    limits = [0, 1, 100, 4096, size // 2, size - 100]
    numbers = in_process(store_with_limits, old, limits)
    assert numbers == [(errno.EFBIG, str(old))] * len(limits)
    assert_untouched(old)


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no right to mount a disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@POSIX
def test_full_disk(small_disk):
    old = small_disk / "sweep.ndc"
    old.write_bytes(b"old")
    with pytest.raises(OSError, match="No space left") as raised:
        sio.to_ndc(old, make_collection(200), tqdm_cls=None, compression=0)
    assert (raised.value.errno, raised.value.filename) == (errno.ENOSPC, str(old))
    assert_untouched(old)
    sio.to_ndc(old, make_collection(1), tqdm_cls=None)
    assert len(opened(old)) == 1


def test_a_temporary_file_that_cannot_be_opened_again(old, collection, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(_native, "Writer", refuse)
    with pytest.raises(OSError, match="Too many") as held:
        sio.to_ndc(old, collection, tqdm_cls=None)
    # The exception, and with it what its traceback refers to, is alive.
    assert held.value.errno == errno.EMFILE
    assert_untouched(old)


class Full(io.RawIOBase):
    """A stream that takes so many bytes and no more."""

    def __init__(self, room):
        self.room = room

    def writable(self):
        return True

    def write(self, data):
        if len(data) > self.room:
            raise OSError(errno.ENOSPC, "the stream is full")
        self.room -= len(data)
        return len(data)


def test_streams_that_fail(collection):
    size = len(stored(collection))
    for room in range(0, size, 61):
        stream = Full(room)
        with pytest.raises(OSError, match="the stream is full"):
            sio.to_ndc(stream, collection, tqdm_cls=None)
        assert not stream.closed
    sio.to_ndc(Full(size + 100), collection, tqdm_cls=None)


class Answering(Full):
    """A raw stream whose `write` says something else than what it took."""

    def __init__(self, answer):
        self.answer = answer

    def write(self, data):
        return self.answer(len(data))


def test_raw_streams_that_would_block(collection):
    """None from a raw stream says that nothing was written, which is not a reason to go on."""
    with pytest.raises(BlockingIOError, match="would block"):
        sio.to_ndc(Answering(lambda _: None), collection, tqdm_cls=None)


class Unpackable(LazyResult):
    """A result that cannot be taken out of its collection."""

    def __init__(self, packed, error):
        self.packed, self.error = packed, error

    def signature(self):
        return self.packed.signature()

    def columns(self):
        return self.packed.columns()

    def open(self):
        raise self.error


@pytest.mark.parametrize(
    "error", [RuntimeError("x"), MemoryError(), KeyboardInterrupt()]
)
@pytest.mark.parametrize("number", [0, 1, 4])
def test_a_collection_that_fails_in_its_middle(old, error, number, monkeypatch):
    # Every result is a batch, so that those before it are written already.
    monkeypatch.setattr(_batches, "BATCH_RESULTS", 1)
    packed = [*make_collection(5)._packed]
    packed[number] = Unpackable(packed[number], error)
    with pytest.raises(type(error)):
        sio.to_ndc(old, sio.NDResultCollection("n", packed), tqdm_cls=None)
    assert_untouched(old)


def store_again_and_again(path, size):
    collection = make_collection(size)
    for _ in range(15):
        sio.to_ndc(path, collection, tqdm_cls=None)
        found = opened(path)
        assert_same(found, make_collection(len(found)))


def store_from_two(path):
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=store_again_and_again, args=(path, size))
        for size in (2, 3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


@pytest.mark.slow
def test_two_processes_at_one_path(tmp_path):
    path = tmp_path / "sweep.ndc"
    assert in_process(store_from_two, path) == [0, 0]
    assert len(opened(path)) in (2, 3)
    assert list(tmp_path.iterdir()) == [path]


def store_as_nobody(path):
    sio.to_ndc(io.BytesIO(), make_collection(1), tqdm_cls=None)
    os.seteuid(65534)
    try:
        sio.to_ndc(path, make_collection(1), tqdm_cls=None)
    except PermissionError as error:
        return error.filename
    return None


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() != 0, reason="test_atomic.py tests other users"
)
def test_read_only_directories_of_root():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        old = folder / "sweep.ndc"
        old.write_bytes(b"old")
        assert in_process(store_as_nobody, old) == str(old)
        assert_untouched(old)


def test_repair_leaves_nothing_behind(old, monkeypatch):
    def fail(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    archive = stored(make_collection(3))
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        sio.repair(archive[:-30], old)
    assert_untouched(old)
