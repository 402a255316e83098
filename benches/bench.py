"""Store and open real results: ours, scikit-neuromsi's own functions, and what a user would pick instead.

Every measurement runs in a process of its own; what was read is compared to what the models gave. Without a
section all are measured and docs/benchmarks.md is written anew.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import _measure
import _report
import _sections
import _works
from _sections import Effort

DOCS = Path(__file__).parents[1] / "docs"
SECTIONS = (
    "comparison",
    "scaling",
    "threads",
    "memory",
    "levels",
    "scan",
    "sweeps",
    "stacked",
    "reduction",
)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="fewer results, one run, no Cuppini2014"
    )
    parser.add_argument("--page", action="store_true", help="only write the page again")
    parser.add_argument("--works", nargs="+", choices=_works.WORKS)
    for section in SECTIONS:
        parser.add_argument(f"--{section}", action="store_true", help="this section")
    return parser.parse_args()


def _make(works: list[str], quick: bool) -> None:
    """Run the models, in other processes, so that this one stays small."""
    wanted = {("kording2007", count) for count in (1, 10, 100, _sections.MADE)}
    wanted |= {(work, _works.size_of(work, quick)) for work in works}
    for work, count in sorted(wanted):
        _measure.run({"operation": "make", "work": work, "count": count})


def _measured(sections: list[str], works: list[str], quick: bool) -> dict[str, Any]:
    once = Effort(quick, runs=1, budget=0)
    full, brief = (once, once) if quick else (Effort(quick, 15, 4), Effort(quick, 3, 1))
    measure = {
        "comparison": lambda folder: _sections.comparison(works, full, folder),
        "scaling": lambda folder: _sections.scaling(brief, folder),
        "threads": lambda folder: _sections.threads(full, folder),
        "memory": lambda folder: _sections.memory(once, folder),
        "levels": lambda folder: _sections.levels(works, brief, folder),
        "scan": lambda folder: _sections.scan(brief, folder),
        "sweeps": lambda folder: _sections.sweeps(works, full, folder),
        "stacked": lambda folder: _sections.stacked(works, full, folder),
        "reduction": lambda folder: _sections.reduction(once, folder),
    }
    report: dict[str, Any] = {"machine": _report.machine()}
    with tempfile.TemporaryDirectory(prefix="skneuromsi-io-bench-") as folder:
        for section in sections:
            report[section] = measure[section](Path(folder))
    report["machine"]["load after"] = _report.load()
    return report


def _write(report: dict[str, Any]) -> None:
    DOCS.mkdir(exist_ok=True)
    picture = DOCS / "benchmarks.png"
    _report.draw(picture, report["comparison"])
    (DOCS / "benchmarks.md").write_text(_report.page(report, picture.name))
    print(f"written: {DOCS / 'benchmarks.md'}")


def main() -> None:
    """Measure, and report."""
    args = _arguments()
    if args.page:
        _write(json.loads((DOCS / "benchmarks.json").read_text()))
        return
    asked = [name for name in SECTIONS if getattr(args, name)]
    whole = not asked and not args.quick
    sections = asked or list(SECTIONS if whole else SECTIONS[:1])
    quick_works = [work for work in _works.WORKS if work != "cuppini2014"]
    works = args.works or (quick_works if args.quick else list(_works.WORKS))
    print("making the results of the models (cached)")
    _make(works, args.quick)
    report = _measured(sections, works, args.quick)
    print(_report.sections(report))
    if whole:
        _report.save(DOCS / "benchmarks.json", report)
        _write(report)


if __name__ == "__main__":
    main()
