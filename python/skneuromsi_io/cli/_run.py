"""``run``: run a program with scikit-neuromsi patched."""

from __future__ import annotations

import runpy
import sys
import types
import zipfile
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path

import click

from .._errors import PatchError
from ..patching import patch
from ._failures import report


class Program:
    """A script or a module, to be run as ``python`` would, after :func:`skneuromsi_io.patch`.

    Parameters
    ----------
    args : sequence of str
        Its name and its arguments.
    as_module : bool
        Whether it is the name of a module.

    """

    def __init__(self, args: Sequence[str], as_module: bool):
        self._args = [*args]
        self._as_module = as_module

    def run(self) -> int:
        """Run it.

        Returns
        -------
        int
            2 for a missing script, 1 after an exception or without scikit-neuromsi; else what the program decides.

        """
        try:
            patch()
        except PatchError as error:
            report(error)
            return 1
        sys.argv = self._args
        if self._as_module:
            runpy.run_module(self._args[0], run_name="__main__", alter_sys=True)
            return 0
        return _run_path(self._args[0])


@click.command(context_settings={"allow_interspersed_args": False})
@click.option("-m", "as_module", is_flag=True, help="PROGRAM is the name of a module.")
@click.argument("program", type=click.Path())
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def run(program: str, args: tuple[str, ...], as_module: bool) -> Program:
    """Run a program with scikit-neuromsi's functions replaced by those of this package."""
    return Program((program, *args), as_module)


def _run_path(name: str) -> int:
    # `python -m` put the folder of this command there, not that of the program.
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
