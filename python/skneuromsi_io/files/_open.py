"""Functions that open results and collections, wholly in memory."""

from __future__ import annotations

from typing import Any, Unpack

from .. import upstream
from .._automatic import tqdm
from .._errors import ArgumentError, ArgumentTypeError
from .._keywords import did_you_mean, refuse_unknown
from .._progress import check_tqdm
from .._types import (
    Bar,
    Classes,
    CompressionParams,
    Limits,
    OpenOptions,
    ReadOptions,
    Source,
    StorageOptions,
)
from ..model import NDResult
from ..results._additions import holding
from ..results._collection import NDResultCollection
from ..results._compression import DEFAULT_COMPRESSION_PARAMS, memory_codec
from ..results._in_memory import ResultsInMemory
from ._reader import ArchiveReader

#: Names of what `zipfile.ZipFile` takes in mode "r".
READING = tuple(ReadOptions.__annotations__)


def open_ndresults_collection(
    path_or_stream: Source,
    *,
    compression_params: CompressionParams = DEFAULT_COMPRESSION_PARAMS,
    expected_size: int | None = None,
    tqdm_cls: Bar = tqdm,
    classes: Classes = "auto",
    limits: Limits | None = None,
    storage_options: StorageOptions | None = None,
    **kwargs: Unpack[ReadOptions],
) -> NDResultCollection:
    """Retrieve an NDResultCollection from a file or stream.

    Every result is read, verified and kept compressed in memory; it is decoded when it is asked for.

    Parameters
    ----------
    path_or_stream : str, os.PathLike, bytes-like or binary file object
        Where to read, a path or URL; a file object needs `read`, `seek` and `tell`.
    compression_params : None, bool, int, str or (str, int), optional
        How results are kept in memory: all that ``joblib.dump(compress=...)`` takes. The default is
        byte-shuffled fast LZ4; ``"lz4hc"`` is high-compression LZ4; all other names and levels are deflate.
    expected_size : int, optional
        Number of results that the collection must have.
    tqdm_cls : type, bool or None, optional
        Progress bar, one step a result. None and False mean none, True ``tqdm.auto.tqdm``.
    classes : {"auto", "light", "upstream"}, optional
        Whose classes to return: scikit-neuromsi's where it is installed ("auto"), this package's own, or
        scikit-neuromsi's or an error.
    limits : mapping of str to int, optional
        Limits to change for this file, by the names that SECURITY.md lists and that a `LimitError` gives.
    storage_options : mapping, optional
        For a URL, what fsspec's file system of its protocol takes: credentials, headers. It takes the extra
        ``remote`` of this package.
    **kwargs
        What `zipfile.ZipFile` takes in mode ``"r"``, checked by it; none changes how an archive is read.

    Returns
    -------
    NDResultCollection

    Raises
    ------
    ValueError
        If the number of results is not `expected_size`, if `object_type` is wrong, if results contradict
        each other or themselves, or if metadata or NetCDF data are malformed.
    zipfile.BadZipFile
        If it is not a zip archive, or is damaged.
    KeyError
        If a member of the archive is missing.
    TypeError
        If an argument is unknown or has a wrong type.
    OSError
        If the file cannot be read; `RemoteError` if that is for its server.
    ImportError
        If a package is missing that it takes to read a URL.

    Notes
    -----
    In files of upstream, rectangular lists of more than 1,000 numbers, all floats or all integers, come back as
    arrays (that is what they were); shorter lists stay lists.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> sio.store_ndresults_collection("sweep.ndc", sweep(), tqdm_cls=None)
    >>> collection = sio.open_ndresults_collection("sweep.ndc", tqdm_cls=None)
    >>> collection
    <NDResultCollection 'sweep' len=3>
    >>> collection[0].run_parameters.visual_position
    6.0

    """
    refuse_unknown(open_ndresults_collection, READING, kwargs)
    return _opened(
        path_or_stream,
        compression_params=compression_params,
        expected_size=expected_size,
        tqdm_cls=tqdm_cls,
        classes=classes,
        limits=limits,
        storage_options=storage_options,
        **kwargs,
    )


def _opened(
    path_or_stream: Any,
    *,
    compression_params: Any = None,
    expected_size: Any = None,
    remedy: str | None = None,
    tqdm_cls: Any = None,
    classes: Classes = "auto",
    limits: Limits | None = None,
    storage_options: StorageOptions | None = None,
    **kwargs: Any,
) -> NDResultCollection:
    """Open a collection; `remedy` is for another number of results than `expected_size`."""
    codec = memory_codec(compression_params)
    bar = check_tqdm(tqdm_cls)
    cls = collection_class(classes)
    with ArchiveReader(path_or_stream, limits, storage_options, **kwargs) as reader:
        size = reader.size
        if expected_size is not None and size != _number(expected_size):
            raise ArgumentError(
                f"Expected {expected_size} results, but {size} were found",
                archive=reader.display_name,
                expected=str(expected_size),
                found=str(size),
                remedy=remedy,
            )
        name = reader.name
        packed = [*reader.results(codec, bar)]
        common = reader.agreement.common
        return holding(cls, name, ResultsInMemory(packed, common), bar)


def _number(expected_size: Any) -> int:
    try:
        return int(expected_size)
    except (TypeError, ValueError, OverflowError) as error:
        cls = ArgumentTypeError if isinstance(error, TypeError) else ArgumentError
        raise cls(
            key="expected_size", expected="an integer", found=f"{expected_size!r:.80}"
        ) from error


def open_ndresult(path_or_stream: Source, **kwargs: Unpack[OpenOptions]) -> NDResult:
    """Open a single NDResult from a file or stream.

    Parameters
    ----------
    path_or_stream : str, os.PathLike, bytes-like or binary file object
        Where to read, a path or URL; a file object needs `read`, `seek` and `tell`.
    **kwargs
        As of :func:`open_ndresults_collection`.

    Returns
    -------
    NDResult

    Raises
    ------
    ValueError
        If the file holds more or fewer results than one; and as :func:`open_ndresults_collection`.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> sio.store_ndresult("one.ndr", sweep()[0])
    >>> result = sio.open_ndresult("one.ndr")
    >>> result.mname, result.output_mode
    ('TwoCues', 'multi')

    """
    refuse_unknown(open_ndresult, OpenOptions.__annotations__, kwargs)
    remedy = "open_ndresults_collection opens all of them"
    return _opened(path_or_stream, expected_size=1, remedy=remedy, **kwargs)[0]


def read_metadata(
    path_or_stream: Source,
    *,
    limits: Limits | None = None,
    storage_options: StorageOptions | None = None,
    **kwargs: Unpack[ReadOptions],
) -> dict[str, Any]:
    """Read the metadata of a collection, without its results.

    Parameters
    ----------
    path_or_stream : str, os.PathLike, bytes-like or binary file object
        Where to read, a path or URL; a file object needs `read`, `seek` and `tell`.
    limits : mapping of str to int, optional
        As of :func:`open_ndresults_collection`.
    storage_options : mapping, optional
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

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> sio.store_ndresult("one.ndr", sweep()[0], metadata={"subject": "S01"})
    >>> metadata = sio.read_metadata("one.ndr")
    >>> metadata["object_size"], metadata["extra"]
    (1, {'subject': 'S01'})

    """
    refuse_unknown(read_metadata, READING, kwargs)
    with ArchiveReader(path_or_stream, limits, storage_options, **kwargs) as reader:
        return reader.metadata


def collection_class(classes: str) -> type[NDResultCollection]:
    """Return the class that `classes` asks for, of this package or of scikit-neuromsi."""
    if classes not in ("auto", "light", "upstream"):
        raise ArgumentError(
            key="classes",
            expected="'auto', 'light' or 'upstream'",
            found=repr(classes),
            remedy=did_you_mean(classes, ("auto", "light", "upstream")),
        )
    if classes == "upstream" or (classes == "auto" and upstream.available()):
        return upstream.collection_class()
    return NDResultCollection


read_ndr = open_ndresult
read_ndc = open_ndresults_collection
