"""Metadata of results in a file, by columns, and one result of each kind to check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..archive import _document
from ._columns import Gathered, gather, gather_alike, joined
from ._packed import PackedResult
from ._stored import described_in_batches
from ._table import NONE
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
    described = Described(reader, indices.tolist())
    table = reader.read_table(indices, _document.VARYING[1])
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
            described.add([position], result)
    return joined(groups, len(indices)), described


def _check_alike(
    reader: Reader,
    indices: npt.NDArray[np.int64],
    table: Table,
    places: npt.NDArray[np.int64],
) -> None:
    """Compare results with the index, if it is used: they are at some places of a table."""
    if reader.index is None or not len(indices):
        return
    found = table._replace(
        template=table.template[places],
        array=table.array[places],
        ordinal=table.ordinal[places],
    )
    if not reader.index.table.says(indices, found):
        for batch in described_in_batches(reader, indices):
            reader.index.check_texts(batch)


class Described:
    """Results of which the metadata were read, and for each one that is like it.

    Parameters
    ----------
    reader : Reader
    indices : list of int
        Their numbers in the file.

    """

    def __init__(self, reader: Reader, indices: list[int]):
        self._reader = reader
        self._indices = indices
        self._likes: dict[int, PackedResult] = {}

    def add(self, positions: Iterable[Any], like: PackedResult) -> None:
        """Add results, whose metadata are like those of one but for numbers."""
        for position in positions:
            self._likes[int(position)] = like

    def agree(self, positions: Sequence[int], frames: Sequence[Frame | None]) -> bool:
        """Check some results, of which these label the arrays; return whether nothing else does.

        Raises
        ------
        BadMetadataError, BadNetCDFError
            If one contradicts itself, or is not like the first of the archive.

        """
        reader = self._reader
        if reader.index is not None:
            indices = [self._indices[position] for position in positions]
            reader.index.check_frames(indices, frames)
        known: set[tuple[int, Frame | None]] = set()
        for position, frame in zip(positions, frames, strict=True):
            like = self._likes[position]
            if (id(like), frame) not in known:
                known.add((id(like), frame))
                index = self._indices[position]
                result = PackedResult(like.native, frame, reader.display_name, index)
                if result.plain_frame() is None:
                    return False
                if index != 0:
                    reader.common()
                reader.check_agreement(result)
        return True
