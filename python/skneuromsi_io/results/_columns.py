"""Columns of many results, from their metadata: results that differ in numbers only are decoded once.

:class:`Columns` are those of results in a file; :func:`gather` gives those that :meth:`to_xarray` needs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._cached import cached_property
from ._packed import PackedResult
from ._table import NONE, Numbers, Table, column_of
from ._templates import (
    EXTERNAL,
    Column,
    Maker,
    Slot,
    Template,
    measured,
    numbers_at,
    numbers_of,
    repeated,
    template_of,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from .. import _native
    from ._interface import LazyResult


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


class Columns:
    """Constructor arguments of results in a file, except `nddata` and `extra`.

    Parameters
    ----------
    table : Table
        Of the archive, or of some of its results.
    positions : numpy.ndarray
        Which results of the table these are.
    read : callable
        Reads the metadata of those at some positions among these. It is called for results without a template, or
        with one that does not make them.

    """

    def __init__(
        self,
        table: Table,
        positions: npt.NDArray[np.int64],
        read: Callable[[list[int]], Iterable[PackedResult]],
    ):
        self._size = len(positions)
        self._groups: list[_Group] = []
        alone = []
        numbers = table.template[positions]
        # In one sort: a file may have as many templates as results.
        order = np.argsort(numbers, kind="stable")
        for indices in np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1):
            number = int(numbers[indices[0]])
            known = table.templates[number] if number != NONE else None
            template = None
            if known is not None:
                like = PackedResult(known.native, None)
                template = template_of(known.native, like)
            if known is None or template is None:
                alone.append(indices)
            else:
                ordinals = table.ordinal[positions[indices]]
                self._groups.append(_Group(template, indices, ordinals, known.numbers))
        self._alone = np.sort(np.concatenate(alone)).tolist() if alone else []
        self._read = read

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        """Columns of the results that have to be read."""
        return [result.columns() for result in self._read(self._alone)]

    def names(self) -> list[tuple[int, tuple[Any, ...]]]:
        """Return the names of run parameters of each template and each result alone, with the first position."""
        found = [
            (int(group.indices[0]), tuple(group.template.common["run_parameters"]))
            for group in self._groups
        ]
        rows = zip(self._alone, self._rows if self._alone else (), strict=True)
        found += [(at, tuple(row["run_parameters"])) for at, row in rows]
        return sorted(found, key=lambda pair: pair[0])

    def column(self, name: str) -> list[Any]:
        """Return a constructor argument of each result, as the constructor converts it."""
        values = [group.values(name) for group in self._groups]
        if len(values) == 1 and not self._alone:
            return values[0]
        column: list[Any] = [None] * self._size
        for group, found in zip(self._groups, values, strict=True):
            for index, value in zip(group.indices.tolist(), found, strict=True):
                column[index] = value
        if self._alone:
            for index, row in zip(self._alone, self._rows, strict=True):
                column[index] = row[name]
        return column


class _Group(NamedTuple):
    """Results of one template: where they are among all, and which of those of the template they are."""

    template: Template
    indices: npt.NDArray[np.intp]
    ordinals: npt.NDArray[np.int64]
    numbers: Sequence[Numbers]

    def values(self, name: str) -> list[Any]:
        """Return a constructor argument of each."""
        template, size = self.template, len(self.indices)
        base = template.common[name]
        if name == "causes" and template.causes is not None:
            return self._numbers(template.causes)
        if name != "run_parameters":
            mutable = isinstance(base, (dict, np.ndarray))
            return [base.copy() for _ in range(size)] if mutable else [base] * size
        rows = [base.copy() for _ in range(size)]
        for slot in template.slots:
            for row, value in zip(rows, self._numbers(slot), strict=True):
                row[slot.name] = value
        return rows

    def _numbers(self, slot: Slot) -> list[Any]:
        column = self.numbers[slot.listed]
        if not isinstance(column, np.ndarray):
            return [slot.value(column)] * len(self.indices)
        numbers: list[Any] = column[self.ordinals].tolist()
        return numbers if slot.dtype is None else [*map(slot.value, numbers)]


def gather(results: Sequence[LazyResult]) -> Gathered:
    """Gather the metadata of results."""
    return joined(gather_groups(results), len(results))


def gather_groups(
    results: Sequence[LazyResult],
) -> list[tuple[Sequence[int], Gathered]]:
    """Gather the metadata of groups of results, each at some positions: what all of one have, others may lack."""
    groups: list[tuple[Sequence[int], Gathered]] = []
    for template, positions, rows in _groups(results):
        of_group = [results[position] for position in positions]
        found = None
        if template is not None:
            columns = [column_of([*column]) for column in zip(*rows, strict=True)]
            found = gather_alike(template, columns, len(rows))
        if found is not None:
            groups.append((positions, found))
        else:
            groups += [
                ([at], _one(result.columns(), result.extra()))
                for at, result in zip(positions, of_group, strict=True)
            ]
    return groups


def gather_alike(
    template: Template, numbers: Sequence[Numbers], count: int
) -> Gathered | None:
    """Gather the metadata of results of a template, which have these numbers; None where only the decoder can."""
    if template.measures is None:
        return None
    makers = {name: measure.make for name, measure in template.measures.items()}
    return _gathered_alike(template, numbers, count, makers)


def gather_stated(
    template: Template, listed: Sequence[Numbers], count: int
) -> tuple[Gathered, dict[str, Any]] | None:
    """Gather what an index says of results of a template, whose listed numbers these are.

    Also return dtype and shape of what it does not say, by the key of `extra`; None where it does not say these.
    """
    if template.measures is None:
        return None
    numbers: list[Numbers] = [0] * template.size
    for at, column in zip(template.listed, listed, strict=True):
        numbers[at] = column
    varying = {key: m.told for key, m in template.measures.items() if m.varies}
    makers = {key: m.make for key, m in template.measures.items() if not m.varies}
    found = _gathered_alike(template, numbers, count, makers)
    return None if found is None or None in varying.values() else (found, varying)


def _gathered_alike(
    template: Template,
    numbers: Sequence[Numbers],
    count: int,
    makers: dict[str, Maker],
) -> Gathered | None:
    # The decoder tells of a value that does not fit its type.
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        common = template.common
        fields: dict[str, Column] = {name: [common[name]] * count for name in FIELDS}
        parameters: dict[str, Column] = {
            name: repeated(value, count)
            for name, value in common["run_parameters"].items()
        }
        for slot in template.slots:
            parameters[slot.name] = numbers_at(slot.at, slot.dtype)(numbers, count)
        if template.causes is not None:
            slot = template.causes
            fields["causes"] = numbers_at(slot.at, slot.dtype)(numbers, count)
        extra = {name: make(numbers, count) for name, make in makers.items()}
        return Gathered(fields, parameters, extra)
    return None


def gathered(rows: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> Gathered:
    """Gather constructor arguments and `extra` of results."""
    ones = [([at], _one(*row)) for at, row in enumerate(rows)]
    return joined(ones, len(ones))


def _one(columns: dict[str, Any], extra: dict[str, Any]) -> Gathered:
    return Gathered(
        {name: [columns[name]] for name in FIELDS},
        {name: [value] for name, value in columns["run_parameters"].items()},
        {name: [value] for name, value in measured(extra).items()},
    )


def joined(groups: Sequence[tuple[Sequence[int], Gathered]], count: int) -> Gathered:
    """Return the metadata of all results: of groups of them, each at some positions."""
    if len(groups) == 1:
        return groups[0][1]
    columns = []
    for number in range(len(Gathered._fields)):
        first = groups[0][1][number]
        names = [n for n in first if all(n in group[number] for _, group in groups)]
        columns.append(
            {
                name: _spread(
                    [(at, group[number][name]) for at, group in groups], count
                )
                for name in names
            }
        )
    return Gathered(*columns)


def _spread(parts: list[tuple[Sequence[int], Column]], count: int) -> Column:
    """Put columns of some results each into one of all."""
    arrays = [part for _, part in parts if isinstance(part, np.ndarray)]
    if len(arrays) == len(parts):
        kinds = {(part.dtype, part.shape[1:]) for part in arrays}
        if len(kinds) == 1:
            stacked = np.empty((count, *arrays[0].shape[1:]), arrays[0].dtype)
            for positions, part in parts:
                stacked[positions] = part
            return stacked
    column = [None] * count
    for positions, part in parts:
        for position, value in zip(positions, _listed(part), strict=True):
            column[position] = value
    return column


def _listed(part: Column) -> Column:
    """Return arrays of Python's numbers as these, which they were made of."""
    if isinstance(part, np.ndarray) and part.dtype in (np.int64, np.float64):
        values: list[Any] = part.tolist()
        return values
    return part


def _groups(
    results: Sequence[LazyResult],
) -> Iterator[tuple[Template | None, list[int], list[Any]]]:
    """Group results by their fingerprint: template, positions, and the numbers of each."""
    groups: dict[Hashable, tuple[list[int], list[_native.Packed]]] = {}
    alone = []
    for position, result in enumerate(results):
        native = result.native
        if native is None or native.fingerprint is None:
            alone.append(position)
        else:
            group = groups.setdefault(native.fingerprint, ([], []))
            group[0].append(position)
            group[1].append(native)
    for positions, natives in groups.values():
        # One that is alone is decoded faster than a template is made, unless that takes its large arrays.
        worthwhile = len(positions) > 2 or EXTERNAL in natives[0].text
        first = results[positions[0]]
        template = template_of(natives[0], first) if worthwhile else None
        if template is None:
            alone += positions
        else:
            yield template, positions, numbers_of(natives)
    yield None, alone, [None] * len(alone)
