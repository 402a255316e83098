"""``merge``: join files into one."""

from __future__ import annotations

import json
from typing import Any

import click

from ..files._merge import merge as merged
from ._options import (
    as_json,
    files,
    overwrite,
    progress,
    settle_output,
    storage_options,
)
from ._output import say, write_json


class _JsonObject(click.ParamType):  # type: ignore[type-arg]
    """An option that is a JSON object."""

    name = "json"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> dict[str, Any]:
        try:
            document = json.loads(value)
        except ValueError as error:
            self.fail(f"{value!r} is not JSON ({error})", param, ctx)
        if not isinstance(document, dict):
            self.fail(f"expected a JSON object, found {value!r}", param, ctx)
        return document


@click.command()
@files
@click.option(
    "--out", metavar="OUT", required=True, type=click.Path(), help="The new file."
)
@click.option("--name", help="Name of the collection, where the files differ in it.")
@click.option(
    "--metadata",
    metavar="JSON",
    type=_JsonObject(),
    help="Your metadata, a JSON object, where the files differ in them.",
)
@storage_options
@overwrite
@as_json
def merge(
    files: tuple[str, ...],
    out: str,
    name: str | None,
    metadata: dict[str, Any] | None,
    storage_options: dict[str, Any] | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Join files, shards of a sweep and .partial files of killed writers into one file."""
    settle_output(out, overwrite)
    size = merged(
        files,
        out,
        name=name,
        metadata=metadata,
        storage_options=storage_options,
        tqdm_cls=progress(),
    )
    if as_json:
        write_json({"out": out, "results": size})
    else:
        say(f"{out}: {size} results")
