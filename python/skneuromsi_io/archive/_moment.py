"""The moment at which an archive is written: now, or the one that ``SOURCE_DATE_EPOCH`` sets."""

import datetime as dt
import os

from .._errors import ArgumentError

#: The last second that `datetime` knows.
_LAST = 253_402_300_799


def local_moment() -> dt.datetime:
    """Return the moment of writing in local time, which is what members of a zip archive have.

    One that is set stays in UTC, so that the same input gives the same bytes in every time zone
    (reproducible-builds.org/specs/source-date-epoch).
    """
    seconds = _set_seconds()
    if seconds is None:
        return dt.datetime.now().astimezone()
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def utc_moment() -> dt.datetime:
    """Return the moment of writing in UTC."""
    return local_moment().astimezone(dt.UTC)


def _set_seconds() -> int | None:
    text = os.environ.get("SOURCE_DATE_EPOCH")
    if not text:
        return None
    # The length first: Python refuses to read thousands of digits.
    digits = text.isascii() and text.isdecimal() and len(text) < 20
    if not digits or int(text) > _LAST:
        raise ArgumentError(
            key="SOURCE_DATE_EPOCH",
            expected=f"seconds from 0 to {_LAST}",
            found=f"{text!r:.80}",
        )
    return int(text)
