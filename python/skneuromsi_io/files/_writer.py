"""Writes an archive, one result at a time."""

from __future__ import annotations

import contextlib
import io
import operator
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, NamedTuple, Self

from .. import _native
from .._batches import Batch, thread_count
from .._errors import (
    ArgumentError,
    ArgumentTypeError,
    BadStreamError,
    UnstorableError,
)
from ..archive import _document, _members
from ..archive._diagnosis import explain_path
from ..archive._moment import local_moment
from ..archive._source import display_name_of
from ..archive._target import is_path, refuse_text, replacing
from ..archive._zip_arguments import checked
from ..results import _pack
from ..results._index import index_text, new_columns
from ..results._packed import PackedResult
from ..values import dumps
from . import _format01
from ._reader import ArchiveReader


class Layout(NamedTuple):
    """Encoders of metadata and results, by the version of the format."""

    #: Text of the metadata of a collection.
    dumps: Callable[[dict[str, Any]], bytes]
    #: A result that was gathered and waits to be written; it has `nbytes`.
    prepare: Callable[[Any], Any]
    #: Writes what was gathered, the first of which has the number that is given; returns what an index says it is.
    add: Callable[[_native.Writer, int, list[Any], int], list[_native.Packed]]
    #: True if there is an index.
    indexed: bool


def _dumps(document: dict[str, Any]) -> bytes:
    return dumps(document, external=False).text


def _add(
    writer: _native.Writer, first: int, batch: list[Any], threads: int
) -> list[_native.Packed]:
    packed = _pack.pack_all(batch, threads)
    plans = [
        _members.plan(index, result.array_names)
        for index, result in enumerate(packed, first)
    ]
    writer.add_results(packed, plans, threads=threads)
    return packed


_LAYOUTS = {
    _document.FORMAT: Layout(_dumps, _pack.to_store, _add, indexed=True),
    _document.UPSTREAM_FORMAT: Layout(
        _format01.document_text, _format01.prepared, _format01.add, indexed=False
    ),
}

#: Results from which on an archive has an index.
_INDEXED_FROM = 2


class ArchiveWriter:
    """An archive that is written forward only: results, then the metadata of their collection.

    It is a context manager: a path is replaced as a whole at the end of the block or, after any exception or
    without :meth:`finish`, not at all. Nothing is opened before the block.

    Parameters
    ----------
    path_or_stream : str, os.PathLike or binary file object
    format_version : float, optional
    **kwargs
        What `zipfile.ZipFile` takes in mode ``"w"``.

    Raises
    ------
    ArgumentError
        If there is no such format, or level of compression.
    ValueError, NotImplementedError, TypeError
        As `zipfile.ZipFile` raises them for its arguments.

    """

    def __init__(
        self,
        path_or_stream: Any,
        *,
        format_version: Any = _document.FORMAT,
        **kwargs: Any,
    ):
        self._layout = _layout(format_version)
        self._version = float(format_version)
        self._options = zip_options(kwargs)
        self._sink = path_or_stream
        self._batch = Batch[Any](thread_count())
        self._prepared = 0
        self._written = 0
        self._columns = new_columns()
        self._finished = False
        self._stack = contextlib.ExitStack()

    @property
    def size(self) -> int:
        """Number of results that were written."""
        return self._written

    def metadata(self, name: str, size: int, extra: Any) -> bytes:
        """Return the text of the collection's metadata for :meth:`finish`.

        Raises
        ------
        UnstorableError
            If something in it cannot be stored.
        TypeError
            If `extra` is a table or an array.

        """
        return self._layout.dumps(
            _document.collection_metadata(
                name=name,
                size=size,
                extra=_none_or_dict(extra),
                format_version=self._version,
            )
        )

    def __enter__(self) -> Self:
        # Else what the sink made would stay where the writer cannot be made: nothing leaves a block that raises on
        # entering.
        with contextlib.ExitStack() as stack:
            target, start = stack.enter_context(sink(self._sink))
            native = _native.Writer(
                target, display_name_of(self._sink), start=start, **self._options
            )
            self._stack = stack.pop_all()
        return self._begun(native)

    def resume(
        self,
        file: str,
        archive: _native.Archive,
        names: list[str],
        columns: _native.Columns,
        size: int,
    ) -> Self:
        """Begin behind members of a file that are kept, instead of a block.

        Parameters
        ----------
        file : str
            The file; what follows the members is cut off.
        archive : _native.Archive
            The file as it is, salvaged.
        names : list of str
            The members, which are the first ones.
        columns : _native.Columns
            What an index says of their results.
        size : int
            Number of results that they are.

        """
        display_name = display_name_of(self._sink)
        native = _native.Writer.resume(
            file, display_name, archive, names, **self._options
        )
        self._prepared = self._written = size
        self._columns = columns
        return self._begun(native)

    def _begun(self, native: _native.Writer) -> Self:
        self._native = native
        # Else an exception would keep the writer, and with it its deleted file, as long as it lives.
        self._stack.callback(native.close)
        return self

    def close(self) -> None:
        """Let go of what :meth:`resume` opened; an archive that is not finished stays without a directory."""
        self._stack.close()

    def __exit__(
        self,
        cls: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None and not self._finished:
            error = RuntimeError(
                "expected an archive that is finished, found one that is not"
            )
            self._stack.__exit__(type(error), error, None)
            raise error
        self._stack.__exit__(cls, error, traceback)

    def append(self, result: Any) -> int:
        """Add a result, packed or not; return how many results were written by that.

        Raises
        ------
        UnstorableError
            If something in it cannot be stored.

        """
        try:
            item = self._layout.prepare(result)
        except UnstorableError as error:
            error.result = self._prepared
            raise
        self._prepared += 1
        return self.flush() if self._batch.add(item, item.nbytes) else 0

    def write_through(self, result: Any) -> None:
        """Add a result and hand it to the operating system at once: it outlives the process.

        Raises
        ------
        UnstorableError
            If something in it cannot be stored.

        """
        self.append(result)
        self.flush()
        self._native.flush()

    def flush(self) -> int:
        """Write the results that were gathered; return how many."""
        threads = self._batch.worthwhile_threads
        batch = self._batch.take()
        if batch:
            packed = self._layout.add(self._native, self._written, batch, threads)
            self._columns.add(packed)
        self._written += len(batch)
        return len(batch)

    def describe(self, result: PackedResult) -> None:
        """Note what the index says of a result that is copied."""
        self._columns.add([result.native])

    def copy(self, reader: ArchiveReader, indices: Iterable[int]) -> None:
        """Add results of another archive, their members as they are; see also :meth:`describe`."""
        self.flush()
        members, written = [], self._written
        for index in indices:
            text, data, arrays = _members.plan_to_read(index)
            for member in (data, text, *reader.archive.numbered(*arrays)):
                name = _members.of_result(written, member.partition("/")[2])
                members.append((member, name))
            written += 1
        self._native.copy(reader.archive, members)
        self._prepared += written - self._written
        self._written = written

    def finish(self, metadata: bytes) -> None:
        """Write what is left, the metadata and the directory of the archive."""
        self.flush()
        if self._layout.indexed and self._written >= _INDEXED_FROM:
            index = index_text(self._columns, self._written)
            self._native.add_text(_members.INDEX, index)
        self._native.add_text(_members.METADATA, metadata)
        self._native.finish()
        self._finished = True


def _layout(version: Any) -> Layout:
    if not isinstance(version, float) or version not in _LAYOUTS:
        raise ArgumentError(
            key="format_version",
            expected=f"one of {list(_LAYOUTS)}",
            found=repr(version),
        )
    return _LAYOUTS[version]


def _none_or_dict(metadata: Any) -> Any:
    try:
        # Upstream takes lists too, and anything empty for none.
        return metadata or {}
    except ValueError as error:
        # Tables and arrays are neither true nor false.
        raise ArgumentTypeError(
            f"'metadata' must be a dict, found {type(metadata)!r}",
            key="metadata",
            expected="a dict",
            found=type(metadata).__name__,
        ) from error


#: Levels that each method takes; the others ignore theirs.
_LEVELS = {
    method: range(least, most + 1)
    for method, (least, most) in _native.constants()["levels"].items()
}


def zip_options(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Translate `zipfile.ZipFile`'s arguments."""
    kwargs.setdefault("compression", zipfile.ZIP_DEFLATED)
    method, level = checked("w", kwargs)
    return {
        "method": method,
        "level": _checked_level(method, level),
        "allow_zip64": bool(kwargs.get("allowZip64", True)),
        "modified": dos_time(),
    }


def _checked_level(method: int, level: Any) -> int | None:
    # zipfile looks at the level with the first member only, and then complains of an open handle.
    allowed = _LEVELS.get(method)
    if level is None or allowed is None:
        return None
    if not hasattr(level, "__index__") or level not in allowed:
        raise ArgumentError(
            key="compresslevel",
            expected=f"an integer from {allowed[0]} to {allowed[-1]}",
            found=repr(level),
        )
    return operator.index(level)


def dos_time() -> int:
    """Return the moment of writing as zip members carry it (APPNOTE 4.4.6): in steps of 2 s, 1980 to 2107."""
    now = local_moment()
    year = min(max(now.year, 1980), 2107)
    date = (year - 1980) << 9 | now.month << 5 | now.day
    clock = now.hour << 11 | now.minute << 5 | now.second // 2
    return date << 16 | clock


@contextlib.contextmanager
def sink(path_or_stream: Any) -> Iterator[tuple[Any, int]]:
    """Yield what the native writer writes to, and the offset at which the archive begins."""
    if is_path(path_or_stream):
        path = os.fsdecode(path_or_stream)
        with contextlib.ExitStack() as stack:
            try:
                temporary = stack.enter_context(replacing(path))
            except OSError as error:
                explain_path(error, path)
                raise
            yield temporary, 0
        return
    if not hasattr(path_or_stream, "write"):
        raise ArgumentTypeError(
            key="path_or_stream",
            expected="a path or a binary file object",
            found=type(path_or_stream).__name__,
        )
    refuse_text(path_or_stream, "wb")
    if _is_only_read(path_or_stream):
        raise io.UnsupportedOperation(
            f"{display_name_of(path_or_stream)}: expected a file that can be written to, "
            "found one that is only read; open it in mode 'wb'"
        )
    yield path_or_stream, _position_of(path_or_stream)
    if hasattr(path_or_stream, "flush"):
        path_or_stream.flush()


def _is_only_read(stream: Any) -> bool:
    return isinstance(stream, io.IOBase) and not (stream.closed or stream.writable())


def _position_of(stream: Any) -> int:
    """Offset of the next byte: as zipfile does, offsets count from the position of a stream that knows it."""
    try:
        position = stream.tell()
    except (AttributeError, OSError):
        return 0
    # 63 bits are what offsets of files have.
    if not hasattr(position, "__index__") or not 0 <= operator.index(position) < 2**63:
        raise BadStreamError(
            archive=display_name_of(stream),
            expected="a position from 0 to 2**63 - 1 from 'tell'",
            found=f"{position!r:.80}",
        )
    return operator.index(position)
