"""``%load_ext skneuromsi_io`` patches scikit-neuromsi, ``%unload_ext`` undoes it."""

from typing import Any

from ._patch import patch, unpatch


def load_ipython_extension(ipython: Any) -> None:
    """Patch scikit-neuromsi; called by ``%load_ext skneuromsi_io``."""
    del ipython
    patch()


def unload_ipython_extension(ipython: Any) -> None:
    """Undo the patch; called by ``%unload_ext skneuromsi_io``."""
    del ipython
    unpatch()
