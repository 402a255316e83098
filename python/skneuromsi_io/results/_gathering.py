"""Metadata of results in a file, by columns, and one result of each kind to check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..archive import _document
from ._columns import Gathered, gather, gather_alike, gather_stated, joined
from ._packed import PackedResult
from ._stored import described_in_batches
from ._table import NONE, chosen_column, firsts, read_table
from ._templates import template_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..arrays._frame import Frame
    from ._stored import Reader
    from ._table import Table


def gathered_from(
    reader: Reader, indices: range | npt.NDArray[np.int64]
) -> tuple[Gathered, Described]:
    """Gather the metadata of results in a file, of which nothing else is read.

    Raises
    ------
    BadMetadataError
        If one is not what the index says.

    """
    indices = np.asarray(indices)
    described = Described(reader, indices)
    table = read_table(reader.archive, indices, _document.VARYING[1])
    groups: list[tuple[Sequence[int], Gathered]] = []
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
            groups.append((positions.tolist(), found))
            described.add(positions, like)
    rest = np.sort(np.concatenate(alone))
    alike = np.setdiff1d(np.arange(len(indices)), rest)
    _check_alike(reader, indices[alike], table._replace(templates=listed), alike)
    end = 0
    for batch in described_in_batches(reader, indices[rest]):
        start, end = end, end + len(batch)
        if reader.index is not None:
            reader.index.check_texts(batch)
        groups.append((rest[start:end].tolist(), gather(batch)))
        for position, result in zip(rest[start:end], batch, strict=True):
            described.add(position, result)
    return joined(groups, len(indices)), described


class Stated(NamedTuple):
    """Metadata of results as an index states them.

    Attributes
    ----------
    gathered : Gathered
        Without the numbers of `extra`, which are not in an index.
    described : Described
    kinds : dict
        Dtype and shape of each number and array of `extra` that is made of these numbers.

    """

    gathered: Gathered
    described: Described
    kinds: dict[str, tuple[np.dtype[Any], tuple[int, ...]]]


def stated_by_index(
    reader: Reader, indices: range | npt.NDArray[np.int64]
) -> Stated | None:
    """Return what the index says of results, nothing of which is read; None where it does not say enough."""
    if reader.index is None:
        return None
    indices, table = np.asarray(indices), reader.index.table
    numbers = table.template[indices]
    if NONE in numbers:
        return None
    described = Described(reader, indices)
    groups, kinds = [], []
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
        groups.append((positions.tolist(), found[0]))
        kinds.append(found[1])
        described.add(positions, like)
    same = {
        key: kind
        for key, kind in kinds[0].items()
        if all(other.get(key) == kind for other in kinds)
    }
    return Stated(joined(groups, len(indices)), described, same)


def _check_alike(
    reader: Reader,
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
    reader : Reader
    indices : numpy.ndarray
        Their numbers in the file.

    """

    def __init__(self, reader: Reader, indices: npt.NDArray[np.int64]):
        self._reader = reader
        self._indices = indices
        self._likes: list[PackedResult] = []
        self._like = np.full(len(indices), NONE, np.int64)

    def add(self, positions: Any, like: PackedResult) -> None:
        """Add results, whose metadata are like those of one but for numbers."""
        self._like[positions] = len(self._likes)
        self._likes.append(like)

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
