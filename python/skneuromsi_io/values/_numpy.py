"""NumPy arrays and scalars as JSON values, and back."""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .._errors import UnstorableError
from ._budget import Budget
from ._dtypes import NUMBERS, carrier, dtype_of, kind_of

#: Dimensions and elements that a NumPy array can have.
_MOST_DIMS, _MOST_SIZE = 64, 2**63

#: Bytes of memory that are due to each character of the texts of an array.
_TEXT_BYTES_PER_CHARACTER = 64


def scalar_value(value: Any) -> Any:
    """JSON value of a NumPy scalar.

    Raises
    ------
    UnstorableError
        If its dtype has none.

    """
    kind = kind_of(value.dtype)
    if kind == "U":
        return str(value)
    if kind == "S":
        return base64.b64encode(value).decode()
    if kind not in NUMBERS:
        raise UnstorableError(f"a NumPy scalar of dtype {value.dtype} cannot be stored")
    return _number_lists(np.asarray(value))


def listed(array: npt.NDArray[Any], budget: Budget) -> Any:
    """Nested lists of an array, as upstream's JSON shows them where it can."""
    kind = kind_of(array.dtype)
    if kind in NUMBERS:
        return _number_lists(array)
    if kind == "T":
        objects = array.astype(object)
        texts = np.frompyfunc(
            lambda item: item if isinstance(item, str) else None, 1, 1
        )
        return np.asarray(texts(objects), dtype=object).tolist()
    if kind == "S" and array.size:
        array = np.char.decode(array, "latin-1")
    if kind in "US" and not _fits(budget, array.dtype, array.reshape(-1).tolist()):
        raise UnstorableError(
            f"an array of dtype {array.dtype} is much wider than its texts; convert it "
            "to dtype object"
        )
    return array.tolist()


def _number_lists(array: npt.NDArray[Any]) -> Any:
    kind = kind_of(array.dtype)
    if kind == "e":
        return array.astype(_wide(array.dtype)).tolist()
    return carrier(array).tolist() if kind in "cmM" else array.tolist()


def _wide(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return NumPy's dtype that has all numbers of one of ml_dtypes."""
    return np.dtype("i8" if "int" in dtype.name else "f8")


def missing_of(dtype: np.dtype[Any]) -> list[str]:
    """Return the name of what a StringDType has for missing text, in a list; an empty one if it has nothing.

    Raises
    ------
    UnstorableError
        If it is an object that a file has no name for.

    """
    if not hasattr(dtype, "na_object"):
        return []
    missing = dtype.na_object
    # Others need not say whether they equal themselves: pandas.NA does not.
    if isinstance(missing, float) and math.isnan(missing):
        return ["nan"]
    if missing is None:
        return ["None"]
    raise UnstorableError(
        f"an array of {dtype} cannot be stored; use nan or None for missing text"
    )


#: Missing text of a StringDType, by the names that a file gives it.
_MISSING = {"nan": np.nan, "None": None}


def _fits(budget: Budget, dtype: np.dtype[Any], texts: list[str]) -> bool:
    """Return whether there is memory for an array of these texts, which takes it."""
    due = _TEXT_BYTES_PER_CHARACTER * sum(map(len, texts))
    return budget.allows(dtype.itemsize * len(texts), due)


def expect(value: Any, cls: type) -> Any:
    """Return `value` if it is a `cls`; a TypeError otherwise."""
    if not isinstance(value, cls):
        raise TypeError(f"{type(value).__name__} where {cls.__name__} is due")
    return value


def restore_scalar(value: Any, name: str) -> Any:
    """NumPy scalar of dtype `name` from its JSON value."""
    if name == "<f8" and type(value) is float:
        # Nearly all scalars, in 0.1 µs: an array of one takes 3.
        return np.float64(value)
    dtype = dtype_of(name, NUMBERS + "US")
    if dtype.kind not in "US":
        return _flat_numbers(value, [], dtype, kind_of(dtype))[0]
    text = expect(value, str)
    found = dtype.type(
        base64.b64decode(text, validate=True) if dtype.kind == "S" else text
    )
    if found.dtype != dtype:
        raise ValueError(f"text of dtype {found.dtype.str!r}")
    return found


def restore_array(
    value: Any, budget: Budget, name: str, shape: list[int], *missing: str
) -> npt.NDArray[Any]:
    """Array of dtype `name` and `shape` from nested lists."""
    dtype = dtype_of(name, NUMBERS + "USOT")
    size = _size(shape)
    kind = kind_of(dtype)
    if missing and kind != "T":
        raise TypeError(f"missing text in an array of dtype {name!r}")
    if kind in NUMBERS:
        flat = _flat_numbers(value, shape, dtype, kind)
    elif kind == "T":
        flat = _strings(_flat(value, shape), *missing)
    elif kind == "O":
        return _objects(value, shape, size)
    else:
        flat = _texts(_flat(value, shape), dtype, budget)
    if flat.size != size:
        raise ValueError(f"{flat.size} items for the shape {shape}")
    return flat.reshape(shape)


def _flat_numbers(
    value: Any, shape: list[int], dtype: np.dtype[Any], kind: str
) -> npt.NDArray[Any]:
    """Array of one dimension from nested lists of numbers of this shape; `kind` is that of the dtype."""
    if kind in "biuf":
        return _numbers(value, shape, dtype)
    if kind == "e":
        wide = _numbers(value, shape, _wide(dtype))
        small = wide.astype(dtype)
        if not np.array_equal(small.astype(wide.dtype), wide, equal_nan=True):
            raise ValueError(f"numbers that {dtype.name} has not")
        return small
    carried = carrier(np.empty(0, dtype=dtype)).dtype
    tail = [2] if kind == "c" else []
    flat = _numbers(value, [*shape, *tail], carried)
    return flat.view(dtype.newbyteorder("<")).astype(dtype, copy=False)


#: JSON's form of numbers of a kind of dtype; for others, integers.
_JSON_TYPES: dict[str, set[type]] = {"b": {bool}, "f": {float, int}}
_INTEGERS: set[type] = {int}

#: Bytes of the floats that have all numbers of JSON; overflow of others is an error.
_WIDEST_FLOAT = 8


def _numbers(value: Any, shape: list[int], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Array of what JSON writes for numbers of `dtype`: NumPy would take None, text and truth for numbers too."""
    items = _flat(value, shape)
    kind = dtype.kind
    right = _JSON_TYPES.get(kind, _INTEGERS)
    if not right.issuperset(map(type, items)):
        wrong = set(map(type, items)) - right
        raise TypeError(f"{wrong.pop().__name__} where {dtype} is due")
    if kind in "iu" and items:
        bounds = np.iinfo(dtype)
        if min(items) < bounds.min or max(items) > bounds.max:
            # NumPy 1 would wrap around.
            raise OverflowError(f"integers beyond {dtype}")
    if kind == "f" and dtype.itemsize < _WIDEST_FLOAT:
        with np.errstate(over="raise"):
            return np.array(items, dtype=dtype)
    return np.array(items, dtype=dtype)


def restore_complex(value: Any) -> complex:
    """Complex number of Python from its real and imaginary part."""
    real, imag = expect(value, list)
    if not {float, int}.issuperset((type(real), type(imag))):
        raise TypeError(f"the parts {value!r:.80}")
    return complex(real, imag)


def _flat(value: Any, shape: list[int]) -> list[Any]:
    if not shape:
        return [value]
    items = _row(value, shape[0])
    for length in shape[1:]:
        items = [item for row in items for item in _row(row, length)]
    return items


def _objects(value: Any, shape: list[int], size: int) -> npt.NDArray[Any]:
    items = _flat(value, shape)
    if len(items) != size:
        raise ValueError(f"{len(items)} items for the shape {shape}")
    flat = np.empty(len(items), dtype=object)
    flat[:] = items
    return flat.reshape(shape)


def _texts(items: list[str], dtype: np.dtype[Any], budget: Budget) -> npt.NDArray[Any]:
    if not _fits(budget, dtype, items):
        raise ValueError(f"dtype {dtype.str!r} for much shorter text")
    found: list[Any] = [expect(item, str) for item in items]
    width = dtype.itemsize
    if dtype.kind == "S":
        found = [text.encode("latin-1") for text in items]
    else:
        width //= np.dtype("U1").itemsize
    if any(len(item) > width for item in found):
        raise ValueError(f"longer text than dtype {dtype.str!r} holds")
    return np.array(found, dtype=dtype)


def _strings(items: list[Any], *missing: str) -> npt.NDArray[Any]:
    """Array of NumPy's text of any length, None being what is missing."""
    (absent,) = [_MISSING[name] for name in missing] or [np.nan]
    if None in items and not missing:
        raise TypeError("missing text where none may be missing")
    texts: Any = [absent if item is None else expect(item, str) for item in items]
    dtype: Any = np.dtypes.StringDType
    return np.array(texts, dtype=dtype(na_object=absent) if missing else dtype())


def _row(row: Any, length: int) -> list[Any]:
    items: list[Any] = expect(row, list)
    if len(items) != length:
        raise ValueError(f"{len(items)} items in a row of {length}")
    # The document's own list: who gets it only reads it.
    return items


def _size(shape: Any) -> int:
    size = 1
    if len(expect(shape, list)) > _MOST_DIMS:
        raise ValueError(f"{len(shape)} dimensions")
    for length in shape:
        if type(length) is not int or not 0 <= length < _MOST_SIZE:
            raise ValueError(f"shape {shape!r:.80}")
        size *= length
    if size >= _MOST_SIZE:
        raise ValueError(f"shape {shape}")
    return size


def restore_carried(
    carried: npt.NDArray[Any], descriptor: dict[str, Any], name: str, shape: list[int]
) -> npt.NDArray[Any]:
    """Array of dtype `name` and `shape` whose bits `carried` has; see :func:`carrier`."""
    told = descriptor["dtype"], descriptor["shape"]
    if told != (carried.dtype.str, list(carried.shape)):
        raise ValueError(f"an array of dtype {carried.dtype}, shape {carried.shape}")
    dtype = dtype_of(name, NUMBERS)
    expected = carrier(np.empty(0, dtype=dtype)).dtype
    tail = [2] if dtype.kind == "c" else []
    _size(shape)
    if carried.dtype != expected or list(carried.shape) != [*shape, *tail]:
        raise ValueError(f"an array of dtype {carried.dtype}, shape {carried.shape}")
    if carried.dtype == dtype:
        return carried
    little = dtype.newbyteorder("<")
    return carried.reshape(-1).view(little).reshape(shape).astype(dtype, copy=False)
