"""Tables, JSON and a picture."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from pathlib import Path
from typing import Any


def table(head: list[str], lines: list[list[str]]) -> str:
    """Return a Markdown table whose columns are aligned in plain text too."""
    rows = [head, *lines]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]

    def shown(row: list[str]) -> str:
        first, rest = row[0].ljust(widths[0]), zip(row[1:], widths[1:], strict=True)
        cells = [first, *(cell.rjust(width) for cell, width in rest)]
        return "| " + " | ".join(cells) + " |\n"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return shown(head) + shown(rule) + "".join(map(shown, lines))


def seconds(value: float | None) -> str:
    """Seconds with three digits."""
    return "-" if value is None else f"{value:.3g}" if value < 100 else f"{value:.0f}"


def megabytes(value: float | None) -> str:
    """Megabytes with three digits."""
    return (
        "-"
        if value is None
        else f"{value / 1e6:.3g}"
        if value < 1e8
        else f"{value / 1e6:.0f}"
    )


def ratio(upstream: float | None, ours: float | None) -> str:
    """How many times faster than upstream."""
    if upstream is None or ours is None:
        return "-"
    times = upstream / ours
    return f"{times:.0f}x" if times >= 10 else f"{times:.1f}x"


def machine() -> dict[str, Any]:
    """Return what the figures depend on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = {line.split(":")[1].strip() for line in lines if "model name" in line}
    packages = ("skneuromsi-io", "scikit-neuromsi", "numpy", "xarray", "h5netcdf")
    packages += ("h5py", "pandas", "joblib", "lz4", "zarr")
    return {
        "processor": ", ".join(models),
        "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0],
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in packages},
    }


def save(path: Path, report: dict[str, Any]) -> None:
    """Write the figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n")
    print(f"\nfigures: {path}")


def draw(path: Path, titles: dict[str, str], measured: dict[str, Any]) -> None:
    """Draw times of all contenders on all works, where matplotlib is there."""
    try:
        import matplotlib as mpl
    except ImportError:
        return
    mpl.use("svg")
    import matplotlib.pyplot as plt

    from _contenders import CONTENDERS

    names = [name for name in CONTENDERS if not name.endswith("of-upstream")]
    figure, axes = plt.subplots(
        1, len(measured), figsize=(3.6 * len(measured), 4), sharey=True, squeeze=False
    )
    for axis, (work, rows) in zip(axes[0], measured.items(), strict=True):
        for offset, (key, color) in enumerate(
            (("store", "#4c72b0"), ("open", "#dd8452"), ("touch", "#55a868"))
        ):
            here = [
                (i, rows[name][key]) for i, name in enumerate(names) if name in rows
            ]
            axis.barh(
                [i + 0.27 * (offset - 1) for i, _ in here],
                [value for _, value in here],
                height=0.25,
                color=color,
                label="open + touch" if key == "touch" else key,
            )
        axis.set(xscale="log", title=titles[work], xlabel="seconds")
        axis.grid(axis="x", alpha=0.3)
    axes[0][0].set_yticks(range(len(names)), [CONTENDERS[name].title for name in names])
    axes[0][0].invert_yaxis()
    axes[0][-1].legend(frameon=False, fontsize="small")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    print(f"picture: {path}")
