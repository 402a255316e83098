"""Reads an archive: its metadata, and its results one or many at a time."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from .. import _native
from .._batches import batches, thread_count
from .._errors import (
    ArgumentError,
    BadMetadataError,
    MissingMemberError,
    SkneuromsiIOError,
    UnstorableError,
    at,
)
from .._progress import Steps
from ..archive import _document, _members
from ..archive._diagnosis import explain_missing_metadata, explained
from ..archive._remote import located
from ..archive._source import caps_of, display_name_of, open_archive, source_of
from ..arrays._frame import Frame, shared
from ..results._described import DescribedResult
from ..results._index import Index
from ..results._interface import Agreement, Signature
from ..results._packed import PackedResult
from ..results._table import Table, read_table
from ..values import INLINE_LIMIT
from ._again import Again, again_of
from ._kept import let_go, reopened

#: Memory codec of results that are looked at once.
UNPACKED = ("none", 0)


class ArchiveReader:
    """An open archive and what its results have in common.

    It is a context manager: at the end of the block the file is closed, whoever still holds an exception; a stream
    stays open.

    Parameters
    ----------
    path_or_stream : str, os.PathLike, bytes-like or binary file object
        A path may be a URL.
    limits, **kwargs
        As of :func:`skneuromsi_io.archive._source.open_archive`, which also says what is raised.
    storage_options : mapping, optional
        Options of fsspec for a URL, as of :class:`skneuromsi_io.archive._remote.RemoteFile`.

    Attributes
    ----------
    display_name : str
        What messages call the archive.
    agreement : Agreement
        What the results that were checked agree on.

    """

    #: Arguments by which another process opens the file; None for a stream.
    again: Again | None = None
    #: The archive's index, if :meth:`use_index` was called and there is one.
    index: Index | None = None

    #: True if it was opened by its members, without regard to its directory.
    is_salvaged = False

    def __init__(
        self,
        path_or_stream: Any,
        limits: Mapping[str, int] | None = None,
        storage_options: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ):
        source = located(path_or_stream, storage_options)
        archive = open_archive(source, limits, **kwargs)
        self._fill(archive, display_name_of(source))
        self.again = again_of(source, archive, limits, kwargs)

    @classmethod
    def salvaged(
        cls, path_or_stream: Any, limits: Mapping[str, int] | None
    ) -> tuple[Self, list[SkneuromsiIOError]]:
        """Open what is whole of a damaged archive; also return what is wrong with the other members."""
        display_name = display_name_of(path_or_stream)
        source, caps = source_of(path_or_stream), caps_of(limits)
        with explained(path_or_stream, source):
            archive, faults = _native.Archive.salvage(source, display_name, caps)
        self = cls.__new__(cls)
        self._fill(archive, display_name)
        self.is_salvaged = True
        return self, faults

    def _fill(self, archive: _native.Archive, display_name: str) -> None:
        self._archive: _native.Archive | None = archive
        self.display_name = display_name
        self.agreement = Agreement()
        #: The readers that share its file.
        self.users: weakref.WeakSet[ArchiveReader] = weakref.WeakSet()
        self._owner: ArchiveReader | None = None

    def shared(self) -> ArchiveReader:
        """Return a reader of the same file, which each can close without the other."""
        reader = type(self).__new__(type(self))
        reader.__dict__.update(self.__dict__, users=weakref.WeakSet(), _owner=self)
        self.users.add(reader)
        return reader

    @property
    def archive(self) -> _native.Archive:
        """The open archive.

        Raises
        ------
        ArgumentError
            If the reader was closed.

        """
        if self._archive is None:
            raise ArgumentError(
                archive=self.display_name,
                expected="an open archive",
                found="a closed one",
                remedy="open or scan it again",
            )
        return self._archive

    def __reduce__(self) -> tuple[Any, ...]:
        if self.again is None:
            raise UnstorableError(
                archive=self.display_name,
                expected="a file with a path or URL, which another process can open",
                found="a stream",
                remedy="scan the file by its path",
            )
        return reopened, (type(self), self.again)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        cls: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file or stream; a stream stays open."""
        archive, self._archive = self._archive, None
        owner, self._owner = self._owner, None
        if owner is not None:
            let_go(owner, self)
        elif archive is not None:
            archive.close()

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """Metadata of the collection, types restored."""
        with self._at_metadata():
            try:
                return _document.collection_document(self.archive)
            except MissingMemberError as error:
                if not self.is_salvaged:
                    explain_missing_metadata(error, self.archive)
                raise

    @cached_property
    def ours(self) -> bool:
        """Return whether the archive is of format 0.2, which says itself which lists were arrays.

        Who reads an archive without metadata sets it.
        """
        return _document.is_ours(self.metadata)

    @property
    def _lift(self) -> int | None:
        return None if self.ours else INLINE_LIMIT

    @property
    def name(self) -> Any:
        """Name of the collection."""
        with self._at_metadata():
            return _document.name_of(self.metadata)

    @property
    def size(self) -> int:
        """Number of results that the metadata state; a damaged file may state any."""
        with self._at_metadata():
            return _document.size_of(self.metadata)

    def size_in_file(self) -> int:
        """Return the number of results; each has members, of which the directory has so many at least.

        Raises
        ------
        BadMetadataError
            If the metadata state more.

        """
        size, members = self.size, len(self.archive)
        if size > members:
            with self._at_metadata():
                raise BadMetadataError(
                    key=_document.OBJECT_SIZE,
                    expected=f"at most {members}, as many as there are members",
                    found=str(size),
                )
        return size

    def use_index(self) -> None:
        """Let what the archive says of all its results answer for these, and compare each that is read with it.

        Raises
        ------
        BadMetadataError
            If the index is malformed.

        """
        self.index = self.read_index()

    def read_index(self) -> Index | None:
        """Read what the archive says of all its results; None if it has no index, or is of upstream's format.

        Raises
        ------
        BadMetadataError
            If the index is malformed.

        """
        if not self.ours or _members.INDEX not in self.archive:
            return None
        size = self.size_in_file()
        return Index(self.archive.text(_members.INDEX), self.display_name, size)

    def _at_metadata(self) -> at:
        return at(archive=self.display_name, member=_members.METADATA)

    def load(
        self, indices: Sequence[int], codec: tuple[str, int], threads: int
    ) -> list[PackedResult]:
        """Read some results at once, verify them and pack them with a memory codec."""
        natives = self.archive.results(
            [*map(_members.plan_to_read, indices)],
            compression=codec,
            lift=self._lift,
            varying=_document.VARYING,
            threads=threads,
        )
        return self._wrapped(indices, natives)

    def _wrapped(
        self, indices: Sequence[int], natives: list[_native.Packed]
    ) -> list[PackedResult]:
        results = []
        bare: _native.Frame | None = None
        frame: Frame | None = None
        for index, native in zip(indices, natives, strict=True):
            if native.frame is not bare:
                bare = native.frame
                frame = None if bare is None else shared(bare)
            results.append(PackedResult(native, frame, self.display_name, index))
        return results

    def load_unpacked(self, indices: Sequence[int], threads: int) -> list[PackedResult]:
        """Read some results that are looked at once, and not kept."""
        return self.load(indices, UNPACKED, threads)

    def described(self, indices: Sequence[int], threads: int) -> list[PackedResult]:
        """Read the metadata of some results, and nothing beside them."""
        natives = self.archive.metadata(
            _members.of_results(indices, _members.METADATA),
            lift=self._lift,
            varying=_document.VARYING,
            threads=threads,
        )
        return [
            DescribedResult(self, native, index)
            for native, index in zip(natives, indices, strict=True)
        ]

    def text_size(self, index: int) -> int:
        """Bytes of the metadata of a result."""
        return self.archive.size(_members.of_result(index, _members.METADATA))

    def table(
        self, indices: Sequence[int] | npt.NDArray[np.int64]
    ) -> tuple[Table, npt.NDArray[np.int64]]:
        """Return a table that has some results, and their positions in it.

        It is that of the index, if that is used; else the metadata are read.
        """
        if self.index is not None:
            return self.index.table, np.asarray(indices)
        table = read_table(self.archive, indices, _document.LISTED)
        return table, np.arange(len(indices))

    def claimed_shape(self, index: int) -> tuple[str, Sequence[int]] | None:
        """Return dtype and shape of an array, as its frame has to confirm; None where xarray has to decode it."""
        name = _members.of_result(index, _members.NDDATA)
        claimed = None
        if self.index is not None:
            claimed = self.index.claimed_shape(index, self.archive.size(name))
        return claimed or self.archive.claimed_shape(name)

    def common(self) -> Signature:
        """Return what all results must have in common: that of the first in the archive."""
        if self.agreement.common is None:
            claimed = None if self.index is None else self.index.signature()
            if claimed is None:
                self.check(self.load_unpacked([0], thread_count())[0])
            else:
                self.agreement.common = claimed
        return self.agreement.expected

    def load_checked(self, index: int) -> PackedResult:
        """Read a result, and check that it is like the first in the archive, which is not read twice."""
        if index:
            self.common()
        result = self.load_unpacked([index], thread_count())[0]
        self.check(result)
        return result

    def faults(self, index: int) -> list[SkneuromsiIOError]:
        """Return what is wrong with each member of a result, where :meth:`load` raises the first."""
        return self.archive.result_faults(_members.plan_to_read(index), self._lift)

    def results(self, codec: tuple[str, int], bar: Any) -> Iterator[PackedResult]:
        """Give all results, packed with a memory codec and checked, batch by batch."""
        size = self.size
        with Steps(bar, size, "Reading ndresults") as steps:
            for batch in self.checked(range(size), codec):
                yield from batch
                steps.done(len(batch))

    def checked(
        self, indices: Iterable[int], codec: tuple[str, int]
    ) -> Iterator[list[PackedResult]]:
        """Give batches of some results, packed with a memory codec and checked."""
        threads = thread_count()
        for batch in batches(indices, self._nbytes, threads):
            # Held by nobody here while the next batch is read.
            yield self._load_checked(batch, codec, threads)

    def _load_checked(
        self, indices: Sequence[int], codec: tuple[str, int], threads: int
    ) -> list[PackedResult]:
        results = self.load(indices, codec, threads)
        for result in results:
            self.check(result)
        return results

    def _nbytes(self, index: int) -> int:
        text, data = _members.result_names(index)
        return self.archive.size(text) + self.archive.size(data)

    def check(self, result: PackedResult) -> None:
        """Check a result: against the index, if it is used, itself, and the first that was checked.

        Raises
        ------
        BadMetadataError, BadNetCDFError
            If it contradicts one of them.

        """
        if self.index is not None and result.index is not None:
            self.index.check(result.index, result)
        self.check_agreement(result)

    def check_agreement(self, result: PackedResult) -> None:
        """Check that a result does not contradict itself, and is like the first that was checked.

        Raises
        ------
        BadMetadataError, BadNetCDFError
            If not.

        """
        difference = self.agreement.difference(result)
        if difference is not None:
            expected, found = difference
            with result.at(_members.METADATA):
                raise BadMetadataError(
                    f"{self.agreement.REFUSAL} Result {result.index}: expected {expected}, "
                    f"found {found}.",
                    expected=expected,
                    found=found,
                )
