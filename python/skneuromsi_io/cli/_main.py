"""Runs a command line, and turns its end into an exit status."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ._failures import REPORTED, report
from ._output import ClosedPipe, flush, warn
from ._verbs import verbs

if TYPE_CHECKING:
    from ._run import Program

#: Exit statuses beside click's 2 for a wrong command line; the last two are what shells show of a signal.
PROBLEM, INTERRUPTED, CLOSED_PIPE = 1, 130, 141


def main(args: Sequence[str] | None = None) -> int:
    """Run a command line.

    Parameters
    ----------
    args : sequence of str, optional
        Arguments behind the name of the program; by default those of this process.

    Returns
    -------
    int
        The exit status: 0, 1 where a problem was found, 2 for a wrong command line.

    """
    outcome = _outcome(args)
    # Outside of all that handles exceptions here: those of a program are its own.
    return outcome if isinstance(outcome, int) else outcome.run()


def _outcome(args: Sequence[str] | None) -> Program | int:
    try:
        with warnings.catch_warnings():
            vars(warnings)["showwarning"] = _show_warning
            outcome: Program | int | None = verbs.main(
                args,
                standalone_mode=False,
                # Patterns, which shells of Windows leave alone: Python would, too.
                windows_expand_args=sys.argv[1:2] != ["run"],
            )
            flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except ClosedPipe:
        _forget_output()
        return CLOSED_PIPE
    except REPORTED as error:
        report(error)
        return PROBLEM
    return 0 if outcome is None else outcome


def _forget_output() -> None:
    """Lead what is still buffered to nowhere; Python would tell at its end that nobody reads it."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _show_warning(message: Warning | str, *_where: object, **_more: object) -> None:
    warn(f"Warning: {message}")
