"""Keyword arguments that a function does not have, and the ones that were meant."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ParamSpec, TypeVar

from ._errors import ArgumentTypeError

P = ParamSpec("P")
R = TypeVar("R")


def names_unknown(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function without ``**kwargs`` refuse unknown keyword arguments as :func:`refuse_unknown` does."""
    known = frozenset(inspect.signature(function).parameters)

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        if not known.issuperset(kwargs):
            unknown = {name: kwargs[name] for name in kwargs if name not in known}
            refuse_unknown(function, (), unknown)
        return function(*args, **kwargs)

    return call


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
        f"{_called(function)}() got an unexpected keyword argument {unknown[0]!r}",
        key=unknown[0],
        expected=f"one of {', '.join(known)}",
        found=repr(unknown[0]),
        remedy=did_you_mean(unknown[0], known) or f"it takes {', '.join(known)}",
    )


def _called(function: Callable[..., Any]) -> str:
    """Return the name by which a user calls it: that of the class for its constructor."""
    name = function.__name__
    return function.__qualname__.split(".")[-2] if name == "__init__" else name


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
