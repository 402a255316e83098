"""Modules that the program has imported: what is not imported has no instances."""

from __future__ import annotations

import sys
from typing import Any


def imported(name: str) -> Any:
    """Return a module, or None where it is not imported or its import goes on.

    While another thread imports it, it is in `sys.modules` without most of its names.
    """
    module = sys.modules.get(name)
    # The mark of `importlib._bootstrap` for a module whose code still runs.
    loads = getattr(getattr(module, "__spec__", None), "_initializing", False)
    return None if loads else module
