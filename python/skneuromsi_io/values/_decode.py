"""Decoder of metadata: JSON text and a type map to Python objects."""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from .._errors import BadMetadataError, at, translating
from . import _containers, _datetimes, _numpy, _xarray_pandas
from ._budget import Budget
from ._numpy import expect
from ._type_map import TYPES

if TYPE_CHECKING:
    import numpy.typing as npt

#: Gives the array for the name in a descriptor.
ArrayOf = Callable[[str], "npt.NDArray[Any]"]


def loads(
    text: bytes,
    array_of: ArrayOf,
    *,
    skip: str | None = None,
    check: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """Decode a document, with its types restored.

    Parameters
    ----------
    text : bytes
        JSON.
    array_of : callable
        Gives the large array that a descriptor names, or raises MissingMemberError.
    skip : str, optional
        JSON pointer to the value that is left as JSON has it.
    check : callable, optional
        Gets the document as JSON has it, and raises what is wrong with it.

    Raises
    ------
    BadMetadataError
        If the text is not a JSON object, or its type map does not fit it.
    MissingMemberError
        If it names an array that is not there.

    """
    document = loads_plain(text)
    if check is not None:
        check(document)
    types = document.pop(TYPES, None)
    if types is None:
        return document
    if not isinstance(types, dict):
        raise BadMetadataError(key=TYPES, expected="an object", found=f"{types!r:.60}")
    once = _Once(array_of)
    pointers_of = _pointers if len(text) <= _MOST_KEPT_TEXT else _pointers.__wrapped__
    for pointer in pointers_of(tuple(types)):
        where = pointer.text
        if skip is None or not (where + "/").startswith(skip + "/"):
            _restore_at(document, pointer, types[where], once)
    return document


#: Pointers of longer texts are not kept: 64 type maps of them take 8 MB at most.
_MOST_KEPT_TEXT = 16 << 10


class _Pointer(NamedTuple):
    """A JSON pointer, taken apart.

    Attributes
    ----------
    text : str
    path : tuple of str or None
        What leads to the container of the value; None if it is not a pointer.
    key : str
        What leads from there to the value.

    """

    text: str
    path: tuple[str, ...] | None
    key: str


@functools.lru_cache(maxsize=64)
def _pointers(texts: tuple[str, ...]) -> tuple[_Pointer, ...]:
    """Take pointers apart, the deepest first: a container is restored after what it contains.

    The results of a sweep have the same pointers: those of two values take 3 µs.
    """
    deepest_first = sorted(texts, key=lambda text: -text.count("/"))
    return tuple(map(_pointer_of, deepest_first))


#: A tilde that RFC 6901 has no meaning for.
_NO_ESCAPE = re.compile(r"~(?![01])")


def _pointer_of(text: str) -> _Pointer:
    first, *path = [
        part.replace("~1", "/").replace("~0", "~") for part in text.split("/")
    ]
    if first or not path or _NO_ESCAPE.search(text) is not None:
        return _Pointer(text, None, "")
    return _Pointer(text, tuple(path[:-1]), path[-1])


class _Once:
    """Gives each array once: a small file could otherwise ask for a large one again and again.

    Attributes
    ----------
    budget : Budget
        Memory that the values of the document have left.

    """

    def __init__(self, array_of: ArrayOf):
        self.budget = Budget()
        self._array_of = array_of
        self._given: set[str] = set()

    def __call__(self, name: str) -> npt.NDArray[Any]:
        if name in self._given:
            raise ValueError(f"{name!r} for a second time")
        self._given.add(name)
        return self._array_of(name)


def loads_plain(text: bytes) -> dict[str, Any]:
    """Decode a document and leave its types as JSON has them."""
    # A look spares nearly all documents the search: in other encodings a mark or a zero stands there.
    is_utf8 = text.startswith((b'{"', b"{\n"))
    encoding = "utf-8" if is_utf8 else json.detect_encoding(text)
    if not encoding.startswith("utf-8"):
        # Other encodings have brackets and quotes where the native core, which knows bytes, sees none.
        raise BadMetadataError(expected="JSON in UTF-8 (RFC 8259)", found=encoding)
    try:
        decoded = text.decode(encoding, "surrogatepass")
        document, end = _JSON.raw_decode(decoded) if is_utf8 else (None, -1)
        if end != len(decoded):
            # White space around it, or what else it is.
            document = _JSON.decode(decoded)
    except (ValueError, RecursionError) as error:
        raise BadMetadataError(expected="JSON", found=str(error)) from error
    if not isinstance(document, dict):
        raise BadMetadataError(expected="a JSON object", found=type(document).__name__)
    return document


#: Each NaN is an object of its own, as those of a set are.
_JSON = json.JSONDecoder(parse_constant=float)


def put_arrays(
    document: Any, names: Collection[str], array_of: ArrayOf, *, skip: str | None = None
) -> Any:
    """Replace every string that is one of `names` by its array.

    Parameters
    ----------
    document : object
        What JSON has.
    names : collection of str
        Names of the arrays.
    array_of : callable
        Gives the array of a name.
    skip : str, optional
        JSON pointer to the value that is left as JSON has it: its arrays are not asked for.

    """
    steps = None if skip is None else tuple(skip.split("/")[1:])
    try:
        return _placed(document, frozenset(names), array_of, steps)
    except RecursionError as error:
        raise BadMetadataError(
            expected="JSON that is less deep", found=str(error)
        ) from error


def _placed(
    value: Any, names: frozenset[str], array_of: ArrayOf, skip: tuple[str, ...] | None
) -> Any:
    """Return a value with its arrays; `skip` leads from it to what is left out."""
    if skip == ():
        return value
    if isinstance(value, str):
        return array_of(value) if value in names else value
    if isinstance(value, dict):
        if not names.isdisjoint(value):
            raise BadMetadataError(
                expected="text as a key", found="a list of numbers as a key"
            )
        return {
            key: _placed(
                item, names, array_of, skip[1:] if skip and key == skip[0] else None
            )
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_placed(item, names, array_of, None) for item in value]
    return value


#: Values of a document whose parts are looked up by name: they are objects, and stay so.
_OBJECTS = ("/object_kwargs", "/nddata")

#: Index of an item of an array (RFC 6901, section 4).
_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")


def _restore_at(document: Any, pointer: _Pointer, name: Any, once: _Once) -> None:
    if pointer.path is None:
        raise BadMetadataError(
            key=TYPES, expected="a JSON pointer", found=f"{pointer.text!r:.200}"
        )
    if pointer.text in _OBJECTS:
        raise BadMetadataError(
            key=pointer.text, expected="no type there", found=f"{name!r:.80}"
        )
    try:
        holder = document
        for part in pointer.path:
            holder = holder[part if type(holder) is dict else _step(holder, part)]
        step = pointer.key if type(holder) is dict else _step(holder, pointer.key)
        holder[step] = _restore(holder[step], name, once)
    except Exception:
        # Entered on failure only: to enter them for each value takes 1 µs.
        fitting = f"a value that fits the type {name!r:.80}"
        with (
            at(key=pointer.text),
            translating(BadMetadataError, fitting, "one that does not"),
        ):
            raise


def _step(holder: Any, part: str) -> Any:
    if not isinstance(holder, list):
        raise BadMetadataError(
            expected="a value there",
            found=f"{type(holder).__name__}, which has no parts",
        )
    if _INDEX.fullmatch(part) is None:
        raise BadMetadataError(expected="an index of a list", found=f"{part!r:.80}")
    return int(part)


def _restore(value: Any, name: Any, once: _Once) -> Any:
    args: Any = ()
    if isinstance(name, list) and len(name) > 1:
        name, args = name[0], name[1:]
    restore = _DECODERS.get(name) if isinstance(name, str) else None
    if restore is None:
        raise BadMetadataError(
            expected="a type that FORMAT.md lists", found=f"{name!r:.60}"
        )
    return restore(value, once, *args)


def _external(value: Any, once: _Once, *args: Any) -> Any:
    carried = once(expect(expect(value, dict)["netcdf"], str))
    return _numpy.restore_carried(carried, value, *args)


def _alone(restore: Callable[..., Any]) -> Callable[..., Any]:
    """Return a decoder of what needs nothing but its value and the arguments of its type."""
    return lambda value, _, *args: restore(value, *args)


def _sequence(cls: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    return _alone(lambda value: cls(expect(value, list)))


_DECODERS: dict[str, Callable[..., Any]] = {
    "tuple": _sequence(tuple),
    "set": _sequence(lambda items: set(_containers.checked(items))),
    "frozenset": _sequence(lambda items: frozenset(_containers.checked(items))),
    "complex": _alone(_numpy.restore_complex),
    "bytes": _alone(lambda value: base64.b64decode(value, validate=True)),
    "bytearray": _alone(
        lambda value: bytearray(base64.b64decode(value, validate=True))
    ),
    "datetime": _alone(_datetimes.datetime),
    "date": _alone(_datetimes.date),
    "time": _alone(_datetimes.time),
    "timedelta": _alone(_datetimes.timedelta),
    "scalar": _alone(_numpy.restore_scalar),
    "array": lambda value, once, *args: _numpy.restore_array(value, once.budget, *args),
    "external": _external,
    "keys": _alone(_containers.with_keys),
    "pairs": _alone(_containers.pairs),
    "object": lambda value, once, name: _xarray_pandas.restore(
        value, once.budget, name
    ),
}
