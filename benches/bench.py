"""Store and open real results: ours, scikit-neuromsi's own functions, and what a user would pick instead.

Every measurement runs in a process of its own; what was read is compared to what the models gave.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import _main
import _measure
import _report
import _sections
import _works

DOCS = Path(__file__).parents[1] / "docs"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer results, one run")
    parser.add_argument("--runs", type=int, help="runs whose median counts (3)")
    parser.add_argument(
        "--works", nargs="+", choices=_works.WORKS, default=list(_works.WORKS)
    )
    parser.add_argument("--scaling", action="store_true", help="numbers of results")
    parser.add_argument("--levels", action="store_true", help="compresslevel 0 to 9")
    parser.add_argument("--memory", action="store_true", help="growth and its bounds")
    parser.add_argument("--json", type=Path, help="where the figures go")
    return parser.parse_args()


def _make(works: list[str], quick: bool) -> None:
    """Run the models, in other processes, so that this one stays small."""
    wanted = {("kording2007", count) for count in (1, 10, 100, 1000)}
    wanted |= {(work, _works.size_of(work, quick)) for work in works}
    for work, count in sorted(wanted):
        _measure.run({"operation": "make", "work": work, "count": count})


def main() -> None:
    """Measure, and report."""
    args = _arguments()
    runs = args.runs or (1 if args.quick else 3)
    report: dict[str, Any] = {"machine": _report.machine()}
    print("making the results of the models (cached)")
    _make(args.works, args.quick)
    text = ""
    with tempfile.TemporaryDirectory(prefix="skneuromsi-io-bench-") as folder:
        place = Path(folder)
        if args.scaling:
            shown, report["scaling"] = _sections.scaling(args.quick, runs, place)
            text += shown
        if args.levels:
            shown, report["levels"] = _sections.levels(
                args.works, args.quick, runs, place
            )
            text += shown
        if args.memory:
            shown, report["memory"] = _sections.memory(args.works, place)
            text += shown
        if not text:
            measured = _main.compare(args.works, runs, args.quick, place)
            report["comparison"] = measured
            text = _main.show(measured, args.quick) + _main.targets(measured)
    print(text)
    name = "quick" if args.quick else "benchmarks"
    default = (_works.CACHE if args.quick else DOCS) / f"{name}.json"
    path = args.json or default
    _report.save(path, report)
    if "comparison" in report:
        titles = {
            work: _works.title(work, _works.size_of(work, args.quick))
            for work in args.works
        }
        _report.draw(path.with_suffix(".svg"), titles, report["comparison"])


if __name__ == "__main__":
    main()
