"""Labelled arrays of xarray and pandas as plain parts, and back.

Neither package is imported unless an object of it is at hand, or named in a file.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import numpy as np

from .._errors import UnstorableError
from ._numpy import expect
from ._pandas_scalars import (
    missing,
    reduce_scalar,
    timedelta,
    timestamp,
    unit_of,
    zone,
    zone_part,
)

#: Dtypes of columns, as :func:`_column_parts` writes them; pandas would take more from a file, and give some of
#: it to Python's parser or to NumPy's.
_COLUMN_DTYPE = re.compile(
    r"bool|boolean|object|str|string(\[(python|pyarrow)\])?|[Uu]?[Ii]nt(8|16|32|64)"
    r"|[Ff]loat(16|32|64)|complex(64|128)|[a-z_]{1,20}[0-9]{0,3}(\[(s|ms|us|ns|day)\])?\[pyarrow\]"
)


def reduce(value: Any) -> tuple[str, Any] | None:
    """Name and parts of a labelled object, or None if it is none."""
    xr = sys.modules.get("xarray")
    if xr is not None:
        if type(value) is xr.DataArray:
            return "xarray.DataArray", _array_parts(value)
        if type(value) is xr.Dataset:
            variables = {
                n: _variable_parts(v.variable) for n, v in value.data_vars.items()
            }
            parts: dict[str, Any] = {
                "data_vars": variables,
                "coords": coords_of(value),
                "attrs": dict(value.attrs),
            }
            return "xarray.Dataset", parts
    pd = sys.modules.get("pandas")
    if pd is not None:
        if type(value) is pd.DataFrame:
            columns = [
                _column_parts(value.iloc[:, i].array) for i in range(value.shape[1])
            ]
            parts = {"index": value.index, "columns": value.columns, "data": columns}
            return "pandas.DataFrame", parts
        if type(value) is pd.Series:
            data = _column_parts(value.array)
            return "pandas.Series", {
                "index": value.index,
                "data": data,
                "name": value.name,
            }
        if isinstance(value, pd.Index):
            return "pandas.Index", _index_parts(value)
        return reduce_scalar(value, pd)
    return None


def restore(parts: Any, name: str) -> Any:
    """Rebuild a labelled object from its parts."""
    return _RESTORE[name](parts)


def _array_parts(array: Any) -> dict[str, Any]:
    return {
        "name": array.name,
        **_variable_parts(array.variable),
        "coords": coords_of(array),
    }


def _variable_parts(variable: Any) -> dict[str, Any]:
    return {
        "dims": list(variable.dims),
        "data": np.asarray(variable.values),
        "attrs": dict(variable.attrs),
    }


def coords_of(labelled: Any) -> dict[Any, Any]:
    """Parts of all coordinates of a labelled object, by name."""
    import pandas as pd

    for name, index in labelled.indexes.items():
        if isinstance(index, pd.MultiIndex):
            raise UnstorableError(
                f"a coordinate with a MultiIndex ({name!r}) cannot be stored; call "
                "reset_index() first"
            )
    return {n: _variable_parts(c.variable) for n, c in labelled.coords.items()}


def _variable(parts: dict[str, Any]) -> tuple[Any, ...]:
    dims, data = expect(parts["dims"], list), expect(parts["data"], np.ndarray)
    if data.ndim != len(dims):
        # xarray would repeat a 0-d array as often as the coordinates are long.
        raise ValueError(f"{data.ndim} dimensions where there are {len(dims)}")
    return tuple(dims), data, parts["attrs"]


def restore_coords(parts: dict[Any, Any]) -> dict[Any, Any]:
    """Undo :func:`coords_of`, into what xarray's constructors take."""
    return {name: _variable(coord) for name, coord in parts.items()}


def _data_array(parts: dict[str, Any]) -> Any:
    import xarray as xr

    dims, data, attrs = _variable(parts)
    coords = restore_coords(parts["coords"])
    return xr.DataArray(data, dims=dims, coords=coords, attrs=attrs, name=parts["name"])


def _dataset(parts: dict[str, Any]) -> Any:
    import xarray as xr

    variables = {name: _variable(v) for name, v in parts["data_vars"].items()}
    coords = restore_coords(parts["coords"])
    return xr.Dataset(variables, coords=coords, attrs=parts["attrs"])


def _column_parts(array: Any) -> Any:
    """Values of a pandas column: a NumPy array, or a dict for pandas' own types."""
    import pandas as pd

    if type(array) is pd.arrays.NumpyExtensionArray:
        # Its dtype is a wrapper of pandas; its subclasses hold text and have NA.
        return array.to_numpy()
    dtype = array.dtype
    if isinstance(dtype, np.dtype):
        return np.asarray(array)
    if isinstance(dtype, pd.CategoricalDtype):
        return {
            "categories": dtype.categories,
            "codes": np.asarray(array.codes),
            "ordered": bool(dtype.ordered),
        }
    if isinstance(dtype, pd.DatetimeTZDtype):
        return {"utc": array.asi8, "unit": dtype.unit, "tz": zone_part(dtype.tz)}
    if isinstance(dtype, (pd.PeriodDtype, pd.IntervalDtype, pd.SparseDtype)):
        raise UnstorableError(
            f"a pandas column of dtype {dtype} cannot be stored; convert it first"
        )
    values = [None if item is pd.NA else item for item in array.astype(object)]
    return {"values": values, "dtype": str(dtype)}


def _column(parts: Any) -> Any:
    import pandas as pd

    if isinstance(parts, np.ndarray):
        if parts.ndim != 1:
            # pandas would repeat a 0-d array as often as the index is long.
            raise ValueError(f"a column of {parts.ndim} dimensions")
        return parts
    if "codes" in parts:
        return pd.Categorical.from_codes(
            expect(parts["codes"], np.ndarray),
            categories=parts["categories"],
            ordered=parts["ordered"],
        )
    if "utc" in parts:
        moments = expect(parts["utc"], np.ndarray).view(f"M8[{unit_of(parts['unit'])}]")
        return pd.DatetimeIndex(moments, tz="UTC").tz_convert(zone(parts["tz"])).array
    dtype = expect(parts["dtype"], str)
    if _COLUMN_DTYPE.fullmatch(dtype) is None:
        raise ValueError(f"a column of dtype {dtype!r:.80}")
    return pd.array(expect(parts["values"], list), dtype=dtype)


def _index_parts(index: Any) -> dict[str, Any]:
    import pandas as pd

    if isinstance(index, pd.MultiIndex):
        return {
            "levels": [level.rename(None) for level in index.levels],
            "codes": [np.asarray(codes) for codes in index.codes],
            "names": list(index.names),
        }
    if isinstance(index, pd.RangeIndex):
        return {"range": [index.start, index.stop, index.step], "name": index.name}
    return {"data": _column_parts(index.array), "name": index.name}


def _index(parts: dict[str, Any]) -> Any:
    import pandas as pd

    if "levels" in parts:
        return pd.MultiIndex(
            levels=parts["levels"], codes=parts["codes"], names=parts["names"]
        )
    if "range" in parts:
        start, stop, step = parts["range"]
        return pd.RangeIndex(start, stop, step, name=parts["name"])
    data = _column(parts["data"])
    dtype = data.dtype if isinstance(data, np.ndarray) else None
    return pd.Index(data, dtype=dtype, name=parts["name"])


def _series(parts: dict[str, Any]) -> Any:
    import pandas as pd

    data, index = _column(parts["data"]), expect(parts["index"], pd.Index)
    if len(data) != len(index):
        raise ValueError(f"{len(data)} values for {len(index)} labels")
    dtype = data.dtype if isinstance(data, np.ndarray) else None
    return pd.Series(data, index=index, name=parts["name"], dtype=dtype)


def _data_frame(parts: dict[str, Any]) -> Any:
    import pandas as pd

    index = parts["index"]
    columns = dict(
        enumerate(
            _series({"index": index, "data": data, "name": None})
            for data in parts["data"]
        )
    )
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
