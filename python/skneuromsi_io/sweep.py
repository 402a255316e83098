"""Processing strategies of scikit-neuromsi's ``ParameterSweep``; importing this module imports scikit-neuromsi."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from typing import Any

from ._errors import ArgumentTypeError
from ._progress import check_tqdm
from .files._scan import scan_ndc
from .files._shards import Stub, SweepFile
from .upstream import importing

with importing("whose ParameterSweep takes these strategies"):
    from .upstream._sweep import NativeCollectionStrategy, ProcessingStrategyABC

__all__ = ["NDCFileStrategy", "NativeCollectionStrategy"]


class NDCFileStrategy(ProcessingStrategyABC):  # type: ignore[misc]
    """Write the results of a sweep to a file while they are computed.

    The sweep may be larger than memory. Each process writes its results to a shard of its own beside the file, and
    returns only where they are. In the end the results are joined in the sweep's order, and `ParameterSweep.run`
    returns a collection that stays in the file, as :func:`skneuromsi_io.scan_ndc` gives it. With one process
    nothing is copied: its shard becomes the file.

    Shards of a sweep that was killed are left, named ``NAME.*.partial``; :func:`skneuromsi_io.merge` joins them.

    Parameters
    ----------
    path : str or os.PathLike
        Where to write. An old file is replaced at the end of a sweep.
    metadata : dict, optional
        Additional metadata of the collection, stored under ``"extra"``.
    compression, compresslevel : int, optional
        As of `zipfile.ZipFile`; see :func:`skneuromsi_io.store_ndresults_collection`.

    Raises
    ------
    ArgumentError
        A ValueError, if an argument is wrong, or there are shards of another sweep.
    UnstorableError, TypeError
        If `metadata` cannot be stored, or an argument has a wrong type.
    OSError
        If no file can be made at the path.

    Examples
    --------
    >>> from skneuromsi.mle import AlaisBurr2004
    >>> from skneuromsi.sweep import ParameterSweep
    >>> from skneuromsi_io.sweep import NDCFileStrategy
    >>> sweep = ParameterSweep(
    ...     AlaisBurr2004(),
    ...     "visual_position",
    ...     range=[0, 5],
    ...     repeat=1,
    ...     n_jobs=1,
    ...     tqdm_cls=None,
    ...     processing_strategy=NDCFileStrategy("sweep.ndc"),
    ... )
    >>> with sweep.run() as collection:
    ...     len(collection)
    2

    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        metadata: dict[str, Any] | None = None,
        compression: int = zipfile.ZIP_DEFLATED,
        compresslevel: int | None = None,
    ):
        if not isinstance(path, (str, os.PathLike)):
            raise ArgumentTypeError(
                key="path", expected="a path", found=type(path).__name__
            )
        self._file = SweepFile(
            path,
            metadata=metadata,
            compression=compression,
            compresslevel=compresslevel,
        )

    def map(self, result: Any) -> Stub:
        """Write one result.

        Raises
        ------
        TypeError, UnstorableError, ArgumentError, OSError
            As :meth:`skneuromsi_io.NDCWriter.append`.

        """
        return self._file.append(result)

    def reduce(self, result_sequence: Sequence[Stub], tag: str, tqdm_cls: Any) -> Any:
        """Make the file, and return its collection.

        Raises
        ------
        ValueError, OSError
            If results disagree, or the file cannot be written. The shards stay then.

        """
        bar = check_tqdm(tqdm_cls)
        self._file.gather(result_sequence, tag, bar)
        collection = scan_ndc(self._file.path, classes="upstream")
        collection._tqdm_cls = bar
        return collection
