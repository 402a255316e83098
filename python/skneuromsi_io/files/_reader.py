"""Results of one archive, wrapped so that they share what they have in common."""

from __future__ import annotations

from typing import Any

from .. import _native
from ..archive import _document
from ..arrays._frame import Frame, shared
from ..results._interface import Alike
from ..results._packed import PackedResult


class Opened:
    """Wraps the results of an archive one after the other.

    Of a sweep all results have one frame, and metadata that differ in some numbers only: these are told
    natively, in 2 us a result, and then what holds of one result holds of all. To parse and check the metadata of
    each takes 25 us.

    Parameters
    ----------
    label : str
        What messages call the archive.

    """

    def __init__(self, label: str):
        self._label = label
        self._frames: dict[Any, Frame] = {}
        self._kinds = _native.Kinds(_document.OBJECT_KWARGS, _document.VARYING)
        self._alike: dict[tuple[int, Frame], Alike] = {}

    def wrap(
        self, natives: list[_native.Packed], first: int, threads: int
    ) -> list[PackedResult]:
        """Wrap results, of which the first has the number `first` in the archive."""
        kinds = self._kinds.of(natives, threads=threads)
        last: tuple[int | None, _native.Frame | None] = (None, None)
        frame: Frame | None = None
        alike: Alike | None = None
        packed = []
        for index, (native, kind) in enumerate(zip(natives, kinds, strict=True), first):
            bare = native.frame
            if kind != last[0] or bare is not last[1]:
                last, frame = (kind, bare), self._frame(bare)
                alike = self._alike_of(kind, frame)
            packed.append(PackedResult(native, frame, self._label, index, alike))
        return packed

    def _frame(self, native: _native.Frame | None) -> Frame | None:
        if native is None:
            return None
        frame = self._frames.get(native)
        if frame is None:
            frame = self._frames[native] = shared(native)
        return frame

    def _alike_of(self, kind: int | None, frame: Frame | None) -> Alike | None:
        if kind is None or frame is None:
            return None
        alike = self._alike.get((kind, frame))
        if alike is None:
            alike = self._alike[kind, frame] = Alike()
        return alike
