"""The order in which the items of a set are written: a set's own changes from process to process."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

#: Types whose values have an order, each with the way to a value of the type itself.
_ORDERED: dict[type, Any] = {
    int: int.__int__,
    str: str.__str__,
    bytes: bytes.__bytes__,
}

#: Levels of tuples and sets in a set that count for the order: no more than Python's stack has room for.
_LEVELS = 100


def in_order(items: Iterable[Any]) -> list[Any]:
    """List the items of a set, by type and value.

    The same set is so the same text, and a stored file the same bytes, whatever the hashes are.
    """
    return sorted(items, key=lambda item: _place(item, _LEVELS))


def _place(item: Any, levels: int) -> tuple[str, Any, str]:
    """Return what an item is sorted by; the first part says of which type the second is."""
    name = f"{type(item).__module__}.{type(item).__qualname__}"
    for base, value_of in _ORDERED.items():
        if isinstance(item, base):
            return base.__name__, value_of(item), name
    if isinstance(item, (tuple, frozenset)):
        parts = [_place(part, levels - 1) for part in item] if levels else []
        unordered = isinstance(item, frozenset)
        return "sequence", sorted(parts) if unordered else parts, name
    # Floats too: NaN has no place among numbers.
    return "text", repr(item), name
