"""Columns of many results, from their metadata: results that differ in numbers only are decoded once."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .. import _native
from ..archive import _document
from ..values import TYPES, restore_scalar

if TYPE_CHECKING:
    from ._interface import Packed
    from ._packed import PackedResult

#: Keys of the arguments whose numbers may vary within one fingerprint, and the longest such number
#: (`LONGEST_NUMBER` of the native core).
_KEYS = _document.VARYING[1]
_LONGEST = 64

#: What the text of a result with arrays in members of their own has in it.
EXTERNAL = b'"external"'

#: Values that results can share.
_IMMUTABLE = (str, int, float, bool, type(None), np.generic)


class External(NamedTuple):
    """An array of `extra` in a member of its own, of the dtype that it has there."""

    member: str
    dtype: str
    shape: tuple[int, ...]


#: Values of many results, one of each.
Column = Sequence[Any] | npt.NDArray[Any]


class Gathered(NamedTuple):
    """Metadata of many results, by columns.

    Attributes
    ----------
    fields, parameters : dict of str to column
        Constructor arguments that are one value, and run parameters.
    extra : dict of str to column
        The numbers and arrays in `extra` that all of them have.

    """

    fields: dict[str, Column]
    parameters: dict[str, Column]
    extra: dict[str, Column]


#: Constructor arguments that are gathered beside the run parameters and `extra`.
FIELDS = ("mname", "mtype", "causes")


def rows_of(results: Sequence[PackedResult]) -> list[dict[str, Any]]:
    """Return the columns of each result; see :meth:`Packed.columns`."""
    rows: list[Any] = [None] * len(results)
    for template, positions, numbers in _groups(results):
        for position, found in zip(positions, numbers, strict=True):
            result = results[position]
            rows[position] = (
                result.columns()
                if template is None
                else template.columns(found, result)
            )
    return rows


def gather(results: Sequence[PackedResult]) -> Gathered:
    """Gather the metadata of results."""
    groups = []
    for template, positions, numbers in _groups(results):
        of_group = [results[position] for position in positions]
        if template is not None:
            groups.append((positions, template.gather(numbers, of_group)))
        else:
            groups += [
                ([at], _one(result.columns(), extra_of(result)))
                for at, result in zip(positions, of_group, strict=True)
            ]
    return _joined(groups, len(results))


def gathered(rows: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> Gathered:
    """Gather constructor arguments and `extra` of results."""
    ones = [([at], _one(*row)) for at, row in enumerate(rows)]
    return _joined(ones, len(ones))


def concatenated(parts: Sequence[Gathered]) -> Gathered:
    """Return the metadata of results that were gathered in parts."""
    groups, end = [], 0
    for part in parts:
        start, end = end, end + len(part.fields[FIELDS[0]])
        groups.append((range(start, end), part))
    return _joined(groups, end)


def _one(columns: dict[str, Any], extra: dict[str, Any]) -> Gathered:
    return Gathered(
        {name: [columns[name]] for name in FIELDS},
        {name: [value] for name, value in columns["run_parameters"].items()},
        {name: [value] for name, value in measured(extra).items()},
    )


def _joined(groups: Sequence[tuple[Sequence[int], Gathered]], count: int) -> Gathered:
    if len(groups) == 1:
        return groups[0][1]
    columns: list[dict[str, Column]] = []
    for number in range(len(Gathered._fields)):
        first = groups[0][1][number]
        names = [n for n in first if all(n in group[number] for _, group in groups)]
        joined = {name: [None] * count for name in names}
        for positions, group in groups:
            for name, column in joined.items():
                for position, value in zip(positions, group[number][name], strict=True):
                    column[position] = value
        columns.append(dict(joined))
    return Gathered(*columns)


def measured(extra: dict[Any, Any]) -> dict[Any, Any]:
    """Return the numbers and the arrays of numbers, times or text in `extra`."""
    return {key: value for key, value in extra.items() if _is_measure(value)}


def _is_measure(value: Any) -> bool:
    if isinstance(value, (np.ndarray, np.generic)):
        return not value.dtype.hasobject
    return type(value) in (int, float, bool, complex)


def _groups(
    results: Sequence[PackedResult],
) -> Iterator[tuple[_Template | None, list[int], list[Any]]]:
    """Group results by their fingerprint: template, positions, and the numbers of each."""
    groups: dict[Hashable, list[int]] = {}
    alone = []
    for position, result in enumerate(results):
        fingerprint = result.native.fingerprint
        if fingerprint is None:
            alone.append(position)
        else:
            groups.setdefault(fingerprint, []).append(position)
    for positions in groups.values():
        natives = [results[position].native for position in positions]
        first = results[positions[0]]
        # One that is alone is decoded faster than a template is made, unless that takes its large arrays.
        worthwhile = len(positions) > 2 or EXTERNAL in first.native.text
        template = _template(first) if worthwhile else None
        if template is None:
            alone += positions
        else:
            numbers = json.loads(_native.numbers(natives, _document.VARYING, _KEYS))
            yield template, positions, numbers
    yield None, alone, [None] * len(alone)


class _Number(str):
    """A number of the text, as it is spelled."""

    __slots__ = ()


def _template(first: PackedResult) -> _Template | None:
    """Make a template of a result; None where its numbers are in other places than directly below their keys."""
    try:
        template = _Template(first)
    except (RecursionError, KeyError, IndexError, TypeError, ValueError):
        # Decoded one by one, each says what is wrong with it.
        return None
    return template if template.fits else None


class _Template:
    """Metadata of a result, and where in them are the numbers in which others differ.

    Attributes
    ----------
    fits : bool
        Whether the others can be made of it.

    """

    def __init__(self, first: PackedResult):
        self._columns = first.columns()
        document = json.loads(first.native.text, parse_int=_Number, parse_float=_Number)
        kwargs = document[_document.OBJECT_KWARGS]
        self._types = document.get(TYPES) or {}
        self._spans: dict[tuple[str, str | None], range] = {}
        end = 0
        for key, value in kwargs.items():
            if key in _KEYS:
                items = value if isinstance(value, dict) else {None: value}
                for name, item in items.items():
                    start, end = end, end + _count(item)
                    self._spans[key, name] = range(start, end)
        found = json.loads(_native.numbers([first.native], _document.VARYING, _KEYS))
        # A key that is there twice has numbers that nobody sees.
        self.fits = end == len(found[0]) and self._fit_parameters(kwargs)
        if self.fits:
            self._makers = self._extra_makers(kwargs["extra"])

    def _fit_parameters(self, kwargs: dict[str, Any]) -> bool:
        parameters = self._columns["run_parameters"]
        own = (
            *parameters.values(),
            *self._columns["nmap"].values(),
            self._columns["causes"],
        )
        if not all(isinstance(value, _IMMUTABLE) for value in own):
            return False
        # Names of another type than text have a type of the whole mapping.
        raw = kwargs["run_parameters"]
        if not isinstance(raw, dict) or _pointer("run_parameters") in self._types:
            return False
        self._places = []
        for name, value in raw.items():
            span = self._spans["run_parameters", name]
            if span:
                kind = self._types.get(_pointer("run_parameters", name))
                dtype = _scalar(kind)
                if not isinstance(value, _Number) or (kind and dtype is None):
                    return False
                self._places.append((name, span.start, dtype))
        return self._fit_causes(kwargs["causes"])

    def _fit_causes(self, value: Any) -> bool:
        self._causes: tuple[int, str | None] | None = None
        if self._spans.get(("causes", None), range(0)):
            kind = self._types.get(_pointer("causes"))
            dtype = _scalar(kind)
            if not isinstance(value, _Number) or (kind and dtype is None):
                return False
            self._causes = self._spans["causes", None].start, dtype
        return True

    def columns(self, numbers: list[Any], result: PackedResult) -> dict[str, Any]:
        """Return the columns of a result with these numbers."""
        row = dict(self._columns)
        parameters = row["run_parameters"] = dict(row["run_parameters"])
        for name in ("nmap", "time_range", "position_range"):
            row[name] = row[name].copy()
        try:
            for name, at, dtype in self._places:
                parameters[name] = _restored(numbers[at], dtype)
            if self._causes is not None:
                at, dtype = self._causes
                row["causes"] = _restored(numbers[at], dtype)
        except (ValueError, TypeError, OverflowError):
            return result.columns()  # which says what is wrong, and where
        return row

    def gather(self, numbers: list[Any], results: list[PackedResult]) -> Gathered:
        """Gather the metadata of results with these numbers."""
        count = len(results)
        # What does not fit its type is told by the decoder.
        with contextlib.suppress(ValueError, TypeError, OverflowError):
            if self._makers is not None:
                parameters: dict[str, Column] = {
                    name: [value] * count
                    for name, value in self._columns["run_parameters"].items()
                }
                for name, at, dtype in self._places:
                    parameters[name] = _numbers(at, dtype)(numbers)
                fields: dict[str, Column] = {
                    name: [self._columns[name]] * count for name in FIELDS
                }
                if self._causes is not None:
                    fields["causes"] = _numbers(*self._causes)(numbers)
                return Gathered(
                    fields,
                    parameters,
                    {name: make(numbers) for name, make in self._makers.items()},
                )
        pairs = zip(numbers, results, strict=True)
        return gathered([(self.columns(n, one), extra_of(one)) for n, one in pairs])

    def _extra_makers(self, raw: Any) -> dict[str, _Maker] | None:
        """Return what makes each number and array of `extra`; None where only the decoder can."""
        if not isinstance(raw, dict) or _pointer("extra") in self._types:
            return None
        makers: dict[str, _Maker] = {}
        members = set()
        for name, value in raw.items():
            span = self._spans["extra", name]
            kind: Any = self._types.get(_pointer("extra", name))
            if kind is None and type(value) not in (_Number, bool, float):
                continue
            if kind is not None and kind != "complex" and kind[0] not in _MEASURES:
                continue
            if kind is None and isinstance(value, bool):
                makers[name] = _given(value)
            elif isinstance(value, _Number) and len(span) == 1:
                if kind is not None and _scalar(kind) is None:
                    return None
                makers[name] = _numbers(span.start, _scalar(kind))
            elif _is_external(kind) and value["netcdf"] not in members:
                members.add(value["netcdf"])
                makers[name] = _given(External(value["netcdf"], kind[1], _shape(kind)))
            elif _is_inline(kind, len(span)):
                makers[name] = _arrays(span, np.dtype(kind[1]), _shape(kind))
            else:
                return None
        return makers


def _restored(number: Any, dtype: str | None) -> Any:
    return number if dtype is None else restore_scalar(number, dtype)


#: Types of numbers and arrays.
_MEASURES = ("scalar", "array", "external")

#: Makes the values of some results of their numbers.
_Maker = Callable[[list[list[Any]]], Column]


def _given(value: Any) -> _Maker:
    return lambda rows: [value] * len(rows)


def _numbers(at: int, dtype: str | None) -> _Maker:
    if dtype is None:
        return lambda rows: [row[at] for row in rows]
    if dtype == "<f8":
        # The common one: scalar by scalar it takes fifty times as long.
        return lambda rows: np.array([row[at] for row in rows], np.float64)
    return lambda rows: [restore_scalar(row[at], dtype) for row in rows]


def _arrays(span: range, dtype: np.dtype[Any], shape: tuple[int, ...]) -> _Maker:
    cut = slice(span.start, span.stop)
    return lambda rows: np.array([row[cut] for row in rows], dtype).reshape(
        len(rows), *shape
    )


def extra_of(result: Packed) -> dict[str, Any]:
    """Return the argument `extra` of a result."""
    found: dict[str, Any] = result.extra()
    return found


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
    return type(kind) is list and kind[:1] == ["external"] and kind[1] in _PLAIN


def _is_inline(kind: Any, count: int) -> bool:
    """Return whether it is an array of so many numbers, none of which is NaN or infinite."""
    if type(kind) is not list or kind[:1] != ["array"] or kind[1] not in _PLAIN:
        return False
    return math.prod(_shape(kind)) == count


def _shape(kind: Any) -> tuple[int, ...]:
    # The numbers of the table of types are spelled too.
    return tuple(int(str(length)) for length in kind[2])
