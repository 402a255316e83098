"""Scalars of pandas as parts, and back: moments, durations, missing values, time zones."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from .._errors import BadMetadataError, MissingPackageError, UnstorableError
from ._budget import Budget
from ._numpy import expect
from ._timezones import zone_of

#: A moment as `pandas.Timestamp.isoformat` writes it; pandas would also take "now".
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(\+00:00)?", re.ASCII)

#: Units of time that pandas has.
_UNITS = ("s", "ms", "us", "ns")


def reduce_scalar(value: Any, pd: Any) -> tuple[str, Any, bool] | None:
    """Take a scalar of pandas apart, which has more digits than Python's: name, parts, whether its type is kept.

    Raises
    ------
    UnstorableError
        If it is a moment that has no text.

    """
    if value is pd.NaT:
        return "pandas.NaT", None, True
    if value is pd.NA:
        return "pandas.NA", None, True
    if not isinstance(value, (pd.Timestamp, pd.Timedelta)):
        return None
    if isinstance(value, pd.Timestamp):
        return "pandas.Timestamp", _timestamp_parts(value), type(value) is pd.Timestamp
    exact = type(value) is pd.Timedelta
    return "pandas.Timedelta", {"duration": value.asm8}, exact


def _timestamp_parts(value: Any) -> dict[str, Any]:
    import pandas as pd

    zone = None if value.tz is None else zone_part(value.tz)
    # In UTC, since offsets of old times have seconds, which ISO text of pandas drops.
    moment = value if zone is None else value.tz_convert("UTC")
    text = pd.Timestamp.isoformat(moment)
    if _MOMENT.fullmatch(text) is None or (value.tz is None and value.fold):
        raise UnstorableError(
            f"the Timestamp {text} with fold {value.fold} cannot be stored; use its to_datetime64()"
        )
    return {"moment": text, "unit": value.unit, "tz": zone}


def zone_part(zone: dt.tzinfo) -> str | dt.datetime:
    """Name of a time zone where pandas makes the same of it; elsewhere a moment in it."""
    try:
        named = _named_zone(str(zone))
        # Each zone of pytz has a class, and an object for each of its offsets.
        same = named == zone or hasattr(zone, "localize")
        if same and (type(named), str(named)) == (type(zone), str(zone)):
            return str(zone)
    except (BadMetadataError, MissingPackageError):
        pass
    # Dates of Python have a form for the other zones, or say that there is none.
    return dt.datetime.fromtimestamp(0, tz=zone)


def zone_of_part(part: Any) -> dt.tzinfo:
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


def timestamp(parts: dict[str, Any], _: Budget) -> Any:
    """Moment of pandas from its parts."""
    import pandas as pd

    text, unit, part = expect(parts["moment"], str), parts["unit"], parts["tz"]
    if _MOMENT.fullmatch(text) is None or text.endswith("+00:00") != (part is not None):
        raise ValueError(f"the moment {text!r:.80}")
    moment = pd.Timestamp(text).as_unit(unit_of(unit), round_ok=False)
    return moment if part is None else moment.tz_convert(zone_of_part(part))


def timedelta(parts: dict[str, Any], _: Budget) -> Any:
    """Duration of pandas from its parts."""
    import pandas as pd

    duration = expect(parts["duration"], np.timedelta64)
    unit_of(np.datetime_data(duration)[0])
    return expect(pd.Timedelta(duration), pd.Timedelta)


def missing(name: str) -> Callable[..., Any]:
    """Value of pandas without parts, looked up when it is needed."""

    def restore(parts: None, _: Budget) -> Any:
        import pandas as pd

        expect(parts, type(None))
        return getattr(pd, name)

    return restore
