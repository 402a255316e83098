"""Output: aligned in a terminal, separated by tabs in a pipe, or JSON."""

from __future__ import annotations

import itertools
import json
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from .._spelling import as_python

#: Decimal units of sizes.
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")

#: Characters of one value that a table shows.
_WIDEST = 60


def in_terminal() -> bool:
    """Return whether a person reads the output."""
    return sys.stdout.isatty()


def printable(text: str) -> str:
    """Escape what no terminal should get from a file: control characters, halves of letters."""
    return "".join(
        letter
        if letter.isprintable()
        else letter.encode("unicode_escape", "surrogatepass").decode()
        for letter in text
    )


def printable_lines(text: str) -> str:
    """Escape as :func:`printable`, line by line."""
    return "\n".join(map(printable, text.split("\n")))


class ClosedPipe(Exception):  # noqa: N818 - no error: the reader has seen enough
    """Nobody reads the output any more."""


def say(text: str) -> None:
    """Write lines."""
    _write(printable_lines(text))


def _write(line: str) -> None:
    try:
        print(line)
    except BrokenPipeError:
        # click ends the process at one, with the status of a problem.
        raise ClosedPipe from None


def flush() -> None:
    """Write what is still buffered."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise ClosedPipe from None


def warn(text: str) -> None:
    """Write lines to stderr."""
    print(printable_lines(text), file=sys.stderr)


def write_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table: whole and aligned in a terminal, row by row into a pipe."""
    if not in_terminal():
        for row in itertools.chain((header,), rows):
            _write("\t".join(printable(value) for value in row))
        return
    # Here, as a pipe does without.
    from tabulate import tabulate

    values = [*rows]
    columns = zip(*values, strict=True)
    alignment = ["right" if all(map(_is_quantity, one)) else "left" for one in columns]
    cells = [[_short(printable(value)) for value in row] for row in values]
    # The names as a row: tabulate makes columns wider than their headers.
    aligned = tabulate(
        [[*map(printable, header)], *cells],
        tablefmt="plain",
        # Numbers stay as they are spelled.
        disable_numparse=True,
        colalign=alignment,
    )
    _write(aligned)


def write_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Write names and what they stand for; a name that comes again is not shown again in a terminal."""
    width = max(len(name) for name, _ in pairs) if in_terminal() else 0
    before = ""
    for name, value in pairs:
        if not width:
            _write(f"{name}\t{printable(value)}")
        else:
            shown = "" if name == before else name
            _write(f"{shown:<{width}}  {_short(printable(value), 200)}")
        before = name


def write_json(document: dict[str, Any]) -> None:
    """Write a JSON object as one line."""
    _write(json.dumps(plain(document), allow_nan=False))


def plain(value: Any) -> Any:
    """Return a value as JSON has it: NaN and infinity are null, what has no other form is text."""
    value = as_python(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return plain(value.tolist()) if hasattr(value, "tolist") else str(value)


def human_size(size: int) -> str:
    """Spell a number of bytes in decimal units."""
    if size < 1000:
        return f"{size} B"
    number, power = size / 1000, 1
    # As it is rounded: 999,960 bytes are 1.0 MB.
    while round(number, 1) >= 1000 and power < 5:
        number, power = number / 1000, power + 1
    return f"{number:.1f} {_UNITS[power]}"


def _is_quantity(text: str) -> bool:
    """Return whether it is a number or a size."""
    number, _, unit = text.partition(" ")
    if unit not in ("", *_UNITS):
        return False
    try:
        float(number)
    except ValueError:
        return False
    return True


def _short(text: str, widest: int = _WIDEST) -> str:
    return text if len(text) <= widest else f"{text[: widest - 3]}..."
