"""The opening half of the documented interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tqdm.auto import tqdm

from .. import _native, upstream
from .._batches import batches, thread_count
from .._errors import ArgumentError, BadMetadataError, SkneuromsiIOError, at
from .._progress import Steps
from ..archive import _document, _members
from ..archive._source import label_of, open_archive
from ..results._collection import NDResultCollection, check_tqdm
from ..results._compression import DEFAULT_COMPRESSION_PARAMS, memory_codec
from ..results._packed import PackedResult
from ..values import INLINE_LIMIT
from ._reader import wrapped


def open_ndresults_collection(
    path_or_stream: Any,
    *,
    compression_params: Any = DEFAULT_COMPRESSION_PARAMS,
    expected_size: int | None = None,
    tqdm_cls: Any = tqdm,
    classes: str = "auto",
    limits: Mapping[str, int] | None = None,
    **kwargs: Any,
) -> Any:
    """Retrieve an NDResultCollection from a file or stream.

    Every result is read, verified and kept compressed in memory; it is decoded when it is asked for.

    Parameters
    ----------
    path_or_stream : str, os.PathLike, bytes-like or binary file object
        Where to read; a file object needs `read`, `seek` and `tell`.
    compression_params : None, bool, int, str or (str, int), optional
        How results are kept in memory: all that ``joblib.dump(compress=...)`` takes. The default is
        byte-shuffled fast LZ4; ``"lz4hc"`` is high-compression LZ4.
    expected_size : int, optional
        Number of results that the collection must have.
    tqdm_cls : type, bool or None, optional
        Progress bar, one step a result. None and False mean none, True ``tqdm.auto.tqdm``.
    classes : {"auto", "light", "upstream"}, optional
        Whose classes to return: scikit-neuromsi's where it is installed ("auto"), this package's own, or
        scikit-neuromsi's or an error.
    limits : mapping of str to int, optional
        Limits to change for this file, by the names that SECURITY.md lists and that a `LimitError` gives.
    **kwargs
        What `zipfile.ZipFile` takes in mode ``"r"``, such as `metadata_encoding`.

    Returns
    -------
    NDResultCollection

    Raises
    ------
    ValueError
        If the number of results is not `expected_size`, if `object_type` is wrong, if results contradict
        each other or themselves, or if metadata or NetCDF data are malformed.
    zipfile.BadZipFile
        If it is no zip archive, or a damaged one.
    KeyError
        If a member of the archive is missing.
    TypeError
        If an argument is unknown or has a wrong type.
    OSError
        If the file cannot be read.

    Notes
    -----
    In files of upstream, rectangular lists of more than 1,000 numbers, all floats or all integers, come back as
    arrays (that is what they were); shorter lists stay lists.

    """
    codec = memory_codec(compression_params)
    bar = check_tqdm(tqdm_cls)
    cls = _collection_class(classes)
    label = label_of(path_or_stream)
    archive = open_archive(path_or_stream, limits, **kwargs)
    with at(archive=label):
        with at(member=_members.METADATA):
            document = _document.collection_document(archive)
            size = _document.size_of(document)
            name = _document.name_of(document)
        if expected_size is not None and size != int(expected_size):
            raise ArgumentError(
                f"Expected {expected_size} results, but {size} were found",
                expected=str(expected_size),
                found=str(size),
            )
        packed = _read_results(archive, label, document, codec, bar)
        try:
            return cls(name, packed, tqdm_cls=bar)
        except SkneuromsiIOError:
            raise
        except ValueError as error:
            raise BadMetadataError(_words(error)) from error


def open_ndresult(path_or_stream: Any, **kwargs: Any) -> Any:
    """Open a single NDResult from a file or stream.

    Parameters
    ----------
    path_or_stream : str, os.PathLike, bytes-like or binary file object
        Where to read; a file object needs `read`, `seek` and `tell`.
    **kwargs
        As of :func:`open_ndresults_collection`.

    Returns
    -------
    NDResult

    Raises
    ------
    ValueError
        If the file holds more or fewer results than one; and as :func:`open_ndresults_collection`.

    """
    collection = open_ndresults_collection(
        path_or_stream,
        expected_size=1,
        compression_params=None,
        tqdm_cls=None,
        **kwargs,
    )
    return collection[0]


def read_metadata(
    path_or_stream: Any, *, limits: Mapping[str, int] | None = None, **kwargs: Any
) -> dict[str, Any]:
    """Read the metadata of a collection, without its results.

    Parameters
    ----------
    path_or_stream : str, os.PathLike, bytes-like or binary file object
        Where to read; a file object needs `read`, `seek` and `tell`.
    limits : mapping of str to int, optional
        As of :func:`open_ndresults_collection`.
    **kwargs
        What `zipfile.ZipFile` takes in mode ``"r"``.

    Returns
    -------
    dict
        All that was stored: who wrote the file and when, `object_size`, and the `metadata` that the user gave
        under ``"extra"``, with its types restored.

    Raises
    ------
    ValueError
        If the metadata are malformed, or those of something else.
    zipfile.BadZipFile, KeyError, TypeError, OSError
        As :func:`open_ndresults_collection`.

    """
    archive = open_archive(path_or_stream, limits, **kwargs)
    with at(archive=label_of(path_or_stream), member=_members.METADATA):
        return _document.collection_document(archive)


def _words(error: ValueError) -> str:
    return " ".join([str(error), *getattr(error, "__notes__", ())])


def _collection_class(classes: str) -> Any:
    if classes not in ("auto", "light", "upstream"):
        raise ArgumentError(
            key="classes",
            expected="'auto', 'light' or 'upstream'",
            found=repr(classes),
        )
    if classes == "upstream" or (classes == "auto" and upstream.available()):
        return upstream.collection_class()
    return NDResultCollection


def _read_results(
    archive: _native.Archive, label: str, document: dict[str, Any], codec: Any, bar: Any
) -> list[PackedResult]:
    size, threads = document[_document.OBJECT_SIZE], thread_count()
    extras = _members.extra_members(archive.names())
    # Our own files say which lists were arrays; upstream's do not.
    lift = None if _document.is_ours(document) else INLINE_LIMIT
    plans = (_members.plan(index, extras.get(index, ())) for index in range(size))
    results: list[PackedResult] = []
    with Steps(bar, size, "Reading ndresults") as steps:
        for batch in batches(
            plans, lambda plan: archive.size(plan[0]) + archive.size(plan[1]), threads
        ):
            natives = archive.results(
                batch,
                compression=codec,
                lift=lift,
                varying=_document.VARYING,
                threads=threads,
            )
            results += wrapped(natives, label, len(results))
            steps.done(len(batch))
    return results


read_ndr = open_ndresult
read_ndc = open_ndresults_collection
