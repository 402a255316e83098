"""Reads an archive: its metadata, and its results one or many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import TracebackType
from typing import Any, Self

from .. import _native
from .._batches import batches, thread_count
from .._errors import BadMetadataError, SkneuromsiIOError, at
from .._progress import Steps
from ..archive import _document, _members
from ..archive._source import caps_of, label_of, open_archive, source_of
from ..arrays._frame import Frame, shared
from ..results._interface import Agreement
from ..results._packed import PackedResult
from ..values import INLINE_LIMIT

#: Memory codec of results that are looked at once.
UNPACKED = ("none", 0)


class ArchiveReader:
    """An open archive and what its results have in common.

    It is a context manager: at the end of the block the file is closed, whoever still holds an exception; a stream
    stays open.

    Parameters
    ----------
    path_or_stream : str, os.PathLike, bytes-like or binary file object
    limits, **kwargs
        As of :func:`skneuromsi_io.archive._source.open_archive`, which also says what is raised.

    Attributes
    ----------
    archive : _native.Archive
    label : str
        What messages call the archive.
    agreement : Agreement
        What the results that were checked agree on.

    """

    def __init__(
        self,
        path_or_stream: Any,
        limits: Mapping[str, int] | None = None,
        **kwargs: Any,
    ):
        archive = open_archive(path_or_stream, limits, **kwargs)
        self._fill(archive, label_of(path_or_stream))

    @classmethod
    def salvaged(
        cls, path_or_stream: Any, limits: Mapping[str, int] | None
    ) -> tuple[Self, list[SkneuromsiIOError]]:
        """Open what is whole of a damaged archive; also return what is wrong with the other members."""
        label = label_of(path_or_stream)
        archive, faults = _native.Archive.salvage(
            source_of(path_or_stream), label, caps_of(limits)
        )
        self = cls.__new__(cls)
        self._fill(archive, label)
        return self, faults

    def _fill(self, archive: _native.Archive, label: str) -> None:
        self.archive = archive
        self.label = label
        self.agreement = Agreement()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        cls: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.archive.close()

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """Metadata of the collection, types restored."""
        with self._at_metadata():
            return _document.collection_document(self.archive)

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

    def _at_metadata(self) -> at:
        return at(archive=self.label, member=_members.METADATA)

    @cached_property
    def _extras(self) -> dict[int, list[str]]:
        return _members.extra_members(self.archive.names())

    def plan(self, index: int) -> _members.Plan:
        """Return the names of the members of a result."""
        return _members.plan(index, self._extras.get(index, ()))

    def load(
        self, indices: Sequence[int], codec: tuple[str, int], threads: int
    ) -> list[PackedResult]:
        """Read some results at once, verify them and pack them with a memory codec."""
        natives = self.archive.results(
            [self.plan(index) for index in indices],
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
            results.append(PackedResult(native, frame, self.label, index))
        return results

    def load_unpacked(self, indices: Sequence[int], threads: int) -> list[PackedResult]:
        """Read some results that are looked at once, and not kept."""
        return self.load(indices, UNPACKED, threads)

    def faults(self, index: int) -> list[SkneuromsiIOError]:
        """Return what is wrong with each member of a result, where :meth:`load` raises the first."""
        return self.archive.result_faults(self.plan(index), self._lift)

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
        text, data, _ = self.plan(index)
        return self.archive.size(text) + self.archive.size(data)

    def check(self, result: PackedResult) -> None:
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
