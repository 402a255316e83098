"""Sweeps to files that fail, are killed, or lose a shard."""

import contextlib
import errno
import os
import signal
import subprocess
import sys

import pytest
import skneuromsi
from filed import files, position_of, shards, sweep
from same import assert_same
from skneuromsi.bayesian import Kording2007
from skneuromsi.testing import assert_ndresult_collection_allclose

import skneuromsi_io as sio
from processes import in_process
from skneuromsi_io.sweep import NativeCollectionStrategy, NDCFileStrategy

POSIX = pytest.mark.skipif(os.name == "nt", reason="signals")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sweep.ndc"


class Stops:
    """A model that fails at an auditory position."""

    def __init__(self):
        self.model = Kording2007(seed=1)

    def set_random(self, random):
        self.model.set_random(random)

    def run(self, auditory_position, **kwargs):
        if auditory_position == 5:
            raise ZeroDivisionError
        return self.model.run(auditory_position=auditory_position, **kwargs)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_run_that_fails(path, theirs, n_jobs):
    path.write_bytes(b"old")
    strategy = NDCFileStrategy(path)
    with pytest.raises(ZeroDivisionError):
        sweep(strategy, Stops(), n_jobs=n_jobs).run(visual_position=8)
    assert path.read_bytes() == b"old"
    saved = path.with_name("saved.ndc")
    # Nobody has a lock on the shards, idle workers neither.
    assert 1 <= sio.merge(shards(path), saved, name="saved") <= 4
    # Results that failed runs left are not in the file of one that does not fail.
    found = sweep(strategy, n_jobs=n_jobs).run(visual_position=8)
    assert_ndresult_collection_allclose(found, theirs)
    assert files(path) == ["saved.ndc", "sweep.ndc"]


KILLED = """
import os, signal, sys
from skneuromsi.bayesian import Kording2007
from skneuromsi.sweep import ParameterSweep
from skneuromsi_io.sweep import NDCFileStrategy

class Killed:
    model = Kording2007(seed=1)

    def set_random(self, random):
        self.model.set_random(random)

    def run(self, auditory_position, **kwargs):
        if auditory_position == 7:
            os.kill(int(os.environ["MAIN"]), signal.SIGKILL)
        return self.model.run(auditory_position=auditory_position, **kwargs)

if __name__ == "__main__":
    os.environ["MAIN"] = str(os.getpid())
    ParameterSweep(
        Killed(), "auditory_position", range=range(12), repeat=1, seed=3,
        n_jobs=int(sys.argv[2]), tqdm_cls=None,
        processing_strategy=NDCFileStrategy(sys.argv[1]),
    ).run(visual_position=8)
"""


@POSIX
@pytest.mark.parametrize("n_jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_shards_of_a_killed_sweep_are_merged_by_hand(path, tmp_path, n_jobs):
    (tmp_path / "killed.py").write_text(KILLED)
    # Workers outlive it for minutes: they get no pipe that anybody waits for.
    with (tmp_path / "errors").open("w") as errors:
        killed = subprocess.Popen(
            [sys.executable, "killed.py", str(path), str(n_jobs)],
            cwd=tmp_path,
            stderr=errors,
            start_new_session=True,
        )
    assert killed.wait() == -signal.SIGKILL, (tmp_path / "errors").read_text()
    assert not path.exists()
    count = sio.merge(shards(path), path, name="saved")
    with contextlib.suppress(ProcessLookupError):
        os.killpg(killed.pid, signal.SIGKILL)
    assert count == 7 if n_jobs == 1 else 1 <= count <= 12
    expected = sweep(NativeCollectionStrategy(), range=range(12), repeat=1).run(
        visual_position=8
    )
    whole = {position_of(result): result for result in expected}
    for result in sio.open_ndresults_collection(path, tqdm_cls=None):
        assert_same(result.to_xarray(), whole.pop(position_of(result)).to_xarray())
    assert len(whole) == 12 - count


def test_results_that_differ_are_refused_in_the_end(path, theirs):
    other = Kording2007(seed=1, mode0="touch").run()
    strategy = NDCFileStrategy(path)
    first = strategy.map(theirs[0])
    # Another process, as it were.
    NDCFileStrategy(path.with_name("other.ndc")).map(theirs[0])
    second = strategy.map(other)
    left = shards(path)
    assert len(left) == 2
    with pytest.raises(sio.BadMetadataError, match="same metadata"):
        strategy.reduce([first, second], "name", None)
    assert shards(path) == left
    assert not path.exists()
    assert len(strategy.reduce([first], "name", None)) == 1


def test_a_result_that_cannot_be_stored(path, theirs):
    result = theirs[0]
    strategy = NDCFileStrategy(path)
    bad = skneuromsi.NDResult(**{**result.to_dict(), "extra": {"bad": object()}})
    with pytest.raises(sio.UnstorableError, match=r"^extra\['bad'\]"):
        strategy.map(bad)
    with pytest.raises(TypeError, match="NDResult"):
        strategy.map("text")
    assert files(path) == []
    assert len(strategy.reduce([strategy.map(result)], "name", None)) == 1


def test_a_disk_that_fails_in_the_end(path, theirs, monkeypatch):
    path.write_bytes(b"old")
    strategy = NDCFileStrategy(path)
    stubs = [strategy.map(result) for result in theirs]

    def fail(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    for chosen in (stubs, stubs[::-1]):
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fail)
            with pytest.raises(OSError, match="No space left"):
                strategy.reduce(chosen, "name", None)
        assert path.read_bytes() == b"old"
        assert len(shards(path)) == 1
    found = strategy.reduce(stubs, "ParameterSweep", None)
    assert_ndresult_collection_allclose(found, theirs)
    assert files(path) == ["sweep.ndc"]


def test_a_shard_that_somebody_removed(path, theirs):
    strategy = NDCFileStrategy(path)
    lost = strategy.map(theirs[0])
    shards(path)[0].unlink()
    kept = strategy.map(theirs[1])
    assert kept.shard != lost.shard
    with pytest.raises(FileNotFoundError):
        strategy.reduce([lost, kept], "name", None)
    assert len(strategy.reduce([kept], "name", None)) == 1


def map_in_a_child(path):
    """Map one result in a forked process, between two in its parent; return how many shards there were."""
    strategy = NDCFileStrategy(path)
    results = [Kording2007(seed=1).run(auditory_position=place) for place in (1, 2, 3)]
    stubs = [strategy.map(results[0])]
    child = os.fork()
    if child == 0:
        strategy.map(results[1])
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    stubs.append(strategy.map(results[2]))
    count = len(shards(path))
    strategy.reduce(stubs, "name", None)
    return count


@POSIX
def test_a_forked_process_has_a_shard_of_its_own(path):
    assert in_process(map_in_a_child, path) == 2
    found = sio.open_ndresults_collection(path, tqdm_cls=None)
    assert [*map(position_of, found)] == [1, 3]
    assert files(path) == ["sweep.ndc"]
