"""Results as data frames, with the labels that upstream gives them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def coerce_filter(wanted: Any, labels: npt.NDArray[Any], dim: str) -> list[Any]:
    """Labels to include: all for None, one for a scalar.

    Raises
    ------
    ValueError
        If one of them is not a label of the dimension.

    """
    if wanted is None:
        return list(labels)
    if isinstance(wanted, (str, int, float, np.number)):
        wanted = [wanted]
    elif isinstance(wanted, Iterable):
        wanted = list(wanted)
    missing = set(wanted).difference(labels)
    if missing:
        raise ValueError(f"{dim} {', '.join(map(repr, missing))} not found")
    return list(wanted)


def table(array: xr.DataArray, dim: str, wanted: list[Any]) -> pd.DataFrame:
    """Make a data frame with the wanted labels of `dim` as columns, the others as rows."""
    chosen = _chosen(array, dim, wanted)
    return grouped(array, dim, wanted) if chosen is None else _taken(array, dim, chosen)


def groups(labels: npt.NDArray[Any]) -> tuple[npt.NDArray[np.intp], Any]:
    """Order in which xarray groups by unique labels, and the labels in it.

    Monotonic labels are the groups and stay scalars of NumPy; others are sorted by pandas, which makes
    text Python's. An array keeps its dtype as an index where a list would not.
    """
    import pandas as pd

    index = pd.Index(labels)
    if index.is_monotonic_increasing or index.is_monotonic_decreasing:
        order = np.arange(len(labels))
        return order, list(labels) if labels.dtype.kind in "UO" else labels
    order = np.asarray(index.argsort(), dtype=np.intp)
    grouped = labels[order]
    return order, grouped.tolist() if labels.dtype.kind in "UO" else grouped


def _chosen(
    array: xr.DataArray, dim: str, wanted: list[Any]
) -> npt.NDArray[np.intp] | None:
    """Positions of the wanted labels; None if only xarray can tell their groups."""
    import pandas as pd

    # Text, objects and dates are converted by pandas; each other coordinate becomes a column.
    if array.dtype.kind not in "biufc" or not array.size:
        return None
    if dim not in array.coords or not set(array.coords) <= set(array.dims):
        return None
    labels = array[dim].to_index()
    # Boolean labels select as a mask.
    if labels.dtype.kind == "b" or any(isinstance(w, (bool, np.bool_)) for w in wanted):
        return None
    if not labels.is_unique or labels.hasnans:
        return None
    positions = np.asarray(labels.get_indexer(pd.Index(wanted)), dtype=np.intp)
    # A position that is asked for twice is one group of twice the rows; to ask for none is an error.
    if (
        not len(positions)
        or (positions < 0).any()
        or len(np.unique(positions)) != len(positions)
    ):
        return None
    return positions


def _taken(array: xr.DataArray, dim: str, chosen: npt.NDArray[np.intp]) -> pd.DataFrame:
    """Reshape: upstream's frame for unique labels, without its groups and concatenation."""
    import pandas as pd

    axis = array.dims.index(dim)
    order, columns = groups(np.asarray(array[dim].values)[chosen])
    block = np.moveaxis(array.values, axis, 0)[chosen[order]].reshape(len(chosen), -1)
    rest = array.isel({dim: 0}, drop=True)
    return pd.DataFrame(
        block.T,
        index=rest.coords.to_index(rest.dims),
        columns=pd.Index(columns, name=dim),
        copy=False,
    )


def grouped(array: xr.DataArray, dim: str, wanted: list[Any]) -> pd.DataFrame:
    """Select, group and concatenate, step by step as upstream does."""
    import pandas as pd

    parts = []
    for name, group in array.sel({dim: wanted}).groupby(dim):
        part = group.to_dataframe(name=name)
        if dim in part.columns:
            parts.append(part.drop(dim, axis="columns"))
        else:
            parts.append(part.droplevel(dim))
    frame = pd.concat(parts, axis="columns")
    frame.columns.name = dim
    return frame
