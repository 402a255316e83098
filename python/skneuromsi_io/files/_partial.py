"""The whole results of a partial file, which a writer left when it was killed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from .._errors import (
    BadArchiveError,
    BadMemberError,
    LimitError,
    MissingMemberError,
    SkneuromsiIOError,
)
from .._remedies import REPAIR
from ..archive import _members
from ._inspection import is_ours
from ._reader import ArchiveReader


class Whole(NamedTuple):
    """The whole part of a partial file.

    Attributes
    ----------
    size : int
        Number of results.
    names : list of str
        Their members, which are the first of the file and follow each other without a gap.

    """

    size: int
    names: list[str]


def whole_results(reader: ArchiveReader, faults: Sequence[SkneuromsiIOError]) -> Whole:
    """Find the whole results of a salvaged partial file.

    The reader, which :meth:`ArchiveReader.salvaged` gave with these faults, knows the format after it, and what
    the results have in common. A writer writes one result after the other: all before the first gap were whole
    when the next was begun. The last may lack arrays: it is opened.

    Raises
    ------
    BadArchiveError
        If a kill cannot have left the file: it is of another origin, or damaged.
    SkneuromsiIOError
        If a result is not torn, but cannot be read: a package is missing, a limit is reached.

    """
    for fault in faults:
        if isinstance(fault, LimitError):
            raise fault
    names = reader.archive.names_before_a_gap()
    ends = _ends(names)
    reader.ours = True
    last = len(ends) - 1
    if ends and ends[-1] == len(names) and not _has_all_members(reader, last):
        ends.pop()
    indices = _members.result_indices(reader.archive.names())
    _refuse_others(reader, len(ends), indices)
    if ends:
        reader.check(reader.load_unpacked([0], 1)[0])
    return Whole(len(ends), names[: ends[-1] if ends else 0])


def _ends(names: list[str]) -> list[int]:
    """Return how many members there are up to the end of each result, as far as results are numbered in turn."""
    ends: list[int] = []
    at = 0
    for index, members in itertools.groupby(names, _members.result_index):
        group = [*members]
        at += len(group)
        if index != len(ends) or not {*_members.result_names(index)} <= {*group}:
            break
        ends.append(at)
    return ends


def _has_all_members(reader: ArchiveReader, index: int) -> bool:
    try:
        reader.load_unpacked([index], 1)[0].open()
    except (MissingMemberError, BadMemberError):
        return False
    return True


def _refuse_others(reader: ArchiveReader, size: int, indices: list[int]) -> None:
    """Refuse to cut off whole results: a kill leaves parts of one behind the last whole one."""
    later = [index for index in indices if index > size]
    if later:
        raise BadArchiveError(
            archive=reader.display_name,
            expected=f"parts of result {size} at the most behind {size} whole results",
            found=f"members of result {later[0]}",
            remedy=REPAIR,
        )
    if size and not is_ours(reader, [*range(size)]):
        raise BadArchiveError(
            archive=reader.display_name,
            expected="results of format 0.2, as a writer leaves them",
            found="those of format 0.1",
        )
