"""Time zones by the names that a file gives them."""

from __future__ import annotations

import datetime as dt
import importlib.util
import re
import zoneinfo
from typing import Any

from .._errors import BadMetadataError, MissingPackageError
from ._numpy import expect

#: A key of the IANA database. Other names are paths to some reader: dateutil opens what follows ``dateutil/``.
_KEY = re.compile(r"[A-Za-z0-9_+-]{1,64}(/[A-Za-z0-9_+-]{1,64}){0,4}")

#: A fixed offset, as `str` of a `datetime.timezone` has it.
_OFFSET = re.compile(r"UTC([+-]\d\d:\d\d(:\d\d(\.\d{6})?)?)", re.ASCII)


def zone_of(name: Any) -> dt.tzinfo:
    """Return the zone of this name.

    Raises
    ------
    BadMetadataError, MissingPackageError
        If it is neither "UTC", nor a fixed offset, nor a key as of :func:`iana_zone`.

    """
    if expect(name, str) == "UTC":
        return dt.UTC
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        return dt.datetime.strptime(offset[1], "%z").tzinfo or dt.UTC
    return iana_zone(name)


def key_of(zone: dt.tzinfo) -> str | None:
    """Return the key in the IANA database of a zone of zoneinfo, pytz or dateutil; None for others."""
    for name in ("key", "zone", "_filename"):
        key = getattr(zone, name, None)
        if isinstance(key, str):
            # dateutil has the path of the file that it read.
            key = key.rpartition("/zoneinfo/")[2]
            try:
                iana_zone(key)
            except (BadMetadataError, MissingPackageError):
                # A zone that was read from a file may have any name.
                return None
            return key
    return None


def iana_zone(key: Any) -> zoneinfo.ZoneInfo:
    """Return the zone of this key of the IANA database.

    Raises
    ------
    BadMetadataError
        If there is none.
    MissingPackageError
        If the machine's database has none, or there is none, and the package tzdata, whose is newer, is not here.

    """
    if _KEY.fullmatch(expect(key, str)) is None:
        raise BadMetadataError(expected="the key of a time zone", found=f"{key!r:.80}")
    try:
        return zoneinfo.ZoneInfo(key)
    except (KeyError, ValueError, OSError) as error:
        # OSError: a folder of zones, such as "Africa".
        absent = isinstance(error, KeyError) and not importlib.util.find_spec("tzdata")
        raise (MissingPackageError if absent else BadMetadataError)(
            expected="a time zone that is known here",
            found=repr(key),
            remedy="install the newest version of the package tzdata",
        ) from error
