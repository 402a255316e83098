"""Saves what is whole of a damaged archive."""

from __future__ import annotations

import json
import os

from .._errors import ArgumentTypeError, BadArchiveError
from .._keywords import names_unknown
from .._progress import Steps, tqdm_class
from .._remedies import COPY_AGAIN
from .._types import Bar, FilePath, Limits, Source
from ..archive import _document, _members
from ..archive._diagnosis import refuse_other_kinds
from ..archive._source import source_of
from ..archive._target import is_path, refuse_same_file
from ..values import loads_plain
from ._inspection import (
    collection_problems,
    is_ours,
    look_at_results,
    missing_results,
)
from ._reader import ArchiveReader
from ._report import Problem, RepairReport, problem_of
from ._writer import ArchiveWriter


@names_unknown
def repair(
    path_or_stream: Source,
    out: FilePath,
    *,
    limits: Limits | None = None,
    tqdm_cls: Bar = None,
) -> RepairReport:
    """Save the whole results of a truncated or damaged archive into a new one.

    Members are found by their own headers and by those in the directory at the end of the archive, whichever of
    them are damaged. A result is saved if all its members are whole, if it opens, and if it is like the first one
    that does; results are numbered anew, and their members are copied as they are. Where a complete directory
    lists members, others are left out; where it is damaged, two different members of one name are both left out.

    Parameters
    ----------
    path_or_stream : str, os.PathLike, bytes-like or binary file object
        The damaged archive; a file object needs `read`, `seek` and `tell`.
    out : str or os.PathLike
        Where to write the new archive. It is replaced as a whole or, on any exception, not at all.
    limits : mapping of str to int, optional
        As of :func:`open_ndresults_collection`.
    tqdm_cls : callable, bool or None, optional
        Progress bar, one step a result that is looked at. None and False mean none, True ``tqdm.auto.tqdm``.

    Returns
    -------
    RepairReport
        Which results were kept, and why the others were lost.

    Raises
    ------
    ValueError
        If `out` is the damaged archive itself, or if a limit is reached.
    zipfile.BadZipFile
        If nothing whole was found; nothing is written then.
    TypeError
        If an argument has a wrong type.
    MissingPackageError
        An ImportError, if a value needs a package that is not installed: the result may be whole.
    OSError
        If the one cannot be read or the other cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> sio.store_ndresults_collection("sweep.ndc", sweep(), tqdm_cls=None)
    >>> whole = Path("sweep.ndc").read_bytes()
    >>> report = sio.repair(whole[: len(whole) // 2], "saved.ndc")
    >>> report.kept
    (0, 1)
    >>> len(sio.open_ndresults_collection("saved.ndc", tqdm_cls=None))
    2

    """
    if not is_path(out):
        raise ArgumentTypeError(key="out", expected="a path", found=type(out).__name__)
    refuse_same_file(path_or_stream, out, "another file than the damaged archive")
    reader, faults = ArchiveReader.salvaged(path_or_stream, limits)
    with reader:
        if not (len(reader.archive) or faults):
            refuse_other_kinds(source_of(path_or_stream), reader.display_name)
        # Once, though its own header and the directory both lead to it.
        damaged = [*dict.fromkeys(map(problem_of, faults))]
        return _repaired(reader, damaged, out, tqdm_class(tqdm_cls))


def _repaired(
    reader: ArchiveReader, damaged: list[Problem], out: FilePath, bar: Bar
) -> RepairReport:
    lost = [problem.member for problem in damaged if problem.member is not None]
    indices = _members.result_indices([*reader.archive.names(), *lost])
    problems = collection_problems(reader)
    with_metadata = not problems
    if not with_metadata:
        reader.ours = is_ours(reader, indices)
    writer = ArchiveWriter(out, format_version=_version_of(reader))
    kept, found = _whole_results(reader, indices, writer, bar)
    problems = damaged + _unexplained(problems + found, damaged)
    if not kept:
        raise _nothing_whole(reader, problems)
    if with_metadata:
        missing = missing_results(set(indices), reader.size)
        problems += [missing] if missing else []
    text = (_metadata if with_metadata else _new_metadata)(reader, len(kept))
    with writer:
        writer.copy(reader, kept)
        writer.finish(text)
    return RepairReport(
        reader.display_name,
        os.fsdecode(out),
        tuple(kept),
        with_metadata,
        tuple(problems),
    )


def _whole_results(
    reader: ArchiveReader, indices: list[int], writer: ArchiveWriter, bar: Bar
) -> tuple[list[int], list[Problem]]:
    """Describe whole results to the writer; return their numbers, and the problems of the others."""
    kept = []
    problems = []
    with Steps(bar, len(indices), f"Checking '{reader.display_name}'") as steps:
        for index, found, result in look_at_results(reader, indices):
            problems += found
            if result is not None:
                kept.append(index)
                writer.describe(result)
            steps.done(1)
    return kept, problems


def _nothing_whole(reader: ArchiveReader, problems: list[Problem]) -> BadArchiveError:
    reasons = "; ".join(str(problem) for problem in problems[:3])
    return BadArchiveError(
        archive=reader.display_name,
        expected="at least one whole result",
        found=f"none ({reasons})" if reasons else "none",
        remedy=COPY_AGAIN,
    )


def _version_of(reader: ArchiveReader) -> float:
    return _document.FORMAT if reader.ours else _document.UPSTREAM_FORMAT


def _unexplained(problems: list[Problem], damaged: list[Problem]) -> list[Problem]:
    """Leave out that members are missing which were found, but damaged."""
    known = {problem.member for problem in damaged}
    return [problem for problem in problems if problem.member not in known]


def _metadata(reader: ArchiveReader, size: int) -> bytes:
    """Metadata of the collection with a new number of results."""
    # As JSON has it: the type map stays, and with it all that it says.
    document = loads_plain(reader.archive.text(_members.METADATA))
    document[_document.OBJECT_SIZE] = size
    return json.dumps(document, indent=2).encode()


def _new_metadata(reader: ArchiveReader, size: int) -> bytes:
    document = _document.collection_metadata(
        name=_document.UNNAMED,
        size=size,
        extra={},
        format_version=_version_of(reader),
    )
    return json.dumps(document, indent=2).encode()
