"""Sweeps that are written to a file while they are computed."""

import io
import os
import pickle
import sys

import joblib
import pytest
import skneuromsi
from filed import files, shards, sweep
from pympler import asizeof
from same import assert_same
from skneuromsi.neural import Cuppini2017
from skneuromsi.sweep import (
    NDCollectionProcessingStrategy,
    ToBigForAvailableMemoryError,
)
from skneuromsi.testing import assert_ndresult_collection_allclose
from tqdm import tqdm

import skneuromsi_io as sio
from processes import PEAK
from skneuromsi_io.files._writer import ArchiveWriter
from skneuromsi_io.sweep import NativeCollectionStrategy, NDCFileStrategy

POSIX = pytest.mark.skipif(os.name == "nt", reason="signals")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sweep.ndc"


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_equals_upstreams(path, theirs, n_jobs):
    strategy = NDCFileStrategy(path, metadata={"subject": "S01"})
    found = sweep(strategy, n_jobs=n_jobs).run(visual_position=8)
    assert isinstance(found, skneuromsi.NDResultCollection)
    assert repr(found) == repr(theirs)
    assert_ndresult_collection_allclose(found, theirs)
    assert_same(found.disparity_matrix(), theirs.disparity_matrix())
    assert_same(found.modes_variance_sum(), theirs.modes_variance_sum())
    assert files(path) == ["sweep.ndc"]
    assert sio.verify(path).ok
    assert sio.read_metadata(path)["extra"] == {"subject": "S01"}
    assert_ndresult_collection_allclose(pickle.loads(pickle.dumps(found)), theirs)


def test_threads(path, theirs):
    """They append to one shard in any order; random numbers are not compared, since they share a model."""
    with joblib.parallel_config("threading"):
        found = sweep(NDCFileStrategy(path), n_jobs=4).run(visual_position=8)
    assert_same(found.run_parameters_values, theirs.run_parameters_values)
    assert files(path) == ["sweep.ndc"]
    assert sio.verify(path).ok


def test_one_process_copies_nothing(path, theirs, monkeypatch):
    monkeypatch.delattr(ArchiveWriter, "copy")
    found = sweep(NDCFileStrategy(path)).run(visual_position=8)
    assert_ndresult_collection_allclose(found, theirs)
    with pytest.raises(AttributeError, match="copy"):
        sweep(NDCFileStrategy(path.with_name("two.ndc")), n_jobs=2).run()


def test_files_are_those_of_a_store(path, theirs, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    sio.to_ndc(path.with_name("stored.ndc"), theirs, tqdm_cls=None, compresslevel=9)
    for n_jobs in (1, 2):
        strategy = NDCFileStrategy(path, compresslevel=9)
        sweep(strategy, n_jobs=n_jobs).run(visual_position=8)
        assert path.read_bytes() == path.with_name("stored.ndc").read_bytes()


def test_a_strategy_runs_again(path, theirs):
    path.write_bytes(b"old")
    strategy = NDCFileStrategy(path)
    for n_jobs in (2, 2, None):
        found = sweep(strategy, n_jobs=n_jobs).run(visual_position=8)
        assert_ndresult_collection_allclose(found, theirs)
        assert files(path) == ["sweep.ndc"]


def test_two_sweeps_at_a_time(path, theirs):
    """A process that works for two sweeps in turn begins a shard each time."""
    one, two = NDCFileStrategy(path), NDCFileStrategy(path.with_name("two.ndc"))
    both = [(one.map(result), two.map(result)) for result in theirs]
    for strategy, stubs in zip((one, two), zip(*both, strict=True), strict=True):
        found = strategy.reduce(stubs, "ParameterSweep", None)
        assert_ndresult_collection_allclose(found, theirs)
    assert files(path) == ["sweep.ndc", "two.ndc"]


def test_bars(path, capsys):
    found = sweep(NDCFileStrategy(path), n_jobs=2, tqdm_cls=tqdm).run()
    text = capsys.readouterr().err
    assert "Sweeping 'auditory_position'" in text
    assert f"Joining '{path}': 100%" in text
    assert found.tqdm_cls is tqdm
    with pytest.raises(TypeError, match="tqdm_cls"):
        NDCFileStrategy(path).reduce([], "name", print)


def test_workers_return_stubs(path):
    result = Cuppini2017(
        seed=1, neurons=20, position_range=(0, 20), time_range=(0, 20)
    ).run()
    assert result.to_xarray().nbytes > 100_000
    strategy = NDCFileStrategy(path)
    stub = strategy.map(result)
    assert asizeof.asizeof(stub) < 1_000
    assert len(pickle.dumps(stub)) < 200
    assert len(pickle.dumps(strategy)) < 1_000
    # The result is in the file now, not in memory.
    assert shards(path)[0].stat().st_size > 100_000


def test_what_upstream_refuses(path):
    """Upstream weighs the first result, and expects as much of the others."""
    model = Cuppini2017(seed=1, neurons=20, position_range=(0, 20), time_range=(0, 20))
    ratios = {"mem_warning_ratio": 0, "mem_error_ratio": 1e-6}
    for strategy in (NDCollectionProcessingStrategy(), NativeCollectionStrategy()):
        with pytest.raises(ToBigForAvailableMemoryError):
            sweep(strategy, model, **ratios).run()
    with pytest.warns(UserWarning, match="exceeding the 0.00%"):
        found = sweep(NDCFileStrategy(path), model, **ratios).run()
    assert len(found) == 6


PEAKS = (
    PEAK
    + """
import sys
from skneuromsi.mle import AlaisBurr2004
from skneuromsi.sweep import ParameterSweep
from skneuromsi_io.sweep import NDCFileStrategy

if __name__ == "__main__":
    path, jobs, repeat = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    model = AlaisBurr2004(seed=1, position_range=(-20, 20))
    sweep = ParameterSweep(
        model, "auditory_position", range=[5], repeat=repeat, n_jobs=jobs, seed=1,
        tqdm_cls=None, processing_strategy=NDCFileStrategy(path, compression=0),
    )
    found = sweep.run()
    print(len(found), found[repeat - 1].to_xarray().nbytes, flush=True)
    print(peak() >> 10)
"""
)


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux", reason="the peak of a process stands in /proc"
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_memory_does_not_grow_with_the_results(python, path, tmp_path, jobs):
    (tmp_path / "peaks.py").write_text(PEAKS)

    def peak(repeat):
        found = python("", "peaks.py", str(path), str(jobs), str(repeat))
        size, nbytes, kib = map(int, found)
        assert size == repeat
        return nbytes, kib << 10

    nbytes, few = peak(20)
    _, many = peak(420)
    assert path.stat().st_size > 420 * nbytes > 30 << 20
    # 400 results more, and a tenth of them would be seen.
    assert many - few < 40 * nbytes


def test_shards_of_another_sweep_are_refused(path, theirs):
    NDCFileStrategy(path).map(theirs[0])
    (shard,) = shards(path)
    with pytest.raises(sio.ArgumentError, match=r"1, the first being .*merge") as told:
        NDCFileStrategy(path)
    assert str(shard) in str(told.value)
    # Shards of other files are in nobody's way.
    NDCFileStrategy(path.with_name("other.ndc"))
    NDCFileStrategy(path.with_name("sweep.nd"))
    assert sio.merge([shard], path) == 1
    shard.unlink()
    assert len(sweep(NDCFileStrategy(path)).run()) == 6


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"metadata": {"bad": object()}}, sio.UnstorableError),
        ({"compresslevel": 99}, sio.ArgumentError),
        ({"compression": 99}, NotImplementedError),
    ],
)
def test_wrong_arguments(path, arguments, error):
    with pytest.raises(error):
        NDCFileStrategy(path, **arguments)
    assert files(path) == []


def test_only_paths():
    with pytest.raises(TypeError, match="'path'"):
        NDCFileStrategy(io.BytesIO())


def test_the_working_directory_may_change(tmp_path, theirs, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    strategy = NDCFileStrategy("sweep.ndc")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert len(strategy.reduce([strategy.map(theirs[0])], "name", None)) == 1
    assert (tmp_path / "sweep.ndc").exists()


@POSIX
@pytest.mark.parametrize(
    ("name", "error", "note"),
    [
        ("none/sweep.ndc", FileNotFoundError, "There is no folder"),
        ("s3://bucket/sweep.ndc", FileNotFoundError, "URLs are read, not written"),
        ("/dev/null", sio.ArgumentError, "a device, a pipe or a descriptor"),
        (".", IsADirectoryError, "Is a directory"),
    ],
)
def test_a_path_is_refused_before_the_sweep(tmp_path, monkeypatch, name, error, note):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error) as raised:
        NDCFileStrategy(name)
    notes = getattr(raised.value, "__notes__", [])
    assert note in " ".join([str(raised.value), *notes])
    assert [*tmp_path.iterdir()] == []
