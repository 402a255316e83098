"""Ctrl-C ends every call soon, and leaves nothing half done."""

import io
import os
import signal
import time
import zipfile

import numpy as np
import pytest
from tqdm import tqdm

import skneuromsi_io as sio
from helpers import make_array, make_collection, make_result, opened
from processes import in_process

POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")


class Interrupting(io.BytesIO):
    """A stream during whose reads or writes Ctrl-C is pressed."""

    def read(self, size=-1):
        signal.raise_signal(signal.SIGINT)
        return super().read(size)

    def write(self, data):
        signal.raise_signal(signal.SIGINT)
        return super().write(data)


@pytest.mark.parametrize(
    "call",
    [
        lambda archive, _: opened(Interrupting(archive)),
        lambda archive, _: sio.verify(Interrupting(archive)),
        lambda archive, out: sio.repair(Interrupting(archive), out),
        lambda archive, _: sio.to_ndc(Interrupting(), opened(archive), tqdm_cls=None),
    ],
    ids=["open", "verify", "repair", "store"],
)
def test_ctrl_c_in_a_stream(archive, tmp_path, call):
    with pytest.raises(KeyboardInterrupt):
        call(archive, tmp_path / "out.ndc")
    assert list(tmp_path.iterdir()) == []


def interrupted(kind, path, out):
    """Press Ctrl-C in the middle of a long call; return how many steps of how many were done."""
    results = 20_000
    packed = make_collection(1)._packed * results
    collection = sio.NDResultCollection("many", packed)
    if kind != "store":
        sio.to_ndc(path, collection, tqdm_cls=None)
    done = 0

    class Bar(tqdm):
        def __iter__(self):
            nonlocal done
            for item in self.iterable:
                if done == 0:
                    # After some milliseconds of work, however slow the machine is.
                    signal.setitimer(signal.ITIMER_VIRTUAL, 0.005)
                done += 1
                yield item

    # Do on the signal of this timer as Python does on SIGINT.
    signal.signal(signal.SIGVTALRM, signal.default_int_handler)
    try:
        if kind == "store":
            sio.to_ndc(out, collection, tqdm_cls=Bar)
        elif kind == "open":
            sio.open_ndresults_collection(path, tqdm_cls=Bar, classes="light")
        else:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0.01)
            sio.verify(path) if kind == "verify" else sio.repair(path, out)
    except KeyboardInterrupt:
        return done, results
    return None


def patience(out, options):
    """Press Ctrl-C while one large result is compressed; return the processor time until then and after."""
    noise = np.random.default_rng(0).normal(size=(2, 1_000_000, 1, 1))
    array = make_array(shape=noise.shape).copy(data=noise)
    collection = sio.NDResultCollection.from_ndresults("n", [make_result(array)])
    pressed = []

    def press(*_):
        pressed.append(time.process_time())
        raise KeyboardInterrupt

    signal.signal(signal.SIGVTALRM, press)
    start = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.2)
    try:
        sio.to_ndc(out, collection, tqdm_cls=None, **options)
    except KeyboardInterrupt:
        return pressed[0] - start, time.process_time() - pressed[0]
    return None


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_ctrl_c_while_one_member_is_compressed(tmp_path, method):
    """Which takes seconds: 16 MB by bzip2 about one, by LZMA ten."""
    out = tmp_path / "out.ndc"
    before, after = in_process(patience, out, {"compression": method})
    assert before < 1
    assert after < before + 0.5
    assert list(tmp_path.iterdir()) == []


def answers(call, path):
    """Press keys every few milliseconds; return how often they were answered until the call was stopped."""
    answered = 0

    def press(*_):
        nonlocal answered
        answered += 1
        if answered == 8:
            raise KeyboardInterrupt

    signal.signal(signal.SIGVTALRM, press)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.02, 0.02)
    try:
        call(path)
    except KeyboardInterrupt:
        return answered
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return None


def read_ndc(path):
    sio.read_ndc(path, tqdm_cls=None, classes="light")


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("call", [read_ndc, sio.verify])
def test_ctrl_c_while_one_member_is_decoded(tmp_path, call):
    """Two seconds of bzip2 are asked for signals every 50 ms, and would answer once at their end without."""
    path = tmp_path / "large.ndc"
    noise = np.random.default_rng(0).normal(size=(2, 1_000_000, 1, 1))
    array = make_array(shape=noise.shape).copy(data=noise)
    collection = sio.NDResultCollection.from_ndresults("n", [make_result(array)])
    sio.to_ndc(path, collection, tqdm_cls=None, compression=zipfile.ZIP_BZIP2)
    assert in_process(answers, call, path) == 8


@pytest.mark.slow
@POSIX
def test_ctrl_c_while_an_unknown_member_is_verified(archive, tmp_path):
    path = tmp_path / "more.ndc"
    path.write_bytes(archive)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_BZIP2) as file:
        file.writestr("other.bin", np.random.default_rng(0).bytes(16 << 20))
    assert in_process(answers, sio.verify, path) == 8


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("kind", ["store", "open", "verify", "repair"])
def test_ctrl_c_in_long_calls(tmp_path, kind):
    path, out = tmp_path / "sweep.ndc", tmp_path / "out.ndc"
    out.write_bytes(b"old")
    done, results = in_process(interrupted, kind, path, out)
    assert done < results
    assert out.read_bytes() == b"old"
    assert {*tmp_path.iterdir()} <= {path, out}
