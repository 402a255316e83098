"""What an archive is written to, and with which zip options."""

from __future__ import annotations

import contextlib
import io
import operator
import os
import zipfile
from collections.abc import Iterator
from typing import Any

from .. import _native
from .._errors import ArgumentError, BadStreamError
from ..archive._moment import local_moment
from ..archive._source import label_of
from ..archive._target import is_path, refuse_text, replacing

#: Levels that each method takes; the others ignore theirs.
_LEVELS = {
    method: range(least, most + 1)
    for method, (least, most) in _native.constants()["levels"].items()
}


def zip_options(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Translate `zipfile.ZipFile`'s arguments; zipfile itself judges them."""
    kwargs.setdefault("compression", zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(io.BytesIO(), "w", **kwargs) as probe:
        method, level = probe.compression, probe.compresslevel
    return {
        "method": method,
        "level": _checked_level(method, level),
        "allow_zip64": bool(kwargs.get("allowZip64", True)),
        "modified": dos_time(),
    }


def _checked_level(method: int, level: Any) -> int | None:
    # zipfile looks at the level with the first member only, and then complains of an open handle.
    allowed = _LEVELS.get(method)
    if level is None or allowed is None:
        return None
    if not hasattr(level, "__index__") or level not in allowed:
        raise ArgumentError(
            key="compresslevel",
            expected=f"an integer from {allowed[0]} to {allowed[-1]}",
            found=repr(level),
        )
    return operator.index(level)


def dos_time() -> int:
    """Return the moment of writing as zip members carry it (APPNOTE 4.4.6): in steps of 2 s, 1980 to 2107."""
    now = local_moment()
    year = min(max(now.year, 1980), 2107)
    date = (year - 1980) << 9 | now.month << 5 | now.day
    clock = now.hour << 11 | now.minute << 5 | now.second // 2
    return date << 16 | clock


@contextlib.contextmanager
def sink(path_or_stream: Any) -> Iterator[tuple[Any, int]]:
    """Yield what the native writer writes to, and the offset at which the archive begins."""
    if is_path(path_or_stream):
        with replacing(os.fsdecode(path_or_stream)) as temporary:
            yield temporary, 0
        return
    if not hasattr(path_or_stream, "write"):
        raise TypeError(
            "'path_or_stream': expected a path or a binary file object, found "
            f"{type(path_or_stream).__name__}"
        )
    refuse_text(path_or_stream, "wb")
    yield path_or_stream, _position_of(path_or_stream)
    if hasattr(path_or_stream, "flush"):
        path_or_stream.flush()


def _position_of(stream: Any) -> int:
    """Offset of the next byte: as zipfile does, offsets count from the position of a stream that knows it."""
    try:
        position = stream.tell()
    except (AttributeError, OSError):
        return 0
    # 63 bits are what offsets of files have.
    if not hasattr(position, "__index__") or not 0 <= operator.index(position) < 2**63:
        raise BadStreamError(
            archive=label_of(stream),
            expected="a position from 0 to 2**63 - 1 from 'tell'",
            found=f"{position!r:.80}",
        )
    return operator.index(position)
