"""Labelled arrays of xarray and pandas as plain parts, and back.

Neither package is imported unless an object of it is at hand, or named in a file.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .._errors import UnstorableError
from .._imported import imported
from ._budget import Budget
from ._numpy import expect
from ._pandas_columns import claim_fits, column, column_parts, is_of_pandas
from ._pandas_scalars import missing, reduce_scalar, timedelta, timestamp


class Reduced(NamedTuple):
    """A labelled object, taken apart.

    Attributes
    ----------
    name : str
    parts : object
    exact : bool
        Whether the very object comes back: False for a subclass, and for one of which a file drops something.

    """

    name: str
    parts: Any
    exact: bool


def reduce(value: Any, budget: Budget) -> Reduced | None:
    """Take a labelled object apart; None if it is none.

    Raises
    ------
    UnstorableError
        If a part of it does not come back.

    """
    xr, pd = imported("xarray"), imported("pandas")
    if xr is not None and isinstance(value, (xr.DataArray, xr.Dataset)):
        return _reduced_xarray(value, xr, budget)
    if pd is None:
        return None
    if isinstance(value, (pd.DataFrame, pd.Series, pd.Index)):
        return _reduced_pandas(value, pd, budget)
    scalar = reduce_scalar(value, pd)
    return None if scalar is None else Reduced(*scalar)


def _reduced_xarray(value: Any, xr: Any, budget: Budget) -> Reduced:
    cls = xr.DataArray if isinstance(value, xr.DataArray) else xr.Dataset
    exact = type(value) is cls and indexes_come_back(value)
    parts_of = _array_parts if cls is xr.DataArray else _dataset_parts
    return Reduced(f"xarray.{cls.__name__}", parts_of(value, budget), exact)


def indexes_come_back(labelled: Any) -> bool:
    """Return whether xarray makes the indexes of an object anew: one for each coordinate of a dimension."""
    from xarray.indexes import PandasIndex

    indexes = labelled.xindexes
    return {*indexes} == {*labelled.coords}.intersection(labelled.dims) and all(
        type(index) is PandasIndex and _has_no_freq(index.to_pandas_index())
        for index in indexes.values()
    )


def _has_no_freq(index: Any) -> bool:
    """Return whether an index has no frequency, which no file has."""
    return getattr(index, "freq", None) is None


def _reduced_pandas(value: Any, pd: Any, budget: Budget) -> Reduced:
    exact = is_of_pandas(type(value))
    if isinstance(value, pd.Index):
        exact = exact and _has_no_freq(value)
        return Reduced("pandas.Index", _index_parts(value, budget), exact)
    exact = exact and not value.attrs and value.flags.allows_duplicate_labels
    if isinstance(value, pd.DataFrame):
        return Reduced("pandas.DataFrame", _frame_parts(value, budget), exact)
    return Reduced("pandas.Series", _series_parts(value, budget), exact)


def restore(parts: Any, budget: Budget, name: str) -> Any:
    """Rebuild a labelled object from its parts."""
    return _RESTORE[name](parts, budget)


def _array_parts(array: Any, budget: Budget) -> dict[str, Any]:
    return {
        "name": array.name,
        **_variable_parts(array.variable, budget),
        "coords": coords_of(array, budget),
    }


def _dataset_parts(dataset: Any, budget: Budget) -> dict[str, Any]:
    variables = {
        name: _variable_parts(array.variable, budget)
        for name, array in dataset.data_vars.items()
    }
    coords = coords_of(dataset, budget)
    return {"data_vars": variables, "coords": coords, "attrs": dict(dataset.attrs)}


def _variable_parts(variable: Any, budget: Budget) -> dict[str, Any]:
    return {
        "dims": list(variable.dims),
        "data": _values_of(variable, budget),
        "attrs": dict(variable.attrs),
    }


def _values_of(variable: Any, budget: Budget) -> Any:
    """Values of a variable: a NumPy array, or the parts of one of pandas, which NumPy would convert."""
    import pandas as pd

    if isinstance(variable.dtype, np.dtype):
        return np.asarray(variable.values)
    data = variable.data
    if isinstance(data, np.ndarray):
        # xarray shows text of pandas as objects.
        data = pd.array(data, dtype=variable.dtype)
    return column_parts(data, budget)


def coords_of(labelled: Any, budget: Budget | None = None) -> dict[Any, Any]:
    """Parts of all coordinates of a labelled object, by name."""
    import pandas as pd

    for name, index in labelled.indexes.items():
        if isinstance(index, pd.MultiIndex):
            raise UnstorableError(
                f"a coordinate with a MultiIndex ({name!r}) cannot be stored; call "
                "reset_index() first"
            )
    budget = budget or Budget()
    return {n: _variable_parts(c.variable, budget) for n, c in labelled.coords.items()}


def _variable(parts: dict[str, Any], budget: Budget) -> tuple[Any, ...]:
    dims, data = expect(parts["dims"], list), parts["data"]
    if not isinstance(data, np.ndarray):
        data = _as_variable(column(expect(data, dict), budget))
    if data.ndim != len(dims):
        # xarray would repeat a 0-d array as often as the coordinates are long.
        raise ValueError(f"{data.ndim} dimensions where there are {len(dims)}")
    return tuple(dims), data, parts["attrs"]


def _as_variable(array: Any) -> Any:
    """Return a column in the form that xarray does not convert: for zoned moments that is an index."""
    import pandas as pd

    return pd.Index(array) if isinstance(array.dtype, pd.DatetimeTZDtype) else array


def restore_coords(
    parts: dict[Any, Any], budget: Budget | None = None
) -> dict[Any, Any]:
    """Undo :func:`coords_of`, into what xarray's constructors take."""
    budget = budget or Budget()
    return {name: _variable(coord, budget) for name, coord in parts.items()}


def _data_array(parts: dict[str, Any], budget: Budget) -> Any:
    import xarray as xr

    dims, data, attrs = _variable(parts, budget)
    coords = restore_coords(parts["coords"], budget)
    return xr.DataArray(data, dims=dims, coords=coords, attrs=attrs, name=parts["name"])


def _dataset(parts: dict[str, Any], budget: Budget) -> Any:
    import xarray as xr

    variables = {name: _variable(v, budget) for name, v in parts["data_vars"].items()}
    coords = restore_coords(parts["coords"], budget)
    return xr.Dataset(variables, coords=coords, attrs=parts["attrs"])


def _frame_parts(frame: Any, budget: Budget) -> dict[str, Any]:
    columns = [
        column_parts(frame.iloc[:, number].array, budget)
        for number in range(frame.shape[1])
    ]
    return {"index": frame.index, "columns": frame.columns, "data": columns}


def _series_parts(series: Any, budget: Budget) -> dict[str, Any]:
    data = column_parts(series.array, budget)
    return {"index": series.index, "data": data, "name": series.name}


def _index_parts(index: Any, budget: Budget) -> dict[str, Any]:
    import pandas as pd

    if isinstance(index, pd.MultiIndex):
        for level, codes in zip(index.levels, index.codes, strict=True):
            if not claim_fits(level, len(codes), budget):
                raise UnstorableError(
                    f"a MultiIndex of {len(codes)} labels whose level is {level!r:.80} "
                    "cannot be stored; call remove_unused_levels() first"
                )
        return {
            "levels": [level.rename(None) for level in index.levels],
            "codes": [np.asarray(codes) for codes in index.codes],
            "names": list(index.names),
        }
    if isinstance(index, pd.RangeIndex):
        return {"range": [index.start, index.stop, index.step], "name": index.name}
    return {"data": column_parts(index.array, budget), "name": index.name}


def _index(parts: dict[str, Any], budget: Budget) -> Any:
    import pandas as pd

    if "levels" in parts:
        return _multi_index(parts, budget)
    if "range" in parts:
        limits = expect(parts["range"], list)
        if set(map(type, limits)) != {int}:
            raise TypeError(f"the range {limits!r:.80}")
        start, stop, step = (int(np.int64(limit)) for limit in limits)
        return pd.RangeIndex(start, stop, step, name=parts["name"])
    data = column(parts["data"], budget)
    dtype = data.dtype if isinstance(data, np.ndarray) else None
    return pd.Index(data, dtype=dtype, name=parts["name"])


def _multi_index(parts: dict[str, Any], budget: Budget) -> Any:
    import pandas as pd

    # pandas would make an index of each bare list, for 240 bytes a byte of text.
    levels = [expect(level, pd.Index) for level in expect(parts["levels"], list)]
    codes = [expect(codes, np.ndarray) for codes in expect(parts["codes"], list)]
    for level, numbers in zip(levels, codes, strict=True):
        if not claim_fits(level, len(numbers), budget):
            raise ValueError(f"a level of {len(level)} for {len(numbers)} labels")
    return pd.MultiIndex(levels=levels, codes=codes, names=parts["names"])


def _series(parts: dict[str, Any], budget: Budget) -> Any:
    import pandas as pd

    data, index = _fitting(parts["data"], parts["index"], budget)
    dtype = data.dtype if isinstance(data, np.ndarray) else None
    return pd.Series(data, index=index, name=parts["name"], dtype=dtype)


def _fitting(data: Any, index: Any, budget: Budget) -> tuple[Any, Any]:
    """Return a column and its index, if they are of one length."""
    import pandas as pd

    values = column(data, budget)
    if len(values) != len(expect(index, pd.Index)):
        raise ValueError(f"{len(values)} values for {len(index)} labels")
    return values, index


def _data_frame(parts: dict[str, Any], budget: Budget) -> Any:
    import pandas as pd

    data, index = expect(parts["data"], list), expect(parts["index"], pd.Index)
    columns = {}
    for number, part in enumerate(data):
        values, _ = _fitting(part, index, budget)
        if isinstance(values, np.ndarray) and values.dtype.kind == "O":
            # pandas would infer a dtype of objects alone. A Series takes twice the memory of a column.
            values = pd.Series(values, index=index, dtype=object)
        columns[number] = values
    frame = pd.DataFrame(columns, index=index)
    frame.columns = parts["columns"]
    return frame


_RESTORE = {
    "xarray.DataArray": _data_array,
    "xarray.Dataset": _dataset,
    "pandas.DataFrame": _data_frame,
    "pandas.Series": _series,
    "pandas.Index": _index,
    "pandas.NA": missing("NA"),
    "pandas.NaT": missing("NaT"),
    "pandas.Timedelta": timedelta,
    "pandas.Timestamp": timestamp,
}
