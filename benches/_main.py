"""The main comparison: every contender on every work."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import _measure
import _works
from _contenders import CONTENDERS, OURS, PEERS
from _report import megabytes, ratio, seconds, table

#: Section 7 of the design: least ratios to upstream in time, most in size, on each work.
TARGETS: dict[str, dict[str, float]] = {
    "kording2007": {"store": 100, "open": 500, "touch": 100, "size": 1},
    "alaisburr2004": {"store": 60, "open": 200, "touch": 100, "size": 0.75},
    "cuppini2017": {"store": 40, "open": 40, "touch": 40, "size": 0.8},
    "cuppini2014": {"store": 100, "open": 100, "touch": 100, "size": 1, "peak": 0.25},
}
OPEN_UPSTREAM = {
    "kording2007": 300,
    "alaisburr2004": 100,
    "cuppini2017": 20,
    "cuppini2014": 30,
}
#: The file may exceed that of the one NetCDF by so much.
NETCDF_SIZE = 1.03


def compare(
    works: list[str], runs: int, quick: bool, place: Path
) -> dict[str, dict[str, dict[str, Any]]]:
    """Measure all contenders; the medians by work and contender."""
    measured: dict[str, dict[str, dict[str, Any]]] = {}
    for work in works:
        count = _works.size_of(work, quick)
        measured[work] = rows = {}
        for contender in ("upstream", *OURS, *PEERS):
            # Upstream takes more than three minutes for one Cuppini2014 result.
            slow = contender == "upstream" and work == "cuppini2014"
            if slow and quick:
                continue
            print(f"  {_works.title(work, count)}: {CONTENDERS[contender].title}")
            job = {
                "work": work,
                "count": count,
                "contender": contender,
                "path": str(place / f"{work}-{contender}"),
                "runs": 1 if slow else runs,
            }
            rows[contender] = _medians(
                _measure.run(job | {"operation": "store"})
            ) | _medians(_measure.run(job | {"operation": "open"}))
            if contender == "upstream":
                for ours in OURS:
                    job |= {"contender": f"{ours}-of-upstream", "runs": runs}
                    rows[job["contender"]] = _medians(
                        _measure.run(job | {"operation": "open"})
                    )
        rows = {name: rows[name] for name in CONTENDERS if name in rows}
        measured[work] = rows
    return measured


def _medians(measured: dict[str, Any]) -> dict[str, Any]:
    return {
        name: statistics.median(value) if isinstance(value, list) else value
        for name, value in measured.items()
    }


def show(measured: dict[str, dict[str, dict[str, Any]]], quick: bool) -> str:
    """One table for each work."""
    text = ""
    for work, rows in measured.items():
        upstream = rows.get("upstream", {})
        lines = []
        for name, row in rows.items():
            line = [CONTENDERS[name].title, seconds(row.get("build"))]
            for key in ("store", "open", "touch"):
                line += [
                    seconds(row.get(key)),
                    ratio(upstream.get(key), row.get(key)),
                ]
            line += [
                megabytes(row.get("size")),
                megabytes(row.get("store_peak")),
                megabytes(row["touch_peak"]),
            ]
            lines.append(line)
        head = "contender|build s|store s|ratio|open s|ratio|open + touch s|ratio"
        head += "|file MB|peak MB store|peak MB touch"
        text += f"\n### {_works.title(work, _works.size_of(work, quick))}\n\n"
        text += table(head.split("|"), lines)
    return text


def targets(measured: dict[str, dict[str, dict[str, Any]]]) -> str:
    """Section 7 of the design with what was reached."""
    lines = []
    for work, rows in measured.items():
        for what, wanted, reached, met in _reached(work, rows):
            lines.append([work, what, wanted, reached, "yes" if met else "**no**"])
    return "\n### Targets\n\n" + table(
        ["work", "what", "wanted", "reached", "met"], lines
    )


def _reached(
    work: str, rows: dict[str, dict[str, Any]]
) -> Iterator[tuple[str, str, str, bool]]:
    light, upstream = rows["light"], rows.get("upstream")
    if upstream:
        for key in ("store", "open", "touch"):
            got, wanted = upstream[key] / light[key], TARGETS[work][key]
            yield (
                f"{key}, upstream / ours",
                f">= {wanted:g}",
                f"{got:.0f}",
                got >= wanted,
            )
        got, wanted = light["size"] / upstream["size"], TARGETS[work]["size"]
        yield "file, ours / upstream", f"<= {wanted:g}", f"{got:.3f}", got <= wanted
        if "peak" in TARGETS[work]:
            got = _peak(light) / _peak(upstream)
            wanted = TARGETS[work]["peak"]
            yield (
                "peak memory, ours / upstream",
                f"<= {wanted:g}",
                f"{got:.3f}",
                got <= wanted,
            )
        got = upstream["open"] / rows["light-of-upstream"]["open"]
        wanted = OPEN_UPSTREAM[work]
        yield "open upstream's file", f">= {wanted:g}", f"{got:.0f}", got >= wanted
    best = min(PEERS, key=lambda peer: rows[peer]["touch"])
    yield _against(
        f"open + touch, ours / {best}", light["touch"], rows[best]["touch"], 1
    )
    joblib = rows["joblib"]["store"]
    yield _against("store, ours / joblib lz4", light["store"], joblib, 1)
    size = rows["netcdf"]["size"]
    yield _against("file, ours / one netCDF", light["size"], size, NETCDF_SIZE)


def _peak(row: dict[str, Any]) -> float:
    return float(max(row["store_peak"], row["touch_peak"]))


def _against(
    what: str, ours: float, theirs: float, most: float
) -> tuple[str, str, str, bool]:
    return what, f"<= {most:g}", f"{ours / theirs:.2f}", ours / theirs <= most
