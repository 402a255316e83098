"""``%load_ext skneuromsi_io`` patches scikit-neuromsi, ``%unload_ext`` undoes it."""

from typing import Any

from ._patch import patch, unpatch


def load_ipython_extension(ipython: Any) -> None:
    """Patch scikit-neuromsi; called by ``%load_ext skneuromsi_io``.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> sio.load_ipython_extension(None)  # as %load_ext skneuromsi_io does; needs scikit-neuromsi
    >>> sio.is_patched()
    True
    >>> sio.unload_ipython_extension(None)

    """
    del ipython
    patch()


def unload_ipython_extension(ipython: Any) -> None:
    """Undo the patch; called by ``%unload_ext skneuromsi_io``.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> sio.unload_ipython_extension(None)  # as %unload_ext skneuromsi_io does
    >>> sio.is_patched()
    False

    """
    del ipython
    unpatch()
