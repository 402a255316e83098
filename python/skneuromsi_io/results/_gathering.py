"""Metadata of results in a file, by columns, and one result of each kind to check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..archive import _document
from ._columns import Gathered, gather_alike, gather_groups, gather_stated, joined
from ._packed import PackedResult
from ._stored import described_in_batches
from ._table import NONE, chosen_column, firsts, read_table
from ._templates import template_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..arrays._frame import Frame
    from ._stored import ResultReader
    from ._table import Table
    from ._templates import Column

#: Dtype and shape of what is below a key of `extra`.
Kinds = dict[str, tuple[np.dtype[Any], tuple[int, ...]]]


class Group(NamedTuple):
    """Results at some positions, in their order, and their metadata.

    Attributes
    ----------
    positions : numpy.ndarray
    gathered : Gathered
    unstated : dict
        Dtype and shape of the numbers and arrays of `extra` that an index says no more of.

    """

    positions: npt.NDArray[np.intp]
    gathered: Gathered
    unstated: Kinds

    def part(
        self, chosen: npt.NDArray[np.intp], positions: npt.NDArray[np.intp]
    ) -> Group:
        """Return some of these results, which have other positions."""
        gathered = [
            {key: _chosen(column, chosen) for key, column in columns.items()}
            for columns in self.gathered
        ]
        return Group(positions, Gathered(*gathered), self.unstated)


class Metadata(NamedTuple):
    """Metadata of results by groups: what all of one have, others may lack."""

    groups: list[Group]
    size: int

    def gathered(self) -> Gathered:
        """Return what all results have."""
        pairs = [(group.positions.tolist(), group.gathered) for group in self.groups]
        return joined(pairs, self.size)

    def unstated(self) -> Kinds:
        """Return dtype and shape of what all results have that an index says no more of."""
        first, *others = [group.unstated for group in self.groups]
        return {
            key: kind
            for key, kind in first.items()
            if all(other.get(key) == kind for other in others)
        }

    def parted(self, parts: Sequence[npt.NDArray[np.intp]]) -> list[Metadata]:
        """Return the metadata of some parts, which have each result once."""
        part, place = np.empty((2, self.size), np.intp)
        for number, positions in enumerate(parts):
            part[positions], place[positions] = number, np.arange(len(positions))
        found: list[list[Group]] = [[] for _ in parts]
        for group in self.groups:
            numbers = part[group.positions]
            for number in np.unique(numbers).tolist():
                chosen = np.flatnonzero(numbers == number)
                places = place[group.positions[chosen]]
                found[number].append(group.part(chosen, places))
        pairs = zip(found, parts, strict=True)
        return [Metadata(groups, len(positions)) for groups, positions in pairs]


def _chosen(column: Column, chosen: npt.NDArray[np.intp]) -> Column:
    if isinstance(column, np.ndarray):
        return column[chosen]
    return [column[at] for at in chosen.tolist()]


def read_metadata(
    reader: ResultReader, indices: range | npt.NDArray[np.int64]
) -> tuple[Metadata, Described]:
    """Gather the metadata of results in a file, of which nothing else is read.

    Raises
    ------
    BadMetadataError
        If one is not what the index says.

    """
    indices = np.asarray(indices)
    described = Described(reader, indices)
    table = read_table(reader.archive, indices, _document.VARYING[1])
    groups: list[Group] = []
    listed, alone = [], [np.flatnonzero(table.template == NONE)]
    for number, known in enumerate(table.templates):
        positions = np.flatnonzero(table.template == number)
        like = PackedResult(known.native, None)
        template = template_of(known.native, like)
        found = None
        if template is not None:
            found = gather_alike(template, known.numbers, len(positions))
            columns = [known.numbers[at] for at in template.listed]
            known = known._replace(numbers=columns)
        listed.append(known)
        if found is None:
            alone.append(positions)
        else:
            groups.append(Group(positions, found, {}))
            described.add(positions, like)
    rest = np.sort(np.concatenate(alone))
    alike = np.setdiff1d(np.arange(len(indices)), rest)
    _check_alike(reader, indices[alike], table._replace(templates=listed), alike)
    end = 0
    for batch in described_in_batches(reader, indices[rest]):
        start, end = end, end + len(batch)
        if reader.index is not None:
            reader.index.check_texts(batch)
        of_batch = rest[start:end]
        groups += [
            Group(of_batch[[*positions]], found, {})
            for positions, found in gather_groups(batch)
        ]
        for position, result in zip(of_batch, batch, strict=True):
            described.add(position, result)
    return Metadata(groups, len(indices)), described


def stated_metadata(
    reader: ResultReader, indices: range | npt.NDArray[np.int64]
) -> tuple[Metadata, Described] | None:
    """Return what the index says of results, nothing of which is read; None where it does not say enough."""
    if reader.index is None:
        return None
    indices, table = np.asarray(indices), reader.index.table
    numbers = table.template[indices]
    if NONE in numbers:
        return None
    described = Described(reader, indices)
    groups = []
    for number in np.unique(numbers).tolist():
        positions = np.flatnonzero(numbers == number)
        at = table.ordinal[indices[positions]]
        native, columns = table.templates[number]
        like = PackedResult(native, None)
        template = template_of(native, like)
        chosen = [chosen_column(column, at) for column in columns]
        found = template and gather_stated(template, chosen, len(positions))
        if not found:
            return None
        groups.append(Group(positions, *found))
        described.add(positions, like)
    return Metadata(groups, len(indices)), described


def _check_alike(
    reader: ResultReader,
    indices: npt.NDArray[np.int64],
    table: Table,
    positions: npt.NDArray[np.int64],
) -> None:
    """Compare results with the index, if it is used; a table has them at some positions."""
    if reader.index is None or not len(indices):
        return
    found = table._replace(
        template=table.template[positions],
        array=table.array[positions],
        ordinal=table.ordinal[positions],
    )
    if not reader.index.table.says(indices, found):
        for batch in described_in_batches(reader, indices):
            reader.index.check_texts(batch)


class Described:
    """Results of which the metadata were read, and for each one that is like it.

    Parameters
    ----------
    reader : ResultReader
    indices : numpy.ndarray
        Their numbers in the file.

    """

    def __init__(self, reader: ResultReader, indices: npt.NDArray[np.int64]):
        self._reader = reader
        self._indices = indices
        self._likes: list[PackedResult] = []
        self._like = np.full(len(indices), NONE, np.int64)

    def add(self, positions: Any, like: PackedResult) -> None:
        """Add results, whose metadata are like those of one but for numbers."""
        self._like[positions] = len(self._likes)
        self._likes.append(like)

    def are_labelled_alike(self, positions: npt.NDArray[np.intp]) -> bool:
        """Return whether the metadata of some results all have labels, which are the same."""
        likes = np.unique(self._like[positions]).tolist()
        found = {self._likes[like].stated_labels() for like in likes}
        return len(found) == 1 and None not in found

    def agree(
        self,
        positions: npt.NDArray[np.intp],
        frames: Sequence[Frame | None],
        kinds: npt.NDArray[np.int64],
    ) -> bool:
        """Check some results; return whether their frames label their arrays, and nothing else does.

        `kinds` are the numbers of their frames.

        Raises
        ------
        BadMetadataError, BadNetCDFError
            If one contradicts itself, or is not like the first of the archive.

        """
        reader = self._reader
        indices, like = self._indices[positions], self._like[positions]
        if reader.index is not None:
            reader.index.check_frames(indices, frames, kinds)
        for at in firsts(like, kinds):
            native, frame = self._likes[like[at]].native, frames[kinds[at]]
            index = int(indices[at])
            result = PackedResult(native, frame, reader.display_name, index)
            if result.plain_frame() is None:
                return False
            if index != 0:
                reader.common()
            reader.check_agreement(result)
        return True
