"""Results of one archive, wrapped so that they share what they have in common."""

from __future__ import annotations

from .. import _native
from ..arrays._frame import Frame, shared
from ..results._packed import PackedResult


def wrapped(
    natives: list[_native.Packed], label: str, first: int
) -> list[PackedResult]:
    """Wrap results of the archive `label`, of which the first has the number `first` there."""
    results = []
    bare: _native.Frame | None = None
    frame: Frame | None = None
    for index, native in enumerate(natives, first):
        if native.frame is not bare:
            bare = native.frame
            frame = None if bare is None else shared(bare)
        results.append(PackedResult(native, frame, label, index))
    return results
