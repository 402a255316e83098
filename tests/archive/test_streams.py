"""Everything that can be stored to and opened from gives the same collection."""

import array
import bz2
import gzip
import io
import os
import pathlib
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import assert_same, members, opened, stored
from skneuromsi_io._engine import SkneuromsiEntrypoint
from skneuromsi_io._locks import stream_lock


class Sink:
    """A stream that can only be written to, like a pipe or a socket."""

    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += bytes(data)
        return len(data)


class Slow(Sink):
    """Takes no more than some bytes at a time, as raw files may."""

    def write(self, data):
        return super().write(bytes(data)[:1000])


class Source:
    """A stream with `read`, `seek` and `tell` only, like files of fsspec."""

    def __init__(self, data, most=None):
        self._stream = io.BytesIO(data)
        self._most = most

    def read(self, size=-1):
        if self._most is not None:
            size = self._most if size is None or size < 0 else min(size, self._most)
        return self._stream.read(size)

    def seek(self, offset, whence=0):
        return self._stream.seek(offset, whence)

    def tell(self):
        return self._stream.tell()


class Watched(io.BytesIO):
    """A stream that notes of each `read` whether another thread could move it meanwhile."""

    def __init__(self, data):
        super().__init__(data)
        self.free = []

    def read(self, size=-1):
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(stream_lock(self).lock.acquire, blocking=False)
        self.free.append(asked.result())
        return super().read(size)


class Path(os.PathLike):
    def __init__(self, path):
        self._path = path

    def __fspath__(self):
        return str(self._path)


class Renamed(io.BytesIO):
    """A subclass may answer `getvalue` as it likes; only its methods count."""

    def getvalue(self):
        return b""


SOURCES = {
    "bytes": bytes,
    "bytearray": bytearray,
    "memoryview": memoryview,
    "array": lambda data: array.array("B", data),
    "NumPy array": lambda data: np.frombuffer(data, dtype="u1"),
    "strided memoryview": lambda data: memoryview(
        b"".join(bytes([byte, 0]) for byte in data)
    )[::2],
    "BytesIO": io.BytesIO,
    "subclass of BytesIO": Renamed,
    "BufferedReader": lambda data: io.BufferedReader(io.BytesIO(data)),
    "three methods": Source,
    "short reads": lambda data: Source(data, 1000),
}


@pytest.mark.parametrize("source", SOURCES)
def test_sources(archive, collection, source):
    assert_same(opened(SOURCES[source](archive)), collection)
    assert sio.read_metadata(SOURCES[source](archive))["object_size"] == 3


@pytest.mark.parametrize("path", [str, pathlib.Path, Path], ids=lambda c: c.__name__)
def test_paths(collection, tmp_path, path):
    where = path(tmp_path / "fichier é.ndc")
    sio.to_ndc(where, collection, tqdm_cls=None)
    assert [p.name for p in tmp_path.iterdir()] == ["fichier é.ndc"]
    assert_same(opened(where), collection)


def test_relative_paths(collection, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sio.to_ndc("a.ndc", collection, tqdm_cls=None)
    assert_same(opened("a.ndc"), collection)


def test_paths_as_bytes_are_no_paths(collection, tmp_path):
    """`zipfile.ZipFile` takes none either; when reading, bytes are an archive."""
    with pytest.raises(TypeError, match="expected a path or a binary file object"):
        sio.to_ndc(os.fsencode(tmp_path / "a.ndc"), collection)


@pytest.mark.parametrize(
    "make",
    [
        io.BytesIO,
        tempfile.TemporaryFile,
        tempfile.SpooledTemporaryFile,
        partial(tempfile.SpooledTemporaryFile, max_size=100),
        lambda: io.BufferedRandom(io.BytesIO()),
    ],
    ids=["BytesIO", "file", "spooled", "spooled and rolled over", "buffered"],
)
def test_streams_for_both(collection, make):
    with make() as stream:
        sio.to_ndc(stream, collection, tqdm_cls=None)
        assert not stream.closed
        assert_same(opened(stream), collection)
        stream.seek(0)
        assert_same(opened(stream), collection)
        assert not stream.closed


@pytest.mark.parametrize("buffering", [0, -1, 50])
def test_open_files(collection, tmp_path, buffering):
    with (tmp_path / "a.ndc").open("w+b", buffering=buffering) as file:
        sio.to_ndc(file, collection, tqdm_cls=None)
        file.flush()
        assert_same(opened(file), collection)
        assert_same(opened(tmp_path / "a.ndc"), collection)


@pytest.mark.parametrize("module", [gzip, bz2])
def test_compressed_files(collection, tmp_path, module):
    with module.open(tmp_path / "a.ndc.z", "wb") as file:
        sio.to_ndc(file, collection, tqdm_cls=None)
    with module.open(tmp_path / "a.ndc.z", "rb") as file:
        assert_same(opened(file), collection)


@pytest.mark.parametrize("cls", [Sink, Slow])
def test_sinks(collection, cls):
    sink = cls()
    sio.to_ndc(sink, collection, tqdm_cls=None)
    assert_same(opened(sink.data), collection)


def test_pipe(result):
    """A pipe holds 64 KiB, more than this result."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as source, os.fdopen(writer, "wb") as sink:
        sio.to_ndr(sink, result)
        sink.close()
        assert_same(sio.read_ndr(source.read(), classes="light"), result)


def test_stream_positioned_elsewhere(archive, collection):
    for position in (1, len(archive) // 2, len(archive), len(archive) + 9):
        stream = io.BytesIO(archive)
        stream.seek(position)
        assert_same(opened(stream), collection)
        source = Source(archive)
        source.seek(position)
        assert_same(opened(source), collection)


def test_after_other_bytes(collection):
    """As zipfile: offsets count from the stream's beginning, and readers find the end."""
    stream = io.BytesIO()
    stream.write(b"#!/usr/bin/env program\n")
    sio.to_ndc(stream, collection, tqdm_cls=None)
    assert stream.getvalue().startswith(b"#!")
    assert_same(opened(stream), collection)
    assert set(members(stream.getvalue())) == set(members(stored(collection)))


def test_before_other_bytes(archive, collection):
    """A text of up to 65,535 bytes may follow: a comment that nobody announced."""
    with pytest.raises(sio.SkneuromsiIOError):
        opened(archive + bytes(70_000))
    assert_same(opened(bytes(70_000) + archive), collection)


@pytest.mark.parametrize("wrong", [None, 1, 1.5, [], object()], ids=repr)
def test_nothing_to_read_from(wrong):
    with pytest.raises(TypeError, match="expected a path, bytes or a binary file obj"):
        opened(wrong)


@pytest.mark.parametrize("wrong", [None, 1, b"", bytearray()], ids=repr)
def test_nothing_to_write_to(collection, wrong):
    with pytest.raises(TypeError, match="expected a path or a binary file object"):
        sio.to_ndc(wrong, collection)


@pytest.mark.parametrize("kind", [bytes, bytearray, lambda d: np.frombuffer(d, "<u2")])
def test_memory_is_named_by_its_size(kind):
    with pytest.raises(zipfile.BadZipFile, match=r"^<12 bytes>: "):
        opened(kind(b"no archive  "))


def test_text_files(collection, archive, tmp_path):
    with (
        (tmp_path / "text").open("w+") as file,
        pytest.raises(TypeError, match="found a text one; open the file in mode 'rb'"),
    ):
        opened(file)
    for file in (io.StringIO(), (tmp_path / "text").open("w")):
        with file, pytest.raises(TypeError, match=r"found a text one.*'wb'"):
            sio.to_ndc(file, collection, tqdm_cls=None)


def test_write_only_files_cannot_be_read(tmp_path):
    with (tmp_path / "a").open("wb", buffering=0) as file:
        file.write(bytes(100))
        with pytest.raises(OSError, match="only written to; open it in mode"):
            opened(file)


def test_errors_of_streams_pass_through(collection, archive):
    class Full(Sink):
        def write(self, data):
            raise OSError(28, "No space left on device")

    class Broken(Source):
        def read(self, size=-1):
            raise RuntimeError("line is dead")

    with pytest.raises(OSError, match="No space left") as raised:
        sio.to_ndc(Full(), collection, tqdm_cls=None)
    assert raised.value.errno == 28
    with pytest.raises(RuntimeError, match="line is dead"):
        opened(Broken(archive))


def test_closed_streams(collection):
    stream = io.BytesIO()
    stream.close()
    with pytest.raises(ValueError, match="closed"):
        sio.to_ndc(stream, collection, tqdm_cls=None)
    with pytest.raises(ValueError, match="closed"):
        opened(stream)


@pytest.mark.parametrize("content", ["an archive", "a text"])
def test_nobody_moves_a_stream_while_it_is_looked_at(archive, content):
    stream = Watched(archive if content == "an archive" else b"Notes of the lab.")
    stream.seek(3)
    SkneuromsiEntrypoint().guess_can_open(stream)
    assert stream.tell() == 3
    if content == "an archive":
        opened(stream)
    else:
        with pytest.raises(sio.BadArchiveError, match="found a text file"):
            opened(stream)
    assert {*stream.free} == {False}
