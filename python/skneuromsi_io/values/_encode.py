"""Encoder of metadata: Python objects to JSON text and a type map."""

from __future__ import annotations

import base64
import datetime as dt
import json
import pathlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

# NumPy would import it in a store, on whose way no import stands (tests/process/test_fork.py).
from numpy.ma import MaskedArray

from .. import _native
from .._errors import UnstorableError
from . import _containers, _datetimes, _numpy, _xarray_pandas
from ._budget import Budget
from ._dtypes import NUMBERS, carrier, kind_of, name_of
from ._sets import in_order
from ._type_map import TYPES
from ._unstorable import show, unstorable

#: Arrays of more numbers than this leave the JSON for a NetCDF member.
INLINE_LIMIT = 1000


class Encoded(NamedTuple):
    """A document as text.

    Attributes
    ----------
    text : bytes
        JSON.
    arrays : list of (str, numpy.ndarray)
        Large arrays that left the text, little-endian integers or floats, each with the name by which the text
        refers to it.
    exact : bool
        Whether reading gives the very types back; False if a subclass was stored as its base.

    """

    text: bytes
    arrays: list[tuple[str, npt.NDArray[Any]]]
    exact: bool


def dumps(document: dict[str, Any], *, external: bool = True) -> Encoded:
    """Encode a document.

    Parameters
    ----------
    document : dict
        Keys must be str at the top.
    external : bool, optional
        Whether large arrays may leave the text.

    Raises
    ------
    UnstorableError
        If something in it cannot be stored, nests too deep or contains itself; the message names its key.

    """
    recorder = _Recorder(external)
    try:
        text = _native.encode(document, recorder.hook)
    except ValueError as error:
        raise unstorable(document, error) from error
    if recorder.types:
        types = json.dumps(recorder.types)
        text = b'%s,\n  "%s": %s\n}' % (text[:-2], TYPES.encode(), types.encode())
    return Encoded(text, recorder.arrays, recorder.exact)


class _Recorder:
    """Replaces what JSON has no form for, and writes down what it was."""

    def __init__(self, external: bool):
        self.external = external
        self.types: dict[str, Any] = {}
        self.arrays: list[tuple[str, npt.NDArray[Any]]] = []
        self.budget = Budget()
        self.exact = True

    def hook(self, value: Any, path: tuple[str | int, ...]) -> Any:
        try:
            return self.replacement(value, path)
        except UnstorableError as error:
            error.fill(key=show(path))
            raise

    def replacement(self, value: Any, path: tuple[str | int, ...]) -> Any:
        # First, since a Dataset is a mapping too, and a Timestamp a datetime.
        labelled = _xarray_pandas.reduce(value, self.budget)
        if labelled is not None:
            self.exact = self.exact and labelled.exact
            return self.record(path, ["object", labelled.name], labelled.parts)
        for cls, encode in _ENCODERS:
            if isinstance(value, cls):
                return encode(self, value, path)
        raise UnstorableError(
            f"an object of type {type(value).__module__}."
            f"{type(value).__qualname__} cannot be stored; turn it into dicts, lists, "
            "numbers, text or arrays"
        )

    def record(self, path: tuple[str | int, ...], name: Any, parts: Any) -> Any:
        self.types[pointer(path)] = name
        return parts

    def base(self, value: Any, cls: type) -> None:
        """Note that a subclass is stored as its base."""
        if type(value) is not cls:
            self.exact = False


def pointer(path: tuple[str | int, ...]) -> str:
    """JSON pointer (RFC 6901) of a path."""
    return "".join(
        "/" + str(part).replace("~", "~0").replace("/", "~1") for part in path
    )


def _tuple(recorder: _Recorder, value: Any, path: tuple[str | int, ...]) -> Any:
    recorder.base(value, tuple)
    return recorder.record(path, "tuple", list(value))


def _set(recorder: _Recorder, value: Any, path: tuple[str | int, ...]) -> Any:
    cls = set if isinstance(value, set) else frozenset
    recorder.base(value, cls)
    _containers.check_storable(value)
    return recorder.record(path, cls.__name__, in_order(value))


def _mapping(recorder: _Recorder, value: Any, path: tuple[str | int, ...]) -> Any:
    recorder.base(value, dict)
    if all(type(key) is str for key in value):
        return dict(value)
    return recorder.record(path, *_containers.as_pairs(value))


def _list(recorder: _Recorder, value: Any, _: tuple[str | int, ...]) -> Any:
    recorder.base(value, list)
    return list(value)


def _scalar_base(cls: type) -> Callable[[_Recorder, Any, Any], Any]:
    def encode(recorder: _Recorder, value: Any, _: Any) -> Any:
        recorder.base(value, cls)
        # The base class's own conversion: a subclass may override __str__ or __int__.
        return cls.__new__(cls, value) if cls is not str else str.__str__(value)

    return encode


def _complex(recorder: _Recorder, value: Any, path: tuple[str | int, ...]) -> Any:
    return recorder.record(path, "complex", [value.real, value.imag])


def _bytes(recorder: _Recorder, value: Any, path: tuple[str | int, ...]) -> Any:
    cls = bytes if isinstance(value, bytes) else bytearray
    recorder.base(value, cls)
    return recorder.record(path, cls.__name__, base64.b64encode(value).decode())


def _path(recorder: _Recorder, value: Any, _: Any) -> Any:
    recorder.base(value, str)
    return str(value)


def _date(recorder: _Recorder, value: Any, path: tuple[str | int, ...]) -> Any:
    name, text, exact = _datetimes.moment_parts(value)
    recorder.exact = recorder.exact and exact
    return recorder.record(path, name, text)


def _timedelta(recorder: _Recorder, value: Any, path: tuple[str | int, ...]) -> Any:
    recorder.base(value, dt.timedelta)
    parts = [value.days, value.seconds, value.microseconds]
    return recorder.record(path, "timedelta", parts)


def _numpy_scalar(recorder: _Recorder, value: Any, path: tuple[str | int, ...]) -> Any:
    name = ["scalar", name_of(value.dtype)]
    return recorder.record(path, name, _numpy.scalar_value(value))


def _array(recorder: _Recorder, value: Any, path: tuple[str | int, ...]) -> Any:
    if isinstance(value, MaskedArray):
        raise UnstorableError(
            "a masked array cannot be stored; use its filled() values, or data and mask"
        )
    recorder.base(value, np.ndarray)
    array = np.asarray(value)
    name, kind = name_of(array.dtype), kind_of(array.dtype)
    if recorder.external and kind in NUMBERS and array.size > INLINE_LIMIT:
        return _external(recorder, array, path)
    row = ["array", name, list(array.shape)]
    if kind == "T":
        # The choice of objects that may be assigned to it as text is not kept.
        recorder.exact = recorder.exact and getattr(array.dtype, "coerce", True)
        row += _numpy.missing_of(array.dtype)
    return recorder.record(path, row, _numpy.listed(array, recorder.budget))


def _external(
    recorder: _Recorder, array: npt.NDArray[Any], path: tuple[str | int, ...]
) -> Any:
    carried = carrier(array)
    member = f"extra_{len(recorder.arrays)}.nc"
    recorder.arrays.append((member, carried))
    recorder.record(path, ["external", name_of(array.dtype), list(array.shape)], None)
    return {
        "netcdf": member,
        "dtype": carried.dtype.str,
        "shape": list(carried.shape),
    }


_ENCODERS: tuple[tuple[Any, Callable[[_Recorder, Any, Any], Any]], ...] = (
    (np.ndarray, _array),
    (np.generic, _numpy_scalar),
    (tuple, _tuple),
    ((set, frozenset), _set),
    (Mapping, _mapping),
    (list, _list),
    (bool, _scalar_base(bool)),
    (int, _scalar_base(int)),
    (float, _scalar_base(float)),
    (str, _scalar_base(str)),
    (complex, _complex),
    ((bytes, bytearray), _bytes),
    ((dt.date, dt.time), _date),
    (dt.timedelta, _timedelta),
    (pathlib.PurePath, _path),
)
