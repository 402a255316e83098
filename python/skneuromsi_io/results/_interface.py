"""The interface of results in memory, and the values on which results of one collection agree."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .._errors import InternalError

#: Modes, output mode and names of the run parameters of a result.
Signature = tuple[npt.NDArray[Any], str, tuple[str, ...]]

if TYPE_CHECKING:
    import xarray as xr

    from .. import _native
    from ..arrays._frame import Frame
    from ..model import NDResult


class Block(NamedTuple):
    """The array of a result, and the frame that alone labels it."""

    frame: Frame
    values: npt.NDArray[Any]


class LazyResult(ABC):
    """A result in memory, decoded when it is asked for."""

    __slots__ = ()

    @property
    def native(self) -> _native.Packed | None:
        """Its native memory; None where it is kept as it is, or in its file."""
        return None

    @property
    def kind(self) -> Hashable:
        """Results of one kind have one signature; None is the kind of a result on its own."""
        return None

    @abstractmethod
    def open(self) -> NDResult:
        """Decode the result."""

    @abstractmethod
    def columns(self) -> dict[str, Any]:
        """Return the constructor arguments except `nddata` and `extra`, as the constructor converts them.

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

    def extra(self) -> dict[str, Any]:
        """Return the argument `extra` alone."""
        return self.open()._extra

    def as_stored(self) -> _native.Packed | None:
        """Return what the native writer takes as it is; None if the decoded result is to be encoded."""
        return None

    def plain_frame(self) -> Frame | None:
        """Return what labels the array, where its metadata say no more; None where `open` has to tell."""
        return None

    def block(self) -> Block | None:
        """Decode the array alone, with its frame; None where `open` has to tell what labels it."""
        return None


class Results(Sequence[LazyResult]):
    """The results of a collection, wherever they are."""

    __slots__ = ()

    @abstractmethod
    def common(self) -> Signature:
        """Return what all results have in common."""

    @abstractmethod
    def select(self, positions: npt.NDArray[np.intp]) -> Results:
        """Return the results at some positions."""

    @abstractmethod
    def column(self, name: str) -> list[Any]:
        """Return a constructor argument of all results, except `nddata` and `extra`."""

    @abstractmethod
    def dataset(self, name: str) -> xr.Dataset:
        """Stack all results; see :meth:`Additions.to_xarray`."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the file, if there is one."""


class Agreement:
    """Compares results, one after the other, with the first of their collection.

    Attributes
    ----------
    common : Signature or None
        That of the first; None before there is one.

    """

    #: In upstream's words.
    REFUSAL = (
        "All NDResults must have the same metadata in "
        "['dims', 'modes', 'output_mode', 'run_parameters']."
    )

    def __init__(self) -> None:
        self.common: Signature | None = None
        self._kinds: set[Hashable] = set()

    @property
    def expected(self) -> Signature:
        """That of the first, which there must be."""
        if self.common is None:
            raise InternalError(expected="a first result", found="none")
        return self.common

    def difference(self, result: LazyResult) -> tuple[str, str] | None:
        """Return what was expected and what was found, or None if a result can join the others.

        One of each kind is looked at.

        Raises
        ------
        ValueError
            If the result contradicts itself.

        """
        kind = result.kind
        if kind is not None and kind in self._kinds:
            return None
        found = result.signature()
        if self.common is None:
            self.common = found
        elif not _are_equal(found, self.common):
            return _shown(self.common), _shown(found)
        self._kinds.add(kind)
        return None


def _are_equal(one: Signature, other: Signature) -> bool:
    same_modes = one[0] is other[0] or np.array_equal(one[0], other[0])
    return same_modes and one[1:] == other[1:]


def _shown(signature: Signature) -> str:
    modes, *rest = signature
    return f"{[modes.tolist(), *rest]!r:.300}"
