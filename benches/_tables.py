"""From measured rows to Markdown tables."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from typing import Any

import _sweeps
import _works
from _contenders import CONTENDERS

Row = dict[str, Any]


#: Measurements of a scan, in the order of the table.
SCANNED = ("scan", "modes", "parameters", "causes", "matrix", "access")


def median(value: Any) -> float | None:
    """Median of several runs; None where a contender has no such figure."""
    return None if value is None else float(statistics.median(value))


def table(header: str, lines: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table, columns aligned in plain text too; `|` separates the headers."""
    rows = [header.split("|"), *map(list, lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]

    def shown(row: list[str]) -> str:
        first, rest = row[0].ljust(widths[0]), zip(row[1:], widths[1:], strict=True)
        cells = [first, *(cell.rjust(width) for cell, width in rest)]
        return "| " + " | ".join(cells) + " |\n"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return shown(rows[0]) + shown(rule) + "".join(map(shown, rows[1:]))


def seconds(value: float | None) -> str:
    """Seconds with three digits."""
    return "-" if value is None else f"{value:.3g}" if value < 100 else f"{value:.0f}"


def megabytes(value: float | None) -> str:
    """Megabytes with three digits."""
    if value is None:
        return "-"
    return f"{value / 1e6:.3g}" if value < 1e9 else f"{value / 1e6:,.0f}"


def ratio(upstream: float | None, ours: float | None) -> str:
    """Speed as a multiple of upstream's."""
    if upstream is None or ours is None:
        return "-"
    times = upstream / ours
    return f"{times:.0f}x" if times >= 10 else f"{times:.1f}x"


def comparison(measured: dict[str, Any]) -> str:
    """One table for each work."""
    text = ""
    header = "contender|store s|ratio|open s|ratio|open + touch s|ratio"
    header += "|file MB|peak MB store|peak MB open|peak MB touch|build s|runs"
    for work, found in measured.items():
        upstream = found["rows"]["upstream"]
        lines = []
        for name, row in found["rows"].items():
            line = [CONTENDERS[name].title]
            for key in ("store", "open", "touch"):
                time = median(row.get(key))
                line += [seconds(time), ratio(median(upstream[key]), time)]
            peaks = ("size", "store_peak", "open_peak", "touch_peak")
            line += [megabytes(row.get(key)) for key in peaks]
            runs = "/".join(str(len(row[k])) for k in ("store", "open") if k in row)
            lines.append([*line, seconds(row.get("build")), runs])
        title = _works.title(work, found["count"])
        text += f"### {title}\n\n{table(header, lines)}\n"
    return text


def _each(row: Row) -> tuple[dict[str, float], list[str]]:
    """Median times of a row, and as microseconds a result."""
    times = {key: median(row[key]) or 0.0 for key in ("store", "open", "touch")}
    return times, [f"{1e6 * time / row['count']:.1f}" for time in times.values()]


def scaling(rows: list[Row]) -> str:
    """Cost of a small result against the number of results."""
    lines = []
    for row in rows:
        times, each = _each(row)
        line = [f"{row['count']:,}", str(row["threads"]), *each]
        lines.append([*line, *map(seconds, times.values()), megabytes(row["size"])])
    header = "results|threads|store µs each|open µs each|open + touch µs each"
    return table(header + "|store s|open s|open + touch s|file MB", lines)


def threads(rows: list[Row]) -> str:
    """Return times with one thread and with two."""
    lines = []
    for one, two in zip(rows[::2], rows[1::2], strict=True):
        line = [_works.title(one["work"], one["count"])]
        for key in ("store", "open", "touch"):
            times = [median(one[key]), median(two[key])]
            line += [*map(seconds, times), ratio(*times)]
        lines.append(line)
    header = "work|store s, 1 thread|2 threads|ratio|open s, 1 thread|2 threads|ratio"
    return table(header + "|open + touch s, 1 thread|2 threads|ratio", lines)


def memory(rows: list[Row]) -> str:
    """Growth of the process against what the formulas give."""
    lines = []
    for row in rows:
        per_thread = row["threads"] * row["largest"]
        bounds = {"store": per_thread, "open": row["packed"] + per_thread}
        for key, bound in bounds.items():
            grown = row[f"{key}_peak"] - row[f"{key}_before"]
            figures = [grown, bound, grown - bound, (grown - bound) / row["threads"]]
            name = f"{row['count']} Cuppini2017"
            lines.append([name, str(row["threads"]), key, *map(megabytes, figures)])
    header = "work|threads|operation|growth MB|formula MB|beyond MB|beyond MB a thread"
    return table(header, lines)


def levels(rows: list[Row]) -> str:
    """One line a level, one column a work."""
    titles = dict.fromkeys(_works.title(row["work"], row["count"]) for row in rows)
    lines: dict[Any, list[str]] = {}
    for row in rows:
        level = "default" if row["level"] is None else str(row["level"])
        shown = f"{row['size'] / 1e6:.4g} / {seconds(median(row['store']))} s"
        lines.setdefault(level, [level]).append(shown)
    return table("|".join(["level", *titles]), lines.values())


def sweeps(rows: list[Row]) -> str:
    """One line a work and a way; ratios are to scikit-neuromsi, which is the first of each work."""
    lines = []
    for row in rows:
        if row["way"] == "upstream":
            upstream = row
        line = [_works.title(row["work"], row["count"]), _sweeps.WAYS[row["way"]][0]]
        for steps in (("gather",), ("store",), ("gather", "store")):
            times = [sum(each[step] for step in steps) for each in (upstream, row)]
            line += [seconds(times[1]), ratio(*times)]
        lines.append([*line, megabytes(row["size"])])
    header = "work|sweep|gather s|ratio|store s|ratio|both s|ratio|file MB"
    return table(header, lines)


def scan(rows: list[Row]) -> str:
    """Return times of scans with an index and without, and what the index costs."""
    lines = []
    for row in rows:
        for kind in ("with", "without"):
            times = row[kind]
            shown = [f"{1e3 * times[name]:.2f}" for name in SCANNED]
            each = 1e6 * row["make index"] / row["count"]
            cost = [f"{row['index'] / row['count']:.1f}", f"{each:.2f}"]
            cost = cost if kind == "with" else ["", ""]
            lines.append([f"{row['count']:,}", kind, *shown, *cost])
    header = "results|index|scan ms|modes ms|run parameters ms|causes ms|matrix ms"
    return table(header + "|one result ms|index bytes each|made in µs each", lines)


def stacked(rows: list[Row]) -> str:
    """Return times until all values are in memory, a line for each work."""
    lines: dict[str, list[str]] = {}
    for row in rows:
        title = _works.title(row["work"], row["count"])
        shown = f"{seconds(median(row['touch']))} ({seconds(min(row['touch']))})"
        lines.setdefault(title, [title]).append(shown)
    names = dict.fromkeys(CONTENDERS[row["contender"]].title for row in rows)
    return table("|".join(["work", *names]), lines.values())


def reduction(rows: list[Row]) -> str:
    """Return time and memory of a reduction against the size of the data."""
    lines = [
        [
            f"{row['count']:,}",
            megabytes(row["nbytes"]),
            megabytes(row["size"]),
            seconds(row["seconds"]),
            megabytes(row["peak"]),
            megabytes(row["growth"]),
        ]
        for row in rows
    ]
    return table("results|values MB|file MB|seconds|peak MB|growth MB", lines)
