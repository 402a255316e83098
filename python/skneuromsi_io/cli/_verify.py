"""``verify``: check every byte of files."""

from __future__ import annotations

import dataclasses
from typing import Any

import click

from ..files._verify import verify as verified
from ._failures import each, for_verbs
from ._options import as_json, files, progress, storage_options
from ._output import say, write_json


@click.command()
@files
@storage_options
@as_json
def verify(
    files: tuple[str, ...], storage_options: dict[str, Any] | None, as_json: bool
) -> int:
    """Check every byte of files, and report each problem.

    The exit status is 1 if there is one.
    """

    def check(file: str) -> bool:
        found = for_verbs(
            verified(file, storage_options=storage_options, tqdm_cls=progress())
        )
        if as_json:
            fields = dataclasses.asdict(found)
            write_json({"file": fields.pop("path"), "ok": found.ok, **fields})
        else:
            say(str(found))
        return found.ok

    return each(files, check)
