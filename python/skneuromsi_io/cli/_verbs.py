"""The verbs of the command line."""

from __future__ import annotations

import sys

import click

from .. import __version__
from ._convert import convert
from ._info import info
from ._ls import ls
from ._merge import merge
from ._plot import plot
from ._repair import repair
from ._run import run
from ._verify import verify


@click.group(
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="skneuromsi-io %(version)s")
def verbs() -> None:
    """Look into .ndc files of scikit-neuromsi, check them, and turn them into others.

    FILE is a path, or a URL.
    """
    for stream in (sys.stdout, sys.stderr):
        # A letter that the output has not is escaped, as Python does on stderr.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


for _verb in (info, ls, verify, repair, merge, convert, plot, run):
    verbs.add_command(_verb)
