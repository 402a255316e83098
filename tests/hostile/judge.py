"""A process in which archives are opened: bounded in memory, given up on when it takes too long."""

import json
import multiprocessing
import resource
import sys
from pathlib import Path

import others
import pandas as pd
from good import digest

import skneuromsi_io as sio
from skneuromsi_io import _native

#: Memory that opening may take beyond what the process has after its imports, in bytes.
MEMORY = 1 << 30

#: Seconds that a case may take; the slowest take one.
SECONDS = 20


class Judge:
    """Opens archives one by one in a process of its own, and starts a new one where it dies."""

    def __init__(self):
        self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stop()

    def outcome(self, path):
        """Return what came of opening `path`: (names of classes, message) or (None, digest).

        What is read otherwise than by scipy or h5py is an AssertionError.
        """
        if self._process is None:
            self._start()
        self._pipe.send(str(path))
        if not self._pipe.poll(SECONDS):
            self._stop()
            return ("Hang",), f"nothing after {SECONDS} s"
        try:
            return self._pipe.recv()
        except EOFError:
            self._process.join()
            code = self._process.exitcode
            self._stop()
            return ("Crash",), f"exit code {code}"

    def _start(self):
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        assert self._pipe.recv() == "ready"

    def _stop(self):
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
            self._process = None


def _serve(pipe):
    sys.setrecursionlimit(1000)
    # pyarrow, which has the text of pandas, reserves a GiB of addresses for its first array.
    pd.Index(["text"])
    pipe.send("ready")
    while True:
        path = pipe.recv()
        # Anew for each case: what earlier ones left in the allocator is not theirs.
        most = int(Path("/proc/self/statm").read_text().split()[0]) * 4096 + MEMORY
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
        try:
            collection = sio.open_ndresults_collection(
                path, tqdm_cls=None, classes="light"
            )
            outcome = None, digest(collection)
            _hold_against_others(collection, path)
            del collection
        except Exception as error:  # noqa: BLE001
            names = tuple(cls.__name__ for cls in type(error).__mro__)
            outcome = names, str(error)
        pipe.send(outcome)


def _hold_against_others(collection, path):
    """Fail unless other readers find the same in the members of an archive."""
    archive = _native.Archive(str(path), str(path))
    for index, result in enumerate(collection):
        document = json.loads(archive.text(f"ndr_{index}/metadata.json"))
        # Labels beside the data say what the file does not.
        if "nddata" not in document:
            array = result.to_xarray()
            arrays = {array.name: array, **array.coords}
            found = {name: _parts(part) for name, part in arrays.items()}
            others.assert_same(found, archive.text(f"ndr_{index}/nddata.nc"))


def _parts(array):
    values = array.values
    return array.dims, values.tolist() if values.dtype.kind in "OUT" else values
