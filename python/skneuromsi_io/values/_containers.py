"""Sets, and dicts whose keys are not text, as JSON values, and back.

Writer and reader ask the same of items and keys, which they have in :func:`checked`.
"""

from __future__ import annotations

import json
import pathlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np

from .._errors import UnstorableError
from ._numpy import expect

#: Items of one hash that a set or dict may hold in any case: each is compared with all others.
_FEW = 100

#: Scalars that may be compared, for a thousand numbers of one hash, or fewer tuples.
_MOST_COMPARED = 1_000_000

#: Keys of dicts that JSON turns into text.
_SCALARS = (str, int, float, bool, type(None))


#: Classes whose objects come back as they are.
_PLAIN = frozenset((str, int, float, bool, type(None), bytes, complex))


def checked(items: Iterable[Any]) -> list[Any]:
    """Return the items of a set, or keys of a dict, as a list.

    Raises
    ------
    ValueError
        If two of them are equal, or so many hash alike that a set or dict takes quadratic time.
    TypeError
        If one cannot be hashed.

    """
    found = list(items)
    if len(found) > _FEW:
        _check_alike(found, Counter(map(hash, found)))
    if len(set(found)) != len(found):
        raise ValueError("items that are equal")
    return found


def _check_alike(items: list[Any], alike: Counter[int]) -> None:
    if max(alike.values()) <= _FEW:
        return
    scalars: Counter[int] = Counter()
    for item in items:
        scalars[hash(item)] += _size_of(item)
    for value, count in alike.items():
        if count > _FEW and count * scalars[value] > _MOST_COMPARED:
            raise ValueError(f"{count} items of one hash")


def _size_of(item: Any) -> int:
    """Count the scalars that a comparison may look at."""
    count, pending = 0, [item]
    while pending:
        count += 1
        part = pending.pop()
        if isinstance(part, (tuple, frozenset)):
            pending += part
    return count


def check_storable(items: Collection[Any]) -> None:
    """Refuse items of a set, or keys of a dict, that come back as none.

    Raises
    ------
    UnstorableError
        With the reason; the caller names the key.

    """
    if len(items) <= _FEW and _PLAIN.issuperset(map(type, items)):
        # They come back as they are, and few.
        return
    try:
        checked(map(_as_stored, items))
    except (TypeError, ValueError) as error:
        raise UnstorableError(
            f"a set or dict of {error} cannot be stored; use a list"
        ) from error


#: Classes of which subclasses become their base.
_BASES: tuple[Any, ...] = (str, bool, int, float, complex, bytes)


#: Levels of tuples and sets in which a subclass is looked for: Python's stack has room for no more.
_LEVELS = 100


def _as_stored(item: Any, levels: int = _LEVELS) -> Any:
    """Return what equals the item that a file gives back."""
    if type(item) in _BASES or isinstance(item, np.generic):
        return item
    if isinstance(item, (tuple, frozenset)):
        if not levels:
            return item
        parts = [_as_stored(part, levels - 1) for part in item]
        return tuple(parts) if isinstance(item, tuple) else frozenset(parts)
    if isinstance(item, pathlib.PurePath):
        return str(item)
    if isinstance(item, str):
        return str.__str__(item)
    if isinstance(item, (Mapping, list, set, bytearray, np.ndarray)):
        raise TypeError(f"{type(item).__name__} objects, which become unhashable,")
    for cls in _BASES:
        if isinstance(item, cls):
            return cls.__new__(cls, item)
    return item


def as_pairs(value: Mapping[Any, Any]) -> tuple[Any, Any]:
    """Type and JSON value of a dict whose keys are not all text.

    Raises
    ------
    UnstorableError
        If the keys cannot be those of a dict again.

    """
    check_storable(value)
    keys = list(value)
    # json.dumps turns these keys into text; others it refuses.
    if all(type(key) in _SCALARS for key in keys):
        texts = list(map(_text, keys))
        if len(set(texts)) == len(keys):
            return ["keys", keys], dict(zip(texts, value.values(), strict=True))
    return "pairs", [[key, item] for key, item in value.items()]


def _text(key: Any) -> str:
    return key if type(key) is str else json.dumps(key)


def with_keys(value: dict[str, Any], keys: list[Any]) -> dict[Any, Any]:
    """Return the dict with these keys, whose texts the JSON object has."""
    if not all(type(key) in _SCALARS for key in expect(keys, list)):
        raise TypeError("keys that are not scalars")
    if list(map(_text, keys)) != list(expect(value, dict)):
        raise ValueError("keys of other text")
    return dict(zip(checked(keys), value.values(), strict=True))


def pairs(value: list[list[Any]]) -> dict[Any, Any]:
    """Return the dict of pairs of key and value."""
    for pair in expect(value, list):
        if len(expect(pair, list)) != 2:
            raise ValueError(f"{len(pair)} items where key and value are due")
    checked(key for key, _ in value)
    return dict(value)
