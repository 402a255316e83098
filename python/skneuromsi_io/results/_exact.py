"""Values of many results as one NumPy array, where NumPy neither rounds nor converts any of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

#: Sorts of values that NumPy may convert into each other; booleans are no numbers here.
_SORTS = {
    bool: "truth",
    np.bool_: "truth",
    int: "number",
    float: "number",
    complex: "complex",
    str: "text",
    np.str_: "text",
}

_OF_PYTHON = {bool, int, float, complex, str}


def as_column(values: Sequence[Any] | npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return values of one sort as NumPy has them where that keeps each, as objects otherwise."""
    if isinstance(values, np.ndarray):
        return values
    found = exact_array(values)
    return np.fromiter(values, object, len(values)) if found is None else found


def exact_array(values: Sequence[Any]) -> npt.NDArray[Any] | None:
    """Return values as an array of one dtype; None where they are of several sorts, or one would be another.

    Floats and integers are of one sort: 1 and 0.5 are floats, 2**60 + 1 and 0.5 are not. Text of NumPy that ends
    in NUL loses it.
    """
    types = set(map(type, values))
    sorts = {_sort_of(cls) for cls in types}
    if len(sorts) != 1 or None in sorts:
        return None
    array = np.array(values)
    if array.dtype.hasobject:
        return None
    found = array.tolist()
    # Lists of Python's own types compare as they are, unless there is a NaN.
    told = types <= _OF_PYTHON and found == [*values]
    return array if told or all(map(_are_same, found, values)) else None


def _sort_of(cls: type) -> Any:
    """Return the sort of a type; None where NumPy has no dtype for it."""
    if issubclass(cls, (np.integer, np.floating)):
        return "number"
    if issubclass(cls, np.generic) and not issubclass(cls, np.void):
        return _SORTS.get(cls, cls)
    return _SORTS.get(cls)


def _are_same(found: Any, value: Any) -> bool:
    """Return whether an item of an array is the value; NaN is NaN."""
    # As Python's numbers: NumPy rounds an integer to compare it with a float.
    own = value.item() if isinstance(value, np.generic) else value
    return bool(found == own or (found != found and own != own))
