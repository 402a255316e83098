"""Columns of many results, as the native core gathers them and as an index states them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .. import _native
from .._batches import thread_count
from .._errors import BadMetadataError
from ..archive import _document, _members

if TYPE_CHECKING:
    from collections.abc import Sequence

TEMPLATE, TEMPLATES = "template", "templates"
ARRAY, ARRAYS = "array", "arrays"

#: Number of a template or an array that a result has not.
NONE = -1

#: A column of numbers: an array of floats or of objects, or the one number that all results have.
Numbers = npt.NDArray[Any] | int | float


class StatedTemplate(NamedTuple):
    """Metadata that some results have in common.

    Attributes
    ----------
    native : _native.Packed
        The text, with 0 for each number in which they may differ.
    numbers : list of column
        Those numbers that are listed.

    """

    native: _native.Packed
    numbers: list[Numbers]


class Table(NamedTuple):
    """Templates and columns of results.

    Attributes
    ----------
    templates : list of StatedTemplate
    template, array : numpy.ndarray
        Number of its template, and of its array, of each result; `NONE` where it has none.
    ordinal : numpy.ndarray
        How many results before it have the same template.

    """

    templates: list[StatedTemplate]
    template: npt.NDArray[np.int64]
    array: npt.NDArray[np.int64]
    ordinal: npt.NDArray[np.int64]

    def numbers(self, index: int) -> list[Any]:
        """Return the listed numbers of a result that has a template."""
        at = self.ordinal[index : index + 1]
        columns = self.templates[int(self.template[index])].numbers
        return [chosen_numbers(column, at)[0] for column in columns]

    def says(self, indices: npt.NDArray[np.int64], found: Table) -> bool:
        """Return whether it says of results at `indices` what `found` says of as many.

        Where it says nothing, it agrees.
        """
        claimed = self.template[indices]
        for template in np.unique(claimed[claimed != NONE]):
            chosen = np.flatnonzero(claimed == template)
            other = found.template[chosen]
            if other[0] == NONE or (other != other[0]).any():
                return False
            mine, theirs = self.templates[template], found.templates[other[0]]
            if mine.native.text != theirs.native.text:
                return False
            at, there = self.ordinal[indices[chosen]], found.ordinal[chosen]
            for one, two in zip(mine.numbers, theirs.numbers, strict=True):
                if not _are_same(chosen_column(one, at), chosen_column(two, there)):
                    return False
        return True


def column_of(values: Any) -> Numbers:
    """Return a list of numbers as a column, and the one number that all results have as it is."""
    if type(values) is not list:
        number: Numbers = values
        return number
    kinds = set(map(type, values))
    return np.array(values, np.float64 if kinds == {float} else object)


def _given(column: npt.NDArray[np.float64] | bytes) -> Numbers:
    return column_of(json.loads(column)) if isinstance(column, bytes) else column


def chosen_numbers(column: Numbers, at: npt.NDArray[np.int64]) -> list[Any]:
    """Return the numbers of some results."""
    chosen = chosen_column(column, at)
    return chosen.tolist() if isinstance(chosen, np.ndarray) else [chosen] * len(at)


def firsts(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> list[int]:
    """Return the first place of each pair that two columns of numbers, from -1 on, have."""
    pairs = one * (other.max(initial=0) + 2) + other
    places: list[int] = np.sort(np.unique(pairs, return_index=True)[1]).tolist()
    return places


def chosen_column(column: Numbers, at: npt.NDArray[np.int64]) -> Numbers:
    """Return the part of a column that is about some results."""
    return column[at] if isinstance(column, np.ndarray) else column


def _are_same(one: Numbers, other: Numbers) -> bool:
    """Return whether two columns are of the same numbers: 1 is not 1.0, nor 0.0 -0.0."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        if one.dtype == other.dtype == np.float64:
            # Bits, of finite numbers: to spell them takes ten times as long.
            return one.tobytes() == other.tobytes()
        return repr(one.tolist()) == repr(other.tolist())
    spelled = [{*map(repr, np.atleast_1d(one).tolist())} for one in (one, other)]
    return spelled[0] == spelled[1]


def table_of(
    document: dict[str, Any],
    size: int,
    arrays: int,
    listed: Sequence[str] = _document.LISTED,
) -> Table:
    """Check columns of so many results, and of arrays that are described elsewhere.

    `listed` are the keys whose numbers have columns.

    Raises
    ------
    BadMetadataError
        If they contradict themselves.

    """
    templates = document.get(TEMPLATES)
    if not isinstance(templates, list):
        raise BadMetadataError(
            key=f"/{TEMPLATES}", expected="an array", found=f"{templates!r:.80}"
        )
    template = _numbers(document, TEMPLATE, size, len(templates))
    array = _numbers(document, ARRAY, size, arrays)
    counts = _counts(template, len(templates))
    made = [
        _template(item, f"/{TEMPLATES}/{number}", int(counts[number - NONE]), listed)
        for number, item in enumerate(templates)
    ]
    return Table(made, template, array, _ordinals(template, counts))


def read_table(
    archive: _native.Archive,
    indices: Sequence[int] | npt.NDArray[np.int64],
    listed: Sequence[str],
) -> Table:
    """Read the metadata of some results; there are columns of the numbers below the keys `listed`."""
    columns = _native.Columns(_document.VARYING, listed)
    names = _members.of_results(np.asarray(indices).tolist(), _members.METADATA)
    columns.read(archive, names, threads=thread_count())
    return table_from(columns)


def table_from(columns: _native.Columns) -> Table:
    """Return columns as the native core has gathered them."""
    template, array, templates = columns.table()
    made = [
        StatedTemplate(
            _native.described(text, _document.VARYING), [*map(_given, numbers)]
        )
        for text, numbers in templates
    ]
    return Table(
        made, template, array, _ordinals(template, _counts(template, len(made)))
    )


def _counts(template: npt.NDArray[np.int64], templates: int) -> npt.NDArray[np.int64]:
    """Count the results without a template, and those of each."""
    return np.bincount(template - NONE, minlength=templates + 1)


def _ordinals(
    template: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    order = np.argsort(template, kind="stable")
    ordinal = np.empty(len(template), np.int64)
    ends = np.cumsum(counts)
    ordinal[order] = np.arange(len(template)) - np.repeat(ends - counts, counts)
    return ordinal


def _numbers(
    document: dict[str, Any], key: str, size: int, most: int
) -> npt.NDArray[np.int64]:
    """Return a column of numbers below `most`, and of null."""
    column = document.get(key)
    values = column if isinstance(column, list) else [column]
    if isinstance(column, list) and len(column) != size:
        raise _wrong_length(f"/{key}", size, len(column))
    for value in set(values) if set(map(type, values)) <= {int, type(None)} else [key]:
        if value is not None and not (type(value) is int and 0 <= value < most):
            found = f"{column!r:.80}" if value == key else str(value)
            raise BadMetadataError(
                key=f"/{key}", expected=f"numbers below {most}, or null", found=found
            )
    numbers = [NONE if value is None else value for value in values]
    if not isinstance(column, list):
        return np.full(size, numbers[0], np.int64)
    return np.array(numbers, np.int64)


def _template(item: Any, at: str, count: int, keys: Sequence[str]) -> StatedTemplate:
    if not isinstance(item, dict):
        raise BadMetadataError(key=at, expected="an object", found=f"{item!r:.80}")
    text, columns = item.get("text"), item.get("numbers")
    if not (isinstance(text, str) and isinstance(columns, list)):
        raise BadMetadataError(
            key=at, expected="'text' and 'numbers'", found=f"{sorted(item)!r:.80}"
        )
    encoded = text.encode(errors="surrogatepass")
    native = _native.described(encoded, _document.VARYING)
    if _native.skeleton(native, _document.VARYING) != encoded:
        raise BadMetadataError(
            key=f"{at}/text",
            expected="metadata with 0 for numbers that vary",
            found=f"{text!r:.80}",
        )
    listed = listed_numbers(native, keys)
    if len(columns) != len(listed):
        raise _wrong_length(f"{at}/numbers", len(listed), len(columns))
    for number, column in enumerate(columns):
        values = column if isinstance(column, list) else [column]
        if isinstance(column, list) and len(column) != count:
            raise _wrong_length(f"{at}/numbers/{number}", count, len(column))
        if not set(map(type, values)) <= {int, float}:
            raise BadMetadataError(
                key=f"{at}/numbers/{number}",
                expected="numbers",
                found=f"{column!r:.80}",
            )
    return StatedTemplate(native, [*map(column_of, columns)])


def listed_numbers(
    native: _native.Packed, keys: Sequence[str] = _document.LISTED
) -> list[Any]:
    """Return those numbers of a result, which has a fingerprint, of which there are columns."""
    text = _native.numbers([native], _document.VARYING, keys)
    numbers: list[list[Any]] = json.loads(text)
    return numbers[0]


def _wrong_length(key: str, expected: int, found: int) -> BadMetadataError:
    return BadMetadataError(
        key=key, expected=f"{expected} items", found=f"{found} items"
    )
