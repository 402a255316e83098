"""The storing half of the documented interface."""

from __future__ import annotations

import contextlib
import io
import operator
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tqdm.auto import tqdm

from . import _convert, _layout, _native, _typed, _upstream_layout
from ._errors import ArgumentError
from ._progress import Steps, batches, thread_count, tqdm_class
from ._source import label_of
from ._target import is_path, refuse_text, replacing


def store_ndresults_collection(
    path_or_stream: Any,
    ndrcollection: Any,
    *,
    metadata: dict[str, Any] | None = None,
    tqdm_cls: Any = tqdm,
    format_version: float = _layout.FORMAT,
    **kwargs: Any,
) -> None:
    """Store an NDResultCollection to a file or stream.

    A path is replaced as a whole or, on any exception, not at all; a stream is written forward only.

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
        If the file cannot be written.

    """
    if not _convert.is_collection(ndrcollection):
        raise TypeError(
            "'ndrcollection' must be an instance of NDResultCollection, found "
            f"{type(ndrcollection)!r}"
        )
    layout = _format(format_version)
    options = _zip_options(kwargs)
    label = label_of(path_or_stream)
    document = _layout.collection_metadata(
        name=ndrcollection.name,
        size=len(ndrcollection),
        extra=_extra(metadata),
        format_version=float(format_version),
    )
    head = layout.dumps(document)
    threads = thread_count()
    with (
        _sink(path_or_stream) as (sink, start),
        Steps(tqdm_class(tqdm_cls), len(ndrcollection), f"Saving '{label}'") as steps,
        # Else an exception would keep the writer, and with it its deleted file, as long as it lives.
        contextlib.closing(
            _native.Writer(sink, label, start=start, **options)
        ) as writer,
    ):
        index = 0
        results = layout.prepared(ndrcollection, threads)
        for batch in batches(results, lambda item: item.nbytes, threads):
            layout.add(writer, index, batch, threads)
            index += len(batch)
            steps.done(len(batch))
        writer.add_text(_layout.METADATA, head)
        writer.finish()


def store_ndresult(
    path_or_stream: Any,
    ndresult: Any,
    *,
    metadata: dict[str, Any] | None = None,
    format_version: float = _layout.FORMAT,
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
    if not _convert.is_ndresult(ndresult):
        raise TypeError(
            f"'ndresult' must be an instance of NDResult, found {type(ndresult)!r}"
        )
    collection = _convert.Single(type(ndresult).__name__, ndresult)
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
            f"'format_version': expected one of {list(_FORMATS)}, found {version!r}"
        )
    return _FORMATS[version]


def _dumps(document: dict[str, Any]) -> bytes:
    return _typed.dumps(document, external=False).text


def _add(
    writer: _native.Writer, first: int, batch: list[_native.Packed], threads: int
) -> None:
    plans = [_plan(index, packed) for index, packed in enumerate(batch, first)]
    writer.add_results(batch, plans, threads=threads)


def _plan(index: int, packed: _native.Packed) -> _layout.Plan:
    return _layout.plan(index, packed.array_names)


_FORMATS = {
    _layout.FORMAT: _Format(_dumps, _convert.packed_for_storing, _add),
    _layout.UPSTREAM_FORMAT: _Format(
        _upstream_layout.dumps, _upstream_layout.spelled, _upstream_layout.add
    ),
}

#: Levels that each method takes, as zlib, bz2 and Zstandard define them; the others ignore theirs.
_LEVELS = {
    zipfile.ZIP_DEFLATED: range(-1, 10),
    zipfile.ZIP_BZIP2: range(1, 10),
    93: range(-131072, 23),
}


def _zip_options(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Translate `zipfile.ZipFile`'s arguments; zipfile itself judges them."""
    kwargs.setdefault("compression", zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(io.BytesIO(), "w", **kwargs) as probe:
        method, level = probe.compression, probe.compresslevel
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
            f"'compresslevel': expected an integer from {allowed[0]} to "
            f"{allowed[-1]}, found {level!r}"
        )
    return operator.index(level)


def dos_time() -> int:
    """Now, as zip members carry it (APPNOTE 4.4.6): local time, two-second steps, from 1980 to 2107."""
    now = time.localtime()
    year = min(max(now.tm_year, 1980), 2107)
    date = (year - 1980) << 9 | now.tm_mon << 5 | now.tm_mday
    clock = now.tm_hour << 11 | now.tm_min << 5 | min(now.tm_sec, 59) // 2
    return date << 16 | clock


@contextlib.contextmanager
def _sink(path_or_stream: Any) -> Iterator[tuple[Any, int]]:
    """Yield what the native writer writes to, and the offset at which the archive begins."""
    if is_path(path_or_stream):
        with replacing(os.fsdecode(path_or_stream)) as temporary:
            yield temporary, 0
        return
    if not hasattr(path_or_stream, "write"):
        raise TypeError(
            "'path_or_stream': expected a path or a binary file object, found "
            f"{type(path_or_stream).__name__}"
        )
    refuse_text(path_or_stream, "wb")
    start = 0
    # As zipfile does: offsets count from the position of a stream that knows it.
    with contextlib.suppress(AttributeError, OSError):
        start = path_or_stream.tell()
    yield path_or_stream, start
    if hasattr(path_or_stream, "flush"):
        path_or_stream.flush()


to_ndr = store_ndresult
to_ndc = store_ndresults_collection
