"""All results of a collection in one dataset."""

from __future__ import annotations

import functools
from collections.abc import Callable, Container, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _native
from .._batches import thread_count
from .._errors import BadMetadataError, translating
from ..archive import _members
from ..arrays._frame import Frame, shared
from ..model._arguments import by_names
from ..values import restore_carried
from ._columns import Gathered, gather, gathered
from ._exact import as_column, exact_array
from ._gathering import read_metadata
from ._labels import Labels, check_alike, in_common, labels_of, labels_of_array
from ._stored import StoredResult
from ._templates import Column, External

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr

    from ._interface import LazyResult
    from ._stored import ResultReader

#: Dimension along which results are stacked, and the variable of their values.
RUN, VALUES = "run", "values"


class Stack(NamedTuple):
    """All that a dataset is made of."""

    values: Any
    labels: Labels
    gathered: Gathered
    #: The arrays of `extra` that are in members of their own, by their key.
    arrays: dict[str, Any]


def stack_in_memory(packed: Sequence[LazyResult]) -> Stack:
    """Stack results that are in memory."""
    return _from_memory(packed) or _one_by_one(packed)


def stack_of_file(
    reader: ResultReader, indices: range | npt.NDArray[np.int64]
) -> Stack:
    """Stack some results of a file."""
    indices = np.asarray(indices)

    def results() -> Sequence[LazyResult]:
        return [StoredResult(reader, index) for index in indices.tolist()]

    return _from_file(reader, indices, results) or _one_by_one(results())


def assembled(stack: Stack, name: str, output_mode: str) -> xr.Dataset:
    """Make a dataset of stacked results."""
    import xarray as xr

    values, labels, gathered, arrays = stack
    coords: dict[Any, Any] = {
        dim: (dims, labelled, attrs) for dim, dims, labelled, attrs in labels.coords
    }
    taken = {RUN, VALUES, *labels.dims, *coords}
    data: dict[Any, Any] = {VALUES: ((RUN, *labels.dims), values, labels.attrs)}
    for parameter, column in gathered.parameters.items():
        coords[_free(parameter, "parameter_", taken)] = (RUN, as_column(column))
    coords[_free("mname", "result_", taken)] = (
        RUN,
        as_column(gathered.fields["mname"]),
    )
    causes = gathered.fields["causes"]
    if not isinstance(causes, np.ndarray):
        causes = [np.nan if one is None else one for one in causes]
    coords[_free("causes", "result_", taken)] = (RUN, as_column(causes))
    for key, column in gathered.extra.items():
        stacked = arrays[key] if key in arrays else stacked_column(column)
        if stacked is not None:
            free = _free(key, "extra_", taken)
            dims = [f"{free}_dim_{axis}" for axis in range(stacked.ndim - 1)]
            data[free] = ((RUN, *dims), stacked)
    attrs = {"name": name, "output_mode": output_mode}
    for attr, argument in (("model", "mname"), ("model_type", "mtype")):
        names = {*gathered.fields[argument]}
        if len(names) == 1:
            attrs[attr] = names.pop()
    return xr.Dataset(data, coords, attrs)


def _free(name: Any, prefix: str, taken: set[Any]) -> Any:
    while name in taken:
        name = f"{prefix}{name}"
    taken.add(name)
    return name


def _from_memory(packed: Sequence[LazyResult]) -> Stack | None:
    natives = [item.native for item in packed if item.native is not None]
    if len(natives) < len(packed):
        return None
    frames: dict[Frame | None, int] = {}
    for position, item in enumerate(packed):
        frames.setdefault(item.plain_frame(), position)
    labels = _common_labels(frames)
    if labels is None:
        return None
    threads = thread_count()
    values = _native.stack_packed(natives, None, threads=threads)
    metadata = gather(packed)
    arrays = {}
    for key, found in large_arrays(metadata).items():
        names = {array.member for array in found}
        if len(names) == 1:
            stacked = _native.stack_packed(natives, names.pop(), threads=threads)
            arrays[key] = restored(stacked, found[0])
    arrays |= decoded(lambda: packed, metadata, arrays)
    return Stack(values, labels, metadata, arrays)


def _from_file(
    reader: ResultReader,
    indices: npt.NDArray[np.int64],
    results: Callable[[], Sequence[LazyResult]],
) -> Stack | None:
    read, described = read_metadata(reader, indices)
    metadata = read.gathered()
    names = _members.of_results(indices.tolist(), _members.NDDATA)
    parts: list[tuple[list[str], bool, tuple[str, Sequence[int]] | None]]
    parts = [(names, True, reader.claimed_shape(int(indices[0])))]
    large = large_arrays(metadata)
    for found in large.values():
        pairs = zip(indices.tolist(), found, strict=True)
        named = [_members.of_result(index, array.member) for index, array in pairs]
        parts.append((named, False, found[0].carried))
    stacked, natives, kinds = reader.archive.stack(parts, threads=thread_count())
    if not stacked:
        return None
    # The last is that of the number -1.
    frames = [*map(shared, natives), None]
    if not described.agree(np.arange(len(indices)), frames, kinds):
        return None
    _, first = np.unique(kinds, return_index=True)
    labels = _common_labels(dict(zip(frames, first.tolist(), strict=False)))
    if labels is None:
        return None
    arrays = {
        key: restored(array, found[0])
        for (key, found), array in zip(large.items(), stacked[1:], strict=True)
    }
    arrays |= decoded(results, metadata, arrays)
    return Stack(stacked[0], labels, metadata, arrays)


def large_arrays(metadata: Gathered) -> dict[str, list[External]]:
    """Return the arrays of `extra` that all results have in members of their own, of one dtype and shape."""
    found = {}
    for key, column in metadata.extra.items():
        if isinstance(column, np.ndarray):
            continue
        arrays = [value for value in column if isinstance(value, External)]
        if len(arrays) == len(column) and len({array[1:] for array in arrays}) == 1:
            found[key] = arrays
    return found


def restored(stacked: npt.NDArray[Any], like: External) -> npt.NDArray[Any]:
    """Return the arrays whose bits were stacked."""
    count = len(stacked)
    dtype, shape = like.carried
    descriptor = {"dtype": dtype, "shape": [count, *shape]}
    with translating(BadMetadataError):
        return restore_carried(stacked, descriptor, like.dtype, [count, *like.shape])


def decoded(
    results: Callable[[], Sequence[LazyResult]],
    metadata: Gathered,
    arrays: Container[str],
) -> dict[str, Any]:
    """Return the large arrays that are not among `arrays`: None where they differ in dtype or shape."""
    found = {}
    for key, column in metadata.extra.items():
        if isinstance(column, np.ndarray):
            continue
        if key not in arrays and any(isinstance(value, External) for value in column):
            one = len({_kind(value) for value in column}) == 1
            values = [item.extra()[key] for item in results()] if one else []
            found[key] = np.stack(values) if one else None
    return found


def _one_by_one(packed: Sequence[LazyResult]) -> Stack:
    """Stack results of which some are labelled by more than a frame."""
    values: npt.NDArray[Any] | None = None
    labels: Labels | None = None
    rows = []
    for position, item in enumerate(packed):
        result = item.open()
        array = result.to_xarray()
        found = labels_of_array(array)
        if labels is None or values is None:
            labels = found
            values = np.empty((len(packed), *found.shape), found.dtype)
        check_alike(labels, found, position)
        labels = in_common(labels, found)
        values[position] = array.values
        columns = by_names(result)
        rows.append((columns, columns["extra"]))
    if labels is None or values is None:
        raise ValueError("expected at least one result, found none")
    return Stack(values, labels, gathered(rows), {})


def _common_labels(frames: dict[Frame | None, int]) -> Labels | None:
    """Return the labels that all results have, given where each frame is first; None where frames do not tell."""
    kinds: list[Labels] = []
    for frame, position in frames.items():
        if frame is None:
            return None
        kinds.append(labels_of(frame))
        check_alike(kinds[0], kinds[-1], position)
    return functools.reduce(in_common, kinds)


def stacked_column(column: Column) -> npt.NDArray[Any] | None:
    """Return the values of all results as one array; None where they differ in type or shape."""
    if isinstance(column, np.ndarray):
        return column
    if len({_kind(value) for value in column}) != 1:
        return None
    return exact_array(column) if _kind(column[0])[1] == () else np.array(column)


#: Dtypes of Python's numbers, as NumPy makes arrays of them.
_OF_PYTHON = {bool: "|b1", float: "<f8", complex: "<c16"}


def _kind(value: Any) -> tuple[str, tuple[int, ...]]:
    """Return dtype and shape."""
    if isinstance(value, External):
        return value.dtype, value.shape
    dtype = _OF_PYTHON.get(type(value))
    if dtype is not None:
        return dtype, ()
    array = np.asarray(value)
    return array.dtype.str, array.shape
