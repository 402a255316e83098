"""Joins archives into one."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .._errors import ArgumentError, ArgumentTypeError
from .._keywords import names_unknown
from .._progress import Steps, tqdm_class
from .._remedies import METADATA, NAME
from .._types import Bar, FilePath, Limits, Source, StorageOptions
from ..archive import _document
from ..archive._partial import SUFFIX, without_writer
from ..archive._remote import is_url
from ..archive._source import display_name_of
from ..archive._target import is_path, refuse_same_file
from ..results._collection import is_collection
from ..results._interface import Agreement
from ..results._pack import is_ndresult
from ..values import dumps
from ._partial import whole_results
from ._reader import UNPACKED, ArchiveReader
from ._writer import ArchiveWriter
from ._wrong_objects import check_name


@names_unknown
def merge(
    paths: Iterable[Source],
    out: FilePath,
    *,
    name: str | None = None,
    metadata: dict[str, Any] | None = None,
    tqdm_cls: Bar = None,
    limits: Limits | None = None,
    storage_options: StorageOptions | None = None,
) -> int:
    """Join the results of several files, or shards of a sweep, into one file.

    Results keep their order and are numbered anew. Their members are copied without compressing them again, after
    each was read and checked. Files of scikit-neuromsi are encoded anew, in format 0.2: what opens as a list of
    them stays a list, and what opens as an array stays an array. One file is open at a time, and a batch of
    results in memory.

    Parameters
    ----------
    paths : iterable of str, os.PathLike, bytes-like or binary file object
        What to join; paths may be URLs. Of a file whose name ends in ``.partial``, the work of an
        :class:`NDCWriter` that was killed, the whole results are taken, unless it is a URL.
    out : str or os.PathLike
        Where to write. It is replaced as a whole or, on any exception, not at all.
    name : str, optional
        Name of the collection; by default the one that all files have. Partial files have none.
    metadata : dict, optional
        Additional metadata, stored under ``"extra"``; by default those that all files have.
    tqdm_cls : callable, bool or None, optional
        Progress bar for each file, one step a result. None and False mean none, True ``tqdm.auto.tqdm``.
    limits : mapping of str to int, optional
        As of :func:`open_ndresults_collection`, for each file.
    storage_options : mapping, optional
        Options for the URLs among `paths`, as of :func:`open_ndresults_collection`.

    Returns
    -------
    int
        Number of results in `out`.

    Raises
    ------
    ArgumentError
        A ValueError, if `out` is among the files, if these differ in name or metadata and the argument is not
        given, or if there are no results.
    LockedError
        If a writer is at work on a partial file.
    BadMetadataError
        A ValueError, if a result contradicts itself, or differs from the first one in modes, output mode or names
        of run parameters.
    ValueError, zipfile.BadZipFile, KeyError
        If a file is damaged, as :func:`open_ndresults_collection` raises them. :func:`repair` saves what is whole.
    TypeError
        If an argument has a wrong type, or `metadata` cannot be stored.
    MissingPackageError
        An ImportError, if a value needs a package that is not installed.
    OSError
        If a file cannot be read or written.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> sio.store_ndresults_collection("a.ndc", sweep(), tqdm_cls=None)
    >>> sio.store_ndresults_collection("b.ndc", sweep(), tqdm_cls=None)
    >>> sio.merge(["a.ndc", "b.ndc"], "both.ndc")
    6

    """
    sources = _checked_sources(paths, out)
    if name is not None:
        check_name(name)
    writer = ArchiveWriter(out)
    open_ = functools.partial(_reader, limits=limits, storage_options=storage_options)
    common = _common(sources, open_, name, metadata)
    # Before anything is written: they may not be storable.
    writer.metadata(common[0], 1, common[1])
    with writer:
        agreement = Agreement()
        for source in sources:
            with _opened(source, open_, limits) as (reader, size):
                reader.agreement = agreement
                _add(writer, reader, size, tqdm_class(tqdm_cls))
        writer.flush()
        if not writer.size:
            raise ArgumentError(
                key="paths", expected="at least one whole result", found="none"
            )
        writer.finish(writer.metadata(common[0], writer.size, common[1]))
    return writer.size


def _checked_sources(paths: Any, out: Any) -> list[Any]:
    """Return what is to be joined, `out` being a path to another file."""
    found = None
    if is_path(paths) or hasattr(paths, "read"):
        found = "a single one"
    elif isinstance(paths, (bytes, bytearray, memoryview)):
        found = "the bytes of one"
    elif is_collection(paths) or is_ndresult(paths):
        found = f"{type(paths).__name__}, which is not stored yet"
    elif not isinstance(paths, Iterable):
        found = type(paths).__name__
    if found is not None:
        raise ArgumentTypeError(
            key="paths",
            expected="several files",
            found=found,
            remedy="pass a list of paths",
        )
    if not is_path(out):
        raise ArgumentTypeError(key="out", expected="a path", found=type(out).__name__)
    sources = [*paths]
    if not sources:
        raise ArgumentError(key="paths", expected="at least one file", found="none")
    for source in sources:
        refuse_same_file(source, out, "another file than those that are joined")
    return sources


#: Opens a source.
_Open = Callable[[Any], ArchiveReader]


def _reader(
    source: Any, limits: Limits | None, storage_options: StorageOptions | None
) -> ArchiveReader:
    options = storage_options if is_url(source) else None
    return ArchiveReader(source, limits, storage_options=options)


def _add(writer: ArchiveWriter, reader: ArchiveReader, size: int, bar: Any) -> None:
    done = 0
    with Steps(bar, size, f"Joining '{reader.display_name}'") as steps:
        for batch in reader.checked(range(size), UNPACKED):
            if reader.ours:
                writer.copy(reader, range(done, done + len(batch)))
            for result in batch:
                if reader.ours:
                    writer.describe(result)
                else:
                    writer.append(result)
            steps.done(len(batch))
            done += len(batch)


@contextlib.contextmanager
def _opened(
    source: Any, open_: _Open, limits: Limits | None
) -> Iterator[tuple[ArchiveReader, int]]:
    """Yield a reader of a source, and how many results it has."""
    if not _is_partial(source):
        with open_(source) as reader:
            yield reader, reader.size
        return
    with without_writer(source, display_name_of(source)):
        reader, faults = ArchiveReader.salvaged(source, limits)
        with reader:
            yield reader, whole_results(reader, faults).size


def _is_partial(source: Any) -> bool:
    return (
        is_path(source) and not is_url(source) and os.fsdecode(source).endswith(SUFFIX)
    )


class _Shared:
    """A value that all files have, or the one that was given instead."""

    def __init__(self, key: str, given: Any, argument: str):
        self.value = given
        self._key = key
        self._argument = argument
        self._given = given is not None
        #: Text of the value, and the first file that has it.
        self._first: tuple[bytes, str] | None = None

    def see(self, value: Any, display_name: str) -> None:
        """Compare the value of a file with that of the others."""
        if self._given:
            return
        text = dumps({self._key: value}, external=False).text
        if self._first is None:
            self.value, self._first = value, (text, display_name)
        elif text != self._first[0]:
            raise ArgumentError(
                key=self._key,
                expected=f"one {self._key} in all files, or {self._argument}",
                found=f"{self.value!r:.80} in {self._first[1]}, {value!r:.80} in {display_name}",
            )


def _common(
    sources: list[Any],
    open_: _Open,
    name: str | None,
    metadata: dict[str, Any] | None,
) -> tuple[str, Any]:
    """Return name and metadata of the new collection; that every file opens is seen before one is written."""
    names = _Shared("name", name, NAME)
    extras = _Shared("metadata", metadata, METADATA)
    for source in sources:
        if not _is_partial(source):
            with open_(source) as reader:
                names.see(str(reader.name), reader.display_name)
                extras.see(reader.metadata.get(_document.EXTRA), reader.display_name)
    return _document.UNNAMED if names.value is None else names.value, extras.value
