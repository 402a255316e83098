"""A parameter sweep without its model: what it takes to gather its results, and to store the collection."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any

from _contender import Contender
from _packages import Bridge, BridgeUpstreamFile

#: Ways of a sweep: what the table calls it, whether scikit-neuromsi is patched while the results are gathered, and
#: while the collection is stored.
WAYS = {
    "upstream": ("scikit-neuromsi", False, False),
    "stock": ("its collection, stored by skneuromsi-io", False, True),
    "patched": ("patched", True, True),
}


class Replay:
    """A model that has its results already."""

    def __init__(self, results: list[Any]):
        self.results = results

    def set_random(self, random: Any) -> None:
        """Do without random numbers."""

    def run(self, index: int) -> Any:
        """Return a result."""
        return self.results[index]


def measure(job: dict[str, Any]) -> dict[str, Any]:
    """Gather and store once, and check what was stored."""
    import _works

    path = Path(job["path"])
    _, gathers, stores = WAYS[job["way"]]
    _sweep(_works.load("kording2007", 1), path, gathers, stores)
    measured = _sweep(_works.load(job["work"], job["count"]), path, gathers, stores)
    reader: Contender = Bridge() if stores else BridgeUpstreamFile()
    touched = reader.touch(reader.open(path))
    reader.check(touched, _works.digests(job["work"], job["count"]))
    return measured | {"size": path.stat().st_size}


def _sweep(
    works: list[dict[str, Any]], path: Path, gathers: bool, stores: bool
) -> dict[str, float]:
    """Return the seconds that each of the two steps took."""
    import skneuromsi
    from skneuromsi.sweep import ParameterSweep

    model = Replay([skneuromsi.NDResult(**kwargs) for kwargs in works])
    start = time.perf_counter()
    with _patched(gathers):
        sweep = ParameterSweep(
            model, "index", range=range(len(works)), repeat=1, tqdm_cls=None
        )
        collection = sweep.run()
    gathered = time.perf_counter()
    with _patched(stores):
        skneuromsi.store_ndresults_collection(path, collection, tqdm_cls=None)
    return {"gather": gathered - start, "store": time.perf_counter() - gathered}


def _patched(wanted: bool) -> contextlib.AbstractContextManager[None]:
    import skneuromsi_io

    return skneuromsi_io.patched() if wanted else contextlib.nullcontext()
