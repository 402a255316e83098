"""Search of a document for the value that the native encoder cannot write."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .. import _native
from .._errors import UnstorableError
from . import _xarray_pandas
from ._budget import Budget

#: Levels of nesting that the native encoder writes.
_MOST_LEVELS = _native.constants()["nesting"]

#: Code points that JSON's escapes make one character of.
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")

_Path = tuple[Any, ...]


def unstorable(document: dict[str, Any], error: ValueError) -> UnstorableError:
    """Return what to raise for an error of the encoder, with the key of what nests too deep or is too large."""
    pending: list[tuple[_Path, Any]] = [((), document)]
    while pending:
        path, value = pending.pop()
        plain = isinstance(value, (str, int, float, type(None)))
        if len(path) >= _MOST_LEVELS and not plain:
            return UnstorableError(
                f"more than {_MOST_LEVELS} levels of nesting, or a value that contains "
                "itself, cannot be stored; flatten it",
                key=f"{show(path[:6])}...",
            )
        if isinstance(value, int) and not _has_text(value):
            return UnstorableError(
                f"an integer of more than {sys.get_int_max_str_digits()} digits cannot "
                "be stored; see sys.set_int_max_str_digits()",
                key=show(path),
            )
        if isinstance(value, str) and _SURROGATES.search(value) is not None:
            return UnstorableError(
                "text in which two surrogates follow each other cannot be stored; JSON "
                "makes one character of them",
                key=show(path),
            )
        # The first is on top.
        pending += reversed([((*path, key), part) for key, part in _parts(value)])
    return UnstorableError(str(error), key="metadata")


def show(path: _Path) -> str:
    """Return a path as a user would write it, without the document's outer key."""
    inner = path[1:] if path[:1] == ("object_kwargs",) else path
    first, *rest = inner or ("metadata",)
    return str(first) + "".join(f"[{part!r}]" for part in rest)


def _parts(value: Any) -> Iterable[tuple[Any, Any]]:
    labelled = _xarray_pandas.reduce(value, Budget())
    if labelled is not None:
        value = labelled.parts
    if isinstance(value, Mapping):
        keys = [(f"key {number}", key) for number, key in enumerate(value)]
        # Keys come first: what is wrong with one is told before it is shown in a path.
        return [*keys, *value.items()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return enumerate(value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "O":
        return enumerate(value.flat)
    return ()


def _has_text(number: int) -> bool:
    try:
        int.__repr__(number)
    except ValueError:
        return False
    return True
