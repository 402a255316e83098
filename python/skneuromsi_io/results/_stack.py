"""All results of a collection in one dataset."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _native
from .._batches import thread_count
from .._errors import ArgumentError
from ..archive import _members
from ..arrays._frame import Frame, shared
from ._columns import (
    Column,
    External,
    Gathered,
    concatenated,
    extra_of,
    gather,
    gathered,
)
from ._packed import PackedResult
from ._stored import Reader, StoredResults

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr

    from ._interface import Packed
    from ._summary import Summary

#: Dimension along which results are stacked, and the variable of their values.
RUN, VALUES = "run", "values"


class Labels(NamedTuple):
    """The labels of the values of a result."""

    dims: tuple[Any, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    #: Name, dimensions, values and attributes.
    coords: tuple[tuple[Any, tuple[Any, ...], npt.NDArray[Any], dict[Any, Any]], ...]
    attrs: dict[Any, Any]


class Stack(NamedTuple):
    """All that a dataset is made of."""

    values: Any
    labels: Labels
    gathered: Gathered
    #: The arrays of `extra` that are in members of their own, by their key.
    arrays: dict[str, Any]


def dataset(name: str, packed: Sequence[Packed], summary: Summary) -> xr.Dataset:
    """Stack results; see :meth:`Additions.to_xarray`."""
    found = (
        _from_file(packed)
        if isinstance(packed, StoredResults)
        else _from_memory(packed)
    )
    return assembled(found or _one_by_one(packed), name, summary.output_mode)


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
        coords[_free(parameter, "parameter_", taken)] = (RUN, _column(column))
    coords[_free("mname", "result_", taken)] = (RUN, [*gathered.fields["mname"]])
    causes = [np.nan if one is None else one for one in gathered.fields["causes"]]
    coords[_free("causes", "result_", taken)] = (RUN, _column(causes))
    for key, column in gathered.extra.items():
        stacked = arrays[key] if key in arrays else _stacked(column)
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


def _column(values: Column) -> npt.NDArray[Any]:
    """Return values as NumPy has them where all are numbers or text, as objects otherwise."""
    if isinstance(values, np.ndarray):
        return values
    types = set(map(type, values))
    if all(issubclass(one, (int, float, np.generic)) for one in types) or types == {
        str
    }:
        return np.array(values)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _from_memory(packed: Sequence[Packed]) -> Stack | None:
    results = [item for item in packed if isinstance(item, PackedResult)]
    frames = [item.plain_frame() for item in results]
    if len(frames) < len(packed):
        return None
    labels = _common_labels(frames)
    if labels is None:
        return None
    natives = [item.native for item in results]
    threads = thread_count()
    values = _native.stack_packed(natives, None, threads=threads)
    metadata = gather(results)
    arrays = {}
    for key, names in _members_of(metadata).items():
        if len(set(names)) == 1:
            arrays[key] = _native.stack_packed(natives, names[0], threads=threads)
    return Stack(values, labels, metadata, arrays | _decoded(results, metadata, arrays))


def _from_file(packed: StoredResults) -> Stack | None:
    reader = packed.reader
    metadata, described = _gathered_from(packed)
    indices = [*map(int, packed.indices)]
    names = [_members.of_result(index, _members.NDDATA) for index in indices]
    claimed = reader.archive.claimed_shape(names[0])
    if claimed is None:
        return None
    parts = [(names, True, *claimed)]
    external = _members_of(metadata)
    for key, members in external.items():
        dtype, shape = metadata.extra[key][0][1:]
        pairs = zip(indices, members, strict=True)
        named = [_members.of_result(index, member) for index, member in pairs]
        parts.append((named, False, dtype, shape))
    stacked, natives = reader.archive.stack(parts, threads=thread_count())
    kinds = {
        native: None if native is None else shared(native) for native in set(natives)
    }
    frames = [kinds[native] for native in natives]
    if not described.agree(frames):
        return None
    labels = _common_labels(frames)
    if labels is None:
        return None
    arrays = dict(zip(external, stacked[1:], strict=True))
    arrays |= _decoded(packed, metadata, arrays)
    return Stack(stacked[0], labels, metadata, arrays)


def _gathered_from(packed: StoredResults) -> tuple[Gathered, Described]:
    """Gather the metadata of results in a file, of which nothing else is read."""
    described, parts = Described(packed.reader), []
    for batch in packed.described():
        parts.append(gather(batch))
        described.add(batch)
    return concatenated(parts), described


class Described:
    """Results of which the metadata were read: one of each kind, and which result is of what kind."""

    def __init__(self, reader: Reader):
        self._reader = reader
        self._kinds: list[Hashable] = []
        self._indices: list[int] = []
        self._firsts: dict[Hashable, PackedResult] = {}

    def add(self, results: Sequence[PackedResult]) -> None:
        """Add results.

        Raises
        ------
        BadMetadataError
            If one is not what the index says.

        """
        if self._reader.index is not None:
            self._reader.index.check_texts(results)
        self._indices += [
            result.index for result in results if result.index is not None
        ]
        for result in results:
            kind: Hashable = result.native.fingerprint
            if kind is None:
                kind = (len(self._kinds),)
            self._kinds.append(kind)
            self._firsts.setdefault(kind, result)

    def agree(self, frames: Sequence[Frame | None]) -> bool:
        """Check results, of which these label the arrays; return whether nothing else does.

        Raises
        ------
        BadMetadataError, BadNetCDFError
            If one contradicts itself, or is not like the first of the archive.

        """
        if self._reader.index is not None:
            self._reader.index.check_frames(self._indices, frames)
        known: set[Any] = set()
        for kind, frame in zip(self._kinds, frames, strict=True):
            if (kind, frame) not in known:
                known.add((kind, frame))
                result = self._firsts[kind]
                result.frame = frame
                if result.plain_frame() is None:
                    return False
                if result.index != 0:
                    self._reader.common()
                self._reader.check_agreement(result)
        return True


def _members_of(metadata: Gathered) -> dict[str, list[str]]:
    """Return the members of the arrays of `extra` that are in members of their own, of one dtype and shape."""
    found = {}
    for key, column in metadata.extra.items():
        external = [value for value in column if isinstance(value, External)]
        if len(external) == len(column) and len({value[1:] for value in column}) == 1:
            found[key] = [value.member for value in external]
    return found


def _decoded(
    packed: Sequence[Packed], metadata: Gathered, arrays: dict[str, Any]
) -> dict[str, Any]:
    """Return the other large arrays: None where they differ in dtype or shape."""
    found = {}
    for key, column in metadata.extra.items():
        if key not in arrays and any(isinstance(value, External) for value in column):
            one = len({_kind(value) for value in column}) == 1
            values = [extra_of(item)[key] for item in packed] if one else []
            found[key] = np.stack(values) if one else None
    return found


def _one_by_one(packed: Sequence[Packed]) -> Stack:
    """Stack results of which some are labelled by more than a frame."""
    values: npt.NDArray[Any] | None = None
    labels: Labels | None = None
    rows = []
    for position, item in enumerate(packed):
        result = item.open()
        array = result.to_xarray()
        found = Labels(
            array.dims,
            array.shape,
            array.dtype,
            tuple(
                (name, coord.dims, coord.values, coord.attrs)
                for name, coord in array.coords.items()
            ),
            array.attrs,
        )
        if labels is None or values is None:
            labels = found
            values = np.empty((len(packed), *found.shape), found.dtype)
        _check_alike(labels, found, position)
        values[position] = array.values
        columns = {name.removeprefix("_"): v for name, v in vars(result).items()}
        rows.append((columns, columns["extra"]))
    if labels is None or values is None:
        raise ValueError("expected at least one result, found none")
    return Stack(values, labels, gathered(rows), {})


def _common_labels(frames: Sequence[Frame | None]) -> Labels | None:
    """Return the labels that all results have; None where frames do not tell."""
    if None in frames:
        return None
    kinds = {id(frame): _labels_of(frame) for frame in frames if frame is not None}
    labels = kinds[id(frames[0])]
    known = {id(frames[0])}
    for position, frame in enumerate(frames):
        if id(frame) not in known:
            _check_alike(labels, kinds[id(frame)], position)
            known.add(id(frame))
    # Attributes may differ from result to result.
    same = all(str(other.attrs) == str(labels.attrs) for other in kinds.values())
    return labels if same else labels._replace(attrs={})


def _labels_of(frame: Frame) -> Labels:
    coords = tuple(
        (name, dims, values, frame.coord_attrs.get(name, {}))
        for name, dims, values in frame.coords
    )
    return Labels(frame.dims, frame.shape, frame.dtype, coords, frame.attrs)


def _check_alike(first: Labels, other: Labels, position: int) -> None:
    """Check that the values of two results can be stacked.

    Raises
    ------
    ArgumentError
        If not.

    """
    for what in ("dims", "shape", "dtype"):
        if getattr(first, what) != getattr(other, what):
            raise _unlike(position, what, getattr(first, what), getattr(other, what))
    one = {name: values for name, _, values, _ in first.coords}
    two = {name: values for name, _, values, _ in other.coords}
    if one.keys() != two.keys():
        raise _unlike(position, "coordinates", sorted(one), sorted(two))
    for name, values in one.items():
        if not np.array_equal(values, two[name], equal_nan=values.dtype.kind in "fc"):
            raise _unlike(position, f"labels of {name!r}", values, two[name])


def _unlike(position: int, what: str, one: Any, other: Any) -> ArgumentError:
    return ArgumentError(
        expected=f"results of one shape, result 0 having {what} {one!s:.80}",
        found=f"{what} {other!s:.80} in result {position}",
        remedy="select results of one kind, or open them one by one",
    )


def _stacked(column: Column) -> npt.NDArray[Any] | None:
    """Return the values of all results as one array; None where they differ in type or shape."""
    if isinstance(column, np.ndarray):
        return column
    if len({_kind(value) for value in column}) != 1:
        return None
    stacked = np.array(column)
    return None if stacked.dtype.hasobject else stacked


def _kind(value: Any) -> tuple[Any, ...]:
    if isinstance(value, External):
        return value.dtype, value.shape
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.str, value.shape
    return type(value), ()
