"""Warnings that name the line of the user."""

from __future__ import annotations

import sys
import warnings
from types import FrameType

#: Packages whose frames lie between the user's line and a warning.
_BETWEEN = frozenset(("skneuromsi_io", "contextlib", "IPython"))


def warn_user(message: str, category: type[Warning]) -> None:
    """Warn at the innermost line outside of this package.

    What `skip_file_prefixes` of `warnings.warn` is for, since Python 3.12.
    """
    level = 2  # the caller, as `warnings.warn` counts
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _package(frame) in _BETWEEN:
        frame = frame.f_back
        level += 1
    warnings.warn(message, category, stacklevel=level)


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]
