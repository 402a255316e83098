"""Scalars of pandas as parts, and back: moments, durations, missing values, time zones."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from .._errors import BadMetadataError
from ._numpy import expect
from ._timezones import zone_of

#: A moment as `pandas.Timestamp.isoformat` writes it; pandas would also take "now".
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?([+-]\d\d:\d\d(:\d\d(\.\d{6})?)?)?",
    re.ASCII,
)

#: Units of time that pandas has.
_UNITS = ("s", "ms", "us", "ns")


def reduce_scalar(value: Any, pd: Any) -> tuple[str, Any] | None:
    """Name and parts of a scalar of pandas, which has more digits than Python's; None for other objects."""
    if value is pd.NaT:
        return "pandas.NaT", None
    if value is pd.NA:
        return "pandas.NA", None
    if type(value) is pd.Timestamp:
        zone = None if value.tz is None else zone_part(value.tz)
        # In UTC, since offsets of old times have seconds, which ISO text of pandas drops.
        moment = value if zone is None else value.tz_convert("UTC")
        return "pandas.Timestamp", {
            "moment": moment.isoformat(),
            "unit": value.unit,
            "tz": zone,
        }
    if type(value) is pd.Timedelta:
        return "pandas.Timedelta", {"duration": value.asm8}
    return None


def zone_part(zone: dt.tzinfo) -> str | dt.datetime:
    """Name of a time zone where pandas makes the same of it; elsewhere a moment in it."""
    try:
        named = _named_zone(str(zone))
        if type(named) is type(zone) and (named, str(named)) == (zone, str(zone)):
            return str(zone)
    except BadMetadataError:
        pass
    # Dates of Python have a form for the other zones, or say that there is none.
    return dt.datetime(1970, 1, 1, tzinfo=zone)


def zone(part: Any) -> dt.tzinfo:
    """Undo :func:`zone_part`."""
    if isinstance(part, dt.datetime):
        zone: dt.tzinfo = expect(part.tzinfo, dt.tzinfo)
        return zone
    return _named_zone(expect(part, str))


def _named_zone(name: str) -> dt.tzinfo:
    """Return what pandas makes of a name that is safe: it would open any file, and take "tzlocal()"."""
    import pandas as pd

    zone_of(name)
    zone: dt.tzinfo = pd.DatetimeTZDtype(tz=name).tz
    return zone


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
    return moment if parts["tz"] is None else moment.tz_convert(zone(parts["tz"]))


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
