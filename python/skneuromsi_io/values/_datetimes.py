"""Python's dates, times and durations as JSON values, and back."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from .._errors import UnstorableError
from ._numpy import expect
from ._timezones import iana_zone, key_of

_Moment = TypeVar("_Moment", dt.datetime, dt.time)

_Written = TypeVar("_Written", dt.date, dt.datetime, dt.time)

_CLASSES: tuple[Any, ...] = (dt.datetime, dt.date, dt.time)


def moment_parts(value: Any) -> tuple[Any, str, bool]:
    """Type and ISO text of a date, time or datetime, and whether they give back the very object.

    Raises
    ------
    UnstorableError
        If its time zone has no form.

    """
    cls = next(cls for cls in _CLASSES if isinstance(value, cls))
    zone, fold = getattr(value, "tzinfo", None), getattr(value, "fold", 0)
    name, exact = cls.__name__, type(value) is cls
    if zone is None or isinstance(zone, dt.timezone):
        # The base class's own conversion: a subclass may override isoformat.
        text = cls.isoformat(value)
        title = None if zone is None else _title(zone)
        if title is not None:
            return [name, None, fold, title], text, exact
        return [name, None, fold] if fold else name, text, exact
    offset = _offset_of(value)
    key = key_of(zone)
    for other in () if key is None else (fold, 1 - fold):
        # pytz keeps in the zone, not in the fold, which of two equal times is meant.
        named = value.replace(tzinfo=iana_zone(key), fold=other)
        if named.utcoffset() == offset:
            exact = exact and named.tzinfo is zone and other == fold
            return [name, key, other], cls.isoformat(named), exact
    if offset is None:
        raise UnstorableError(
            f"a time in a time zone of type {type(zone).__name__} cannot be stored; use "
            "zoneinfo.ZoneInfo with an IANA name, or datetime.timezone"
        )
    fixed = value.replace(tzinfo=dt.timezone(offset), fold=0)
    return name, cls.isoformat(fixed), False


def _title(zone: dt.timezone) -> str | None:
    """Name that was given to a fixed offset, which ISO text has not."""
    title = zone.tzname(None)
    return None if title == dt.timezone(zone.utcoffset(None)).tzname(None) else title


def _offset_of(value: dt.datetime | dt.time) -> dt.timedelta | None:
    try:
        return value.utcoffset()
    except Exception as error:
        # Zones may be anyone's objects, and raise anything.
        raise UnstorableError(
            f"a time zone of type {type(value.tzinfo).__name__} cannot be stored, since "
            f"it gives no offset ({error!r:.80}); use zoneinfo.ZoneInfo or datetime.timezone"
        ) from error


def date(value: Any) -> dt.date:
    """Date from its ISO text."""
    return _as_written(dt.date.fromisoformat(value), value)


def datetime(value: Any, *zone: Any) -> dt.datetime:
    """Moment from its ISO text, in its zone."""
    return _zoned(_as_written(dt.datetime.fromisoformat(value), value), *zone)


def time(value: Any, *zone: Any) -> dt.time:
    """Time from its ISO text, in its zone."""
    return _zoned(_as_written(dt.time.fromisoformat(value), value), *zone)


def _as_written(moment: _Written, text: str) -> _Written:
    """Return the moment; a ValueError for text of another form, of which Python takes many."""
    if moment.isoformat() != text:
        raise ValueError(f"the moment {text!r:.80}")
    return moment


def _zoned(
    moment: _Moment, key: Any = None, fold: Any = 0, title: Any = None
) -> _Moment:
    if type(fold) is not int:
        raise TypeError(f"the fold {fold!r:.80}")
    if title is not None:
        offset = expect(moment.utcoffset(), dt.timedelta)
        moment = moment.replace(tzinfo=dt.timezone(offset, expect(title, str)))
    if key is None:
        return moment.replace(fold=fold)
    if title is not None:
        raise ValueError("a zone of two names")
    return moment.replace(tzinfo=iana_zone(key), fold=fold)


def timedelta(value: Any) -> dt.timedelta:
    """Duration from its days, seconds and microseconds."""
    duration = dt.timedelta(*expect(value, list))
    parts = [duration.days, duration.seconds, duration.microseconds]
    if value != parts or set(map(type, value)) != {int}:
        raise ValueError(f"the duration {value!r:.80}")
    return duration
