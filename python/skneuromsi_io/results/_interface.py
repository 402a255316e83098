"""What a collection asks of the results that it holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

#: Modes, output mode and names of the run parameters of a result.
Signature = tuple[npt.NDArray[Any], str, tuple[str, ...]]

if TYPE_CHECKING:
    from ..model._ndresult import NDResult


class Packed(ABC):
    """A result in memory, decoded when it is asked for."""

    __slots__ = ()

    @property
    def kind(self) -> Hashable:
        """Results of one kind have one signature; None is the kind of a result on its own."""
        return None

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


class Agreement:
    """The check that results can be in one collection, made one result at a time.

    Parameters
    ----------
    first : Packed
        The result with which the others are compared.

    Attributes
    ----------
    signature : Signature
        What they have in common.

    """

    def __init__(self, first: Packed):
        self.signature = first.signature()
        self._kinds = {first.kind}

    def check(self, index: int, result: Packed) -> None:
        """Check that result `index` agrees with the first; of each kind one is looked at.

        Raises
        ------
        ValueError
            In upstream's words, if they differ; a note says how. Also if the result contradicts itself.

        """
        kind = result.kind
        if kind is not None and kind in self._kinds:
            return
        _check_equal(index, result.signature(), self.signature)
        self._kinds.add(kind)


def _check_equal(index: int, found: Signature, expected: Signature) -> None:
    same_modes = found[0] is expected[0] or np.array_equal(found[0], expected[0])
    if same_modes and found[1:] == expected[1:]:
        return
    keys = ["dims", "modes", "output_mode", "run_parameters"]
    error = ValueError(f"All NDResults must have the same metadata in {keys}.")
    told = [f"{[m.tolist(), *rest]!r:.300}" for m, *rest in (expected, found)]
    error.add_note(f"Result {index}: expected {told[0]}, found {told[1]}.")
    raise error
