"""Swaps functions of an installed scikit-neuromsi for ours; the room is above those that have these."""

from ._ipython import load_ipython_extension, unload_ipython_extension
from ._patch import is_patched, patch, patched, unpatch

__all__ = [
    "is_patched",
    "load_ipython_extension",
    "patch",
    "patched",
    "unload_ipython_extension",
    "unpatch",
]
