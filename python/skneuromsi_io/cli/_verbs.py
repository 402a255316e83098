"""The verbs of the command line."""

from __future__ import annotations

import importlib
import sys

import click

from .. import __version__

#: The verbs, with what help says of them: each is a module of its own, imported when it is called.
VERBS = {
    "info": "Tell what files hold: results, shapes, parameters, sizes, versions, your metadata.",
    "ls": "List the results of a file, one a row, with the run parameters that change.",
    "verify": "Check every byte of files, and report each problem.",
    "repair": "Save the whole results of a damaged file into a new one.",
    "merge": "Join files, shards of a sweep and .partial files of killed writers into one file.",
    "convert": "Write a file in another format.",
    "plot": "Draw the response of a sweep over the parameter that changes, or the modes of a result.",
    "run": "Run a program with scikit-neuromsi's functions replaced by those of this package.",
}


class _Verbs(click.Group):
    """Commands that are listed without their modules."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Import the verb that is called."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, None if listed is None else command_of(str(listed.name)), rest


def command_of(verb: str) -> click.Command:
    """Return the command of a verb."""
    module = importlib.import_module(f"._{verb}", __package__)
    command: click.Command = getattr(module, verb)
    return command


@click.group(
    cls=_Verbs,
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


for _name, _help in VERBS.items():
    verbs.add_command(click.Command(_name, help=_help))
