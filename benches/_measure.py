"""One measurement in a process of its own: ``python _measure.py '<job as JSON>'`` prints a JSON object."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Defaults of a job: one run of the work as it is.
DEFAULTS: dict[str, Any] = {"runs": 1, "budget": 0.0, "repeat": 1}


def run(job: dict[str, Any], env: dict[str, str] | None = None) -> dict[str, Any]:
    """Run a job in a fresh process and return what it measured."""
    job = DEFAULTS | job
    process = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, json.dumps(job)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=os.environ | (env or {}),
    )
    measured: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    return measured


def _resident(field: str) -> int:
    """Resident memory of this whole process in bytes: now (`VmRSS`) or at the most (`VmHWM`).

    `getrusage` does not serve: Linux carries the peak of the parent over `fork` and `exec`.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(field))


def _forget_peak() -> None:
    """Let `VmHWM` begin again: what it took to make the collection does not count (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def _turns(job: dict[str, Any]) -> Iterator[int]:
    """At most `runs` turns, and no further one once `budget` seconds have gone."""
    start = time.perf_counter()
    for turn in range(job["runs"]):
        if turn and time.perf_counter() - start > job["budget"]:
            return
        yield turn


def _warm(contender: Any) -> None:
    """Import what is imported on the first call: store, open and touch one small result."""
    import _works

    work = _works.load("kording2007", 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "warm"
        contender.store(path, contender.build(work))
        contender.touch(contender.open(path))
    gc.collect()


def _store(contender: Any, job: dict[str, Any]) -> dict[str, Any]:
    import _works

    path = Path(job["path"])
    results = _works.load(job["work"], job["count"])
    start = time.perf_counter()
    collection = contender.build(results)
    build = time.perf_counter() - start
    del results
    if job["repeat"] > 1:
        collection = contender.repeated(collection, job["repeat"], path)
    gc.collect()
    before, seconds, peaks = _resident("VmRSS"), [], []
    _forget_peak()
    for _ in _turns(job):
        path.unlink(missing_ok=True)
        start = time.perf_counter()
        contender.store(path, collection)
        seconds.append(time.perf_counter() - start)
        peaks.append(_resident("VmHWM"))
    return {
        "build": build,
        "store": seconds,
        "size": path.stat().st_size,
        "store_before": before,
        "store_peak": peaks[0],
    }


def _levels(contender: Any, job: dict[str, Any]) -> dict[str, Any]:
    import _works

    path = Path(job["path"])
    collection = contender.build(_works.load(job["work"], job["count"]))
    rows = []
    for level in (None, *range(10)):
        options = {} if level is None else {"compresslevel": level}
        seconds = []
        for _ in _turns(job):
            start = time.perf_counter()
            contender.store(path, collection, **options)
            seconds.append(time.perf_counter() - start)
        rows.append({"level": level, "size": path.stat().st_size, "store": seconds})
    return {"levels": rows}


def _open(contender: Any, job: dict[str, Any]) -> dict[str, Any]:
    import _works

    path = Path(job["path"])
    before = _resident("VmRSS")
    _forget_peak()
    opens, touches, peaks, touch_peaks = [], [], [], []
    collection = touched = None
    for _ in _turns(job):
        del collection, touched
        gc.collect()
        start = time.perf_counter()
        collection = contender.open(path)
        opens.append(time.perf_counter() - start)
        peaks.append(_resident("VmHWM"))
        start = time.perf_counter()
        touched = contender.touch(collection)
        touches.append(opens[-1] + time.perf_counter() - start)
        touch_peaks.append(_resident("VmHWM"))
    expected = _works.digests(job["work"], job["count"]) * job["repeat"]
    contender.check(touched, expected)
    return contender.memory(collection) | {
        "open": opens,
        "touch": touches,
        "open_before": before,
        "open_peak": peaks[0],
        "touch_peak": touch_peaks[0],
    }


def main() -> None:
    """Do the job that the arguments describe."""
    warnings.simplefilter("ignore")
    import _scanning
    import _stacking
    import _sweeps
    import _works
    from _contenders import CONTENDERS

    job = json.loads(sys.argv[1])
    if job["operation"] == "make":
        _works.folder(job["work"], job["count"])
        print("{}")
        return
    own = {
        "scan": _scanning.measure,
        "sweep": _sweeps.measure,
        "reduction": _stacking.reduction,
    }
    if job["operation"] in own:
        print(json.dumps(own[job["operation"]](job)))
        return
    contender = CONTENDERS[job["contender"]]
    _warm(contender)
    measures = {"store": _store, "open": _open, "levels": _levels}
    measure = measures[job["operation"]]
    print(json.dumps(measure(contender, job)))


if __name__ == "__main__":
    main()
