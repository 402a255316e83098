"""Templates: metadata of a result, and where in them are the numbers in which others differ."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .. import _native
from ..archive import _document
from ..values import TYPES, carrier, dtype_of, restore_scalar
from ._table import Numbers

if TYPE_CHECKING:
    from ._interface import LazyResult

#: Keys of the arguments whose numbers may vary within one fingerprint, and the longest such number.
_KEYS = _document.VARYING[1]
_LONGEST: int = _native.constants()["longest_number"]

#: Integers from minus this number on, and below it, have 64 bits.
_INT64 = 2**63

#: Part of the text of each result with arrays in members of their own.
EXTERNAL = b'"external"'

#: Values that results can share.
_IMMUTABLE = (str, int, float, bool, type(None), np.generic)


#: Values of many results, one of each.
Column = Sequence[Any] | npt.NDArray[Any]


class External(NamedTuple):
    """An array of `extra` in a member of its own.

    Attributes
    ----------
    member : str
        Without the folder of its result.
    dtype, shape
        Its own, dtypes by their names.
    carried : tuple of dtype and shape
        Of the array in the member, which has the bits of this one.

    """

    member: str
    dtype: str
    shape: tuple[int, ...]
    carried: tuple[str, tuple[int, ...]]


def measured(extra: dict[Any, Any]) -> dict[Any, Any]:
    """Return the numbers and the arrays of numbers, times or text in `extra`."""
    return {key: value for key, value in extra.items() if _is_measure(value)}


def _is_measure(value: Any) -> bool:
    if isinstance(value, (np.ndarray, np.generic)):
        return not value.dtype.hasobject
    return type(value) in (int, float, bool, complex)


def numbers_of(natives: list[_native.Packed]) -> list[list[Any]]:
    """Return the numbers that vary of each result, in the order of the text."""
    text = _native.numbers(natives, _document.VARYING, _KEYS)
    numbers: list[list[Any]] = json.loads(text)
    return numbers


class _Number(str):
    """A number of the text, as it is spelled."""

    __slots__ = ()


def template_of(native: _native.Packed, result: LazyResult) -> Template | None:
    """Make a template of a result; None where its numbers are in other places than directly below their keys."""
    try:
        template = Template(native, result.columns())
    except (RecursionError, KeyError, IndexError, TypeError, ValueError):
        # Decoded one by one, each says what is wrong with it.
        return None
    return template if template.fits else None


class Slot(NamedTuple):
    """The slot of an argument, or of a run parameter, that is a number.

    Attributes
    ----------
    name : str
    at : int
        Which of the numbers that vary it is.
    listed : int
        Which of those that an index lists it is.
    dtype : str or None
        Of a NumPy scalar.

    """

    name: str
    at: int
    listed: int
    dtype: str | None

    def value(self, number: Any) -> Any:
        """Return the argument that the number stands for."""
        return number if self.dtype is None else restore_scalar(number, self.dtype)


class Template:
    """Metadata of a result, and where in them are the numbers in which others differ.

    Attributes
    ----------
    fits : bool
        Whether the others can be made of it.
    common : dict
        Columns of the result; those in no slot are the same for the others.
    slots : list of Slot
        Run parameters that differ.
    causes : Slot or None
        Causes, if they differ.
    size : int
        How many numbers vary.
    listed : list of int
        Which of these those are that an index lists.
    measures : dict of str to Measure, or None
        Each number and array of `extra`; None where only the decoder can tell.

    """

    def __init__(self, native: _native.Packed, columns: dict[str, Any]):
        self.common = columns
        document = json.loads(native.text, parse_int=_Number, parse_float=_Number)
        kwargs = document[_document.OBJECT_KWARGS]
        self._types = document.get(TYPES) or {}
        self._spans: dict[tuple[str, str | None], range] = {}
        self._listed: dict[tuple[str, str | None], int] = {}
        end = listed = 0
        for key, value in kwargs.items():
            if key in _KEYS:
                items = value if isinstance(value, dict) else {None: value}
                for name, item in items.items():
                    count = _count(item)
                    self._spans[key, name] = range(end, end + count)
                    self._listed[key, name] = listed
                    end += count
                    listed += count if key in _document.LISTED else 0
        self.size = end
        self.listed = [
            at
            for (key, _), span in self._spans.items()
            for at in (span if key in _document.LISTED else ())
        ]
        # A key that is there twice has numbers that nobody sees.
        self.fits = end == len(numbers_of([native])[0]) and self._fit(kwargs)
        if self.fits:
            self.measures = self._measures(kwargs["extra"])

    def _fit(self, kwargs: dict[str, Any]) -> bool:
        parameters = self.common["run_parameters"]
        own = (
            *parameters.values(),
            *self.common["nmap"].values(),
            self.common["causes"],
        )
        if not all(isinstance(value, _IMMUTABLE) for value in own):
            return False
        # Names of another type than text have a type of the whole mapping.
        raw = kwargs["run_parameters"]
        if not isinstance(raw, dict) or _pointer("run_parameters") in self._types:
            return False
        try:
            slots = [self._slot(raw[name], "run_parameters", name) for name in raw]
            self.slots = [slot for slot in slots if slot is not None]
            self.causes = self._slot(kwargs["causes"], "causes", None)
        except ValueError:
            return False
        return True

    def _slot(self, value: Any, key: str, name: str | None) -> Slot | None:
        """Return the slot of a value; None if it has no number that varies.

        Raises
        ------
        ValueError
            If the number is not the value itself, or of a type that a number alone does not have.

        """
        span = self._spans.get((key, name))
        if not span:
            return None
        kind = self._types.get(_pointer(key) if name is None else _pointer(key, name))
        dtype = _scalar(kind)
        if not isinstance(value, _Number) or (kind and dtype is None):
            raise ValueError(kind)
        return Slot(name or key, span.start, self._listed[key, name], dtype)

    def _measures(self, raw: Any) -> dict[str, Measure] | None:
        """Return each number and array of `extra`; None where only the decoder can tell."""
        if not isinstance(raw, dict) or _pointer("extra") in self._types:
            return None
        measures: dict[str, Measure] = {}
        members = set()
        for name, value in raw.items():
            span = self._spans["extra", name]
            kind: Any = self._types.get(_pointer("extra", name))
            if kind is None and type(value) not in (_Number, bool, float):
                continue
            if kind is not None and kind != "complex" and kind[0] not in _MEASURES:
                continue
            if kind is None and isinstance(value, bool):
                measures[name] = _given(value)
            elif isinstance(value, _Number) and len(span) == 1:
                dtype = _scalar(kind)
                if kind is not None and dtype is None:
                    return None
                told = None if dtype is None else (np.dtype(dtype), ())
                measures[name] = Measure(numbers_at(span.start, dtype), told)
            elif _is_external(kind) and value["netcdf"] not in members:
                members.add(value["netcdf"])
                measures[name] = _given(_external(value["netcdf"], kind))
            elif _is_inline(kind, len(span)):
                dtype, shape = np.dtype(kind[1]), _shape(kind)
                measures[name] = Measure(_arrays(span, dtype, shape), (dtype, shape))
            else:
                return None
        return measures


#: Types of numbers and arrays.
_MEASURES = ("scalar", "array", "external")

#: Makes the values of so many results of their numbers, of which there is a column for each that varies.
Maker = Callable[[Sequence[Numbers], int], Column]


class Measure(NamedTuple):
    """A number or array of `extra`.

    Attributes
    ----------
    make : callable
        Makes those of many results.
    told : tuple of dtype and shape, or None
        What the text says of each; None of Python's numbers, which may be integers here and floats there.
    varies : bool
        Whether there are numbers in it.

    """

    make: Maker
    told: tuple[np.dtype[Any], tuple[int, ...]] | None
    varies: bool = True


def _given(value: Any) -> Measure:
    return Measure(lambda _, count: [value] * count, None, varies=False)


def numbers_at(at: int, dtype: str | None) -> Maker:
    """Return what makes numbers, or scalars of a dtype."""

    def make(numbers: Sequence[Numbers], count: int) -> Column:
        column = numbers[at]
        if not isinstance(column, np.ndarray):
            return repeated(
                column if dtype is None else restore_scalar(column, dtype), count
            )
        if column.dtype == np.float64 and dtype in (None, "<f8"):
            # The common one: scalar by scalar it takes fifty times as long.
            return column.copy()
        if dtype is None:
            return _of_one_type(column.tolist())
        return [restore_scalar(number, dtype) for number in column.tolist()]

    return make


def repeated(value: Any, count: int) -> Column:
    """Return a column of one value."""
    number = isinstance(value, np.number) or (
        type(value) in (int, float) and -_INT64 <= value < _INT64
    )
    return np.full(count, value) if number else [value] * count


def _of_one_type(numbers: list[Any]) -> Column:
    """Return numbers as an array where all are of one type that NumPy has."""
    types = set(map(type, numbers))
    if types == {float}:
        return np.array(numbers)
    if types == {int} and min(numbers) >= -_INT64 and max(numbers) < _INT64:
        return np.array(numbers)
    return numbers


def _arrays(span: range, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Maker:
    def make(numbers: Sequence[Numbers], count: int) -> Column:
        made = np.empty((count, len(span)), dtype)
        for place, at in enumerate(span):
            column = numbers[at]
            if not (isinstance(column, np.ndarray) and column.dtype == dtype):
                # An array is made first: NumPy refuses what the dtype does not hold.
                column = np.array(np.asarray(column).tolist(), dtype)
            made[:, place] = column
        return made.reshape(count, *shape)

    return make


def _count(value: Any) -> int:
    """Count the numbers in a value that vary."""
    if isinstance(value, _Number):
        return int(len(value) <= _LONGEST)
    if isinstance(value, dict):
        return sum(map(_count, value.values()))
    return sum(map(_count, value)) if isinstance(value, list) else 0


def _pointer(*parts: str) -> str:
    escaped = (part.replace("~", "~0").replace("/", "~1") for part in parts)
    return "/".join(("", _document.OBJECT_KWARGS, *escaped))


#: Dtypes that are carried by themselves, in JSON and in NetCDF.
_PLAIN = frozenset(f"<{kind}{size}" for kind in "iuf" for size in (4, 8)) | {
    "|i1",
    "|u1",
    "<i2",
    "<u2",
}


def _scalar(kind: Any) -> str | None:
    plain = type(kind) is list and kind[:1] == ["scalar"] and len(kind) == 2
    return kind[1] if plain and kind[1] in _PLAIN else None


def _is_external(kind: Any) -> bool:
    return type(kind) is list and kind[:1] == ["external"] and len(kind) == 3


def _is_inline(kind: Any, count: int) -> bool:
    """Return whether it is an array of so many numbers, none of which is NaN or infinite."""
    if type(kind) is not list or kind[:1] != ["array"] or kind[1] not in _PLAIN:
        return False
    return math.prod(_shape(kind)) == count


def _external(member: str, kind: Any) -> External:
    # Dtype and shape in its descriptor are those of one result: they are numbers below `extra`.
    shape, carried = _shape(kind), carrier(np.empty(0, dtype_of(kind[1])))
    tail = carried.shape[1:]
    return External(member, kind[1], shape, (carried.dtype.str, (*shape, *tail)))


def _shape(kind: Any) -> tuple[int, ...]:
    # The numbers of the type map are spelled too.
    return tuple(int(str(length)) for length in kind[2])
