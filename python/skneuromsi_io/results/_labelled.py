"""Groups of the results of a file whose arrays have the same labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..archive import _members
from ..arrays._frame import Frame, shared
from ._labels import (
    Labels,
    difference,
    in_common,
    labels_of,
    labels_of_array,
    without_attrs,
)
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
    for positions, frame, is_stated in _framed(stored):
        first = int(positions[0])
        plain = described.agree(positions, [frame], np.zeros(len(positions), int))
        if plain and frame is not None:
            labels = labels_of(frame)
        else:
            labels = labels_of_array(stored[first].open().to_xarray())
        known = is_stated if plain else described.are_labelled_alike(positions)
        if len(positions) > 1 and not known:
            # Arrays of one size may have other attributes.
            labels = without_attrs(labels)
        _add(groups, Alike(positions, labels, plain))
    return groups


def _add(groups: list[Alike], found: Alike) -> None:
    """Add results to the group that they can be stacked with, or as a group of their own."""
    for number, group in enumerate(groups):
        if difference(group.labels, found.labels) is None:
            both = np.sort(np.concatenate([group.positions, found.positions]))
            labels = in_common(group.labels, found.labels)
            groups[number] = Alike(both, labels, group.plain and found.plain)
            return
    groups.append(found)


class _Framed(NamedTuple):
    """Results whose arrays have one frame: of all, if the index says so, else of the first."""

    positions: npt.NDArray[np.intp]
    frame: Frame | None
    is_stated: bool


def _framed(stored: StoredResults) -> list[_Framed]:
    """Group results by the frames that the index states, and others by the sizes of their arrays."""
    reader, indices = stored.reader, np.asarray(stored.indices)
    stated = np.full(len(indices), NONE)
    groups: list[_Framed] = []
    if reader.index is not None:
        stated = reader.index.table.array[indices]
        for number in np.unique(stated[stated != NONE]).tolist():
            frame = reader.index.frame(number)
            groups.append(_Framed(np.flatnonzero(stated == number), frame, True))
    others = _by_size(stored, np.flatnonzero(stated == NONE))
    groups += [_Framed(at, _frame_at(stored, int(at[0])), False) for at in others]
    return sorted(groups, key=lambda group: int(group.positions[0]))


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
