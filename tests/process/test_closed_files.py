"""Files are closed when a documented function returns or raises, also while the exception is held."""

import contextlib
import io
import os
import pickle
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import skneuromsi_io as sio
from helpers import edited, make_collection, make_result, members, stored, zipped
from processes import in_process
from skneuromsi_io import _native
from skneuromsi_io.files import _kept

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="open files are listed in /proc"
)


def open_below(folder):
    """Return the names of open files in a folder."""
    names = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            names.append(str(link.readlink()))
        except FileNotFoundError:
            continue  # that of the listing itself
    return [name for name in names if name.startswith(str(folder))]


ARCHIVE = stored(make_collection(3))
OTHER = edited(
    ARCHIVE,
    "ndr_1/metadata.json",
    lambda document: document["object_kwargs"].update(run_parameters={"other": 1}),
)
MEMBERS = members(ARCHIVE)
BAD = {
    "empty": b"",
    "cut": ARCHIVE[:-30],
    "no metadata": zipped({k: v for k, v in MEMBERS.items() if k != "metadata.json"}),
    "no JSON": zipped({**MEMBERS, "metadata.json": b"{"}),
    "bad result": zipped({**MEMBERS, "ndr_2/nddata.nc": b"x"}),
    "other result": OTHER,
    "too many": edited(ARCHIVE, "metadata.json", lambda doc: doc.update(object_size=9)),
}
READERS = {
    "open_ndresults_collection": lambda path: sio.read_ndc(path, tqdm_cls=None),
    "open_ndresult": sio.open_ndresult,
    "expected_size": lambda path: sio.read_ndc(path, tqdm_cls=None, expected_size=9),
    "read_metadata": sio.read_metadata,
    "verify": sio.verify,
    "repair": lambda path: sio.repair(path, path.with_name("out.ndc")),
}


@pytest.mark.parametrize("content", [None, *BAD])
@pytest.mark.parametrize("name", READERS)
def test_reading(name, content, tmp_path):
    path = tmp_path / "sweep.ndc"
    path.write_bytes(ARCHIVE if content is None else BAD[content])
    with path.open("rb"):
        assert open_below(tmp_path) == [str(path)]
    try:
        held = READERS[name](path)
    except sio.SkneuromsiIOError as error:
        held = error
        # Within the block, where a user would replace the file.
        assert open_below(tmp_path) == []
    assert open_below(tmp_path) == []
    assert held is not None


class Broken:
    """A bar that fails."""

    def __init__(self, items, **kwargs):
        self.items = iter(items)

    def __iter__(self):
        next(self.items)
        raise RuntimeError("bar")


@pytest.mark.parametrize("path", ["sweep.ndc", "none/sweep.ndc"])
@pytest.mark.parametrize(
    "kwargs",
    [
        {},
        {"metadata": {"bad": object()}},
        {"tqdm_cls": Broken},
        {"compresslevel": 77},
        {"format_version": 0.1},
        {"format_version": 0.3},
    ],
)
def test_storing(kwargs, path, tmp_path):
    bad = [make_result(), make_result(extra={"bad": object()})]
    for results in ([make_result()], bad):
        collection = sio.NDResultCollection.from_ndresults("n", results)
        for call, argument in (
            (sio.to_ndc, collection),
            (sio.to_ndr, results[-1]),
        ):
            try:
                call(tmp_path / path, argument, **{"tqdm_cls": None, **kwargs})
            except (sio.SkneuromsiIOError, OSError, RuntimeError):
                assert open_below(tmp_path) == []
            assert open_below(tmp_path) == []


@pytest.mark.parametrize("content", [ARCHIVE, *BAD.values()])
def test_streams_of_the_user_stay_open(content):
    for name, read in READERS.items():
        stream = io.BufferedReader(io.BytesIO(content))
        if name != "repair":
            with contextlib.suppress(sio.SkneuromsiIOError):
                read(stream)
            assert not stream.closed
            stream.seek(0)
            assert stream.read() == content


def test_a_closed_archive_says_so():
    with _native.Archive(ARCHIVE, "a.ndc") as archive:
        assert "metadata.json" in archive
    for call in (
        archive.names,
        lambda: archive.text("metadata.json"),
        lambda: archive.size("metadata.json"),
        lambda: "metadata.json" in archive,
    ):
        with pytest.raises(ValueError, match=r"^a\.ndc: expected an open archive"):
            call()
    archive.close()


@pytest.fixture
def sweeps(tmp_path):
    """Paths of some files, of which none is kept open."""
    _kept._last.clear()
    paths = [tmp_path / f"{number}.ndc" for number in range(_kept.MOST + 2)]
    for path in paths:
        path.write_bytes(ARCHIVE)
    yield paths
    _kept._last.clear()


def pickled(path):
    with sio.scan_ndc(path) as collection:
        return pickle.dumps(collection)


def test_unpickled_collections_are_closed_on_their_own(sweeps, tmp_path):
    content = pickled(sweeps[0])
    one, two = pickle.loads(content), pickle.loads(content)
    assert open_below(tmp_path) == [str(sweeps[0])]
    one.close()
    one.close()
    assert two.select([1])[0].mname == "model"
    with pytest.raises(sio.ArgumentError, match=r"0\.ndc: expected an open archive"):
        one[1]
    two.close()
    assert open_below(tmp_path) == []


def test_a_file_stays_open_between_tasks(sweeps, tmp_path, monkeypatch):
    opened_again, calls = _kept._opened, []
    monkeypatch.setattr(
        _kept, "_opened", lambda *args: calls.append(args) or opened_again(*args)
    )
    content = pickled(sweeps[0])
    for number in range(4):
        assert pickle.loads(content)[number % 3].mname == "model"
    assert len(calls) == 1
    # The last that were used, and no more.
    for path in sweeps:
        pickle.loads(pickled(path))
    assert sorted(open_below(tmp_path)) == [*map(str, sweeps[-_kept.MOST :])]


def test_a_file_that_is_kept_and_replaced(sweeps, tmp_path):
    path = sweeps[0]
    content = pickled(path)
    pickle.loads(content)
    assert open_below(tmp_path) == [str(path)]
    sio.to_ndc(path, make_collection(5), tqdm_cls=None)
    with pytest.raises(sio.BadArchiveError, match="changed since"):
        pickle.loads(content)
    assert open_below(tmp_path) == []
    assert len(pickle.loads(pickled(path))) == 5


def test_many_threads_open_a_file_once(sweeps, monkeypatch):
    opened_again, calls = _kept._opened, []

    def slow(*args):
        calls.append(args)
        time.sleep(0.05)
        return opened_again(*args)

    monkeypatch.setattr(_kept, "_opened", slow)
    content = pickled(sweeps[0])
    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(pickle.loads, [content] * 8)]
    assert len(calls) == 1
    assert len({id(one._packed.reader.archive) for one in found}) == 1


def load_in_child(content):
    """Unpickle in a child that is forked while a thread opens a file; return how many results there are."""
    entered, leave = threading.Event(), threading.Event()

    def hold():
        with _kept._lock:
            entered.set()
            leave.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    entered.wait()
    child = os.fork()
    if child == 0:
        os._exit(len(pickle.loads(content)))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    leave.set()
    thread.join()
    return code


def test_a_child_does_not_wait_for_a_thread_of_its_parent(sweeps):
    assert in_process(load_in_child, pickled(sweeps[0])) == 3
