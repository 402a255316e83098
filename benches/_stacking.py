"""All values of a file as one Dataset in memory, and a reduction of a file that is larger than that."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

import _digests
import _works
from _packages import Light


class Scanned(Light):
    """Ours: `scan_ndc` and `to_xarray`, without making results."""

    title = "skneuromsi-io, scan_ndc + to_xarray"

    def open(self, path: Path) -> Any:
        import skneuromsi_io

        return skneuromsi_io.scan_ndc(path, classes=self.classes)

    def touch(self, collection: Any) -> Any:
        with collection:
            return collection.to_xarray()

    def memory(self, collection: Any) -> dict[str, int]:
        del collection
        return {}

    def check(self, touched: Any, expected: list[dict[str, Any]]) -> None:
        """Compare values, run parameters and arrays of `extra` with what the models gave."""
        array = touched["values"]
        dims = array.dims[1:]
        labels = [array[dim].values.tolist() for dim in dims]
        if len(array) != len(expected):
            raise AssertionError(f"{len(array)} results, not {len(expected)}")
        along = [name for name, c in touched.coords.items() if c.dims == ("run",)]
        parameters = [name for name in along if name not in ("mname", "causes")]
        for index, digests in enumerate(expected):
            run = {name: touched[name].values[index] for name in parameters}
            extra = {key: _extra(touched, key)[index] for key in digests["arrays"]}
            found = {
                "nddata": _digests.of_array(array.values[index], dims, labels),
                "run": _digests.of_parameters(run),
                "extra": _digests.of_extra(extra),
            }
            for name, digest in found.items():
                if digest != digests[name]:
                    raise AssertionError(f"{name} of result {index} is not the model's")


def _extra(touched: Any, key: str) -> Any:
    return touched[f"extra_{key}" if key in touched.coords else key].values


def reduction(job: dict[str, Any]) -> dict[str, Any]:
    """Take the mean over a sweep of repeated results, on workers of dask.distributed whose memory is limited."""
    import distributed
    import xarray as xr

    import skneuromsi_io
    from skneuromsi_io._engine import SkneuromsiEntrypoint

    def peak_of_process() -> int:
        # Sent to the workers, which do not know this module.
        lines = Path("/proc/self/status").read_text().splitlines()
        (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
        Path("/proc/self/clear_refs").write_text("5")
        return int(peak) << 10

    path, count = Path(job["path"]), job["count"]
    works = _works.load("cuppini2017", job["made"])
    results = [skneuromsi_io.NDResult(**kwargs) for kwargs in works]
    with skneuromsi_io.NDCWriter(path, name="reduction") as writer:
        for number in range(count):
            writer.append(results[number % len(results)])
    expected = np.mean([result.to_xarray().values for result in results], axis=0)
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with (
        distributed.LocalCluster(memory_limit=job["limit"], **options) as cluster,
        distributed.Client(cluster) as client,
        xr.open_dataset(path, engine=SkneuromsiEntrypoint, chunks={}) as sweep,
    ):
        before = client.run(peak_of_process)
        start = time.perf_counter()
        mean = sweep["values"].mean("run").compute()
        seconds = time.perf_counter() - start
        peaks = client.run(peak_of_process)
        nbytes = sweep["values"].nbytes
    np.testing.assert_allclose(mean.values, expected)
    growth = [peaks[worker] - before[worker] for worker in peaks]
    size = path.stat().st_size
    path.unlink()
    found = {"count": count, "nbytes": nbytes, "size": size, "seconds": seconds}
    return found | {"peak": max(peaks.values()), "growth": max(growth)}
