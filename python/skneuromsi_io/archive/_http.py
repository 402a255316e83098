"""Answers of HTTP servers to requests of ranges: each must be what was asked for, of the file as it was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .._errors import BadArchiveError, RemoteError
from .._remedies import OPTIONS

#: Headers that tell versions of a file, the most exact first.
_VALIDATORS = ("ETag", "Last-Modified")

_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")

Stamp = Sequence[tuple[str, str]]


def is_http(fs: Any) -> bool:
    """Return whether a file system is fsspec's of HTTP."""
    # Not by import, which takes aiohttp.
    return any(
        cls.__module__ == "fsspec.implementations.http" for cls in type(fs).__mro__
    )


def checks(fs: Any, display_name: str, stamp: Stamp) -> dict[str, Any]:
    """Return options of a request by which its answer is checked before its body is read.

    Parameters
    ----------
    fs : fsspec.implementations.http.HTTPFileSystem
    display_name : str
        What messages call the file.
    stamp : sequence of (str, str)
        Size and validators of the file as it was.

    """

    async def check(response: Any) -> None:
        try:
            asked = response.request_info.headers.get("Range", "")
            judge(response.status, response.headers, asked, display_name, dict(stamp))
        except BaseException:
            # The body of a server without ranges is the whole file.
            response.close()
            raise

    # Ranges of a compressed answer are not those of the file.
    headers = {**fs.kwargs.get("headers", {}), "Accept-Encoding": "identity"}
    return {"headers": headers, "raise_for_status": check}


def judge(
    status: int,
    headers: Mapping[str, str],
    asked: str,
    display_name: str,
    stamp: Mapping[str, str],
) -> None:
    """Check the answer to a request of a range.

    Raises
    ------
    FileNotFoundError
        If the file is not there any more; fsspec raises it.
    BadArchiveError
        If the file has changed.
    RemoteError
        If the server has no ranges, or refuses.

    """
    if status in (404, 410):
        return
    if status == 416:
        _check_same("size", "less", display_name, stamp)
    if status not in (200, 206):
        raise _refused(status, display_name)
    for name in _VALIDATORS:
        if name in stamp and name in headers:
            _check_same(name, headers[name], display_name, stamp)
            break
    if status == 206:
        found = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", ""))
        if found and found[3] != "*":
            _check_same("size", found[3], display_name, stamp)
        if found and asked == f"bytes={found[1]}-{found[2]}":
            return
    elif asked == f"bytes=0-{int(stamp['size']) - 1}":
        return
    raise RemoteError(
        archive=display_name,
        expected=f"a server with ranges, for {asked}",
        found=headers.get("Content-Range", "the whole file"),
        remedy=f"download the file, as 'simplecache::{display_name}' does",
    )


def _refused(status: int, display_name: str) -> RemoteError:
    forbidden = status in (401, 403)
    return RemoteError(
        archive=display_name,
        expected="an answer of status 206 (partial content)",
        found=f"status {status}",
        remedy=f"pass credentials in {OPTIONS}" if forbidden else "try again later",
    )


def _check_same(
    name: str, found: str, display_name: str, stamp: Mapping[str, str]
) -> None:
    if found != stamp[name]:
        raise BadArchiveError(
            archive=display_name,
            expected=f"the file as it was when it was opened ({name} {stamp[name]})",
            found=f"one that has changed since ({name} {found})",
            remedy="open it again",
        )
