"""Data types and memory of nested objects, as upstream's `utils.ddtype_tools` reports them."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .._imported import imported

if TYPE_CHECKING:
    import pandas as pd


def _labelled(*names: str) -> tuple[Any, ...]:
    """Classes of xarray and pandas; what is not imported has no instances."""
    found = []
    for name in names:
        package, cls = name.split(".")
        module = imported(package)
        if module is not None:
            found.append(getattr(module, cls))
    return tuple(found)


def _single() -> tuple[Any, ...]:
    return (np.ndarray, *_labelled("pandas.Series", "xarray.DataArray"))


def _multiple() -> tuple[Any, ...]:
    return _labelled("pandas.DataFrame", "xarray.Dataset")


def deep_astype(obj: Any, dtype: Any) -> Any:
    """Cast all arrays in nested mappings and iterables; other values stay as they are."""
    if dtype is None:
        return obj
    labelled: Any = (*_single(), *_multiple())
    if isinstance(obj, labelled):
        return obj.astype(dtype, copy=False)
    if isinstance(obj, Mapping):
        cast = {key: deep_astype(value, dtype) for key, value in obj.items()}
        return type(obj)(cast)  # type: ignore[call-arg]
    if isinstance(obj, Iterable) and not isinstance(obj, str):
        return type(obj)([deep_astype(item, dtype) for item in obj])  # type: ignore[call-arg]
    return obj


def deep_dtypes(obj: Any, deep: int, max_deep: int, memory_usage: bool) -> Any:
    """Type, dtypes and perhaps memory of `obj` and of what it holds, to a depth.

    Returns
    -------
    tuple
        ``(type, dtypes)`` or ``(type, dtypes, memory)``; `dtypes` is a dtype, the dtypes of columns, or a dict or
        list of such tuples for what `obj` holds.

    """
    nested: Any = None
    if deep <= max_deep:
        if isinstance(obj, _multiple()):
            nested = obj.dtypes
        elif isinstance(obj, _single()):
            nested = obj.dtype
        elif isinstance(obj, Mapping):
            nested = {
                key: deep_dtypes(value, deep + 1, max_deep, memory_usage)
                for key, value in obj.items()
            }
        elif isinstance(obj, Iterable) and not isinstance(obj, str):
            nested = [deep_dtypes(v, deep + 1, max_deep, memory_usage) for v in obj]
    if memory_usage:
        return type(obj), nested, MemoryUsage(memory_of(obj))
    return type(obj), nested


def table_of(found: dict[str, Any]) -> pd.DataFrame:
    """Table of what :func:`deep_dtypes` says of attributes, as upstream's `NDResult.dtypes` shows it."""
    import pandas as pd

    rows = []
    for name, (cls, dtype, *memory) in found.items():
        rows.append(
            {
                "Attribute": name,
                "Type": cls,
                "DType": dtype if cls in _single() else "-",
                "Size": memory[0].hsize if memory else "?",
            }
        )
    frame = pd.DataFrame(rows).set_index("Attribute")
    object.__setattr__(frame, "name", "dtypes")
    return frame


@dataclasses.dataclass(frozen=True)
class MemoryUsage:
    """Memory that an object takes.

    Attributes
    ----------
    size : int
        Bytes: those of arrays and, by `sys.getsizeof`, those of the objects around them. Upstream's
        number (pympler) counts further internals and is somewhat larger.

    """

    size: int

    @property
    def hsize(self) -> str:
        """The size for people, in decimal units."""
        if self.size < 1000:
            return f"{self.size} Byte{'' if self.size == 1 else 's'}"
        size = float(self.size)
        units = iter(("kB", "MB", "GB", "TB", "PB"))
        unit = "Bytes"
        while size >= 999.95:
            size, unit = size / 1000, next(units)
        return f"{size:.1f} {unit}"

    def __repr__(self) -> str:
        return f"<memusage {self.hsize!r}>"


def memory_of(obj: Any) -> int:
    """Bytes of `obj` and of all that it holds, each object counted once."""
    return _memory_of(obj, set())


def _memory_of(obj: Any, seen: set[int]) -> int:
    if id(obj) in seen:
        return 0
    seen.add(id(obj))
    if isinstance(obj, _labelled("pandas.Series", "pandas.DataFrame")):
        return int(np.sum(obj.memory_usage(deep=True)))
    labelled: Any = (*_single(), *_multiple())
    if isinstance(obj, labelled):
        return int(obj.nbytes) + sys.getsizeof(obj)
    size = sys.getsizeof(obj)
    if isinstance(obj, Mapping):
        for key, value in obj.items():
            size += _memory_of(key, seen) + _memory_of(value, seen)
    elif isinstance(obj, Iterable) and not isinstance(obj, (str, bytes, bytearray)):
        size += sum(_memory_of(item, seen) for item in obj)
    return size
