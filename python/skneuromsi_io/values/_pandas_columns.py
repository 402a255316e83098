"""Columns of pandas as parts, and back: NumPy arrays, or a dict for pandas' own types."""

from __future__ import annotations

import importlib.util
import re
from typing import Any

import numpy as np

from .._errors import UnstorableError
from . import _arrow
from ._budget import Budget
from ._dtypes import name_of
from ._numpy import expect, restore_array
from ._pandas_scalars import unit_of, zone_of_part, zone_part

#: Dtypes of numbers and truths that have missing values.
_MASKED = re.compile(r"boolean|U?Int(8|16|32|64)|Float(32|64)")

#: Dtypes of pyarrow as versions before wrote them, with values as in JSON.
_ARROW = re.compile(r"([a-z_]{1,20}[0-9]{0,3})(\[(s|ms|us|ns|day)\])?\[pyarrow\]")

#: Memory that a column of values takes beyond them, in bytes; and the text that it has.
_COLUMN_BYTES, _COLUMN_TEXT = 2500, 30

#: Bytes of memory that are due to a byte of text (SECURITY.md).
_BYTES_PER_TEXT = 40

_CONVERT = "cannot be stored; convert it first"


def is_of_pandas(cls: type) -> bool:
    """Return whether it is a class of pandas' own."""
    return cls.__module__.partition(".")[0] == "pandas"


def column_parts(array: Any, budget: Budget) -> Any:
    """Values of a pandas column: a NumPy array, or a dict for pandas' own types.

    Raises
    ------
    UnstorableError
        If it is of a type that does not come back.

    """
    import pandas as pd

    if type(array) is pd.arrays.NumpyExtensionArray:
        # Its dtype is a wrapper of pandas; its subclasses hold text and have NA. Its own `to_numpy` looks for NaN
        # first, for which pandas 2 imports a module of NumPy's.
        return np.asarray(array)
    dtype = array.dtype
    if isinstance(dtype, np.dtype):
        return np.asarray(array)
    if isinstance(dtype, pd.CategoricalDtype):
        codes = np.asarray(array.codes)
        if not claim_fits(dtype.categories, len(codes), budget):
            raise UnstorableError(
                f"categories that are {dtype.categories!r:.80} cannot be stored for "
                f"{len(codes)} values; call remove_unused_categories() first"
            )
        return {
            "categories": dtype.categories,
            "codes": codes,
            "ordered": bool(dtype.ordered),
        }
    if isinstance(dtype, pd.DatetimeTZDtype):
        return {"utc": array.asi8, "unit": dtype.unit, "tz": zone_part(dtype.tz)}
    if isinstance(dtype, pd.ArrowDtype):
        return {"arrow": _arrow.stream_of(array)}
    return _values_parts(array, budget)


def _values_parts(array: Any, budget: Budget) -> dict[str, Any]:
    """Parts of a column of text, or of numbers with missing values."""
    import pandas as pd

    dtype = array.dtype
    if isinstance(dtype, pd.StringDtype):
        items = [i if isinstance(i, str) else None for i in array.astype(object)]
        name = "string" if dtype.na_value is pd.NA else "str"
        parts = {"values": items, "dtype": name, "storage": dtype.storage[:7]}
    elif is_of_pandas(type(dtype)) and _MASKED.fullmatch(str(dtype)):
        items = [None if item is pd.NA else item for item in array.astype(object)]
        parts = {"values": items, "dtype": str(dtype)}
    else:
        raise UnstorableError(f"a pandas column of dtype {dtype} {_CONVERT}")
    if not _column_fits(len(items), budget):
        raise UnstorableError(f"so many columns of dtype {dtype} {_CONVERT}")
    return parts


def _column_fits(length: int, budget: Budget) -> bool:
    text = _COLUMN_TEXT + 2 * length
    return budget.allows(_COLUMN_BYTES, _BYTES_PER_TEXT * text)


def claim_fits(index: Any, length: int, budget: Budget) -> bool:
    """Return whether an index may stand for the values of `length` codes.

    pandas makes a mask of it, which of a range is memory for what is only claimed.
    """
    import pandas as pd

    claimed = len(index) if isinstance(index, pd.RangeIndex) else 0
    return budget.allows(2 * claimed, 2 * length)


def column(parts: Any, budget: Budget) -> Any:
    """Column from its parts; undoes :func:`column_parts`."""
    import pandas as pd

    if isinstance(parts, np.ndarray):
        if parts.ndim != 1:
            # pandas would repeat a 0-d array as often as the index is long.
            raise ValueError(f"a column of {parts.ndim} dimensions")
        return parts
    if "codes" in expect(parts, dict):
        codes = expect(parts["codes"], np.ndarray)
        categories = expect(parts["categories"], pd.Index)
        if not claim_fits(categories, len(codes), budget):
            raise ValueError(f"{len(categories)} categories for {len(codes)} values")
        return pd.Categorical.from_codes(
            codes, categories=categories, ordered=expect(parts["ordered"], bool)
        )
    if "utc" in parts:
        moments = expect(parts["utc"], np.ndarray).view(f"M8[{unit_of(parts['unit'])}]")
        return (
            pd.DatetimeIndex(moments, tz="UTC")
            .tz_convert(zone_of_part(parts["tz"]))
            .array
        )
    if "arrow" in parts:
        return _arrow.column_of(parts["arrow"])
    values, dtype = expect(parts["values"], list), expect(parts["dtype"], str)
    if not _column_fits(len(values), budget):
        raise ValueError("too many columns for their text")
    return _column_of_values(values, dtype, parts.get("storage"), budget)


def _column_of_values(
    values: list[Any], name: str, storage: Any, budget: Budget
) -> Any:
    import pandas as pd

    if name in ("str", "string"):
        return _texts(values, name, storage)
    if _MASKED.fullmatch(name) is not None:
        dtype: Any = pd.api.types.pandas_dtype(name)
        mask = np.array([value is None for value in values], dtype=bool)
        plain = dtype.numpy_dtype
        filled = [plain.type(0).item() if v is None else v for v in values]
        data = restore_array(filled, budget, name_of(plain), [len(filled)])
        # Their constructors keep NaN beside NA, which pandas.array does not.
        return dtype.construct_array_type()(data, mask)
    arrow = _ARROW.fullmatch(name)
    if arrow is None:
        raise ValueError(f"a column of dtype {name!r:.80}")
    return pd.array(values, dtype=_arrow_dtype(name, arrow[1]))


def _arrow_dtype(name: str, kind: str) -> Any:
    """Dtype of pyarrow of this name; pandas reads the name of its text as one of its own types."""
    import pandas as pd

    if kind != "string":
        return name
    import pyarrow as pa

    return pd.ArrowDtype(pa.string())


def _texts(values: list[Any], name: str, storage: Any) -> Any:
    """Column of text; as objects where pandas, before 2.3, has no text that is missing as NaN."""
    import pandas as pd

    if storage not in ("python", "pyarrow", None):
        raise ValueError(f"the storage {storage!r:.80}")
    texts = [_text_or_none(value) for value in values]
    if storage == "pyarrow" and importlib.util.find_spec("pyarrow") is None:
        storage = "python"
    if name == "string":
        return pd.array(texts, dtype=pd.StringDtype(storage))
    try:
        dtype = pd.StringDtype(storage, na_value=np.nan)
    except TypeError:
        return np.array([np.nan if t is None else t for t in texts], dtype=object)
    return pd.array(texts, dtype=dtype)


def _text_or_none(value: Any) -> str | None:
    missing = value is None or (type(value) is float and value != value)
    return None if missing else expect(value, str)
