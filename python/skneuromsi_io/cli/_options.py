"""Arguments and options that several verbs have."""

from __future__ import annotations

import contextlib
import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ._failures import Failure


class _Setting(click.ParamType):  # type: ignore[type-arg]
    """An option that is a name and a value."""

    name = "setting"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, Any]:
        key, sign, text = value.partition("=")
        if not (key and sign):
            self.fail(f"expected KEY=VALUE, found {value!r}", param, ctx)
        with contextlib.suppress(ValueError):
            return key, json.loads(text)
        return key, text


#: A path or a URL; whether it is there is told by who opens it.
FILE = click.Path()

one_file = click.argument("file", metavar="FILE", type=FILE)
files = click.argument("files", metavar="FILE...", type=FILE, nargs=-1, required=True)
storage_options = click.option(
    "--storage-option",
    "storage_options",
    metavar="KEY=VALUE",
    type=_Setting(),
    multiple=True,
    callback=lambda _context, _parameter, settings: dict(settings) or None,
    help="For a URL, what fsspec's file system takes; may be given several times. A "
    "value that is JSON is read as such.",
)
as_json = click.option(
    "--json", "as_json", is_flag=True, help="Write JSON, one object a line."
)
overwrite = click.option(
    "--overwrite", is_flag=True, help="Replace the output if it is there."
)


def check_output(out: str, overwrite: bool) -> None:
    """Refuse to replace a file or a folder that nobody said should be replaced.

    Raises
    ------
    click.UsageError
        If it is "-", by which other programs mean their standard output.
    Failure
        If it is there.

    """
    if out == "-":
        raise click.UsageError(
            "-: expected a path; that of standard output is /dev/stdout, "
            "and ./- that of a file of this name"
        )
    path = Path(out)
    # A pipe or a device is not replaced, but written to.
    if not overwrite and (path.is_file() or path.is_dir()):
        raise Failure(f"{out}: is there already; pass --overwrite to replace it")


def progress() -> Callable[..., Any] | None:
    """Return what makes a progress bar if a person watches, None otherwise."""
    if not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    # Of work that takes a moment only, nothing is seen.
    return functools.partial(tqdm, leave=False, delay=0.5)
