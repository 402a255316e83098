"""Checks every result of an archive, and goes on after one that is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from .. import _native
from .._batches import batches, thread_count
from .._errors import NOT_OF_THE_ARCHIVE, SkneuromsiIOError, UnsupportedError
from ..archive import _document, _members
from ..results._packed import PackedResult
from ._reader import ArchiveReader
from ._report import Problem, problem_of

#: The name of our own writer in a NetCDF file (`_NCProperties`), and within how many bytes: before the
#: values, behind the coordinates.
_WRITER = _native.constants()["writer"].encode()
_WITHIN = 1 << 20


def missing_results(found: Collection[int], size: int) -> Problem | None:
    """Say which of `size` results are not among those that were found."""
    missing = size - sum(index < size for index in found)
    if missing <= 0:
        return None
    first = next(index for index in range(size) if index not in found)
    return Problem(
        _members.METADATA,
        f"expected {size} results ({_document.OBJECT_SIZE!r}), found {size - missing}: "
        f"{missing} missing, ndr_{first} the first",
    )


def collection_problems(reader: ArchiveReader) -> list[Problem]:
    """Return what is wrong with the metadata of the collection.

    Raises
    ------
    UnsupportedError
        If the format is newer than this package, which can neither judge nor repair it.

    """
    try:
        _ = reader.name, reader.size
    except SkneuromsiIOError as error:
        if isinstance(error, UnsupportedError) and error.is_newer:
            raise
        return [problem_of(error)]
    return []


def is_ours(reader: ArchiveReader, indices: list[int]) -> bool:
    """Return whether an archive without metadata is of format 0.2: a result tells."""
    for index in indices:
        try:
            return _result_is_ours(reader.archive, index)
        except NOT_OF_THE_ARCHIVE:
            raise
        except SkneuromsiIOError:
            continue
    return True


def _result_is_ours(archive: _native.Archive, index: int) -> bool:
    """Return whether a result is of format 0.2.

    Upstream writes no types, no labels and no arrays beside its data. Where a result of ours needs none of
    these, its NetCDF file is our own writer's, which says so.
    """
    text, data, arrays = _members.plan_to_read(index)
    if archive.numbered(*arrays) or _WRITER in archive.peek(data, _WITHIN):
        return True
    # Keys of the document are indented by two blanks, and no text holds a line break.
    document = archive.text(text)
    return any(b'\n  "%s":' % key.encode() in document for key in _document.OURS)


class Looked(NamedTuple):
    """A result that was looked at.

    Attributes
    ----------
    number : int
        Its number.
    problems : list of Problem
        All that is wrong with it.
    result : PackedResult or None
        Itself; None if something is wrong.

    """

    number: int
    problems: list[Problem]
    result: PackedResult | None


def look_at_results(reader: ArchiveReader, indices: list[int]) -> Iterator[Looked]:
    """Open results one after the other, and keep none."""
    threads = thread_count()

    def nbytes(index: int) -> int:
        members = _members.result_names(index)
        return sum(
            reader.archive.size(name) for name in members if name in reader.archive
        )

    for batch in batches(indices, nbytes, threads):
        for index, loaded in zip(batch, _loaded(reader, batch, threads), strict=True):
            if isinstance(loaded, list):
                yield Looked(index, loaded, None)
                continue
            problems = _problems(reader, loaded)
            yield Looked(index, problems, None if problems else loaded)


def _loaded(
    reader: ArchiveReader, batch: list[int], threads: int
) -> Iterable[PackedResult | list[Problem]]:
    """Load a batch at once, or one by one to find out what is wrong with which."""
    try:
        return reader.load_unpacked(batch, threads)
    except NOT_OF_THE_ARCHIVE:
        # No result of the batch is to blame: to read each again would ask a failing server once more for all.
        raise
    except SkneuromsiIOError:
        return (_loaded_alone(reader, index) for index in batch)


def _loaded_alone(reader: ArchiveReader, index: int) -> PackedResult | list[Problem]:
    faults = reader.faults(index)
    if faults:
        return [*map(problem_of, faults)]
    return reader.load_unpacked([index], 1)[0]


def _problems(reader: ArchiveReader, loaded: PackedResult) -> list[Problem]:
    try:
        # The others are compared with the first result that opens: one that does not may be unlike all of them.
        loaded.open()
        reader.check(loaded)
    except SkneuromsiIOError as error:
        return [problem_of(error)]
    return []
