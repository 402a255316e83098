"""Keyword arguments that a function does not have, and the ones that were meant."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ._errors import ArgumentTypeError


def refuse_unknown(
    function: Callable[..., Any], options: Iterable[str], given: Mapping[str, Any]
) -> None:
    """Refuse keyword arguments that are neither a function's own nor among its options.

    Parameters
    ----------
    function : callable
        What the user called; the message has its name.
    options : iterable of str
        Names that its ``**kwargs`` take.
    given : mapping
        Its ``**kwargs``.

    Raises
    ------
    ArgumentTypeError
        A TypeError in Python's words. It suggests the nearest name, or lists all.

    """
    unknown = [name for name in given if name not in options]
    if not unknown:
        return
    named = [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is not parameter.VAR_KEYWORD and name != "self"
    ]
    known = [*named, *options]
    raise ArgumentTypeError(
        f"{function.__name__}() got an unexpected keyword argument {unknown[0]!r}",
        key=unknown[0],
        expected=f"one of {', '.join(known)}",
        found=repr(unknown[0]),
        remedy=did_you_mean(unknown[0], known) or f"it takes {', '.join(known)}",
    )


def nearest(found: object, choices: Iterable[str]) -> str | None:
    """Return the choice that is nearest to a text; None if none is near, or it is not a text."""
    if not isinstance(found, str):
        return None
    small = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(found.lower(), small, n=1)
    return small[near[0]] if near else None


def did_you_mean(found: object, choices: Iterable[str]) -> str | None:
    """Suggest the choice that is nearest to a text, if one is near."""
    near = nearest(found, choices)
    return None if near is None else f"did you mean {near!r}?"
