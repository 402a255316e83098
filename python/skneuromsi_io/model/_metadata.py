"""Attributes of a result that describe the model and its run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _names
from ._bunch import Bunch

if TYPE_CHECKING:
    import numpy.typing as npt


class Metadata:
    """The constructor's arguments except the data, each as a property."""

    _mname: str
    _mtype: str
    _output_mode: str
    _nmap: dict[str, Any]
    _time_range: npt.NDArray[Any]
    _position_range: npt.NDArray[Any]
    _time_res: float
    _position_res: float
    _run_parameters: dict[str, Any]
    _extra: dict[str, Any]
    _causes: Any

    @property
    def mname(self) -> str:
        """Name of the model."""
        return self._mname

    @property
    def mtype(self) -> str:
        """Type of the model."""
        return self._mtype

    @property
    def output_mode(self) -> str:
        """The mode that is the model's output."""
        return self._output_mode

    @property
    def dims(self) -> npt.NDArray[Any]:
        """Names of the dimensions."""
        return _names.DIMENSIONS.copy()

    @property
    def nmap_(self) -> dict[str, Any]:
        """A copy of the map of modes."""
        return self._nmap.copy()

    @property
    def time_range(self) -> npt.NDArray[Any]:
        """First and last time: an array of shape (2,)."""
        return self._time_range

    @property
    def position_range(self) -> npt.NDArray[Any]:
        """First and last position: an array of shape (2,)."""
        return self._position_range

    @property
    def time_res(self) -> float:
        """Step of times."""
        return self._time_res

    @property
    def position_res(self) -> float:
        """Step of positions."""
        return self._position_res

    @property
    def run_parameters(self) -> Bunch:
        """Parameters of the model's run."""
        return Bunch("run_parameters", self._run_parameters)

    rp = run_parameters

    @property
    def extra_(self) -> Bunch:
        """Further information."""
        return Bunch("extra", self._extra)

    e_ = extra_

    @property
    def causes_(self) -> int | float | None:
        """Number of causes: an int or float, or None."""
        causes: int | float | None = self._causes
        return causes
