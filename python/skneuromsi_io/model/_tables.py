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
    """Make a data frame with the wanted labels of `dim` as columns, the others as rows.

    Upstream selects, groups and concatenates with xarray; this reshapes. Columns are in the order of their
    labels, as groups are.
    """
    import pandas as pd

    labels = np.asarray(array[dim].values)
    positions = {label: index for index, label in enumerate(labels.tolist())}
    # A label wanted twice is one group; NaN labels and the like are xarray's business.
    chosen = np.unique(np.asarray(wanted, dtype=labels.dtype))
    axis = array.get_axis_num(dim)
    take = [positions[label] for label in chosen.tolist()]
    values = np.moveaxis(np.asarray(array.values).take(take, axis=axis), axis, -1)
    rest = [name for name in array.dims if name != dim]
    index = pd.MultiIndex.from_product(
        [array[name].to_index() for name in rest], names=rest
    )
    columns = pd.Index(chosen.tolist(), name=dim)
    return pd.DataFrame(values.reshape(len(index), -1), index=index, columns=columns)
