"""Datasets of a file whose arrays are decoded when they are indexed, and of a result only if it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from xarray.backends import BackendArray
from xarray.core import indexing

from .._batches import thread_count
from .._errors import InternalError
from ..archive import _members
from ..arrays._frame import Frame, shared
from ..values import dtype_of
from ._gathering import Described, gathered_from
from ._in_file import StoredResults
from ._stack import (
    RUN,
    Labels,
    Stack,
    assembled,
    check_alike,
    decoded,
    difference,
    labels_of,
    labels_of_array,
    large_arrays,
    restored,
)
from ._table import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import xarray as xr

    from ._columns import External
    from ._stored import Reader

#: Bytes of a chunk, about: many small results, or one large one.
CHUNK_BYTES = 16 << 20


class Arrays(Protocol):
    """An array of each of many results."""

    def read(self, positions: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
        """Decode those of some results."""


class _OfFile:
    """Something of results in a file. Unpickled, it opens the file when it reads: Dask's scheduler never does."""

    def __init__(self, stored: StoredResults):
        self._reader: Reader | None = stored.reader
        self._indices = stored.indices
        self._again: tuple[Callable[..., Reader], tuple[Any, ...]] | None = None

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


class LabelledArrays(_OfFile):
    """The labelled arrays of results.

    Parameters
    ----------
    stored : StoredResults
    labels : Labels
        Those of all results, which is checked when one is decoded.

    """

    def __init__(self, stored: StoredResults, labels: Labels):
        super().__init__(stored)
        self._labels = labels

    def read(self, positions: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
        part = self._stored.select(positions)
        like = self._labels.dtype.str, self._labels.shape
        names = _members.of_results(map(int, part.indices), _members.NDDATA)
        (values,), natives, kinds = part.reader.archive.stack(
            [(names, True, *like)], threads=thread_count()
        )
        if NONE in kinds:
            return OpenedArrays(self._stored, self._labels).read(positions)
        for kind, nth in zip(*np.unique(kinds, return_index=True), strict=True):
            found = labels_of(shared(natives[kind]))
            check_alike(self._labels, found, int(part.indices[nth]))
        return values


class OpenedArrays(_OfFile):
    """As :class:`LabelledArrays`, of results that are labelled by more than their array."""

    def __init__(self, stored: StoredResults, labels: Labels):
        super().__init__(stored)
        self._labels = labels

    def read(self, positions: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
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

    """

    def __init__(self, stored: StoredResults, arrays: Sequence[External]):
        super().__init__(stored)
        self._first = arrays[0]
        names = [array.member for array in arrays]
        # Nearly always the same in all results, and pickled with each task.
        self._names = names[:1] if len(set(names)) == 1 else names

    def read(self, positions: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
        part = self._stored.select(positions)
        names = (
            self._names * len(positions)
            if len(self._names) == 1
            else [self._names[n] for n in positions]
        )
        pairs = zip(part.indices, names, strict=True)
        members = [_members.of_result(int(index), name) for index, name in pairs]
        (values,), *_ = part.reader.archive.stack(
            [(members, False, *self._first.carried)], threads=thread_count()
        )
        return restored(values, self._first)


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


class Alike(NamedTuple):
    """Results that can be stacked, as far as the sizes of their members tell."""

    positions: npt.NDArray[np.intp]
    labels: Labels
    #: True if nothing but their arrays has labels.
    plain: bool


def alike(stored: StoredResults, described: Described) -> list[Alike]:
    """Group results by what labels them; one array of each size is read."""
    groups: list[Alike] = []
    for positions in _by_size(stored):
        first = int(positions[0])
        frame = _frame_at(stored, first)
        plain = described.agree(positions, [frame], np.zeros(len(positions), int))
        if plain and frame is not None:
            labels = labels_of(frame)
        else:
            labels = labels_of_array(stored[first].open().to_xarray())
        for number, group in enumerate(groups):
            if difference(group.labels, labels) is None:
                both = np.sort(np.concatenate([group.positions, positions]))
                groups[number] = Alike(both, group.labels, group.plain and plain)
                break
        else:
            groups.append(Alike(positions, labels, plain))
    return groups


def _by_size(stored: StoredResults) -> list[npt.NDArray[np.intp]]:
    """Group results by the sizes of their arrays, and by what the index says: others have other labels."""
    reader = stored.reader
    stated = None if reader.index is None else reader.index.table.array
    groups: dict[tuple[int, int | None], list[int]] = {}
    for position, index in enumerate(map(int, stored.indices)):
        size = reader.archive.size(_members.of_result(index, _members.NDDATA))
        kind = size, None if stated is None else int(stated[index])
        groups.setdefault(kind, []).append(position)
    return [np.array(group) for group in groups.values()]


def _frame_at(stored: StoredResults, position: int) -> Frame | None:
    name = _members.of_result(int(stored.indices[position]), _members.NDDATA)
    native = stored.reader.archive.frame(name)
    return None if native is None else shared(native)


def lazy_dataset(name: Any, stored: StoredResults) -> xr.Dataset:
    """Make the dataset of results in a file, of which only the metadata and one array are read.

    Raises
    ------
    ArgumentError
        If their arrays differ, as far as the sizes of members tell.

    """
    metadata, described = gathered_from(stored.reader, stored.indices)
    (first, *others) = alike(stored, described)
    for other in others:
        check_alike(first.labels, other.labels, int(other.positions[0]))
    size, labels = len(stored), first.labels
    of_kind = LabelledArrays if first.plain else OpenedArrays
    values = StackedArray(of_kind(stored, labels), (size, *labels.shape), labels.dtype)
    large = {}
    for key, arrays in large_arrays(metadata).items():
        shape, dtype = (size, *arrays[0].shape), dtype_of(arrays[0].dtype)
        found = StackedArray(LargeArrays(stored, arrays), shape, dtype)
        large[key] = indexing.LazilyIndexedArray(found)
    stack = Stack(
        indexing.LazilyIndexedArray(values),
        labels,
        metadata,
        large | decoded(lambda: stored, metadata, large),
    )
    dataset = assembled(stack, name, stored.reader.common()[1])
    _prefer_chunks(dataset)
    return dataset


def lazy_datasets(name: Any, stored: StoredResults) -> dict[str, xr.Dataset]:
    """Make a dataset of each kind of results, by the name of its node; ``run`` has their numbers in the file."""
    _, described = gathered_from(stored.reader, stored.indices)
    datasets = {}
    for number, group in enumerate(alike(stored, described)):
        part = stored.select(group.positions)
        dataset = lazy_dataset(name, part)
        datasets[f"kind_{number}"] = dataset.assign_coords(
            {RUN: np.asarray(part.indices)}
        )
    return datasets


def _prefer_chunks(dataset: xr.Dataset) -> None:
    """Say that whole results are decoded, so many of all variables that the largest makes a chunk."""
    along = [v for v in dataset.variables.values() if v.dims[:1] == (RUN,)]
    count = min(results_a_chunk(variable.shape, variable.dtype) for variable in along)
    for variable in along:
        sizes = dict(zip(variable.dims, variable.shape, strict=True))
        variable.encoding["preferred_chunks"] = {**sizes, RUN: count}
