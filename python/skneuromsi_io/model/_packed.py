"""What a collection asks of the results that it holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

if TYPE_CHECKING:
    from ._ndresult import NDResult


class Packed(ABC):
    """A result in memory, decoded when it is asked for."""

    __slots__ = ()

    @abstractmethod
    def open(self) -> NDResult:
        """Decode the result."""

    @abstractmethod
    def columns(self) -> dict[str, Any]:
        """Return the constructor arguments but for `nddata` and `extra`, types restored."""

    @abstractmethod
    def signature(self) -> tuple[npt.NDArray[Any], str, tuple[str, ...]]:
        """Modes, output mode and names of run parameters, without restoring more.

        Raises
        ------
        ValueError
            If the result contradicts itself.

        """
