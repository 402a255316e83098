"""Threads and processes."""

import contextlib
import io
import json
import multiprocessing
import os
import pickle
import sys
import threading
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

import skneuromsi_io as sio
from helpers import (
    assert_same,
    make_array,
    make_collection,
    make_result,
    opened,
    stored,
)
from processes import in_process

POSIX = pytest.mark.skipif(os.name == "nt", reason="fork")
THREADS = 8


def at_once(function):
    """Run a function in many threads that begin together; return what each returns."""
    start = threading.Barrier(THREADS)

    def run(number):
        start.wait(timeout=60)
        return function(number)

    with ThreadPoolExecutor(THREADS) as executor:
        return list(executor.map(run, range(THREADS)))


def test_many_threads_on_one_collection():
    expected = make_collection(20)
    collection = opened(stored(expected))
    for found in at_once(lambda _: list(collection)):
        assert_same(found, list(expected))
    found = at_once(lambda number: [collection[(number + i) % 20] for i in range(20)])
    for number, results in enumerate(found):
        for i, result in enumerate(results):
            assert_same(result, expected[(number + i) % 20])


def test_many_threads_on_one_archive(tmp_path):
    path, expected = tmp_path / "sweep.ndc", make_collection(20)
    sio.to_ndc(path, expected, tqdm_cls=None)
    with zipfile.ZipFile(path) as file:
        metadata = json.loads(file.read("metadata.json"))
    assert at_once(lambda _: sio.read_metadata(path)) == [metadata] * THREADS
    for found in at_once(lambda _: opened(path)):
        assert_same(found, expected)


def test_many_threads_store_one_collection(tmp_path):
    collection = opened(stored(make_collection(20)))
    at_once(lambda n: sio.to_ndc(tmp_path / f"{n}.ndc", collection, tqdm_cls=None))
    for number in range(THREADS):
        assert_same(opened(tmp_path / f"{number}.ndc"), collection)


class Yielding(io.BytesIO):
    """A stream that lets other threads go on between `seek` and `read`."""

    def seek(self, *args):
        found = super().seek(*args)
        time.sleep(0)
        return found


@pytest.mark.parametrize("archives", ["one archive", "an archive each"])
def test_many_threads_scan_one_stream(archives):
    expected = make_collection(20)
    stream = Yielding(stored(expected))
    shared = sio.scan_ndc(stream) if archives == "one archive" else None

    def read(number):
        scanned = shared or sio.scan_ndc(stream)
        return [scanned[(number + i) % 20] for i in range(20)]

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        found = at_once(read)
    finally:
        sys.setswitchinterval(interval)
    for number, results in enumerate(found):
        for i, result in enumerate(results):
            assert_same(result, expected[(number + i) % 20])


class Meeting(io.BytesIO):
    """A stream whose first read waits until other threads are in a read too."""

    def __init__(self, content, barrier):
        super().__init__(content)
        self.barrier = barrier

    def read(self, size=-1):
        barrier, self.barrier = self.barrier, None
        if barrier is not None:
            barrier.wait(timeout=60)
        return super().read(size)


def test_opens_do_not_wait_for_each_other(archive):
    barrier = threading.Barrier(THREADS)
    found = at_once(lambda _: opened(Meeting(archive, barrier)))
    assert all(len(collection) == 3 for collection in found)


@contextlib.contextmanager
def counting():
    """Yield a count that another thread moves on whenever it gets the interpreter.

    Nobody has to give the interpreter up meanwhile: only who releases it lets the count grow.
    """
    count, stop = [0], threading.Event()

    def move():
        while not stop.is_set():
            count[0] += 1
            time.sleep(0.0001)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    thread = threading.Thread(target=move)
    thread.start()
    try:
        yield count
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)


def releases(call):
    """Return whether a call lets the interpreter go for most of its time, on however loaded a machine.

    A call that lets it go for a moment may be put to sleep just then, but not five times in a row.
    """
    with counting() as count:

        def counted():
            before = count[0]
            call()
            return count[0] - before

        patience = time.monotonic() + 60
        while time.monotonic() < patience:
            if all(counted() >= 4 for _ in range(5)):
                return True
    return False


def long_calls():
    """Return calls whose work in the native core takes tens of milliseconds."""
    result = make_result(make_array(shape=(2, 4000, 1000, 1)))

    def packed():
        return sio.NDResultCollection.from_ndresults(
            "large", [result], compression_params=("zlib", 1)
        )

    collection, archive = packed(), stored(packed())
    return {
        "open": lambda: opened(archive),
        "verify": lambda: sio.verify(archive),
        "store": lambda: stored(collection),
        "pack": packed,
        "unpack": lambda: collection[0],
    }


def test_the_count_stands_still_without_release():
    """Tests the test: Python code that releases nothing is not interrupted."""
    with counting() as count:
        before = count[0]
        sum(range(1_000_000))
        assert count[0] == before


@pytest.mark.parametrize("name", ["open", "verify", "store", "pack", "unpack"])
def test_long_calls_release_the_interpreter(name):
    assert releases(long_calls()[name])


def use(archive):
    """Do everything that starts native threads."""
    return stored(opened(archive))


def used_in_a_fork(archive):
    expected = list(opened(use(archive)))
    with ProcessPoolExecutor(
        2, mp_context=multiprocessing.get_context("fork")
    ) as executor:
        for found in executor.map(opened, [archive] * 4):
            assert_same(list(found), expected)
    return True


@pytest.mark.slow
@POSIX
def test_fork_after_use(archive):
    assert in_process(used_in_a_fork, archive)


def means(collection):
    return [float(result.to_xarray().mean()) for result in collection]


@pytest.mark.slow
def test_collections_go_to_workers(archive):
    collection = opened(archive)
    assert_same(pickle.loads(pickle.dumps(collection)), collection)
    assert in_process(means, collection) == means(collection)
    assert_same(in_process(opened, archive), collection)
