"""``verify``: check every byte of files."""

from __future__ import annotations

import dataclasses

import click

from .. import verify as verified
from ._failures import each
from ._options import as_json, files, progress
from ._output import say, write_json


@click.command()
@files
@as_json
def verify(files: tuple[str, ...], as_json: bool) -> int:
    """Check every byte of files, and report each problem.

    The exit status is 1 if there is one.
    """

    def check(file: str) -> bool:
        report = verified(file, tqdm_cls=progress())
        if as_json:
            write_json({"file": file, "ok": report.ok, **dataclasses.asdict(report)})
        else:
            say(str(report))
        return report.ok

    return each(files, check)
