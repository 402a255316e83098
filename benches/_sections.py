"""Sections of the benchmark: contenders, numbers of results, threads, memory, compression levels."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import _measure
import _sweeps
import _works
from _contenders import CONTENDERS, OURS, PEERS, STACKING

THREADS = "SKNEUROMSI_IO_NUM_THREADS"
#: Kording2007 results that the model makes; larger collections repeat them.
MADE = 1000
#: Works whose results several threads share.
LARGE = ("cuppini2017", "cuppini2014")
#: Rows that the JSON report keeps.
Rows = list[dict[str, Any]]


class Effort(NamedTuple):
    """Thoroughness: most runs of each, and the seconds after which no further run begins."""

    quick: bool
    runs: int
    budget: float

    def job(self, **what: Any) -> dict[str, Any]:
        """Return the job to measure `what`."""
        return {"runs": self.runs, "budget": self.budget, **what}

    def count(self, work: str) -> int:
        """Return the number of results of a work."""
        return _works.size_of(work, self.quick)


def _both(job: dict[str, Any], env: dict[str, str] | None = None) -> dict[str, Any]:
    stored = _measure.run(job | {"operation": "store"}, env)
    return stored | _measure.run(job | {"operation": "open"}, env)


def comparison(works: list[str], effort: Effort, folder: Path) -> dict[str, Any]:
    """Every contender on every work."""
    measured: dict[str, Any] = {}
    for work in works:
        count = effort.count(work)
        rows: dict[str, Any] = {}
        for name in ("upstream", *OURS, *PEERS):
            print(f"  {_works.title(work, count)}: {CONTENDERS[name].title}")
            path = str(folder / f"{work}-{name}")
            job = effort.job(work=work, count=count, contender=name, path=path)
            rows[name] = _both(job)
            if name == "upstream":
                for ours in OURS:
                    job |= {"contender": f"{ours}-of-upstream", "operation": "open"}
                    rows[job["contender"]] = _measure.run(job)
            Path(path).unlink()
        rows = {name: rows[name] for name in CONTENDERS if name in rows}
        measured[work] = {"count": count, "rows": rows}
    return measured


def scaling(effort: Effort, folder: Path) -> Rows:
    """Small results against their number, with one thread and with two."""
    rows = []
    for count in (10, 100, 1_000, 10_000, 100_000)[: 4 if effort.quick else 5]:
        made = min(count, MADE)
        for threads in (1, 2):
            print(f"  scaling: {count:,} results, {threads} threads")
            job = effort.job(work="kording2007", count=made, repeat=count // made)
            job |= {"contender": "light", "path": str(folder / "scaling")}
            row = _both(job, {THREADS: str(threads)})
            rows.append({"count": count, "threads": threads, **row})
    return rows


def threads(effort: Effort, folder: Path) -> Rows:
    """Store and open the large works with one thread and with two."""
    rows = []
    for work in LARGE:
        count = effort.count(work)
        for number in (1, 2):
            print(f"  threads: {_works.title(work, count)}, {number} threads")
            job = effort.job(work=work, count=count, contender="light")
            row = _both(job | {"path": str(folder / "threads")}, {THREADS: str(number)})
            rows.append({"work": work, "count": count, "threads": number, **row})
    return rows


def memory(effort: Effort, folder: Path) -> Rows:
    """Growth of the process with large results: the work, and twice as many."""
    rows = []
    count = effort.count("cuppini2017")
    for repeat in (1, 2):
        for number in (1, 2):
            print(f"  memory: {repeat * count} Cuppini2017, {number} threads")
            job = {"work": "cuppini2017", "count": count, "repeat": repeat}
            job |= {"contender": "light", "path": str(folder / "memory")}
            row = _both(job, {THREADS: str(number)})
            rows.append({"count": repeat * count, "threads": number, **row})
    return rows


def scan(effort: Effort, folder: Path) -> Rows:
    """Scan, access and columns of small results, with an index and without."""
    rows = []
    for count in (100, 10_000, 100_000)[: 2 if effort.quick else 3]:
        print(f"  scan: {count:,} results")
        job = effort.job(operation="scan", count=count, made=min(count, MADE))
        rows.append(_measure.run(job | {"path": str(folder / "scan")}, {THREADS: "1"}))
    return rows


def sweeps(works: list[str], effort: Effort, folder: Path) -> Rows:
    """Gather the results of a sweep and store them, in the ways that a user meets."""
    rows: Rows = []
    for work in works:
        count = effort.count(work)
        for way in _sweeps.WAYS:
            print(f"  sweeps: {_works.title(work, count)}, {way}")
            job = {"operation": "sweep", "work": work, "count": count, "way": way}
            row = _measure.run(job | {"path": str(folder / "sweep")})
            rows.append({"work": work, "count": count, "way": way, **row})
    return rows


def levels(works: list[str], effort: Effort, folder: Path) -> Rows:
    """Sizes and times to store: upstream's, by default, and at every compresslevel."""
    rows: Rows = []
    for work in works:
        print(f"  levels: {_works.title(work, effort.count(work))}")
        job = effort.job(work=work, count=effort.count(work), contender="light")
        job |= {"path": str(folder / "levels"), "operation": "levels"}
        found = _measure.run(job)["levels"]
        job |= {"contender": "upstream", "operation": "store", "runs": 1}
        theirs = _measure.run(job) | {"level": "scikit-neuromsi"}
        rows += [{"work": work, "count": job["count"], **r} for r in (theirs, *found)]
    return rows


def stacked(works: list[str], effort: Effort, folder: Path) -> Rows:
    """All values of a file in memory."""
    rows = []
    for work in works:
        for name in STACKING:
            print(f"  stacked: {_works.title(work, effort.count(work))}: {name}")
            job = effort.job(work=work, count=effort.count(work), contender=name)
            found = _both(job | {"path": str(folder / "stacked")})
            rows.append(
                {"work": work, "count": job["count"], "contender": name, **found}
            )
    return rows


def reduction(effort: Effort, folder: Path) -> Rows:
    """Means over sweeps of 43 MB a result, on two workers of dask.distributed."""
    rows = []
    for count in (4, 8) if effort.quick else (20, 80):
        print(f"  reduction: {count} Cuppini2017")
        job = {"operation": "reduction", "made": effort.count("cuppini2017")}
        job |= {"count": count, "limit": "2GB", "path": str(folder / "reduction")}
        rows.append(_measure.run(job, {THREADS: "1"}))
    return rows
