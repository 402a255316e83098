"""The command line: ``skneuromsi-io``, and ``python -m skneuromsi_io``."""

from ._main import main

__all__ = ["main"]
