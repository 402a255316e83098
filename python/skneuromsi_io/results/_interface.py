"""What a collection asks of the results that it holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

#: Modes, output mode and names of the run parameters of a result.
Signature = tuple[npt.NDArray[Any], str, tuple[str, ...]]

if TYPE_CHECKING:
    from ..model._ndresult import NDResult


class Packed(ABC):
    """A result in memory, decoded when it is asked for."""

    __slots__ = ()

    @abstractmethod
    def open(self) -> NDResult:
        """Decode the result."""

    @abstractmethod
    def columns(self) -> dict[str, Any]:
        """Return the constructor arguments but for `nddata` and `extra`, as the constructor converts them.

        Raises
        ------
        BadMetadataError
            If they contradict themselves.

        """

    @abstractmethod
    def signature(self) -> Signature:
        """Modes, output mode and names of run parameters, without restoring more.

        Raises
        ------
        ValueError
            If the result contradicts itself.

        """


class Alike:
    """What results have in common that differ only in their values and some numbers of their metadata.

    Attributes
    ----------
    signature : Signature or None
        Known once one of them was asked.

    """

    __slots__ = ("signature",)

    def __init__(self) -> None:
        self.signature: Signature | None = None
