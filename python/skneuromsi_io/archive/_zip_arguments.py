"""Arguments of `zipfile.ZipFile`, judged by itself: they keep its meaning and its errors."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any, Literal

from .._errors import UnsupportedError
from .._keywords import nearest

#: An empty archive, for `zipfile.ZipFile` to check its arguments against.
_EMPTY = b"PK\5\6" + bytes(18)

#: Methods of compression that this Python has, by their names in `zipfile`.
_METHODS = {
    name: int(getattr(zipfile, name))
    for name in (
        *("ZIP_STORED", "ZIP_DEFLATED", "ZIP_BZIP2", "ZIP_LZMA"),
        "ZIP_ZSTANDARD",
    )
    if hasattr(zipfile, name)
}


def checked(mode: Literal["r", "w"], options: Mapping[str, Any]) -> tuple[int, Any]:
    """Return method and level of compression, as `zipfile.ZipFile` understands its arguments.

    Raises
    ------
    UnsupportedError
        A NotImplementedError, if there is no such method; it lists those that there are.
    TypeError, ValueError, LookupError, RuntimeError
        As `zipfile.ZipFile` raises them.

    """
    stream = io.BytesIO(_EMPTY if mode == "r" else b"")
    try:
        with zipfile.ZipFile(stream, mode, **options) as probe:
            return probe.compression, probe.compresslevel
    except NotImplementedError as error:
        found = options.get("compression")
        raise UnsupportedError(
            key="compression",
            expected="a method of zipfile: "
            + ", ".join(f"{name} ({number})" for name, number in _METHODS.items()),
            found=f"{found!r:.80}",
            remedy=_meant(found),
        ) from error


def _meant(found: object) -> str | None:
    """Suggest the method of a name, such as "deflate"."""
    short = {name.removeprefix("ZIP_"): name for name in _METHODS}
    short |= {"ZLIB": "ZIP_DEFLATED", "BZ2": "ZIP_BZIP2", "XZ": "ZIP_LZMA"}
    near = nearest(found, short)
    return None if near is None else f"did you mean zipfile.{short[near]}?"
