"""NumPy arrays and scalars as JSON values, and back."""

from __future__ import annotations

import base64
import functools
import re
from typing import Any

import numpy as np
import numpy.typing as npt

from .._errors import UnstorableError

#: Dtypes as `numpy.dtype.str` has them. NumPy divides by the zero of ``<M8[s/0]``, which ends the process, and
#: gives ``(2,)f8`` to Python's parser: it is asked about nothing else. Nine digits fit the integers that it keeps.
_DTYPE = re.compile(
    r"[<>|=]?[biufcmMUSO][0-9]{0,9}"
    r"(\[([1-9][0-9]{0,8})?(Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?"
)

#: Dimensions and elements that a NumPy array can have.
_MOST_DIMS, _MOST_SIZE = 64, 2**63

#: Memory that the arrays of text of a document may take whatever their text. Their dtype states a width, which may
#: be false: ``["array", "<U1000000000", [1000]]`` is a line of JSON and 4 TB.
_FREE_TEXT_BYTES = 64 << 20

#: Beyond it, how many bytes of memory for each character of the texts.
_TEXT_BYTES_PER_CHARACTER = 64


def check_storable(dtype: np.dtype[Any]) -> None:
    """Refuse what has no JSON form: structures, long doubles.

    Raises
    ------
    UnstorableError
        With the reason; the caller names the key.

    """
    kind = dtype.kind
    wide = kind in "fc" and dtype.itemsize > (8 if kind == "f" else 16)
    if kind not in "biufcmMUSO" or wide or dtype.hasobject != (kind == "O"):
        raise UnstorableError(
            f"an array of dtype {dtype} cannot be stored; convert it to integers, "
            "floats, complex numbers, text or dates"
        )


def scalar_value(value: Any) -> Any:
    """JSON value of a NumPy scalar.

    Raises
    ------
    UnstorableError
        If its dtype has none.

    """
    dtype = value.dtype
    if dtype.kind in "biu" or (dtype.kind == "f" and dtype.itemsize <= 8):
        return value.item()
    if dtype.kind == "c" and dtype.itemsize <= 16:
        return [float(value.real), float(value.imag)]
    if dtype.kind in "mM":
        return int(value.view("i8"))
    if dtype.kind == "U":
        return str(value)
    if dtype.kind == "S":
        return base64.b64encode(value).decode()
    raise UnstorableError(f"a NumPy scalar of dtype {dtype} cannot be stored")


def listed(array: npt.NDArray[Any], budget: TextBudget) -> Any:
    """Nested lists of an array, as upstream's JSON shows them where it can."""
    kind = array.dtype.kind
    if kind in "cmM":
        return carrier(array).tolist()
    if kind == "S" and array.size:
        array = np.char.decode(array, "latin-1")
    if kind in "US" and not budget.fits(array.dtype, array.reshape(-1).tolist()):
        raise UnstorableError(
            f"an array of dtype {array.dtype} is much wider than its texts; convert it "
            "to dtype object"
        )
    return array.tolist()


def carrier(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Little-endian numbers that NetCDF can hold, with the bits of `array`.

    Booleans become uint8, half floats uint16, complex numbers pairs of floats in a last axis of two, dates and
    durations int64.
    """
    array = np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")
    kind = array.dtype.kind
    if kind == "b":
        return array.view("u1")
    if array.dtype == np.float16:
        return array.view("<u2")
    if kind in "mM":
        return array.view("<i8")
    if kind == "c":
        real = np.dtype(f"<f{array.dtype.itemsize // 2}")
        return array.reshape(-1).view(real).reshape((*array.shape, 2))
    return array


class TextBudget:
    """Memory that a document's arrays of text may still take out of proportion to their texts."""

    def __init__(self) -> None:
        self._left = _FREE_TEXT_BYTES

    def fits(self, dtype: np.dtype[Any], texts: list[str]) -> bool:
        """Whether there is memory left for an array of these texts, which takes it."""
        due = _TEXT_BYTES_PER_CHARACTER * sum(map(len, texts))
        self._left -= max(0, dtype.itemsize * len(texts) - due)
        return self._left >= 0


def expect(value: Any, cls: type) -> Any:
    """Return `value` if it is a `cls`; a TypeError otherwise."""
    if not isinstance(value, cls):
        raise TypeError(f"{type(value).__name__} where {cls.__name__} is due")
    return value


def dtype_of(name: Any, kinds: str = "biufcmMUSO") -> np.dtype[Any]:
    """Return the dtype of one of these kinds that a file names; a TypeError for others."""
    dtype = _dtype(expect(name, str))
    if dtype.kind not in kinds:
        raise TypeError(f"dtype {name!r}")
    return dtype


@functools.lru_cache(maxsize=256)
def _dtype(name: str) -> np.dtype[Any]:
    if _DTYPE.fullmatch(name) is None:
        raise TypeError(f"dtype {name!r:.80}")
    dtype: np.dtype[Any] = np.dtype(name)
    if dtype.str != name:
        raise TypeError(f"dtype {name!r}")
    return dtype


def restore_scalar(value: Any, name: str) -> Any:
    """NumPy scalar of dtype `name` from its JSON value."""
    dtype = dtype_of(name, "biufcmMUS")
    if dtype.kind == "c":
        real, imag = value
        return dtype.type(complex(real, imag))
    if dtype.kind in "mM":
        return np.array(value, dtype="i8").view(dtype.newbyteorder("="))[()]
    if dtype.kind == "S":
        return dtype.type(base64.b64decode(value, validate=True))
    if dtype.kind == "U":
        return dtype.type(expect(value, str))
    return _numbers(value, [], dtype)[0]


def restore_array(
    value: Any, budget: TextBudget, name: str, shape: list[int]
) -> npt.NDArray[Any]:
    """Array of dtype `name` and `shape` from nested lists."""
    dtype = dtype_of(name)
    size = _size(shape)
    if dtype.kind in "biuf":
        return _numbers(value, shape, dtype).reshape(shape)
    if dtype.kind == "O":
        return _objects(value, shape, size)
    if dtype.kind in "cmM":
        carried = carrier(np.empty(0, dtype=dtype)).dtype
        tail = [2] if dtype.kind == "c" else []
        flat = _numbers(value, [*shape, *tail], carried)
        flat = flat.view(dtype.newbyteorder("<"))
    else:
        flat = _texts(_flat(value, shape), dtype, budget)
    if flat.size != size:
        raise ValueError(f"{flat.size} items for the shape {shape}")
    return flat.astype(dtype, copy=False).reshape(shape)


#: What JSON has for numbers of a kind of dtype; for others, integers.
_JSON_TYPES: dict[str, set[type]] = {"b": {bool}, "f": {float, int}}
_INTEGERS: set[type] = {int}


def _numbers(value: Any, shape: list[int], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Array of what JSON writes for numbers of `dtype`: NumPy would take None, text and truth for numbers too."""
    items = _flat(value, shape)
    right = _JSON_TYPES.get(dtype.kind, _INTEGERS)
    if not right.issuperset(map(type, items)):
        wrong = set(map(type, items)) - right
        raise TypeError(f"{wrong.pop().__name__} where {dtype} is due")
    return np.array(items, dtype=dtype)


def _flat(value: Any, shape: list[int]) -> list[Any]:
    items = [value]
    for length in shape:
        items = [item for row in items for item in _row(row, length)]
    return items


def _objects(value: Any, shape: list[int], size: int) -> npt.NDArray[Any]:
    items = _flat(value, shape)
    if len(items) != size:
        raise ValueError(f"{len(items)} items for the shape {shape}")
    flat = np.empty(len(items), dtype=object)
    flat[:] = items
    return flat.reshape(shape)


def _texts(
    items: list[str], dtype: np.dtype[Any], budget: TextBudget
) -> npt.NDArray[Any]:
    if not budget.fits(dtype, items):
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
    carried: npt.NDArray[Any], name: str, shape: list[int]
) -> npt.NDArray[Any]:
    """Array of dtype `name` and `shape` whose bits `carried` has; see :func:`carrier`."""
    dtype = dtype_of(name, "biufcmM")
    expected = carrier(np.empty(0, dtype=dtype)).dtype
    tail = [2] if dtype.kind == "c" else []
    _size(shape)
    if carried.dtype != expected or list(carried.shape) != [*shape, *tail]:
        raise ValueError(f"an array of dtype {carried.dtype}, shape {carried.shape}")
    if carried.dtype == dtype:
        return carried
    little = dtype.newbyteorder("<")
    return carried.reshape(-1).view(little).reshape(shape).astype(dtype, copy=False)
