"""Instructions that a result takes: what a change costs, on a machine whose times are noise.

Runs itself under callgrind (of Valgrind), on one thread. Each way is gone once before it is counted.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import _works
from _tables import table

COUNTS = {"kording2007": 1000, "alaisburr2004": 200}


def _run(folder: Path) -> None:
    """Count in this process, which callgrind watches: a dump for each way of each work."""
    from _contenders import CONTENDERS

    light = CONTENDERS["light"]
    for work, count in COUNTS.items():
        path = folder / work
        collection = light.build(_works.load(work, count))
        ways: dict[str, Callable[[], Any]] = {
            "store": partial(light.store, path, collection),
            "open": partial(light.open, path),
            "touch": partial(light.touch, collection),
        }
        for name, way in ways.items():
            way()
            _control("--zero")
            way()
            _control(f"--dump={work} {name} {count}")


def _control(command: str) -> None:
    subprocess.run(
        ["callgrind_control", command, str(os.getpid())],
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _counted(folder: Path) -> list[list[str]]:
    lines = []
    for dump in folder.glob("callgrind.*"):
        beginning = dump.read_text()[:1000]
        asked = re.search(r"Trigger: dump (\w+) (\w+) (\d+)", beginning)
        total = re.search(r"^summary: (\d+)", beginning, re.MULTILINE)
        if asked and total:
            work, way, count = asked.groups()
            lines.append([work, way, f"{int(total[1]) / int(count):,.0f}"])
    return sorted(lines)


def main() -> None:
    """Count, and print a line for each work and way."""
    if len(sys.argv) > 1:
        _run(Path(sys.argv[1]))
        return
    for work, count in COUNTS.items():
        _works.folder(work, count)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [
                *("valgrind", "--quiet", "--tool=callgrind"),
                f"--callgrind-out-file={folder}/callgrind",
                *(sys.executable, "-W", "ignore", __file__, folder),
            ],
            check=True,
            env=os.environ | {"SKNEUROMSI_IO_NUM_THREADS": "1"},
        )
        print(table("work|way|instructions a result", _counted(Path(folder))))


if __name__ == "__main__":
    main()
