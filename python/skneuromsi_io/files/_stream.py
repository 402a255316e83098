"""Writes a collection result by result, while it is computed."""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any, NoReturn, Self

from .._errors import ArgumentError, ArgumentTypeError, UnstorableError, WriterError
from .._keywords import names_unknown
from .._remedies import RESUME
from .._types import FilePath, NDResultLike
from ..archive._diagnosis import explaining
from ..archive._file_system import printable
from ..archive._partial import PartialFile
from ..archive._target import is_path
from ..results._index import new_columns
from ..results._interface import LazyResult
from ..results._pack import is_ndresult, pack_to_store
from ._partial import whole_results
from ._reader import UNPACKED, ArchiveReader
from ._writer import ArchiveWriter
from ._wrong_objects import check_name, not_a_result


class NDCWriter:
    """A collection that is written to a file result by result.

    Until :meth:`close` the results lie in a partial file beside it, named ``NAME.partial``; then the file appears
    whole, in the place of an old one if there is one. It is a context manager that closes at the end of the block.
    After an exception in the block, ``KeyboardInterrupt`` included, or a kill, the partial file stays and the old
    file is untouched: a writer with ``resume=True`` goes on with all results that were appended.

    Memory does not grow with the results, but for some 300 bytes a result for the directory of the archive, and
    for the index the numbers in which its metadata differ from those before. One thread at a time may use a
    writer; a process that is forked from its own may not.

    Parameters
    ----------
    path : str or os.PathLike
        Where to write. A symbolic link stays one. Devices and pipes are refused.
    name : str
        Name of the collection.
    metadata : dict, optional
        Additional metadata, stored under ``"extra"`` as they are at :meth:`close`.
    compression, compresslevel : int, optional
        As of `zipfile.ZipFile`; see :func:`store_ndresults_collection`.
    resume : bool, optional
        Whether to go on with the partial file if there is one. ``len(writer)`` tells how many results were whole;
        what follows them is cut off. Name, metadata and compression are those of the last writer. Without
        `resume`, a partial file that is not empty is an error.

    Attributes
    ----------
    path : str
        The file.
    partial : str
        The partial file.

    Raises
    ------
    LockedError
        A BlockingIOError, if another writer is at work on the file.
    ArgumentError
        A ValueError, if an argument is wrong, or there is a partial file and no `resume`.
    BadArchiveError
        If the partial file is damaged otherwise than by a kill; :func:`repair` saves its results.
    MissingPackageError
        An ImportError, if the last result of the partial file needs a package that is not installed.
    UnstorableError, TypeError
        If `metadata` cannot be stored, or an argument has a wrong type.
    OSError
        If the partial file cannot be written.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> with sio.NDCWriter("sweep.ndc", name="sweep") as writer:
    ...     for result in sweep(3):
    ...         writer.append(result)
    >>> len(sio.open_ndresults_collection("sweep.ndc", tqdm_cls=None))
    3

    A script that may be killed and started again computes what is missing:

    >>> collection = sweep(5)
    >>> with sio.NDCWriter("long.ndc", name="sweep", resume=True) as writer:
    ...     for number in range(len(writer), 5):
    ...         writer.append(collection[number])

    """

    #: The remedy that saves the results of a partial file.
    _REMEDY = RESUME

    @names_unknown
    def __init__(
        self,
        path: FilePath,
        *,
        name: str,
        metadata: dict[str, Any] | None = None,
        compression: int = zipfile.ZIP_DEFLATED,
        compresslevel: int | None = None,
        resume: bool = False,
    ):
        if not is_path(path):
            raise ArgumentTypeError(
                key="path", expected="a path", found=type(path).__name__
            )
        check_name(name)
        self.path = os.fsdecode(path)
        self._name = name
        self._metadata = metadata
        self._archive = ArchiveWriter(
            self.path, compression=compression, compresslevel=compresslevel
        )
        # Before a file is made: after a sweep it would be late to learn that they cannot be stored.
        self._archive.metadata(name, 1, metadata)
        self._failure: str | None = None
        self._closed = False
        with explaining(self.path):
            self._file = self._partial_file(resume)
        self.partial = str(self._file.path)
        try:
            self._begin()
        except BaseException:
            self._let_go()
            raise

    def _partial_file(self, resume: bool) -> PartialFile:
        return PartialFile(self.path, resume=resume)

    def _begin(self) -> None:
        """Keep what is whole of the partial file."""
        reader, faults = ArchiveReader.salvaged(self.partial, None)
        with reader:
            whole = whole_results(reader, faults)
            columns = new_columns()
            for batch in reader.checked(range(whole.size), UNPACKED):
                columns.add([result.native for result in batch])
            self._archive.resume(
                self.partial, reader.archive, whole.names, columns, whole.size
            )
        self._agreement = reader.agreement
        self._size = whole.size

    def __len__(self) -> int:
        return self._size

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open"
        return (
            f"<{type(self).__name__} {printable(self.path)!r} len={len(self)} {state}>"
        )

    def append(self, ndresult: NDResultLike) -> None:
        """Add a result; when it returns, the result outlives the process.

        A power failure may take the last seconds with it, as of any file that is written.

        Parameters
        ----------
        ndresult : NDResult
            The result, of this package or of scikit-neuromsi.

        Raises
        ------
        TypeError
            If it is not an NDResult. The writer is as it was before, as after the next two.
        UnstorableError
            If something in it cannot be stored.
        ArgumentError
            If it differs from the first result in modes, output mode or names of run parameters.
        OSError
            If it cannot be written. The writer cannot go on then: another one with ``resume=True`` can.
        WriterError
            If the writer is closed, or failed before.

        Examples
        --------
        >>> import skneuromsi_io as sio
        >>> from skneuromsi_io.examples import sweep
        >>> with sio.NDCWriter("sweep.ndc", name="sweep") as writer:
        ...     writer.append(sweep()[0])
        ...     print(len(writer))
        1

        """
        self._check_usable()
        if not is_ndresult(ndresult):
            raise not_a_result(ndresult)
        try:
            packed = pack_to_store(ndresult)
        except UnstorableError as error:
            error.result = len(self)
            raise
        self._check_agreement(packed)
        try:
            with self._noting():
                self._archive.write_through(packed)
            self._size += 1
        except BaseException as error:
            # A part of it may be in the file, or in a buffer on its way there.
            self._failure = f"{type(error).__name__}: {error}"
            raise

    def _check_agreement(self, packed: LazyResult) -> None:
        difference = self._agreement.difference(packed)
        if difference is not None:
            expected, found = difference
            raise ArgumentError(
                f"{self._agreement.REFUSAL} Result {len(self)}: expected {expected}, "
                f"found {found}.",
                archive=printable(self.path),
                key="ndresult",
                expected=expected,
                found=found,
            )

    def close(self) -> None:
        """Finish the file, and put it in its place. A second call does nothing.

        Raises
        ------
        WriterError
            If the writer failed before, or its partial file is gone. Nothing is put in its place then.
        ArgumentError
            If there is no result; no file is left.
        UnstorableError
            If `metadata`, changed meanwhile, cannot be stored. The partial file stays, as after the next.
        OSError
            If the file cannot be written or put in its place.

        Examples
        --------
        >>> from pathlib import Path
        >>> import skneuromsi_io as sio
        >>> from skneuromsi_io.examples import sweep
        >>> writer = sio.NDCWriter("sweep.ndc", name="sweep")
        >>> writer.append(sweep()[0])
        >>> Path("sweep.ndc").exists()
        False
        >>> writer.close()
        >>> Path("sweep.ndc").exists()
        True

        """
        if self._closed:
            return
        try:
            self._check_usable()
            if len(self) == 0:
                raise ArgumentError(
                    archive=printable(self.path),
                    expected="at least one result in a collection",
                    found="none",
                )
            text = self._archive.metadata(self._name, len(self), self._metadata)
            with self._noting():
                self._archive.finish(text)
            self._file.publish()
        finally:
            self._let_go()

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        """Say of a file that cannot be written where the results before are, and what to do with them."""
        try:
            yield
        except OSError as error:
            held = f"{printable(self.partial)} holds {len(self)} whole results"
            error.add_note(f"{held}: {self._REMEDY}.")
            raise

    def _check_usable(self) -> None:
        if self._closed:
            found = "a writer that is closed"
        elif not self._file.is_open:
            found = "a process forked from that of the writer"
        elif self._failure is not None:
            found = f"one that failed: {self._failure}"
        else:
            return
        raise WriterError(
            archive=printable(self.path),
            expected="a writer that can go on",
            found=found,
            remedy=self._REMEDY,
        )

    def _let_go(self) -> None:
        self._closed = True
        if self._file.is_open:
            # A forked child lost the file, and finds locks as threads of its parent had them.
            self._archive.close()
        self._file.close()

    def __reduce__(self) -> NoReturn:
        raise UnstorableError(
            archive=printable(self.path),
            expected="a writer in the process that made it",
            found="one to be pickled",
            remedy="make one in each process, with a file of its own, and join these with skneuromsi_io.merge",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        cls: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            self._let_go()
