"""Values as tables show them."""

from __future__ import annotations

from typing import Any

import numpy as np


def spelled(value: Any) -> str:
    """Spell a value for a table: NumPy's numbers as Python's, long arrays by their shape."""
    if isinstance(value, np.ndarray) and value.size > 10:
        return f"array of {value.dtype} {value.shape}"
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    return value if isinstance(value, str) else repr(value)
