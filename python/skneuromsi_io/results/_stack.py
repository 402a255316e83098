"""All results of a collection in one dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _native
from .._batches import thread_count
from .._errors import ArgumentError
from ..archive import _members
from ..arrays._frame import Frame, shared
from ._columns import External, Row, extra_of, measured, rows_with_extra
from ._packed import PackedResult
from ._stored import StoredResults

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
    """Values of all results, what labels them, and what their metadata say."""

    values: npt.NDArray[Any]
    labels: Labels
    rows: list[Row]


def dataset(name: str, packed: Sequence[Packed], summary: Summary) -> xr.Dataset:
    """Stack results; see :meth:`Additions.to_xarray`."""
    import xarray as xr

    found = (
        _from_file(packed)
        if isinstance(packed, StoredResults)
        else _from_memory(packed)
    )
    values, labels, rows = found or _one_by_one(packed)
    coords: dict[Any, Any] = {
        dim: (dims, labelled, attrs) for dim, dims, labelled, attrs in labels.coords
    }
    taken = {RUN, VALUES, *labels.dims, *coords}
    data: dict[Any, Any] = {VALUES: ((RUN, *labels.dims), values, labels.attrs)}
    columns = [row.columns for row in rows]
    for parameter in columns[0]["run_parameters"]:
        column = _column([row["run_parameters"][parameter] for row in columns])
        coords[_free(parameter, "parameter_", taken)] = (RUN, column)
    coords[_free("mname", "result_", taken)] = (RUN, [row["mname"] for row in columns])
    coords[_free("causes", "result_", taken)] = (
        RUN,
        _column(
            [np.nan if row["causes"] is None else row["causes"] for row in columns]
        ),
    )
    for key in rows[0].extra:
        stacked = _stacked_extra(packed, [row.extra for row in rows], key)
        if stacked is not None:
            free = _free(key, "extra_", taken)
            dims = [f"{free}_dim_{axis}" for axis in range(stacked.ndim - 1)]
            data[free] = ((RUN, *dims), stacked)
    attrs = {"name": name, "output_mode": summary.output_mode}
    for attr, argument in (("model", "mname"), ("model_type", "mtype")):
        names = {row[argument] for row in columns}
        if len(names) == 1:
            attrs[attr] = names.pop()
    return xr.Dataset(data, coords, attrs)


def _free(name: Any, prefix: str, taken: set[Any]) -> Any:
    while name in taken:
        name = f"{prefix}{name}"
    taken.add(name)
    return name


def _column(values: list[Any]) -> npt.NDArray[Any]:
    """Return values as NumPy has them where all are numbers or text, as objects otherwise."""
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
    values = _native.stack_packed(natives, None, threads=thread_count())
    return Stack(values, labels, rows_with_extra(results))


def _from_file(packed: StoredResults) -> Stack | None:
    reader = packed.reader
    threads = thread_count()
    indices = [*map(int, packed.indices)]
    first = reader.load_unpacked(indices[:1], threads)[0]
    frame = first.plain_frame()
    if frame is None:
        return None
    if indices[0] == 0:
        # It is what others are compared with, and need not be read again for that.
        reader.check(first)
    names = [_members.of_result(index, _members.NDDATA) for index in indices[1:]]
    values, natives = reader.archive.stack(first.native, names, threads=threads)
    kinds = {
        native: None if native is None else shared(native) for native in set(natives)
    }
    frames = [frame, *(kinds[native] for native in natives)]
    labels = _common_labels(frames)
    if labels is None:
        return None
    rows: list[Row] = []
    reader.common()
    for batch in packed.described():
        for result, frame in zip(batch, frames[len(rows) :], strict=False):
            result.frame = frame
            if result.plain_frame() is None:
                return None
            reader.check(result)
        rows += rows_with_extra(batch)
    return Stack(values, labels, rows)


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
        rows.append(Row(columns, measured(columns["extra"])))
    if labels is None or values is None:
        raise ValueError("expected at least one result, found none")
    return Stack(values, labels, rows)


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


def _stacked_extra(
    packed: Sequence[Packed], rows: list[dict[str, Any]], key: Any
) -> npt.NDArray[Any] | None:
    """Return what all results have under a key of `extra`; None where it differs in type or shape."""
    if not all(key in row for row in rows):
        return None
    values = [row[key] for row in rows]
    kinds = {_kind(value) for value in values}
    if len(kinds) != 1:
        return None
    if not any(isinstance(value, External) for value in values):
        stacked = np.array(values)
        return None if stacked.dtype.hasobject else stacked
    return _stacked_external(packed, values, key)


def _kind(value: Any) -> tuple[Any, ...]:
    if isinstance(value, External):
        return value.dtype, value.shape
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.str, value.shape
    return type(value), ()


def _stacked_external(
    packed: Sequence[Packed], values: list[Any], key: Any
) -> npt.NDArray[Any]:
    threads = thread_count()
    names = [value.member for value in values if isinstance(value, External)]
    if len(names) == len(values):
        dtype, shape = values[0].dtype, values[0].shape
        if isinstance(packed, StoredResults):
            members = [
                _members.of_result(int(index), name)
                for index, name in zip(packed.indices, names, strict=True)
            ]
            archive = packed.reader.archive
            return archive.stack_arrays(members, dtype, list(shape), threads=threads)
        if len(set(names)) == 1:
            natives = [item.native for item in packed if isinstance(item, PackedResult)]
            found = _native.stack_packed(natives, names[0], threads=threads)
            if (found.dtype.str, found.shape[1:]) == (dtype, shape):
                return found
    return np.stack([extra_of(item)[key] for item in packed])
