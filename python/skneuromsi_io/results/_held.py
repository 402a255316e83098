"""Results kept as they are, where no file carries them exactly."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model import NDResult
from ._interface import LazyResult, Signature

if TYPE_CHECKING:
    import xarray as xr


class HeldResult(LazyResult):
    """A result that no file carries exactly, kept as it is."""

    __slots__ = ("_result",)

    def __init__(self, kwargs: dict[str, Any], nddata: xr.DataArray):
        self._result = (copy.deepcopy(kwargs), nddata.copy())

    def open(self) -> NDResult:
        kwargs, nddata = self._result
        return NDResult(nddata=nddata.copy(), **copy.deepcopy(kwargs))

    def columns(self) -> dict[str, Any]:
        return copy.deepcopy(self._result[0])

    def signature(self) -> Signature:
        kwargs, nddata = self._result
        names = tuple(kwargs["run_parameters"])
        return np.asarray(nddata["modes"].values), kwargs["output_mode"], names
