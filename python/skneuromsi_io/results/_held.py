"""Results kept as they are, where no file carries them exactly."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .._errors import UnstorableError
from ..model import NDResult
from ..model._arguments import by_names
from ..values import show
from ._interface import LazyResult, Signature

if TYPE_CHECKING:
    import xarray as xr


def _copied(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Copy the arguments of a result.

    Raises
    ------
    UnstorableError
        If one has no copy, with its key.

    """
    try:
        return copy.deepcopy(kwargs)
    except MemoryError:
        raise
    except Exception as error:
        raise UnstorableError(
            f"cannot be copied ({type(error).__name__}: {error})",
            key=next((show(path) for path in _uncopied(kwargs)), "metadata"),
            remedy="leave it out",
        ) from error


def _uncopied(kwargs: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Give the paths of what has no copy."""
    for name, value in kwargs.items():
        parts = value.items() if isinstance(value, dict) else ()
        for path, part in [
            *(((name, key), part) for key, part in parts),
            ((name,), value),
        ]:
            try:
                copy.deepcopy(part)
            except Exception:  # noqa: BLE001 - of any class
                yield path


class HeldResult(LazyResult):
    """A result that no file carries exactly, kept as it is."""

    __slots__ = ("_result",)

    def __init__(self, kwargs: dict[str, Any], nddata: xr.DataArray):
        self._result = (_copied(kwargs), nddata.copy())

    def open(self) -> NDResult:
        kwargs, nddata = self._result
        return NDResult(nddata=nddata.copy(), **copy.deepcopy(kwargs))

    def columns(self) -> dict[str, Any]:
        kwargs, _ = self._result
        # `extra` may be large, and collections keep columns.
        copied = {
            name: copy.deepcopy(value)
            for name, value in kwargs.items()
            if name != "extra"
        }
        return by_names(NDResult._without_data(copied))

    def extra(self) -> dict[str, Any]:
        return copy.deepcopy(self._result[0]["extra"])

    def signature(self) -> Signature:
        kwargs, nddata = self._result
        names = tuple(kwargs["run_parameters"])
        return np.asarray(nddata["modes"].values), kwargs["output_mode"], names
