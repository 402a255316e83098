"""Opens a collection that stays in its file."""

from __future__ import annotations

from typing import Unpack

from .._keywords import refuse_unknown
from .._types import Classes, Limits, ReadOptions, Source, StorageOptions
from ..results._additions import holding
from ..results._collection import NDResultCollection
from ..results._in_file import StoredResults
from ._open import READING, collection_class
from ._reader import ArchiveReader


def scan_ndc(
    path_or_stream: Source,
    *,
    classes: Classes = "auto",
    limits: Limits | None = None,
    storage_options: StorageOptions | None = None,
    **kwargs: Unpack[ReadOptions],
) -> NDResultCollection:
    """Open an NDResultCollection that stays in its file.

    The directory of the archive, the metadata of the collection and the index are read at once, everything else
    when it is asked for, and nothing of it is kept: a sweep may be larger than memory. Each result is verified
    when it is read, and compared with the index, or with the first of the file where there is none.

    Parameters
    ----------
    path_or_stream : str, os.PathLike, bytes-like or binary file object
        Where to read, a path or URL; a file object needs `read`, `seek` and `tell`, and stays open.
    classes : {"auto", "light", "upstream"}, optional
        Whose classes to return, as of :func:`open_ndresults_collection`.
    limits : mapping of str to int, optional
        As of :func:`open_ndresults_collection`.
    storage_options : mapping, optional
        As of :func:`open_ndresults_collection`.
    **kwargs
        What `zipfile.ZipFile` takes in mode ``"r"``, such as `metadata_encoding`.

    Returns
    -------
    NDResultCollection
        Of the class that :func:`open_ndresults_collection` returns. Its `close`, or the end of a ``with`` block,
        lets go of the file. It pickles by the path or URL of its file, which must not change until it is
        unpickled. Several threads and processes may use one.

    Raises
    ------
    ValueError
        If the metadata of the collection or the index are malformed, or those of something else.
    zipfile.BadZipFile, KeyError, TypeError, OSError
        As :func:`open_ndresults_collection`. A result that is damaged, unlike the first, or not what the index
        says raises when it is asked for.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> sio.store_ndresults_collection("sweep.ndc", sweep(), tqdm_cls=None)
    >>> with sio.scan_ndc("sweep.ndc") as collection:
    ...     print(len(collection), collection[2].run_parameters.visual_position)
    3 10.0

    """
    refuse_unknown(scan_ndc, READING, kwargs)
    cls = collection_class(classes)
    reader = ArchiveReader(path_or_stream, limits, storage_options, **kwargs)
    try:
        with reader.advising():
            size = reader.size_in_file()
            reader.use_index()
        return holding(cls, reader.name, StoredResults(reader, range(size)))
    except BaseException:
        reader.close()
        raise
