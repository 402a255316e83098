"""Functions that store results and collections in files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Unpack

from .._automatic import tqdm
from .._keywords import refuse_unknown
from .._progress import Steps, tqdm_class
from .._types import (
    Bar,
    NDResultCollectionLike,
    NDResultLike,
    StoreResultOptions,
    Target,
    WriteOptions,
)
from ..archive import _document
from ..archive._source import display_name_of
from ..results._collection import is_collection, results_of
from ..results._pack import is_ndresult
from ._writer import ArchiveWriter
from ._wrong_objects import not_a_collection, not_a_result

#: Arguments that may be given on; zipfile refuses the encoding in its own words.
_WRITING = (*WriteOptions.__annotations__, "metadata_encoding")


def store_ndresults_collection(
    path_or_stream: Target,
    ndrcollection: NDResultCollectionLike,
    *,
    metadata: dict[str, Any] | None = None,
    tqdm_cls: Bar = tqdm,
    format_version: float = _document.FORMAT,
    **kwargs: Unpack[WriteOptions],
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
        Additional metadata, stored under ``"extra"`` (see :func:`read_metadata`). As in scikit-neuromsi, a list,
        text or number is stored as it is, and what is empty as an empty dict.
    tqdm_cls : callable, bool or None, optional
        Progress bar, one step a result. None and False mean none, True ``tqdm.auto.tqdm``.
    format_version : {0.2, 0.1}, optional
        0.2 keeps every type. 0.1 is what scikit-neuromsi 1.0.2 writes, for installations of it without
        h5netcdf: arrays become nested lists in JSON, tuples lists, and the data NetCDF-3 where that can hold them.
    **kwargs
        What `zipfile.ZipFile` takes in mode ``"w"``: `compression` (default ``ZIP_DEFLATED``),
        `compresslevel` (6 or more for the smallest file, at the price of time), `allowZip64`, `strict_timestamps`.

    Raises
    ------
    TypeError
        If `ndrcollection` is not an NDResultCollection, if `metadata` is an array, a DataFrame or a Series, or if
        an argument is unknown; an :class:`ArgumentTypeError` that says what to do.
    UnstorableError
        A TypeError that names its key, if a result holds something that a file of the format cannot carry: objects
        of other types, more than 500 levels of nesting, values that contain themselves, integers of more than
        ``sys.get_int_max_str_digits()`` digits.
    ValueError
        If `format_version` is another one.
    NotImplementedError
        If there is no such `compression`.
    ValueError, zipfile.LargeZipFile
        As `zipfile.ZipFile` raises them for its other arguments.
    OSError
        If the file cannot be written; a :class:`BadStreamError` if a file object answers what it cannot mean.

    Warns
    -----
    NotAtomicWarning
        If the file can be written into, but not replaced: the whole archive is copied over it.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> metadata = {"subject": "S01"}
    >>> sio.store_ndresults_collection("sweep.ndc", sweep(), metadata=metadata, tqdm_cls=None)
    >>> sio.read_metadata("sweep.ndc")["extra"]
    {'subject': 'S01'}

    """
    refuse_unknown(store_ndresults_collection, _WRITING, kwargs)
    if not is_collection(ndrcollection):
        raise not_a_collection(ndrcollection, path_or_stream)
    _store(
        path_or_stream,
        ndrcollection.name,
        results_of(ndrcollection),
        len(ndrcollection),
        metadata=metadata,
        tqdm_cls=tqdm_cls,
        format_version=format_version,
        **kwargs,
    )


def store_ndresult(
    path_or_stream: Target,
    ndresult: NDResultLike,
    *,
    metadata: dict[str, Any] | None = None,
    format_version: float = _document.FORMAT,
    **kwargs: Unpack[StoreResultOptions],
) -> None:
    """Store a single NDResult to a file or stream.

    Parameters
    ----------
    path_or_stream : str, os.PathLike or binary file object
        Where to write; a file object needs `write` only.
    ndresult : NDResult
        The result, of this package or of scikit-neuromsi.
    metadata : dict, optional
        Additional metadata, as of :func:`store_ndresults_collection`.
    format_version : {0.2, 0.1}, optional
        As of :func:`store_ndresults_collection`.
    **kwargs
        As of :func:`store_ndresults_collection`.

    Raises
    ------
    TypeError
        If `ndresult` is not an NDResult; and as :func:`store_ndresults_collection`.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> sio.store_ndresult("one.ndr", sweep()[0], compresslevel=1)
    >>> sio.open_ndresult("one.ndr").mname
    'TwoCues'

    """
    refuse_unknown(store_ndresult, ("tqdm_cls", *_WRITING), kwargs)
    if not is_ndresult(ndresult):
        raise not_a_result(ndresult, path_or_stream)
    kwargs.setdefault("tqdm_cls", None)
    _store(
        path_or_stream,
        type(ndresult).__name__,
        [ndresult],
        1,
        metadata=metadata,
        format_version=format_version,
        **kwargs,
    )


def _store(
    path_or_stream: Any,
    name: str,
    results: Iterable[Any],
    size: int,
    *,
    metadata: Any,
    tqdm_cls: Any,
    format_version: float,
    **kwargs: Any,
) -> None:
    writer = ArchiveWriter(path_or_stream, format_version=format_version, **kwargs)
    # Before anything is written: a stream would keep what was.
    text = writer.metadata(name, size, metadata)
    title = f"Saving '{display_name_of(path_or_stream)}'"
    with writer, Steps(tqdm_class(tqdm_cls), size, title) as steps:
        for result in results:
            steps.done(writer.append(result))
        steps.done(writer.flush())
        writer.finish(text)


to_ndr = store_ndresult
to_ndc = store_ndresults_collection
