"""The report: machine, JSON, page and picture."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
from pathlib import Path
from typing import Any

import _tables
import _targets
import _works

#: Sections of the page, with what has to be said about their figures.
SECTIONS: dict[str, tuple[str, str]] = {
    "targets": (
        "Figures to reach",
        "Times of upstream divided by ours, where more is better, and ours divided by upstream's or a peer's, "
        "where less is. Both columns have to meet the figure.",
    ),
    "comparison": (
        "Comparison",
        "Ratios are to scikit-neuromsi. *Touch* is every array of every result in memory at the same time. *Peak* "
        "is the resident memory of the whole process during the first run, interpreter and imports included. "
        "*Build* makes the collection out of what the models gave, before anything is measured. *Runs* says how "
        "often was stored and opened. The two peers that stack are given one Dataset: they rebuild no results, "
        "and keep the other metadata as one JSON text.",
    ),
    "scaling": (
        "Numbers of results",
        "Kording2007 results in our light classes. Beyond 1,000 they repeat, each on its own in memory and file.",
    ),
    "threads": (
        "Threads",
        "`SKNEUROMSI_IO_NUM_THREADS` 1 and 2, light classes.",
    ),
    "memory": (
        "Memory",
        "Growth of the process beyond what it held before, light classes. The formula for opening is the "
        "compressed collection and one decoded result a thread; for storing, where the collection is there "
        "before, one decoded result a thread.",
    ),
    "levels": (
        "Compression levels",
        "Size of the file in MB and time to store, light classes; the first row is scikit-neuromsi's own file.",
    ),
    "sweeps": (
        "Sweeps",
        "A `ParameterSweep` whose model has its results already: to gather them in a collection, and to store it. "
        "Patched, both are done by this package. Each once.",
    ),
    "scan": (
        "Scans",
        "Kording2007 results that stay in their file, light classes, one thread: processor time, the least of "
        "some runs. Every result has a position of its own. *Columns* are `run_parameters_values`, `causes_` and "
        "`disparity_matrix`, each of a new scan. *One result* is the mean of 50 at random.",
    ),
    "stacked": (
        "All values at once",
        "Seconds from opening a file until all its values are in memory as one Dataset; the least of all runs in "
        "brackets. The peers have the run parameters as one JSON text, which is parsed.",
    ),
    "reduction": (
        "A reduction with Dask",
        "The mean over a sweep that repeats 4 results of Cuppini2017, on 2 workers of one thread with 2 GB each. "
        "*Peak* is the largest resident memory of a worker, *growth* what of it the reduction added.",
    ),
}


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = {line.split(":")[1].strip() for line in lines if "model name" in line}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    packages = ("skneuromsi-io", "scikit-neuromsi", "numpy", "xarray", "h5netcdf")
    packages += ("h5py", "pandas", "joblib", "lz4", "zarr")
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "processor": ", ".join(sorted(models)),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{memory / 2**30:.0f} GiB",
        "load before": load(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": ", ".join(
            f"{name} {importlib.metadata.version(name)}" for name in packages
        ),
    }


def load() -> str:
    """Return how busy the machine is: one process of this benchmark makes it about 1, all beyond is others."""
    return f"{os.getloadavg()[0]:.2f}"


def sections(report: dict[str, Any]) -> str:
    """Tables of whatever was measured."""
    shown = {
        "targets": lambda: _targets.show(report["comparison"]),
        "comparison": lambda: _tables.comparison(report["comparison"]),
        "scaling": lambda: _tables.scaling(report["scaling"]),
        "threads": lambda: _tables.threads(report["threads"]),
        "memory": lambda: _tables.memory(report["memory"]),
        "levels": lambda: _tables.levels(report["levels"]),
        "scan": lambda: _tables.scan(report["scan"]),
        "sweeps": lambda: _tables.sweeps(report["sweeps"]),
        "stacked": lambda: _tables.stacked(report["stacked"]),
        "reduction": lambda: _tables.reduction(report["reduction"]),
    }
    text = ""
    for name, (title, note) in SECTIONS.items():
        if name in report or (name == "targets" and "comparison" in report):
            text += f"## {title}\n\n{note}\n\n{shown[name]()}\n"
    return text


def page(report: dict[str, Any], picture: str) -> str:
    """Return the whole page."""
    lines = _tables.table("machine|", report["machine"].items())
    return (
        f"""# Benchmarks

Written by `make bench`; every table is made from the figures in [benchmarks.json](benchmarks.json).

The works are results of scikit-neuromsi's own models. Storing and opening are measured in processes of their own,
as medians of several runs; files were just written, so that nobody waits for a disk to be read. What was read is
compared to what the models gave: the labelled arrays, the run parameters, the arrays of `extra`.

{lines}
![Times of all contenders on all works]({picture})

{sections(report)}""".rstrip()
        + "\n"
    )


def save(path: Path, report: dict[str, Any]) -> None:
    """Write the figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n")


def draw(path: Path, measured: dict[str, Any]) -> None:
    """Draw times of all contenders on all works."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    from _contenders import CONTENDERS

    drawn = {name for found in measured.values() for name in found["rows"]}
    drawn = {name for name in drawn if not name.endswith("of-upstream")}
    names = [name for name in CONTENDERS if name in drawn]
    colors = {"store": "#4c72b0", "open": "#dd8452", "touch": "#55a868"}
    figure, axes = plt.subplots(
        1, len(measured), figsize=(3.6 * len(measured), 4), sharey=True, squeeze=False
    )
    for axis, (work, found) in zip(axes[0], measured.items(), strict=True):
        rows = [(i, found["rows"].get(name)) for i, name in enumerate(names)]
        for offset, (key, color) in enumerate(colors.items()):
            axis.barh(
                [i + 0.27 * (offset - 1) for i, row in rows if row],
                [_tables.median(row[key]) for _, row in rows if row],
                height=0.25,
                color=color,
                label="open + touch" if key == "touch" else key,
            )
        title = _works.title(work, found["count"])
        axis.set(xscale="log", title=title, xlabel="seconds")
        axis.grid(axis="x", alpha=0.3)
    axes[0][0].set_yticks(range(len(names)), [CONTENDERS[name].title for name in names])
    axes[0][0].invert_yaxis()
    axes[0][-1].legend(frameon=False, fontsize="small")
    figure.tight_layout()
    figure.savefig(path, dpi=110)
