"""Checks an archive from its first byte to its last."""

from __future__ import annotations

from collections.abc import Iterator

from .. import _native
from .._batches import batches, thread_count
from .._errors import ArgumentError, SkneuromsiIOError, UnsupportedError
from .._keywords import names_unknown
from .._progress import Steps, tqdm_class
from .._remedies import COPY_AGAIN, REPAIR, of_archive
from .._types import Bar, Limits, Source, StorageOptions
from ..archive import _document, _members
from ..archive._source import display_name_of
from ..results._index import Index
from ..results._packed import PackedResult
from ._inspection import (
    collection_problems,
    is_ours,
    look_at_results,
    missing_results,
)
from ._reader import ArchiveReader
from ._report import Problem, VerifyReport, problem_of


@names_unknown
def verify(
    path_or_stream: Source,
    *,
    limits: Limits | None = None,
    storage_options: StorageOptions | None = None,
    tqdm_cls: Bar = None,
) -> VerifyReport:
    """Check everything in an archive and report each problem.

    Every member is read and its sizes and CRC-32 are checked, those that this package does not know too. Every
    result is opened, one after the other, and compared with the first that opens; none is kept, so that memory is
    bounded by a batch of them. An archive without problems opens.

    Parameters
    ----------
    path_or_stream : str, os.PathLike, bytes-like or binary file object
        Where to read, a path or URL; a file object needs `read`, `seek` and `tell`.
    limits : mapping of str to int, optional
        As of :func:`open_ndresults_collection`.
    storage_options : mapping, optional
        As of :func:`open_ndresults_collection`.
    tqdm_cls : callable, bool or None, optional
        Progress bar, one step a result. None and False mean none, True ``tqdm.auto.tqdm``.

    Returns
    -------
    VerifyReport
        True in its attribute `ok` if the archive is sound; its text is meant to be printed.

    Raises
    ------
    TypeError, ValueError
        If `path_or_stream` is nothing that can be read.
    MissingPackageError
        An ImportError, if a value needs a package that is not installed.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> sio.store_ndresults_collection("sweep.ndc", sweep(), tqdm_cls=None)
    >>> report = sio.verify("sweep.ndc")
    >>> report.ok
    True
    >>> print(report)
    sweep.ndc: 8 members, 3 sound results, no problems

    """
    try:
        reader = ArchiveReader(path_or_stream, limits, storage_options)
    except ArgumentError:
        raise
    except SkneuromsiIOError as error:
        return VerifyReport(display_name_of(path_or_stream), 0, 0, (problem_of(error),))
    with reader:
        return _verified(reader, tqdm_class(tqdm_cls))


def _verified(reader: ArchiveReader, bar: Bar) -> VerifyReport:
    names = reader.archive.names()
    indices = _members.result_indices(names)
    try:
        problems, newer = collection_problems(reader), False
    except UnsupportedError as error:
        problems, newer = [problem_of(error)], True
    if problems:
        reader.ours = is_ours(reader, indices)
    else:
        problems += _size_problems(reader.size, indices)
    index, of_index = _index(reader, problems)
    sound = 0
    with Steps(bar, len(indices), f"Checking '{reader.display_name}'") as steps:
        for number, found, result in look_at_results(reader, indices):
            problems += found
            sound += not found
            if index is not None and result is not None:
                of_index += _index_problems(index, number, result)
            steps.done(1)
    problems += _other_problems(reader.archive, names)
    remedy = None
    # Those of the index each say what helps.
    if problems and not newer:
        remedy = of_archive(REPAIR if sound else COPY_AGAIN, reader.display_name)
    told = (*problems, *of_index)
    return VerifyReport(reader.display_name, len(names), sound, told, remedy)


def _index(
    reader: ArchiveReader, problems: list[Problem]
) -> tuple[Index | None, list[Problem]]:
    """Return the index, if there is one and it is sound, and what is wrong with it."""
    try:
        # A member that cannot be read is told of by the check of other members. Problems until here are about the
        # metadata of the collection, by which an index is judged.
        readable = _members.INDEX in reader.archive and not reader.archive.faults(
            [_members.INDEX], threads=1
        )
        return (reader.read_index() if readable and not problems else None), []
    except SkneuromsiIOError as error:
        return None, [problem_of(error)]


def _index_problems(
    index: Index, number: int, result: PackedResult
) -> Iterator[Problem]:
    """Compare a result with what the index says of it."""
    try:
        index.check(number, result)
    except SkneuromsiIOError as error:
        yield problem_of(error)


def _size_problems(size: int, indices: list[int]) -> Iterator[Problem]:
    """Compare the number of results with those that are there."""
    missing = missing_results(set(indices), size)
    if missing:
        yield missing
    for index in indices:
        if index >= size:
            name = _members.result_names(index)[0]
            expected = f"expected {size} results ({_document.OBJECT_SIZE!r})"
            yield Problem(name, f"{expected}, found number {index}")


def _other_problems(archive: _native.Archive, names: list[str]) -> Iterator[Problem]:
    """Check the index and members that nobody knows, of which the bytes were not looked at yet."""
    threads = thread_count()
    others = (name for name in names if not _members.is_required(name))
    for batch in batches(others, archive.size, threads):
        yield from map(problem_of, archive.faults(batch, threads=threads))
