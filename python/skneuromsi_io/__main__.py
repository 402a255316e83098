"""``python -m skneuromsi_io run [-m] script.py args...``: run a program with scikit-neuromsi patched."""

from __future__ import annotations

import runpy
import sys
import types
import zipfile
from importlib.machinery import SourceFileLoader
from pathlib import Path

from . import patch

USAGE = "usage: python -m skneuromsi_io run [-m] program [args ...]"


def main(args: list[str]) -> int:
    """Run a script or, with -m, a module as ``python`` would, after :func:`skneuromsi_io.patch`.

    Returns
    -------
    int
        2 for a wrong command line or a missing script, 1 after an exception; the program decides otherwise.

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
        runpy.run_module(program[0], run_name="__main__", alter_sys=True)
        return 0
    return _run_path(program[0])


def _run_path(name: str) -> int:
    # What `python -m` put there is the folder of this command, not of the program.
    if not sys.flags.safe_path:
        del sys.path[0]
    path = Path(name)
    if path.is_dir() or path.suffix == ".pyc" or zipfile.is_zipfile(path):
        runpy.run_path(name, run_name="__main__")
        return 0
    if not sys.flags.safe_path:
        sys.path.insert(0, str(path.resolve().parent))
    try:
        source = path.read_bytes()
    except OSError as error:
        print(f"{Path(sys.executable).name}: {error}", file=sys.stderr)
        return 2
    return _run_source(source, str(path.absolute()))


def _run_source(source: bytes, file: str) -> int:
    """Run a script in a `__main__` that outlives it: for threads, `atexit` and pickles."""
    module = types.ModuleType("__main__")
    module.__file__ = file
    module.__loader__ = SourceFileLoader("__main__", file)
    sys.modules["__main__"] = module
    try:
        exec(compile(source, file, "exec", dont_inherit=True), vars(module))  # noqa: S102
    except Exception as error:  # noqa: BLE001 - shown as Python shows it, from the program's frame on
        # The first frame is this one.
        trace = error.__traceback__ and error.__traceback__.tb_next
        sys.excepthook(type(error), error.with_traceback(trace), trace)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
