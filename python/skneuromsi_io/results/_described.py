"""Results whose metadata alone were read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._packed import PackedResult
from ._templates import EXTERNAL

if TYPE_CHECKING:
    import numpy.typing as npt

    from .. import _native
    from ..model import NDResult
    from ._stored import ResultReader


class DescribedResult(PackedResult):
    """The metadata of a result, whose arrays are read where the metadata ask for one.

    Parameters
    ----------
    reader : ResultReader
        The open archive.
    native : _native.Packed
        Metadata alone.
    index : int
        Number of the result.

    """

    __slots__ = ("_number", "_reader")

    def __init__(self, reader: ResultReader, native: _native.Packed, index: int):
        super().__init__(native, None, reader.display_name, index)
        self._reader = reader
        self._number = index

    def _array(self, name: str) -> npt.NDArray[Any]:
        if self.native.lifted:
            return super()._array(name)
        return self._whole()._array(name)

    def extra(self) -> dict[str, Any]:
        # All arrays at once, where each on its own would read the whole result.
        apart = EXTERNAL in self.native.text and not self.native.lifted
        return self._whole().extra() if apart else super().extra()

    def open(self) -> NDResult:
        return self._whole().open()

    def _whole(self) -> PackedResult:
        return self._reader.load_unpacked([self._number], 1)[0]
