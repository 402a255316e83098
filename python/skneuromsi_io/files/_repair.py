"""Saves what is whole of a damaged archive."""

from __future__ import annotations

import contextlib
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import _native
from .._errors import ArgumentError, BadArchiveError
from ..archive import _document, _members
from ..archive._source import caps_of, label_of, source_of
from ..archive._target import is_path, replacing
from ..values import loads_plain
from ._inspection import Inspection, collection_of, is_ours, missing_results, plans
from ._report import Problem, RepairReport, problem_of
from ._writer import dos_time


def repair(
    path_or_stream: Any,
    out: str | os.PathLike[str],
    *,
    limits: Mapping[str, int] | None = None,
) -> RepairReport:
    """Save the whole results of a truncated or damaged archive into a new one.

    Members are found by their own headers, so that the directory at the end of the archive may be missing or
    wrong. A result is saved if all its members are whole, if it opens, and if it is like the first one that does;
    results are numbered anew, and their members are copied as they are. Where a sound directory lists members,
    others are left out; where it is lost, two different members of one name are both left out.

    Parameters
    ----------
    path_or_stream : str, os.PathLike, bytes-like or binary file object
        The damaged archive; a file object needs `read`, `seek` and `tell`.
    out : str or os.PathLike
        Where to write the new archive. It is replaced as a whole or, on any exception, not at all.
    limits : mapping of str to int, optional
        As of :func:`open_ndresults_collection`.

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
    OSError
        If the one cannot be read or the other cannot be written.

    """
    if not is_path(out):
        raise TypeError(f"'out': expected a path, found {type(out).__name__}")
    _refuse_same_file(path_or_stream, out)
    label = label_of(path_or_stream)
    archive, faults = _native.Archive.salvage(
        source_of(path_or_stream), label, caps_of(limits)
    )
    damaged = [*map(problem_of, faults)]
    names = archive.names()
    document, problems = collection_of(archive)
    indices = _members.result_indices(
        [*names, *(fault.member or "" for fault in faults)]
    )
    ours = is_ours(document, archive, indices)

    kept = []
    for index, found in Inspection(archive, label, ours=ours).problems(indices):
        problems += found
        if not found:
            kept.append(index)
    problems = damaged + _unexplained(problems, damaged)
    if not kept:
        reasons = "; ".join(str(problem) for problem in problems[:3])
        raise BadArchiveError(
            archive=label,
            expected="at least one whole result",
            found=f"none ({reasons})" if reasons else "none",
        )
    if document is not None:
        missing = missing_results(set(indices), document[_document.OBJECT_SIZE])
        problems += [missing] if missing else []
    text = _metadata(archive if document is not None else None, len(kept), ours=ours)
    _write(archive, kept, text, out)
    saved = document is not None
    return RepairReport(label, os.fsdecode(out), tuple(kept), saved, tuple(problems))


def _refuse_same_file(path_or_stream: Any, out: str | os.PathLike[str]) -> None:
    if not is_path(path_or_stream):
        return
    old, new = (Path(os.fsdecode(path)) for path in (path_or_stream, out))
    if old.exists() and new.exists() and old.samefile(new):
        raise ArgumentError(
            key="out",
            expected="another file than the damaged archive",
            found=repr(str(new)),
        )


def _unexplained(problems: list[Problem], damaged: list[Problem]) -> list[Problem]:
    """Leave out that members are missing which were found, but damaged."""
    known = {problem.member for problem in damaged}
    return [problem for problem in problems if problem.member not in known]


def _metadata(archive: _native.Archive | None, size: int, *, ours: bool) -> bytes:
    """Metadata of the collection with a new number of results, from the archive or made anew."""
    if archive is not None:
        # As JSON has it: the table of types stays, and with it all that it says.
        document = loads_plain(archive.text(_members.METADATA))
        document[_document.OBJECT_SIZE] = size
    else:
        document = _document.collection_metadata(
            name=_document.UNNAMED,
            size=size,
            extra={},
            format_version=_document.FORMAT if ours else _document.UPSTREAM_FORMAT,
        )
    return json.dumps(document, indent=2).encode()


def _write(
    archive: _native.Archive,
    kept: list[int],
    text: bytes,
    out: str | os.PathLike[str],
) -> None:
    path = os.fsdecode(out)
    with replacing(path) as temporary, contextlib.ExitStack() as stack:
        writer = _native.Writer(
            temporary,
            label_of(path),
            start=0,
            method=zipfile.ZIP_DEFLATED,
            level=None,
            allow_zip64=True,
            modified=dos_time(),
        )
        stack.callback(writer.close)
        for new, plan in enumerate(plans(archive, kept)):
            for name in (plan[1], plan[0], *(name for name, _ in plan[2])):
                member = name.partition("/")[2]
                writer.copy(archive, name, _members.of_result(new, member))
        writer.add_text(_members.METADATA, text)
        writer.finish()
