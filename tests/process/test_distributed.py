"""A reduction on workers of dask.distributed, each of which opens the file itself."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import skneuromsi_io as sio
from helpers import make_array, make_result
from skneuromsi_io._engine import SkneuromsiEntrypoint

distributed = pytest.importorskip("distributed")

pytestmark = [
    pytest.mark.slow,
    # Dask's own event loop and ports warn.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:distributed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

SIZE, SHAPE = 40, (2, 30, 40, 1)
VALUES = np.random.default_rng(6).normal(size=(SIZE, *SHAPE))


@pytest.fixture(scope="module")
def client():
    options = {"n_workers": 2, "threads_per_worker": 2, "dashboard_address": None}
    with (
        distributed.LocalCluster(processes=True, **options) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def path(tmp_path):
    results = [
        make_result(
            make_array("f8", SHAPE).copy(data=values),
            run_parameters={"soa": number % 4},
            extra={"peak": float(values.max()), "trace": values[0, :, :, 0] * 2},
        )
        for number, values in enumerate(VALUES)
    ]
    collection = sio.NDResultCollection.from_ndresults("sweep", results)
    sio.to_ndc(tmp_path / "sweep.ndc", collection, tqdm_cls=None)
    return tmp_path / "sweep.ndc"


@pytest.fixture
def sweep(path, monkeypatch):
    monkeypatch.setattr("skneuromsi_io.results._lazy.CHUNK_BYTES", 4 * VALUES[0].nbytes)
    with xr.open_dataset(path, engine=SkneuromsiEntrypoint, chunks={}) as sweep:
        yield sweep


def test_a_reduction_on_several_processes(client, sweep):
    assert len(sweep.chunks["run"]) == 10
    mean, largest = (
        sweep["values"].mean("run"),
        sweep["trace"].max(("run", "trace_dim_0")),
    )
    found = client.gather(client.compute([mean, largest, sweep["peak"]]))
    np.testing.assert_allclose(found[0], VALUES.mean(axis=0))
    np.testing.assert_array_equal(found[1], 2 * VALUES[:, 0, :, :, 0].max(axis=(0, 1)))
    np.testing.assert_array_equal(found[2], VALUES.max(axis=(1, 2, 3, 4)))


def test_each_worker_opens_the_file_itself(client, sweep, path):
    def reads(block):
        from skneuromsi_io.files import _kept

        paths = {reader.again.path for reader in _kept._open.values()}
        return np.full((1, 1, 1, 1, 1), os.getpid() if paths else 0)

    blocks = sweep["values"].data.map_blocks(reads, chunks=(1,) * 5, dtype=int)
    processes = {*np.ravel(client.gather(client.compute(blocks)))}
    assert 0 not in processes
    assert os.getpid() not in processes
    assert processes <= {*client.run(os.getpid).values()}


def test_a_file_that_changed_is_an_error_on_the_workers(client, sweep, path):
    os.utime(path, ns=(0, 0))
    with pytest.raises(sio.BadArchiveError, match="changed since"):
        client.gather(client.compute(sweep["values"].sum()))


def growth(dask_worker=None):
    """Bytes by which this process has grown at the most since it was asked before."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    Path("/proc/self/clear_refs").write_text("5")
    return int(peak) << 10


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory of /proc")
def test_memory_does_not_grow_with_the_sweep(client, tmp_path, monkeypatch):
    array = make_array("f8", (2, 1000, 60, 1))
    array.values[:] = np.random.default_rng(7).normal(size=array.shape)
    result = make_result(array)
    path, count = tmp_path / "sweep.ndc", 250
    with sio.NDCWriter(path, name="sweep") as writer:
        for _ in range(count):
            writer.append(result)
    monkeypatch.setattr("skneuromsi_io.results._lazy.CHUNK_BYTES", 2 * array.nbytes)
    with xr.open_dataset(path, engine=SkneuromsiEntrypoint, chunks={}) as sweep:
        # The workers import and keep this for any reduction.
        client.compute(sweep["values"][:8].mean("run")).result()
        before = client.run(growth)
        found = client.compute(sweep["values"].mean("run")).result()
        peaks = client.run(growth)
    np.testing.assert_allclose(found, array.values)
    for worker, peak in peaks.items():
        assert peak - before[worker] < count * array.nbytes / 3
