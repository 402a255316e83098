"""The storing half of the documented interface."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tqdm.auto import tqdm

from .. import _native
from .._batches import batches, thread_count
from .._errors import ArgumentError
from .._progress import Steps, tqdm_class
from ..archive import _document, _members
from ..archive._source import label_of
from ..results import _pack
from ..values import dumps
from . import _format01
from ._writer import sink, zip_options


def store_ndresults_collection(
    path_or_stream: Any,
    ndrcollection: Any,
    *,
    metadata: dict[str, Any] | None = None,
    tqdm_cls: Any = tqdm,
    format_version: float = _document.FORMAT,
    **kwargs: Any,
) -> None:
    """Store an NDResultCollection to a file or stream.

    A path is replaced as a whole or, on any exception, not at all; a stream, a pipe or a device is written forward
    only.

    Parameters
    ----------
    path_or_stream : str, os.PathLike or binary file object
        Where to write; a file object needs `write` only.
    ndrcollection : NDResultCollection
        The collection, of this package or of scikit-neuromsi.
    metadata : dict, optional
        Additional metadata, stored under ``"extra"`` (see :func:`read_metadata`).
    tqdm_cls : callable, bool or None, optional
        Progress bar, one step a result. None and False mean none, True ``tqdm.auto.tqdm``.
    format_version : {0.2, 0.1}, optional
        0.2 keeps every type. 0.1 is what scikit-neuromsi 1.0.2 writes, for installations of it without
        h5netcdf: arrays become nested lists in JSON, tuples lists, and the data NetCDF-3 where that can hold them.
    **kwargs
        What `zipfile.ZipFile` takes in mode ``"w"``: `compression` (default ``ZIP_DEFLATED``),
        `compresslevel` (see the README for what the levels mean), `allowZip64`, `strict_timestamps`.

    Raises
    ------
    TypeError
        If `ndrcollection` is no NDResultCollection, if `metadata` is a table or array, or if an argument is
        unknown.
    UnstorableError
        A TypeError that names its key, if a result holds something that a file of the format cannot carry: objects
        of other types, more than 500 levels of nesting, values that contain themselves, integers of more than
        ``sys.get_int_max_str_digits()`` digits.
    ValueError
        If there is no such `format_version`.
    ValueError, NotImplementedError, zipfile.LargeZipFile
        As `zipfile.ZipFile` raises them for its arguments.
    OSError
        If the file cannot be written; a :class:`BadStreamError` if a file object answers what it cannot mean.

    Warns
    -----
    NotAtomicWarning
        If the file can be written into, but not replaced: the whole archive is copied over it.

    """
    if not _pack.is_collection(ndrcollection):
        raise TypeError(
            "'ndrcollection' must be an instance of NDResultCollection, found "
            f"{type(ndrcollection)!r}"
        )
    layout = _format(format_version)
    options = zip_options(kwargs)
    label = label_of(path_or_stream)
    document = _document.collection_metadata(
        name=ndrcollection.name,
        size=len(ndrcollection),
        extra=_extra(metadata),
        format_version=float(format_version),
    )
    head = layout.dumps(document)
    threads = thread_count()
    with (
        sink(path_or_stream) as (target, start),
        Steps(tqdm_class(tqdm_cls), len(ndrcollection), f"Saving '{label}'") as steps,
        # Else an exception would keep the writer, and with it its deleted file, as long as it lives.
        contextlib.closing(
            _native.Writer(target, label, start=start, **options)
        ) as writer,
    ):
        index = 0
        results = layout.prepared(ndrcollection, threads)
        for batch in batches(results, lambda item: item.nbytes, threads):
            layout.add(writer, index, batch, threads)
            index += len(batch)
            steps.done(len(batch))
        writer.add_text(_members.METADATA, head)
        writer.finish()


def store_ndresult(
    path_or_stream: Any,
    ndresult: Any,
    *,
    metadata: dict[str, Any] | None = None,
    format_version: float = _document.FORMAT,
    **kwargs: Any,
) -> None:
    """Store a single NDResult to a file or stream.

    Parameters
    ----------
    path_or_stream : str, os.PathLike or binary file object
        Where to write; a file object needs `write` only.
    ndresult : NDResult
        The result, of this package or of scikit-neuromsi.
    metadata : dict, optional
        Additional metadata, stored under ``"extra"`` (see :func:`read_metadata`).
    format_version : {0.2, 0.1}, optional
        As of :func:`store_ndresults_collection`.
    **kwargs
        As of :func:`store_ndresults_collection`.

    Raises
    ------
    TypeError
        If `ndresult` is no NDResult; and as :func:`store_ndresults_collection`.

    """
    if not _pack.is_ndresult(ndresult):
        raise TypeError(
            f"'ndresult' must be an instance of NDResult, found {type(ndresult)!r}"
        )
    collection = _pack.Single(type(ndresult).__name__, ndresult)
    kwargs.setdefault("tqdm_cls", None)
    store_ndresults_collection(
        path_or_stream,
        collection,
        metadata=metadata,
        format_version=format_version,
        **kwargs,
    )


def _extra(metadata: Any) -> Any:
    try:
        # Upstream takes lists too, and anything empty for none.
        return metadata or {}
    except ValueError as error:
        # Tables and arrays are neither true nor false.
        raise TypeError(
            f"'metadata' must be a dict, found {type(metadata)!r}"
        ) from error


class _Format(NamedTuple):
    """How the results of a collection and its metadata become members."""

    dumps: Callable[[dict[str, Any]], bytes]
    prepared: Callable[[Any, int], Iterator[Any]]
    add: Callable[[_native.Writer, int, list[Any], int], None]


def _format(version: Any) -> _Format:
    if not isinstance(version, float) or version not in _FORMATS:
        raise ArgumentError(
            key="format_version",
            expected=f"one of {list(_FORMATS)}",
            found=repr(version),
        )
    return _FORMATS[version]


def _dumps(document: dict[str, Any]) -> bytes:
    return dumps(document, external=False).text


def _add(
    writer: _native.Writer, first: int, batch: list[_native.Packed], threads: int
) -> None:
    plans = [_plan(index, packed) for index, packed in enumerate(batch, first)]
    writer.add_results(batch, plans, threads=threads)


def _plan(index: int, packed: _native.Packed) -> _members.Plan:
    return _members.plan(index, packed.array_names)


_FORMATS = {
    _document.FORMAT: _Format(_dumps, _pack.packed_for_storing, _add),
    _document.UPSTREAM_FORMAT: _Format(
        _format01.dumps, _format01.spelled, _format01.add
    ),
}

to_ndr = store_ndresult
to_ndc = store_ndresults_collection
