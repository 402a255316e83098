"""Arguments and options that several verbs have."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import stat
import sys
from collections.abc import Callable
from typing import Any

import click

from ..archive._special import is_special
from ..archive._target import status_of
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


def settle_output(out: str, overwrite: bool) -> None:
    """Refuse to replace a file or a folder that nobody said should be replaced.

    Where the output is standard output, what the verb says goes to stderr.

    Raises
    ------
    click.UsageError
        If it is "-", by which other programs mean their standard output.
    Failure
        If it is there, or is a descriptor of a file that is not empty.

    """
    if out == "-":
        raise click.UsageError(
            "-: expected a path; that of standard output is /dev/stdout, "
            "and ./- that of a file of this name"
        )
    status = status_of(out)
    if status is None:
        return
    if is_written_to(out, status):
        if stat.S_ISREG(status.st_mode) and status.st_size and not overwrite:
            # To open it empties it, although a shell that was told ">>" keeps what is there.
            raise Failure(
                f"{out}: leads to a file that is not empty; append through a pipe "
                "(| cat >> FILE), or pass --overwrite to replace what is there"
            )
        if _is_standard_output(status):
            to_stderr = contextlib.redirect_stdout(sys.stderr)
            click.get_current_context().with_resource(to_stderr)
    elif not overwrite:
        raise Failure(f"{out}: is there already; pass --overwrite to replace it")


def is_written_to(out: str, status: os.stat_result) -> bool:
    """Return whether what is there is a pipe, a device or a descriptor, which is not replaced."""
    return not stat.S_ISDIR(status.st_mode) and is_special(out, status)


def _is_standard_output(status: os.stat_result) -> bool:
    # A stand-in for it, in a test or in a program that calls this one, may have no descriptor.
    with contextlib.suppress(OSError, ValueError):
        return os.path.samestat(status, os.fstat(sys.stdout.fileno()))
    return False


def progress() -> Callable[..., Any] | None:
    """Return what makes a progress bar if a person watches, None otherwise."""
    if not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    # No bar is shown for work that takes a moment only.
    return functools.partial(tqdm, leave=False, delay=0.5)
