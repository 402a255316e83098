"""A process may fork at any moment: what another thread was at does not hold the child up."""

import contextlib
import datetime as dt
import io
import os
import subprocess
import sys
import threading
import zoneinfo
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import skneuromsi_io as sio
from helpers import (
    UPSTREAM_FILES,
    assert_same,
    make_array,
    make_collection,
    make_result,
    opened,
    stored,
    through_file,
)
from processes import LONG, ends, in_process

if not hasattr(os, "fork"):
    pytest.skip("fork", allow_module_level=True)


def store_and_open():
    collection = make_collection(2)
    assert_same(opened(stored(collection)), collection)
    collection.modes_variance_sum()


def forks_in_the_first_store(folder):
    """Fork while another thread is in the first store of the process, again and again until it is through."""
    collection = make_collection(2)

    def store():
        sio.to_ndc(io.BytesIO(), collection, tqdm_cls=None)
        sio.to_ndc(folder / "sweep.ndc", collection, tqdm_cls=None)

    thread = threading.Thread(target=store)
    thread.start()
    ended = [ends(store_and_open)]
    while thread.is_alive():
        ended.append(ends(store_and_open))
    thread.join()
    return ended


def test_fork_in_the_first_store(tmp_path):
    assert set(in_process(forks_in_the_first_store, tmp_path)) == {True}


#: Forks from before another thread uses the first name until it has it.
FIRST_USE = """
import os, threading
import skneuromsi_io as sio
thread = threading.Thread(target=lambda: sio.NDResult)
thread.start()
while True:
    child = os.fork()
    if child == 0:
        os._exit(0 if sio.verify(b"").problems else 1)
    _, status = os.waitpid(child, 0)
    if status or not thread.is_alive():
        break
thread.join()
print(status)
"""


def test_fork_while_names_are_imported():
    """It waits until they are: a child would find modules that nobody finishes."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FIRST_USE],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=10 * LONG,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("0\n", "")


class Stopped(io.BytesIO):
    """A stream that a thread waits in until it is let go of."""

    def __init__(self, *args):
        super().__init__(*args)
        self.reached, self.go_on = threading.Event(), threading.Event()

    def wait(self):
        self.reached.set()
        assert self.go_on.wait(timeout=10 * LONG)

    def write(self, data):
        self.wait()
        return super().write(data)

    def getvalue(self):
        return super().getvalue()


class StoppedReading(Stopped):
    def read(self, size=-1):
        self.wait()
        return super().read(size)


def forks_within(stream, work):
    """Fork while another thread is in the midst of its work with a stream."""
    thread = threading.Thread(target=work)
    thread.start()
    assert stream.reached.wait(timeout=LONG)
    ended = ends(store_and_open)
    stream.go_on.set()
    thread.join()
    return ended


def forks_in_the_midst():
    collection = make_collection(2)
    target, source = Stopped(), StoppedReading(stored(collection))
    ended = [
        forks_within(target, lambda: sio.to_ndc(target, collection, tqdm_cls=None)),
        forks_within(source, lambda: opened(source)),
    ]
    scanned = sio.scan_ndc(source, classes="light")
    source.reached.clear()
    source.go_on.clear()
    return [*ended, forks_within(source, scanned.modes_variance_sum)]


def test_fork_while_a_stream_is_waited_for():
    assert in_process(forks_in_the_midst) == [True] * 3


#: Children that are forked while a writer appends, be it one result or several.
CHILDREN_OF_A_WRITER = 4


def forks_while_a_writer_appends(path):
    """Fork while another thread is in the midst of `append`; the child leaves the block of the writer."""
    result = make_result(make_array("i8", (2, 500_000, 1, 1)))
    failed = ValueError, ValueError(), None
    ended = []
    with sio.NDCWriter(path, name="x", compresslevel=9) as writer:
        while len(ended) < CHILDREN_OF_A_WRITER:
            thread = threading.Thread(target=writer.append, args=(result,))
            thread.start()
            while thread.is_alive():
                ended.append(ends(lambda: writer.__exit__(*failed)))
            thread.join()
    return {*ended}, sio.verify(path).ok


def test_fork_while_a_writer_appends(tmp_path):
    found = in_process(forks_while_a_writer_appends, tmp_path / "sweep.ndc")
    assert found == ({True}, True)


def forks_in_a_patch(folder):
    """Fork while another thread is in the midst of `patch`, which imports scikit-neuromsi."""
    stopped = Stopped()
    sys.modules["stopped"] = stopped
    (folder / "skneuromsi.py").write_text("import stopped; stopped.wait(); 1 / 0")
    sys.path.insert(0, str(folder))

    def work():
        with contextlib.suppress(sio.PatchError):
            sio.patch()

    thread = threading.Thread(target=work)
    thread.start()
    assert stopped.reached.wait(timeout=LONG)
    ended = ends(sio.unpatch)
    stopped.go_on.set()
    thread.join()
    return ended


def test_fork_while_another_thread_patches(tmp_path):
    assert in_process(forks_in_a_patch, tmp_path)


#: Children, of which one in eight hung where a lock was held while files were compared.
CHILDREN = 40


def forks_while_threads_read(path):
    """Fork while threads compare a file with one of that kind; the child meets other kinds."""
    results = sio.scan_ndc(path, classes="light")
    results[0]
    stop = threading.Event()

    def read():
        while not stop.is_set():
            results[0]

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    forks = (ends(lambda: (results[1], results[2])) for _ in range(CHILDREN))
    ended = all(forks)
    stop.set()
    for thread in threads:
        thread.join()
    return ended


def test_fork_while_threads_read_the_archive(tmp_path):
    large = make_array("i1", (2, 900_000, 1, 1))
    large = large.assign_coords(times=np.zeros(900_000))
    results = [make_result(large), make_result(), make_result(make_array("i1"))]
    path = tmp_path / "sweep.ndc"
    collection = sio.NDResultCollection.from_ndresults("x", results)
    # Stored as they are, so that most of reading them is comparing.
    sio.to_ndc(path, collection, compression=0, tqdm_cls=None)
    assert in_process(forks_while_threads_read, path)


#: Loads what the work below needs, as a program has that has results.
PREPARE = """
import io, sys
sys.path.insert(0, sys.argv[1])
import test_fork
test_fork.sio.NDResult
work = test_fork.WORK[sys.argv[2]]()
found = []
sys.addaudithook(lambda event, args: found.append((event, args[:1])))
work(sys.argv[3])
print(*(f for f in found if f[0] in test_fork.LOCKED), sep="\\n", end="")
"""

#: Events of what is done under a lock of the interpreter, or by another program (docs.python.org, "Audit events").
LOCKED = {
    *(
        "import",
        "subprocess.Popen",
        "os.system",
        "os.posix_spawn",
        "os.exec",
        "os.fork",
    ),
    *("tempfile.mkdtemp", "tempfile.mkstemp"),
}


def storing(**options):
    """Return work that stores a result of its own type of metadata, then a collection."""

    def prepare():
        result = make_result(extra=METADATA) if options == {} else make_result()

        def work(path):
            sio.to_ndr(io.BytesIO(), result, **options)
            sio.to_ndr(path, result, **options)

        return work

    return prepare


def of_upstream(function):
    return lambda: lambda path: function(UPSTREAM_FILES[0].read_bytes(), path)


METADATA = {
    "sequences": [(1, 2), {1, 2}, frozenset("a"), {1: 2}],
    "moments": [dt.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))],
    "numbers": [np.float32(1), 1j, np.arange(5000), np.arange(3)],
    "tables": [pd.DataFrame({"a": [1], "b": ["x"]}), pd.Timestamp(0)],
}

WORK = {
    "store": storing(),
    **{f"method {n}": storing(compression=n) for n in (0, 8, 12, 14)},
    "format 0.1": storing(format_version=0.1),
    "open": of_upstream(lambda archive, _: list(opened(archive))),
    "verify": of_upstream(lambda archive, _: sio.verify(archive)),
    "repair": of_upstream(sio.repair),
    "a program": lambda: lambda _: subprocess.run(["true"], check=True),
    "an import": lambda: lambda _: __import__("this"),
}


def locked(work, path):
    folder = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", PREPARE, str(folder), work, str(path)],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(folder.parent), *sys.path]),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("work", list(WORK))
def test_nothing_is_run_or_imported_on_the_way(work, tmp_path):
    """A program is waited for, and a module imported, under a lock at which a forked process waits for ever."""
    found = locked(work, tmp_path / "sweep.ndc")
    if work in ("a program", "an import"):
        # Tests the test.
        assert found
    else:
        assert found == ""


#: The same of a program that has imported nothing but this package, and used a name of it.
ALONE = """
import sys
import skneuromsi_io as sio
sio.NDResult
found = []
sys.addaudithook(lambda event, args: found.append((event, args[:1])))
collection = sio.read_ndc(sys.argv[1], tqdm_cls=None, classes="light")
sio.to_ndc(sys.argv[2], collection, tqdm_cls=None)
assert sio.verify(sys.argv[2]).ok
sio.repair(sys.argv[2], sys.argv[2] + ".saved")
print(*(f for f in found if f[0] == "import"), sep="\\n", end="")
"""


def test_nothing_is_imported_where_results_are_only_passed_on(tmp_path):
    path = next(path for path in UPSTREAM_FILES if path.stem == "kording-netcdf4")
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(path), str(tmp_path / "sweep.ndc")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""


def test_arrays_for_xarray_need_no_lock_of_tempfile(monkeypatch):
    """Its libraries are imported by the first; the folder is ours."""

    def fail(*_, **__):
        raise AssertionError

    for name in ("gettempdir", "mkdtemp", "TemporaryDirectory"):
        monkeypatch.setattr(f"tempfile.{name}", fail)
    monkeypatch.setattr("tempfile.tempdir", None)
    result = make_result(make_array("?"))
    assert_same(through_file(result), result)
