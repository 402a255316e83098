"""From JSON text and its table of types back to Python objects."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from .._errors import BadMetadataError
from . import _labelled
from ._encode import carrier

_Moment = TypeVar("_Moment", dt.datetime, dt.time)

#: Gives the array for the name in a descriptor.
ArrayOf = Callable[[str], npt.NDArray[Any]]


def loads(text: bytes, array_of: ArrayOf, *, skip: str | None = None) -> dict[str, Any]:
    """Decode a document, with its types restored.

    Parameters
    ----------
    text : bytes
        JSON.
    array_of : callable
        Gives the large array that a descriptor names; KeyError if there is none.
    skip : str, optional
        JSON pointer to the value that is left as JSON has it.

    Raises
    ------
    BadMetadataError
        If the text is no JSON object, or its table of types does not fit it.

    """
    document = loads_plain(text)
    types = document.pop("types", None)
    if types is None:
        return document
    if not isinstance(types, dict):
        raise BadMetadataError(f"'types': expected an object, found {types!r:.60}")
    # The deepest first: a container is restored after what it contains.
    for where in sorted(types, key=lambda pointer: -pointer.count("/")):
        if skip is None or not (where + "/").startswith(skip + "/"):
            _restore_at(document, where, types[where], array_of)
    return document


def loads_plain(text: bytes) -> dict[str, Any]:
    """Decode a document and leave its types as JSON has them."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMetadataError(f"expected JSON, found {error}") from error
    if not isinstance(document, dict):
        raise BadMetadataError(
            f"expected a JSON object, found {type(document).__name__}"
        )
    return document


def place(document: Any, arrays: Mapping[str, npt.NDArray[Any]]) -> Any:
    """Replace every string that is a key of `arrays` by its array."""
    if isinstance(document, str):
        return arrays.get(document, document)
    if isinstance(document, dict):
        return {key: place(value, arrays) for key, value in document.items()}
    if isinstance(document, list):
        return [place(value, arrays) for value in document]
    return document


def _restore_at(document: Any, where: str, name: Any, array_of: ArrayOf) -> None:
    first, *parts = [
        part.replace("~1", "/").replace("~0", "~") for part in where.split("/")
    ]
    if first or not parts:
        raise BadMetadataError(f"'types': expected a JSON pointer, found {where!r}")
    try:
        holder = document
        for part in parts[:-1]:
            holder = holder[_step(holder, part)]
        key = _step(holder, parts[-1])
        holder[key] = _restore(holder[key], name, array_of)
    except BadMetadataError as error:
        raise BadMetadataError(f"types at {where!r}: {error}") from error
    except _WRONG as error:
        raise BadMetadataError(
            f"types at {where!r}: expected a value that fits {name!r:.80}, found one "
            f"that does not ({type(error).__name__}: {error})"
        ) from error


#: What restoring a value raises when text and type contradict each other.
_WRONG = (
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
    MemoryError,
    RecursionError,
)


def _step(holder: Any, part: str) -> Any:
    if isinstance(holder, list):
        return int(part)
    if isinstance(holder, dict):
        return part
    raise BadMetadataError(f"no value is there: {type(holder).__name__} has no parts")


def _restore(value: Any, name: Any, array_of: ArrayOf) -> Any:
    args: list[Any] = []
    if isinstance(name, list) and name:
        name, *args = name
    restore = _DECODERS.get(name) if isinstance(name, str) else None
    if restore is None:
        raise BadMetadataError(f"unknown type {name!r:.60}")
    if name == "external":
        return _external(value, *args, array_of=array_of)
    return restore(value, *args)


def _expect(value: Any, cls: type) -> Any:
    if not isinstance(value, cls):
        raise TypeError(f"{type(value).__name__} where {cls.__name__} is due")
    return value


def _datetime(value: str, *zone: Any) -> dt.datetime:
    return _zoned(dt.datetime.fromisoformat(value), *zone)


def _time(value: str, *zone: Any) -> dt.time:
    return _zoned(dt.time.fromisoformat(value), *zone)


def _zoned(
    moment: _Moment, key: Any = None, fold: int = 0, title: Any = None
) -> _Moment:
    import zoneinfo

    if title is not None:
        moment = moment.replace(
            tzinfo=dt.timezone(_expect(moment.utcoffset(), dt.timedelta), title)
        )
    if key is None:
        return moment.replace(fold=fold)
    try:
        return moment.replace(tzinfo=zoneinfo.ZoneInfo(key), fold=fold)
    except zoneinfo.ZoneInfoNotFoundError as error:
        raise BadMetadataError(
            f"time zone {key!r} is not known here; install the package tzdata"
        ) from error


def _dtype(name: str, kinds: str) -> np.dtype[Any]:
    dtype: np.dtype[Any] = np.dtype(_expect(name, str))
    if dtype.kind not in kinds or dtype.str != name:
        raise TypeError(f"dtype {name!r}")
    return dtype


def _scalar(value: Any, name: str) -> Any:
    dtype = _dtype(name, "biufcmMUS")
    if dtype.kind == "c":
        real, imag = value
        return dtype.type(complex(real, imag))
    if dtype.kind in "mM":
        return np.array(value, dtype="i8").view(dtype.newbyteorder("="))[()]
    if dtype.kind == "S":
        return dtype.type(base64.b64decode(value, validate=True))
    return dtype.type(value)


def _array(value: Any, name: str, shape: list[int]) -> npt.NDArray[Any]:
    dtype = _dtype(name, "biufcmMUSO")
    size = _size(shape)
    if dtype.kind == "O":
        return _objects(value, shape, size)
    if dtype.kind in "cmM":
        carried = carrier(np.empty(0, dtype=dtype)).dtype
        flat = np.array(value, dtype=carried).reshape(-1)
        flat = flat.view(dtype.newbyteorder("<"))
    elif dtype.kind == "S":
        flat = np.array(value, dtype=str).reshape(-1)
        flat = np.array([text.encode("latin-1") for text in flat], dtype=dtype)
    else:
        flat = np.array(value, dtype=dtype).reshape(-1)
    if flat.size != size:
        raise ValueError(f"{flat.size} items for the shape {shape}")
    return flat.astype(dtype, copy=False).reshape(shape)


def _objects(value: Any, shape: list[int], size: int) -> npt.NDArray[Any]:
    items = [value]
    for length in shape:
        items = [item for row in items for item in _row(row, length)]
    flat = np.empty(len(items), dtype=object)
    flat[:] = items
    if len(items) != size:
        raise ValueError(f"{len(items)} items for the shape {shape}")
    return flat.reshape(shape)


def _row(row: Any, length: int) -> list[Any]:
    if len(_expect(row, list)) != length:
        raise ValueError(f"{len(row)} items in a row of {length}")
    return list(row)


def _size(shape: Any) -> int:
    size = 1
    for length in _expect(shape, list):
        if type(length) is not int or length < 0:
            raise ValueError(f"shape {shape}")
        size *= length
    return size


def _external(
    value: Any, name: str, shape: list[int], *, array_of: ArrayOf
) -> npt.NDArray[Any]:
    dtype = _dtype(name, "biufcmM")
    carried = array_of(_expect(_expect(value, dict)["netcdf"], str))
    expected = carrier(np.empty(0, dtype=dtype)).dtype
    tail = [2] if dtype.kind == "c" else []
    _size(shape)
    if carried.dtype != expected or list(carried.shape) != [*shape, *tail]:
        raise ValueError(f"an array of dtype {carried.dtype}, shape {carried.shape}")
    if carried.dtype == dtype:
        return carried
    little = dtype.newbyteorder("<")
    return carried.reshape(-1).view(little).reshape(shape).astype(dtype, copy=False)


def _keys(value: dict[str, Any], keys: list[Any]) -> dict[Any, Any]:
    if not all(type(key) in (str, int, float, bool, type(None)) for key in keys):
        raise TypeError("keys that are no scalars")
    return dict(zip(keys, _expect(value, dict).values(), strict=True))


def _pairs(value: list[Any]) -> dict[Any, Any]:
    return dict(_expect(value, list))


_DECODERS: dict[str, Callable[..., Any]] = {
    "tuple": lambda value: tuple(_expect(value, list)),
    "set": lambda value: set(_expect(value, list)),
    "frozenset": lambda value: frozenset(_expect(value, list)),
    "complex": lambda value: complex(*value),
    "bytes": lambda value: base64.b64decode(value, validate=True),
    "bytearray": lambda value: bytearray(base64.b64decode(value, validate=True)),
    "datetime": _datetime,
    "date": dt.date.fromisoformat,
    "time": _time,
    "timedelta": lambda value: dt.timedelta(*value),
    "scalar": _scalar,
    "array": _array,
    "external": _external,
    "keys": _keys,
    "pairs": _pairs,
    "object": _labelled.restore,
}
