"""Beyond the comparison: numbers of results and threads, compression levels, memory."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import _measure
import _works
from _report import megabytes, seconds, table

THREADS = "SKNEUROMSI_IO_NUM_THREADS"
#: Results that the models make; larger collections repeat them.
MADE = 1000


def _both(job: dict[str, Any], env: dict[str, str] | None = None) -> dict[str, Any]:
    stored = _measure.run(job | {"operation": "store"}, env)
    return stored | _measure.run(job | {"operation": "open"}, env)


def scaling(quick: bool, runs: int, place: Path) -> tuple[str, list[dict[str, Any]]]:
    """Cost per small result against their number, with one thread and with two."""
    rows, lines = [], []
    for count in (10, 100, 1_000, 10_000, 100_000)[: 4 if quick else 5]:
        for threads in (1, 2):
            job = {
                "work": "kording2007",
                "count": min(count, MADE),
                "repeat": count // min(count, MADE),
                "contender": "light",
                "path": str(place / f"scaling-{count}"),
                "runs": runs,
            }
            row = _both(job, {THREADS: str(threads)})
            times = {k: statistics.median(row[k]) for k in ("store", "open", "touch")}
            rows.append({"count": count, "threads": threads, **times})
            each = [f"{1e6 * value / count:.1f}" for value in times.values()]
            lines.append([f"{count:,}", str(threads), *each, seconds(times["touch"])])
    head = ["Kording2007 results", "threads", "store us each", "open us each"]
    head += ["open + touch us each", "open + touch s in all"]
    return "\n### Scaling\n\n" + table(head, lines), rows


def levels(
    works: list[str], quick: bool, runs: int, place: Path
) -> tuple[str, list[dict[str, Any]]]:
    """Size and times at every compresslevel; the first row is the default."""
    rows, lines = [], []
    for work in works:
        for level in (None, *range(10)):
            job = {
                "work": work,
                "count": _works.size_of(work, quick),
                "contender": "light",
                "path": str(place / f"levels-{work}"),
                "runs": runs,
                "options": {} if level is None else {"compresslevel": level},
            }
            row = _both(job)
            store, opened = (statistics.median(row[k]) for k in ("store", "open"))
            rows.append(
                {"work": work, "level": level, "size": row["size"], "store": store}
                | {"open": opened}
            )
            shown = "default" if level is None else str(level)
            size = f"{row['size'] / 1e6:.4g}"
            lines.append([work, shown, size, seconds(store), seconds(opened)])
    head = ["work", "compresslevel", "file MB", "store s", "open s"]
    return "\n### Compression levels\n\n" + table(head, lines), rows


def memory(works: list[str], place: Path) -> tuple[str, list[dict[str, Any]]]:
    """Growth of the process against the bounds that the design states.

    Opening: the compressed collection and one decoded result a thread. Storing: one result a thread, beyond
    the collection, which is there before.
    """
    rows, lines = [], []
    for work in works:
        for threads in (1, 2):
            job = {
                "work": work,
                "count": _works.size_of(work, quick=False),
                "contender": "light",
                "path": str(place / f"memory-{work}"),
                "runs": 1,
            }
            row = _both(job, {THREADS: str(threads)})
            per_thread = threads * row["largest"]
            for key, bound in (
                ("store", per_thread),
                ("open", row["packed"] + per_thread),
            ):
                grown = row[f"{key}_peak"] - row[f"{key}_before"]
                found = {"operation": key, "grown": grown, "bound": bound}
                rows.append({"work": work, "threads": threads, **found})
                beyond = megabytes(max(grown - bound, 0))
                shown = [megabytes(grown), megabytes(bound), beyond]
                lines.append([work, str(threads), key, *shown])
    head = ["work", "threads", "operation", "grown MB", "bound MB", "beyond MB"]
    return "\n### Memory\n\n" + table(head, lines), rows
