"""Scalars of pandas from their parts: moments, durations, missing values."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from ._numpy import expect
from ._zones import zone_of

#: A moment as `pandas.Timestamp.isoformat` writes it; pandas would also take "now".
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?([+-]\d\d:\d\d(:\d\d(\.\d{6})?)?)?",
    re.ASCII,
)

#: Units of time that pandas has.
_UNITS = ("s", "ms", "us", "ns")


def zone_name(name: Any) -> str:
    """Return the name of a zone that is safe to give to pandas, which would open any file and take "tzlocal()"."""
    zone_of(name)
    return str(name)


def unit_of(unit: Any) -> Any:
    """Return the unit if pandas has it; a ValueError otherwise."""
    if unit not in _UNITS:
        raise ValueError(f"the unit {unit!r:.80}")
    return unit


def timestamp(parts: dict[str, Any]) -> Any:
    """Moment of pandas from its parts."""
    import pandas as pd

    if _MOMENT.fullmatch(expect(parts["moment"], str)) is None:
        raise ValueError(f"the moment {parts['moment']!r:.80}")
    moment = pd.Timestamp(parts["moment"]).as_unit(unit_of(parts["unit"]))
    return moment if parts["tz"] is None else moment.tz_convert(zone_name(parts["tz"]))


def timedelta(parts: dict[str, Any]) -> Any:
    """Duration of pandas from its parts."""
    import pandas as pd

    return pd.Timedelta(expect(parts["duration"], np.timedelta64))


def missing(name: str) -> Callable[..., Any]:
    """Value of pandas without parts, looked up when it is needed."""

    def restore(parts: None) -> Any:
        import pandas as pd

        expect(parts, type(None))
        return getattr(pd, name)

    return restore
