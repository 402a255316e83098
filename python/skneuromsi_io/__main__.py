"""``python -m skneuromsi_io run [-m] script.py args...``: run a program with scikit-neuromsi patched."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from . import patch

USAGE = "usage: python -m skneuromsi_io run [-m] program [args ...]"


def main(args: list[str]) -> int:
    """Run a script or, with -m, a module as ``python`` would, after :func:`skneuromsi_io.patch`.

    Returns
    -------
    int
        2 for a wrong command line; the program decides otherwise.

    """
    if args[:1] in (["-h"], ["--help"]):
        print(USAGE)
        return 0
    command, *program = args or [""]
    as_module = program[:1] == ["-m"]
    if as_module:
        program = program[1:]
    if command != "run" or not program:
        print(USAGE, file=sys.stderr)
        return 2
    patch()
    sys.argv = program
    if as_module:
        sys.path[0] = str(Path.cwd())
        runpy.run_module(program[0], run_name="__main__", alter_sys=True)
    else:
        sys.path[0] = str(Path(program[0]).resolve().parent)
        runpy.run_path(program[0], run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
