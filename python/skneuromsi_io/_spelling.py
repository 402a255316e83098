"""Values as tables show them."""

from __future__ import annotations

from typing import Any

from ._imported import imported

#: Arrays of more items are told by their shape.
_MOST_ITEMS = 10

#: Codes of the dtypes that Python has: text, bytes, booleans, integers, doubles and pairs of these.
_OF_PYTHON = frozenset("US?bBhHiIlLqQdD")


def spelled(value: Any) -> str:
    """Spell a value for a table: NumPy's numbers as Python's, long arrays by their shape."""
    if _is_of_numpy(value) and value.size > _MOST_ITEMS:
        return f"array of {value.dtype} {value.shape}"
    plain = as_python(value)
    return plain if isinstance(plain, str) else repr(plain)


def as_python(value: Any) -> Any:
    """Return NumPy's values as Python's that are spelled alike: dates are text, float32 0.1 is 0.1."""
    if not _is_of_numpy(value):
        return value
    if value.dtype.char in _OF_PYTHON:
        return value.tolist()
    if value.ndim:
        return [as_python(item) for item in value]
    scalar = value[()]
    if not _is_of_numpy(scalar):
        # An item of an array of objects.
        return scalar
    item, text = scalar.item(), str(scalar)
    if type(item) in (float, complex):
        return type(item)(text)
    # Dates, of which those of nanoseconds are integers, and long doubles, which Python has not.
    return text if scalar.dtype.kind in "mM" or _is_of_numpy(item) else item


def _is_of_numpy(value: Any) -> bool:
    # Who has an object of NumPy has imported it: the command line starts without.
    numpy = imported("numpy")
    return numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic))
