"""Results of a file, grouped by what labels their arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..archive import _members
from ..arrays._frame import Frame, shared
from ._stack import Labels, difference, labels_of, labels_of_array
from ._table import NONE

if TYPE_CHECKING:
    import numpy.typing as npt

    from ._gathering import Described
    from ._in_file import StoredResults


class Alike(NamedTuple):
    """Results that can be stacked, as far as the sizes of their members tell."""

    positions: npt.NDArray[np.intp]
    labels: Labels
    #: True if nothing but their arrays has labels.
    plain: bool


def alike(stored: StoredResults, described: Described) -> list[Alike]:
    """Group results by what labels them, as the index says; without it, one array of each size is read."""
    groups: list[Alike] = []
    for positions, frame in _framed(stored):
        first = int(positions[0])
        plain = described.agree(positions, [frame], np.zeros(len(positions), int))
        if plain and frame is not None:
            labels = labels_of(frame)
        else:
            labels = labels_of_array(stored[first].open().to_xarray())
        for number, group in enumerate(groups):
            if difference(group.labels, labels) is None:
                both = np.sort(np.concatenate([group.positions, positions]))
                groups[number] = Alike(both, group.labels, group.plain and plain)
                break
        else:
            groups.append(Alike(positions, labels, plain))
    return groups


def _framed(
    stored: StoredResults,
) -> list[tuple[npt.NDArray[np.intp], Frame | None]]:
    """Group results by the frames that the index states, and others by the sizes of their arrays."""
    reader, indices = stored.reader, np.asarray(stored.indices)
    stated = np.full(len(indices), NONE)
    groups: list[tuple[npt.NDArray[np.intp], Frame | None]] = []
    if reader.index is not None:
        stated = reader.index.table.array[indices]
        for number in np.unique(stated[stated != NONE]).tolist():
            frame = reader.index.frame(number)
            groups.append((np.flatnonzero(stated == number), frame))
    others = _by_size(stored, np.flatnonzero(stated == NONE))
    groups += [(group, _frame_at(stored, int(group[0]))) for group in others]
    return sorted(groups, key=lambda group: int(group[0][0]))


def _by_size(
    stored: StoredResults, positions: npt.NDArray[np.intp]
) -> list[npt.NDArray[np.intp]]:
    """Group some results by the sizes of their arrays: others have other labels."""
    groups: dict[int, list[int]] = {}
    for position in positions.tolist():
        name = _members.of_result(int(stored.indices[position]), _members.NDDATA)
        groups.setdefault(stored.reader.archive.size(name), []).append(position)
    return [np.array(group) for group in groups.values()]


def _frame_at(stored: StoredResults, position: int) -> Frame | None:
    name = _members.of_result(int(stored.indices[position]), _members.NDDATA)
    native = stored.reader.archive.frame(name)
    return None if native is None else shared(native)
