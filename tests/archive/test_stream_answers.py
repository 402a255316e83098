"""Streams that answer what they cannot mean: the error names the stream, what was expected and what was found."""

import io
import itertools

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import assert_same, opened, stored


class Named:
    def __str__(self):
        return "<my stream>"


class Writing(Named):
    """Takes all and says what it is told to."""

    def __init__(self, answer):
        self.data, self.answer = b"", answer

    def write(self, data):
        self.data += bytes(data)
        return self.answer(data) if callable(self.answer) else self.answer


class Telling(Writing):
    def __init__(self, position):
        super().__init__(len)
        self.position = position

    def tell(self):
        return self.position


NO_COUNT = [-1, 0, 10**9, 2**64, 2**200, "12", b"12", 1.0, float("nan"), (1,), object]


@pytest.mark.parametrize("answer", NO_COUNT, ids=repr)
def test_write(collection, answer):
    stream = Writing((lambda _: object) if answer is object else answer)
    with pytest.raises(sio.BadStreamError) as raised:
        sio.to_ndc(stream, collection, tqdm_cls=None)
    size = len(stream.data)
    assert str(raised.value) == (
        "<my stream>: expected 'write' to say that it took 1 to "
        f"{size} bytes, found {answer!r:.80}"
    )


@pytest.mark.parametrize("answer", [None, len, lambda data: np.int64(len(data))])
def test_write_that_means_it(collection, answer):
    """None of a sink that is not a raw stream says nothing; integers may be NumPy's."""
    stream = Writing(answer)
    sio.to_ndc(stream, collection, tqdm_cls=None)
    assert_same(opened(stream.data), collection)


def test_raw_streams_that_would_block_are_named(collection):
    class Blocking(io.RawIOBase):
        def writable(self):
            return True

        def write(self, data):
            return None

        def __str__(self):
            return "<my stream>"

    with pytest.raises(BlockingIOError, match=r"^<my stream>: .*would block"):
        sio.to_ndc(Blocking(), collection, tqdm_cls=None)


@pytest.mark.parametrize(
    "where", ["0", b"0", None, -1, 1.0, 2**63, 2**100, ()], ids=repr
)
def test_tell(collection, where):
    stream = Telling(where)
    with pytest.raises(sio.BadStreamError) as raised:
        sio.to_ndc(stream, collection, tqdm_cls=None)
    assert str(raised.value) == (
        "<my stream>: expected a position from 0 to 2**63 - 1 from 'tell', "
        f"found {where!r}"
    )
    assert stream.data == b""


@pytest.mark.parametrize("where", [0, 7, np.int32(7), 2**62], ids=repr)
def test_tell_that_means_it(collection, where):
    stream = Telling(where)
    sio.to_ndc(stream, collection, tqdm_cls=None)
    if where < 100:
        assert_same(opened(bytes(where) + stream.data), collection)


class Reading(Named):
    """A file of which one method answers something else."""

    def __init__(self, data, **answers):
        stream = io.BytesIO(data)
        self.read, self.seek, self.tell = stream.read, stream.seek, stream.tell
        for name, answer in answers.items():
            setattr(self, name, lambda *_, answer=answer: answer)


@pytest.mark.parametrize("read", [opened, sio.read_metadata])
@pytest.mark.parametrize("end", ["9", -1, 1.0, 2**63, 2**100, ()], ids=repr)
@pytest.mark.parametrize("method", ["seek", "tell"])
def test_ends(archive, method, end, read):
    answers = {"seek": end} if method == "seek" else {"seek": None, "tell": end}
    with pytest.raises(sio.BadStreamError) as raised:
        read(Reading(archive, **answers))
    assert str(raised.value) == (
        "<my stream>: expected 'seek' or 'tell' to give the position of the end, 0 or "
        f"more, found {end!r}"
    )


def reads_of(stream):
    """Count the reads of a stream that is verified."""
    count = 0
    read = stream.read

    def counted(size):
        nonlocal count
        count += 1
        return read(size)

    stream.read = counted
    assert sio.verify(stream).ok
    return count


def test_verify_does_not_blame_the_archive(archive):
    """A stream that gives nonsense is not a fault of the archive, after however many good answers."""
    count = reads_of(Reading(archive))
    assert count > 3
    for good in range(count):
        stream = Reading(archive)
        reads = itertools.chain([stream.read] * good, itertools.repeat(lambda _: None))
        stream.read = lambda size, reads=reads: next(reads)(size)
        with pytest.raises(sio.BadStreamError, match="'read' to give at most"):
            sio.verify(stream)


@pytest.mark.parametrize("piece", ["text", None, 5, [1]], ids=repr)
def test_pieces(archive, piece, tmp_path):
    expected = (
        r"^<my stream>: .*expected 'read' to give at most \d+ bytes, found "
        + repr(piece).replace("[", r"\[")
    )
    for read in (opened, lambda stream: sio.repair(stream, tmp_path / "saved.ndc")):
        with pytest.raises(sio.BadStreamError, match=expected):
            read(Reading(archive, read=piece))


def test_pieces_that_are_too_long(archive):
    with pytest.raises(sio.BadStreamError, match=r"at most \d+ bytes, found 20000000$"):
        opened(Reading(archive, read=bytes(20_000_000)))


def test_it_is_an_error_of_the_operating_system_too():
    """As `io.BufferedWriter` says of a raw stream that took more than there was."""
    assert issubclass(sio.BadStreamError, sio.SkneuromsiIOError)
    assert issubclass(sio.BadStreamError, OSError)


def test_an_archive_as_ever(archive, collection):
    assert_same(opened(Reading(archive)), collection)
    assert stored(collection)[:4] == b"PK\3\4"
