"""Errors for objects that are neither a result nor a collection, with what to do instead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._errors import ArgumentTypeError
from ..archive._target import is_path
from ..results._collection import is_collection
from ..results._pack import is_ndresult


def not_a_collection(found: Any, path_or_stream: Any = None) -> ArgumentTypeError:
    """Return the error for what should have been a collection."""
    remedy = None
    if is_ndresult(found):
        remedy = "store_ndresult stores a single result"
    elif is_path(found) and is_collection(path_or_stream):
        remedy = "the path comes first, then the collection"
    elif isinstance(found, Iterable) and not isinstance(found, (str, bytes)):
        remedy = (
            "NDResultCollection.from_ndresults(name, results) makes one from results"
        )
    return _error("ndrcollection", "NDResultCollection", found, remedy)


def not_a_result(found: Any, path_or_stream: Any = None) -> ArgumentTypeError:
    """Return the error for what should have been a result."""
    remedy = None
    if is_collection(found):
        remedy = "store_ndresults_collection stores a collection"
    elif is_path(found) and is_ndresult(path_or_stream):
        remedy = "the path comes first, then the result"
    elif isinstance(found, Iterable) and not isinstance(found, (str, bytes)):
        remedy = (
            "store_ndresults_collection stores several, "
            "as NDResultCollection.from_ndresults(name, results)"
        )
    return _error("ndresult", "NDResult", found, remedy)


def check_name(name: Any) -> None:
    """Refuse a name of a collection that is not text.

    Raises
    ------
    ArgumentTypeError
        If it is none.

    """
    if not isinstance(name, str):
        raise ArgumentTypeError(key="name", expected="text", found=type(name).__name__)


def _error(
    key: str, expected: str, found: Any, remedy: str | None
) -> ArgumentTypeError:
    kind = type(found)
    return ArgumentTypeError(
        f"{key!r} must be an instance of {expected}, found {kind!r}",
        key=key,
        expected=f"an instance of {expected}",
        found=f"{kind.__module__}.{kind.__qualname__}",
        remedy=remedy,
    )
