"""``convert``: write a file in another format."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ..archive._target import refuse_same_file
from ..files._store import to_ndc
from ._export import Source, write_csv, write_netcdf, write_zarr
from ._options import FILE, as_json, overwrite, progress, settle_output, storage_options
from ._output import say, write_json

#: Formats by the extensions of files.
_BY_EXTENSION = {
    ".ndc": "ndc",
    ".zarr": "zarr",
    ".nc": "netcdf",
    ".nc4": "netcdf",
    ".csv": "csv",
}


def _write_ndc(source: Source, out: str, format_version: float) -> int:
    """Store all results, and the user's metadata; return the number of results."""
    metadata = source.metadata()
    with source.scan() as collection:
        to_ndc(
            out,
            collection,
            metadata=metadata,
            tqdm_cls=progress(),
            format_version=format_version,
        )
        return len(collection)


_FORMATS: dict[str, Callable[[Source, str], int]] = {
    "ndc": functools.partial(_write_ndc, format_version=0.2),
    "ndc-0.1": functools.partial(_write_ndc, format_version=0.1),
    "zarr": write_zarr,
    "netcdf": write_netcdf,
    "csv": write_csv,
}


@click.command()
@click.argument("file", metavar="IN", type=FILE)
@click.argument("out", type=click.Path())
@click.option(
    "--to",
    "name",
    type=click.Choice([*_FORMATS]),
    help="Format of the output; by default that of its extension.",
)
@storage_options
@overwrite
@as_json
def convert(
    file: str,
    out: str,
    name: str | None,
    storage_options: dict[str, Any] | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Write a file in another format.

    OUT ends in .ndc: the current format, where nothing is lost; in .zarr or .nc: all
    results in one Dataset, stacked along "run"; or in .csv: a table of the run
    parameters, without arrays. With --to ndc-0.1 it is what scikit-neuromsi 1.0.2 writes.
    """
    settle_output(out, overwrite)
    name = name or _BY_EXTENSION.get(Path(out).suffix.lower())
    if name is None:
        raise click.UsageError(
            f"{out}: the extension is none of {', '.join(_BY_EXTENSION)}; say with "
            "--to what to write"
        )
    refuse_same_file(file, out, "another file than the one that is read")
    size = _FORMATS[name](Source(file, storage_options), out)
    if as_json:
        write_json({"out": out, "format": name, "results": size})
    else:
        say(f"{out}: {size} results as {name}")
