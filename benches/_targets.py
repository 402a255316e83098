"""The figures to reach, and what was reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import _works
from _contenders import OURS, PEERS
from _tables import median, table

#: At least so many times faster than upstream; `of-upstream` is opening upstream's file.
FASTER = {
    "kording2007": {"store": 100, "open": 500, "touch": 100, "of-upstream": 300},
    "alaisburr2004": {"store": 60, "open": 200, "touch": 100, "of-upstream": 100},
    "cuppini2017": {"store": 40, "open": 40, "touch": 40, "of-upstream": 20},
    "cuppini2014": {"store": 100, "open": 100, "touch": 100, "of-upstream": 30},
}
#: At most this part of upstream's file, and of its peak memory.
SIZE = {"kording2007": 1, "alaisburr2004": 0.75, "cuppini2017": 0.8, "cuppini2014": 1}
PEAK = {"cuppini2014": 0.25}
#: At most this multiple of the file of the one NetCDF.
NETCDF_SIZE = 1.03

Row = dict[str, Any]
#: A comparison, the figure that is wanted (negative: at most), and those that our two kinds of classes reached.
Target = tuple[str, float, list[float]]


def show(measured: dict[str, Any]) -> str:
    """Return one line a target."""
    lines = []
    for work, found in measured.items():
        title = _works.title(work, found["count"])
        for what, wanted, reached in _targets(work, found["rows"]):
            least = wanted > 0
            met = all(r >= wanted if least else r <= -wanted for r in reached)
            sign = ">=" if least else "<="
            line = [title, what, f"{sign} {abs(wanted):g}"]
            line += [f"{r:.0f}" if r >= 10 else f"{r:.2f}" for r in reached]
            lines.append([*line, "yes" if met else "**no**"])
    header = "work|what|wanted|reached, light classes|reached, upstream's classes|met"
    return table(header, lines)


def _targets(work: str, rows: dict[str, Row]) -> Iterator[Target]:
    ours = [rows[name] for name in OURS]
    yield from _against_upstream(work, rows, ours)
    touch = [_time(row, "touch") for row in ours]
    for peer in PEERS:
        theirs = _time(rows[peer], "touch")
        yield f"open + touch, ours / {peer}", -1, [time / theirs for time in touch]
    for peer in ("joblib", "joblib-results"):
        theirs = _time(rows[peer], "store")
        yield (
            f"store, ours / {peer}",
            -1,
            [_time(row, "store") / theirs for row in ours],
        )
    netcdf = rows["netcdf"]["size"]
    size = [row["size"] / netcdf for row in ours]
    yield "file, ours / one netCDF", -NETCDF_SIZE, size


def _against_upstream(
    work: str, rows: dict[str, Row], ours: list[Row]
) -> Iterator[Target]:
    upstream = rows["upstream"]
    faster = FASTER[work]
    for key in ("store", "open", "touch"):
        ratios = [_time(upstream, key) / _time(row, key) for row in ours]
        yield f"{key}, upstream / ours", faster[key], ratios
    opened = [rows[f"{name}-of-upstream"] for name in OURS]
    ratios = [_time(upstream, "open") / _time(row, "open") for row in opened]
    yield "open upstream's file, upstream / ours", faster["of-upstream"], ratios
    sizes = [row["size"] / upstream["size"] for row in ours]
    yield "file, ours / upstream", -SIZE[work], sizes
    if work in PEAK:
        peaks = [_peak(row) / _peak(upstream) for row in ours]
        yield "peak memory, ours / upstream", -PEAK[work], peaks
        peaks = [row["open_peak"] / upstream["open_peak"] for row in opened]
        what = "peak memory opening upstream's file, ours / upstream"
        yield what, -PEAK[work], peaks


def _time(row: Row, key: str) -> float:
    return median(row[key]) or 0.0


def _peak(row: Row) -> float:
    return float(max(row["store_peak"], row["touch_peak"]))
