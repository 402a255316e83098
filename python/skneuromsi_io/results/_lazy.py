"""Lazy datasets of a file: indexing decodes the results that it touches, and no others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from xarray.backends import BackendArray
from xarray.core import indexing

from .._batches import thread_count
from .._errors import InternalError
from ..archive import _members
from ..arrays._frame import shared
from ..values import dtype_of
from ._gathering import Metadata, read_metadata, stated_metadata
from ._in_file import StoredResults
from ._labelled import Alike, alike
from ._labels import Labels, check_alike, labels_of, labels_of_array
from ._stack import (
    RUN,
    Stack,
    assembled,
    decoded,
    large_arrays,
    restored,
    stacked_column,
)
from ._table import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import xarray as xr

    from ._gathering import Described
    from ._stored import ResultReader
    from ._templates import External

#: Bytes of a chunk, about: many small results, or one large one.
CHUNK_BYTES = 16 << 20


class Arrays(Protocol):
    """An array of each of many results."""

    def read(self, positions: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
        """Decode those of some results."""


class _OfFile(ABC):
    """Something of results in a file. Unpickled, it opens the file when it reads: Dask's scheduler never does."""

    def __init__(self, stored: StoredResults):
        self._reader: ResultReader | None = stored.reader
        self._indices = stored.indices
        self._again: tuple[Callable[..., ResultReader], tuple[Any, ...]] | None = None

    def __getstate__(self) -> dict[str, Any]:
        again = self._again if self._reader is None else self._reader.__reduce__()
        return {**self.__dict__, "_reader": None, "_again": again}

    @property
    def _stored(self) -> StoredResults:
        if self._reader is None and self._again is not None:
            reopen, arguments = self._again
            self._reader = reopen(*arguments)
        if self._reader is None:
            raise InternalError(expected="an open file", found="none")
        return StoredResults(self._reader, self._indices)

    def read(self, positions: npt.NDArray[np.intp]) -> Any:
        """Read that of some results."""
        with self._stored.reader.advising():
            return self._read(positions)

    @abstractmethod
    def _read(self, positions: npt.NDArray[np.intp]) -> Any:
        """Read it, without advice where it is damaged."""


class StatedMetadata(_OfFile):
    """Metadata that the index states: those of a result are read, and compared with it, when its arrays are."""

    def __init__(self, stored: StoredResults):
        super().__init__(stored)
        self._last: tuple[bytes, dict[str, Any]] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_last": None}

    def _read(self, positions: npt.NDArray[np.intp]) -> dict[str, Any]:
        """Read numbers and arrays of `extra` of some results, by their keys; those of the last call are kept."""
        asked, last = positions.tobytes(), self._last
        if last is None or last[0] != asked:
            part = self._stored.select(positions)
            metadata, _ = read_metadata(part.reader, part.indices)
            last = self._last = asked, metadata.gathered().extra
        return last[1]


class LabelledArrays(_OfFile):
    """The labelled arrays of results.

    Parameters
    ----------
    stored : StoredResults
    labels : Labels
        Those of all results, which is checked when one is decoded.
    stated : StatedMetadata or None
        Of these results; None if their metadata were read.

    """

    def __init__(
        self, stored: StoredResults, labels: Labels, stated: StatedMetadata | None
    ):
        super().__init__(stored)
        self._labels = labels
        self._stated = stated

    def _read(self, positions: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
        if self._stated is not None and len(positions):
            self._stated.read(positions)
        part = self._stored.select(positions)
        like = self._labels.dtype.str, self._labels.shape
        names = _members.of_results(map(int, part.indices), _members.NDDATA)
        (values,), natives, kinds = part.reader.archive.stack(
            [(names, True, like)], threads=thread_count()
        )
        if NONE in kinds:
            return OpenedArrays(self._stored, self._labels)._read(positions)
        if part.reader.index is not None:
            frames = [*map(shared, natives)]
            part.reader.index.check_frames(np.asarray(part.indices), frames, kinds)
        for kind, nth in zip(*np.unique(kinds, return_index=True), strict=True):
            found = labels_of(shared(natives[kind]))
            check_alike(self._labels, found, int(part.indices[nth]))
        return values


class OpenedArrays(_OfFile):
    """As :class:`LabelledArrays`, of results that are labelled by more than their array."""

    def __init__(self, stored: StoredResults, labels: Labels):
        super().__init__(stored)
        self._labels = labels

    def _read(self, positions: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
        values = np.empty((len(positions), *self._labels.shape), self._labels.dtype)
        for nth, position in enumerate(positions):
            array = self._stored[int(position)].open().to_xarray()
            index = int(self._stored.indices[position])
            check_alike(self._labels, labels_of_array(array), index)
            values[nth] = array.values
        return values


class LargeArrays(_OfFile):
    """Arrays of `extra` that are in members of their own.

    Parameters
    ----------
    stored : StoredResults
    arrays : sequence of External
        One for each result, all of one dtype and shape.
    stated : StatedMetadata or None
        As of :class:`LabelledArrays`.

    """

    def __init__(
        self,
        stored: StoredResults,
        arrays: Sequence[External],
        stated: StatedMetadata | None,
    ):
        super().__init__(stored)
        self._stated = stated
        self._first = arrays[0]
        names = [array.member for array in arrays]
        # Nearly always the same in all results, and pickled with each task.
        self._names = names[:1] if len(set(names)) == 1 else names

    def _read(self, positions: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
        if self._stated is not None and len(positions):
            self._stated.read(positions)
        part = self._stored.select(positions)
        names = (
            self._names * len(positions)
            if len(self._names) == 1
            else [self._names[n] for n in positions]
        )
        pairs = zip(part.indices, names, strict=True)
        members = [_members.of_result(int(index), name) for index, name in pairs]
        (values,), *_ = part.reader.archive.stack(
            [(members, False, self._first.carried)], threads=thread_count()
        )
        return restored(values, self._first)


class ExtraArrays:
    """Numbers or small arrays of `extra` below one key.

    Parameters
    ----------
    stated : StatedMetadata
    key : str
    kind : tuple of dtype and shape
        Of each of them.

    """

    def __init__(
        self,
        stated: StatedMetadata,
        key: str,
        kind: tuple[np.dtype[Any], tuple[int, ...]],
    ):
        self._stated = stated
        self._key = key
        self._kind = kind

    def read(self, positions: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
        if not len(positions):
            return np.empty((0, *self._kind[1]), self._kind[0])
        found = stacked_column(self._stated.read(positions)[self._key])
        if found is None or (found.dtype, found.shape[1:]) != self._kind:
            # Each result was compared with the index.
            kind = "others" if found is None else f"{found.dtype} {found.shape[1:]}"
            raise InternalError(expected=f"{self._key!r} of {self._kind}", found=kind)
        return found.copy()


class StackedArray(BackendArray):
    """Arrays of many results as one, which xarray indexes.

    Parameters
    ----------
    arrays : Arrays
    shape : tuple of int
        Number of results, and the shape of each.
    dtype : numpy.dtype

    """

    def __init__(self, arrays: Arrays, shape: tuple[int, ...], dtype: np.dtype[Any]):
        self._arrays = arrays
        self.shape = shape
        self.dtype = dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._decoded
        )

    def _decoded(self, key: tuple[Any, ...]) -> npt.NDArray[Any]:
        """Decode each result that `key` chooses once, some at a time if only a part of each is wanted."""
        runs, *rest = key
        chosen = np.arange(self.shape[0])[runs]
        positions, inverse = np.unique(chosen, return_inverse=True)
        whole = all(
            _is_whole(one, n) for one, n in zip(rest, self.shape[1:], strict=True)
        )
        if whole or not len(positions):
            found = self._arrays.read(positions)
            found = found if whole else _part(found, rest)
        else:
            batches = [*self._batches(positions)]
            parts = [_part(self._arrays.read(batch), rest) for batch in batches]
            found = np.concatenate(parts)
        if np.array_equal(positions, chosen):
            return found
        taken: npt.NDArray[Any] = found[inverse.reshape(np.shape(chosen))]
        return taken

    def _batches(
        self, positions: npt.NDArray[np.intp]
    ) -> Iterator[npt.NDArray[np.intp]]:
        count = results_a_chunk(self.shape, self.dtype)
        for start in range(0, len(positions), count):
            yield positions[start : start + count]


def _is_whole(key: Any, length: int) -> bool:
    return isinstance(key, slice) and key.indices(length) == (0, length, 1)


def _part(values: npt.NDArray[Any], rest: list[Any]) -> npt.NDArray[Any]:
    """Index each axis but the first on its own; a copy, which does not keep the whole in memory."""
    for axis in reversed(range(len(rest))):
        values = values[(slice(None),) * (axis + 1) + (rest[axis],)]
    return values.copy()


def results_a_chunk(shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    """Return the number of results that are worth one task."""
    nbytes = dtype.itemsize * int(np.prod(shape[1:], dtype=object))
    return max(min(CHUNK_BYTES // max(nbytes, 1), shape[0]), 1)


def lazy_dataset(name: Any, stored: StoredResults) -> xr.Dataset:
    """Make the dataset of results in a file, of which the index is read, or else the metadata and one array.

    Raises
    ------
    ArgumentError
        If their arrays differ, as far as the sizes of members tell.

    """
    metadata, described, is_stated = _metadata(stored)
    (first, *others) = alike(stored, described)
    for other in others:
        check_alike(first.labels, other.labels, int(other.positions[0]))
    return _of_kind(name, stored, first, metadata, is_stated)


def _of_kind(
    name: Any,
    stored: StoredResults,
    group: Alike,
    metadata: Metadata,
    is_stated: bool,
) -> xr.Dataset:
    """Make the dataset of results that can be stacked."""
    gathered, kinds = metadata.gathered(), metadata.unstated()
    of_index = StatedMetadata(stored) if is_stated else None
    labels = group.labels
    values: Arrays = (
        LabelledArrays(stored, labels, of_index)
        if group.plain
        else OpenedArrays(stored, labels)
    )

    def lazy(arrays: Arrays, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Any:
        stacked = StackedArray(arrays, (len(stored), *shape), dtype)
        return indexing.LazilyIndexedArray(stacked)

    found = {}
    for key, arrays in large_arrays(gathered).items():
        large = LargeArrays(stored, arrays, of_index)
        found[key] = lazy(large, dtype_of(arrays[0].dtype), arrays[0].shape)
    if of_index is not None:
        for key, kind in kinds.items():
            found[key] = lazy(ExtraArrays(of_index, key, kind), *kind)
    stack = Stack(
        lazy(values, labels.dtype, labels.shape),
        labels,
        gathered._replace(extra=gathered.extra | dict.fromkeys(kinds, ())),
        found | decoded(lambda: stored, gathered, found),
    )
    dataset = assembled(stack, name, stored.reader.common()[1])
    _prefer_chunks(dataset)
    return dataset


def lazy_datasets(name: Any, stored: StoredResults) -> dict[str, xr.Dataset]:
    """Make a dataset of each kind of results, by the name of its node; ``run`` has their numbers in the file."""
    datasets = {}
    metadata, described, is_stated = _metadata(stored)
    groups = alike(stored, described)
    parts = metadata.parted([group.positions for group in groups])
    for number, (group, of_part) in enumerate(zip(groups, parts, strict=True)):
        part = stored.select(group.positions)
        dataset = _of_kind(name, part, group, of_part, is_stated)
        datasets[f"kind_{number}"] = dataset.assign_coords(
            {RUN: np.asarray(part.indices)}
        )
    return datasets


def _metadata(stored: StoredResults) -> tuple[Metadata, Described, bool]:
    """Return metadata of results, read once, and True if the index states them."""
    stated = stated_metadata(stored.reader, stored.indices)
    if stated is not None:
        return *stated, True
    return *read_metadata(stored.reader, stored.indices), False


def _prefer_chunks(dataset: xr.Dataset) -> None:
    """Say that whole results are decoded, so many of all variables that the largest makes a chunk."""
    along = [v for v in dataset.variables.values() if v.dims[:1] == (RUN,)]
    count = min(results_a_chunk(variable.shape, variable.dtype) for variable in along)
    for variable in along:
        sizes = dict(zip(variable.dims, variable.shape, strict=True))
        variable.encoding["preferred_chunks"] = {**sizes, RUN: count}
