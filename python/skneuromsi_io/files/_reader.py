"""Reads the results of an archive, one or many at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _native
from .._batches import batches, thread_count
from .._errors import BadMetadataError, SkneuromsiIOError
from .._progress import Steps
from ..archive import _document, _members
from ..arrays._frame import Frame, shared
from ..results._described import DescribedResult
from ..results._interface import Agreement, Signature
from ..results._packed import PackedResult
from ..results._table import Table, read_table
from ..values import INLINE_LIMIT
from ._archive import OpenArchive

#: Memory codec of results that are looked at once.
UNPACKED = ("none", 0)


class ArchiveReader(OpenArchive):
    """An open archive, its results, and what those that were read have in common.

    Parameters and context are those of :class:`OpenArchive`.

    Attributes
    ----------
    agreement : Agreement
        What the results that were checked agree on.

    """

    def _fill(self, archive: _native.Archive, display_name: str) -> None:
        super()._fill(archive, display_name)
        self.agreement = Agreement()

    @property
    def _lift(self) -> int | None:
        return None if self.ours else INLINE_LIMIT

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
        """Return dtype and shape of an array, as its frame has to confirm; None where the index says none."""
        if self.index is None:
            return None
        name = _members.of_result(index, _members.NDDATA)
        return self.index.claimed_shape(index, self.archive.size(name))

    def common(self) -> Signature:
        """Return what all results must have in common: that of the first in the archive."""
        if self.agreement.common is None:
            claimed = self._claimed()
            if claimed is None:
                self.check(self.load_unpacked([0], thread_count())[0])
            else:
                self.agreement.common = claimed
        return self.agreement.expected

    def _claimed(self) -> Signature | None:
        """Return what the index says that all results have, if need be with the metadata of the first."""
        if self.index is None:
            return None
        claimed = self.index.signature()
        frame = self.index.frame_of(0) if claimed is None else None
        if frame is None:
            return claimed
        native = self.described([0], 1)[0].native
        first = PackedResult(native, frame, self.display_name, 0)
        # Else the array is read, and all that is wrong with it is told.
        with contextlib.suppress(BadMetadataError):
            return None if first.plain_frame() is None else first.signature()
        return None

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
