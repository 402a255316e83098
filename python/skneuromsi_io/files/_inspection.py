"""Looks at every result of an archive and goes on after the first that is wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from .. import _native
from .._batches import batches, thread_count
from .._errors import BadMetadataError, SkneuromsiIOError, at
from ..archive import _document, _members
from ..archive._document import collection_document, name_of, size_of
from ..archive._members import Plan
from ..results._interface import Agreement
from ..results._packed import PackedResult
from ..values import INLINE_LIMIT
from ._reader import wrapped
from ._report import Problem, problem_of

#: What our own writer says of itself in a NetCDF file (`_NCProperties`), and within how many bytes: before the
#: values, behind the coordinates.
_WRITER = _native.constants()["writer"].encode()
_WITHIN = 1 << 20


def missing_results(found: Collection[int], size: int) -> Problem | None:
    """Say which of `size` results are not among those that were found."""
    missing = size - sum(index < size for index in found)
    if missing <= 0:
        return None
    first = next(index for index in range(size) if index not in found)
    return Problem(
        _members.METADATA,
        f"expected {size} results ({_document.OBJECT_SIZE!r}), found {size - missing}: "
        f"{missing} missing, ndr_{first} the first",
    )


def collection_of(
    archive: _native.Archive,
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Read the metadata of the collection: the document, if all of it is right, and what is wrong."""
    try:
        with at(member=_members.METADATA):
            document = collection_document(archive)
            name_of(document)
            size_of(document)
    except SkneuromsiIOError as error:
        return None, [problem_of(error)]
    return document, []


def is_ours(
    document: dict[str, Any] | None, archive: _native.Archive, indices: list[int]
) -> bool:
    """Whether an archive is of format 0.2; where its metadata are lost, a result tells."""
    if document is not None:
        return _document.is_ours(document)
    for plan in plans(archive, indices):
        try:
            return _result_is_ours(archive, plan)
        except SkneuromsiIOError:
            continue
    return True


def _result_is_ours(archive: _native.Archive, plan: Plan) -> bool:
    """Whether a result is of format 0.2.

    Upstream writes no types, no labels and no arrays beside its data. Where a result of ours needs none of
    these, its NetCDF file is our own writer's, which says so.
    """
    text, data, arrays = plan
    if arrays or _WRITER in archive.peek(data, _WITHIN):
        return True
    # Keys of the document are indented by two blanks, and no text holds a line break.
    document = archive.text(text)
    return any(b'\n  "%s":' % key in document for key in (b"types", b"nddata"))


def plans(archive: _native.Archive, indices: Iterable[int]) -> list[Plan]:
    """Members of each of the results."""
    extras = _members.extra_members(archive.names())
    return [_members.plan(index, extras.get(index, ())) for index in indices]


class Inspection:
    """Opens the results of an archive one after the other, and keeps none.

    Parameters
    ----------
    archive : _native.Archive
        An archive, of which members may be missing or damaged.
    label : str
        What messages call it.
    ours : bool
        Whether it is of format 0.2, which says itself which lists were arrays.

    """

    def __init__(self, archive: _native.Archive, label: str, *, ours: bool):
        self._archive = archive
        self._label = label
        self._lift = None if ours else INLINE_LIMIT
        self._agreement: Agreement | None = None

    def problems(self, indices: list[int]) -> Iterator[tuple[int, list[Problem]]]:
        """Yield each index with all that is wrong with its result."""
        threads = thread_count()
        paired = zip(indices, plans(self._archive, indices), strict=True)
        for batch in batches(paired, lambda pair: self._size(pair[1]), threads):
            opened = self._opened([plan for _, plan in batch], threads)
            for (index, plan), native in zip(batch, opened, strict=True):
                if isinstance(native, list):
                    yield index, native
                else:
                    yield index, self._look_into(native, index, plan)

    def _size(self, plan: Plan) -> int:
        return sum(self._archive.size(n) for n in plan[:2] if n in self._archive)

    def _opened(
        self, batch: list[Plan], threads: int
    ) -> list[_native.Packed | list[Problem]]:
        """Open a batch at once, or one by one to find out what is wrong with which."""
        if all(name in self._archive for plan in batch for name in plan[:2]):
            with contextlib.suppress(SkneuromsiIOError):
                return [*self._results(batch, threads)]
        return [self._opened_alone(plan) for plan in batch]

    def _opened_alone(self, plan: Plan) -> _native.Packed | list[Problem]:
        faults = self._archive.result_faults(plan, self._lift)
        if faults:
            return [*map(problem_of, faults)]
        return self._results([plan], 1)[0]

    def _results(self, batch: list[Plan], threads: int) -> list[_native.Packed]:
        return self._archive.results(
            batch,
            compression=("none", 0),
            lift=self._lift,
            varying=_document.VARYING,
            threads=threads,
        )

    def _look_into(
        self, native: _native.Packed, index: int, plan: Plan
    ) -> list[Problem]:
        [packed] = wrapped([native], self._label, index)
        try:
            with at(member=plan[0]):
                # In the order in which opening a collection and taking a result of it would.
                self._check_alike(index, packed)
                packed.open()
        except SkneuromsiIOError as error:
            return [problem_of(error)]
        return []

    def _check_alike(self, index: int, packed: PackedResult) -> None:
        if self._agreement is None:
            self._agreement = Agreement(packed)
            return
        try:
            self._agreement.check(index, packed)
        except SkneuromsiIOError:
            raise
        except ValueError as error:
            words = " ".join([str(error), *getattr(error, "__notes__", ())])
            raise BadMetadataError(words) from error
