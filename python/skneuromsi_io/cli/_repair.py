"""``repair``: save what is whole of a damaged file."""

from __future__ import annotations

import dataclasses

import click

from ..files._repair import repair as repaired
from ._failures import for_verbs
from ._options import FILE, as_json, overwrite, progress, settle_output
from ._output import say, write_json


@click.command()
@click.argument("file", metavar="IN", type=FILE)
@click.argument("out", type=click.Path())
@overwrite
@as_json
def repair(file: str, out: str, overwrite: bool, as_json: bool) -> int:
    """Save the whole results of a damaged file into a new one.

    The exit status is 1 if something was lost.
    """
    settle_output(out, overwrite)
    report = for_verbs(repaired(file, out, tqdm_cls=progress()))
    if as_json:
        found = dataclasses.asdict(report)
        write_json({"file": found.pop("path"), **found})
    else:
        say(str(report))
    return int(bool(report.problems))
