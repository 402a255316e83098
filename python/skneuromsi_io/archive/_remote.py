"""Archives behind a URL, read by ranges of bytes through fsspec."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn
from urllib.parse import unquote

from .._errors import (
    ArgumentError,
    ArgumentTypeError,
    MissingPackageError,
    RemoteError,
    SkneuromsiIOError,
)
from .._remedies import OPTIONS, URL
from ._http import checks, is_http

#: User and password of a URL, and a query, which may be a signature.
_USER = re.compile(r"(?<=://)[^/?#\s]*@")
_QUERY = re.compile(r"\?.*", re.DOTALL)

#: Keys of options whose values are secrets, and the letters from which on any other value may be one: shorter ones
#: are words that a message needs.
_SECRET_KEY = re.compile(
    "key|secret|token|pass|pwd|auth|cred|user|login|sign|sas|cookie|session|header",
    re.IGNORECASE,
)
_LONG = 8

#: Keys by which file systems tell versions of a file, without case and punctuation; and the last resort.
_VERSIONS = {
    *("etag", "lastmodified", "mtime", "modified", "updated", "generation", "ino"),
    *("versionid", "contentmd5", "md5", "md5hash", "crc32c", "checksum", "digest"),
}
_CREATED = "created"

#: Requests that are under way at once.
_AT_ONCE = 16

_TRY_AGAIN = f"see that the server can be reached and {OPTIONS} are right"

#: The command that installs fsspec, and its packages for HTTP.
_EXTRA = 'pip install "skneuromsi-io[remote]"'

#: File systems that a process had before it forked. Letting go of one would close connections of the parent.
_of_parents: list[Any] = []


def is_url(path_or_stream: Any) -> bool:
    """Return whether it is a URL: text that begins with a protocol."""
    return isinstance(path_or_stream, str) and URL.match(path_or_stream) is not None


def without_secrets(url: str) -> str:
    """Return a URL without user, password and query, as messages show it."""
    return _QUERY.sub("?...", _USER.sub("", url))


def located(path_or_stream: Any, storage_options: Mapping[str, Any] | None) -> Any:
    """Return the file behind a URL; anything else as it is.

    Raises
    ------
    ArgumentError
        If there are options for something else than a URL.
    TypeError
        If they are not a mapping.
    MissingPackageError, RemoteError, FileNotFoundError
        As of :class:`RemoteFile`.

    """
    if storage_options is not None and not isinstance(storage_options, Mapping):
        raise ArgumentTypeError(
            key="storage_options",
            expected="a mapping",
            found=type(storage_options).__name__,
        )
    if is_url(path_or_stream):
        return RemoteFile(path_or_stream, dict(storage_options or {}))
    if storage_options:
        is_path = isinstance(path_or_stream, (str, os.PathLike))
        found = repr(str(path_or_stream)) if is_path else type(path_or_stream).__name__
        raise ArgumentError(
            key="storage_options",
            expected="none for what is not a URL",
            found=f"some for {found:.200}",
        )
    return path_or_stream


class _Connection(NamedTuple):
    """The file system of a process, and the path of the file in it."""

    pid: int
    fs: Any
    path: str
    #: Held while a file system reads that is not made for threads.
    lock: contextlib.AbstractContextManager[Any]


class RemoteFile:
    """A file behind a URL. Threads may share it, and so may processes that fork.

    Parameters
    ----------
    url : str
        What fsspec takes.
    storage_options : dict
        What the file system takes.

    Attributes
    ----------
    size : int
        Its bytes.
    stamp : tuple of (str, str)
        What tells it from itself after a change, as far as the file system says.

    Raises
    ------
    MissingPackageError
        If fsspec is not installed, or a package that it needs for the protocol.
    FileNotFoundError, IsADirectoryError
        If it is not there, or not a file.
    RemoteError
        If the server cannot be reached, refuses, or tells no size.

    """

    def __init__(self, url: str, storage_options: dict[str, Any]):
        self.url = url
        self.storage_options = storage_options
        self._connection = self._connect()
        _, fs, path, lock = self._connection
        with self._translating("a file"), lock:
            # A listing that it remembers is older than the file may be.
            fs.invalidate_cache(path)
            info = fs.info(path)
        self._check(info)
        self.size = int(info["size"])
        self.stamp = (("size", str(self.size)), *_versions(info))

    def __str__(self) -> str:
        return without_secrets(self.url)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    def read(self, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the bytes of ranges, each from its first byte to before its last, asked for side by side."""
        connection = self._connection
        if connection.pid != os.getpid():
            _of_parents.append(connection.fs)
            connection = self._connection = self._connect()
        _, fs, path, lock = connection
        options: dict[str, Any] = {}
        if fs.async_impl:
            options["batch_size"] = _AT_ONCE
        if is_http(fs):
            options |= checks(fs, str(self), self.stamp)
        starts, ends = [start for start, _ in ranges], [end for _, end in ranges]
        wanted = f"bytes {starts[0]} to {ends[-1]}"
        with self._translating(wanted), lock:
            answers = fs.cat_ranges([path] * len(ranges), starts, ends, **options)
        for (start, end), answer in zip(ranges, answers, strict=True):
            if isinstance(answer, BaseException):
                self._raise(answer, f"bytes {start} to {end}")
            if len(answer) != end - start:
                raise RemoteError(
                    archive=str(self),
                    expected=f"{end - start} bytes at {start}",
                    found=f"{len(answer)}",
                    remedy="the file changed, or the server has no ranges: open it again",
                )
        return [bytes(answer) for answer in answers]

    def _connect(self) -> _Connection:
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise MissingPackageError(
                archive=str(self),
                expected="fsspec, which reads URLs",
                found="none",
                remedy=_EXTRA,
            ) from None
        try:
            fs, path = url_to_fs(self.url, **self.storage_options)
        except ImportError as error:
            # The extra has the packages of HTTP only.
            raise MissingPackageError(
                archive=str(self),
                expected="the packages that fsspec needs for this protocol",
                found=self._clean(error),
                remedy=f"{_EXTRA} for HTTP, else install the package that is named",
            ) from None
        except Exception as error:  # noqa: BLE001 - of any library
            raise ArgumentError(
                archive=str(self),
                expected=f"a URL and {OPTIONS} that fsspec takes",
                found=self._clean(error),
            ) from None
        lock = contextlib.nullcontext() if fs.async_impl else threading.Lock()
        return _Connection(os.getpid(), fs, path, lock)

    def _check(self, info: Mapping[str, Any]) -> None:
        if info.get("type") == "directory":
            code = errno.EISDIR
            raise IsADirectoryError(code, os.strerror(code), str(self))
        expected = None
        if info.get("size") is None:
            expected, found = "a server that tells the size of the file", "none"
        elif info.get("partial") is False:
            expected, found = "a server with ranges", "one that says it has none"
        if expected is not None:
            remedy = f"download the file, as 'simplecache::{self}' does"
            raise RemoteError(
                archive=str(self), expected=expected, found=found, remedy=remedy
            )

    @contextlib.contextmanager
    def _translating(self, expected: str) -> Iterator[None]:
        """Turn what libraries raise, which is of any class, into our errors, without secrets."""
        try:
            yield
        except Exception as error:  # noqa: BLE001
            self._raise(error, expected)

    def _raise(self, error: BaseException, expected: str) -> NoReturn:
        if isinstance(error, (SkneuromsiIOError, MemoryError)):
            raise error
        if isinstance(error, FileNotFoundError):
            # fsspec takes any failure for a file that is not there, and says the truth in the cause.
            cause = error.__cause__
            if cause is None or getattr(cause, "status", None) in (404, 410):
                code = errno.ENOENT
                raise FileNotFoundError(code, os.strerror(code), str(self)) from None
            error = cause
        if not isinstance(error, Exception):
            raise error
        raise RemoteError(
            archive=str(self),
            expected=expected,
            found=self._clean(error),
            remedy=_TRY_AGAIN,
        ) from None

    def _clean(self, error: BaseException) -> str:
        """Return what an error says, without secrets."""
        text = " ".join(str(error).split()).replace(self.url, str(self))
        text = _USER.sub("", text)
        for secret in self._secrets():
            text = text.replace(secret, "***")
        name = type(error).__name__
        return f"{name}: {text:.300}" if text else name

    def _secrets(self) -> list[str]:
        user, query = _USER.search(self.url), _QUERY.search(self.url)
        found = {*_secret_texts(self.storage_options)}
        found |= {*user[0].strip("@").split(":", 1)} if user else set()
        found |= {query[0].strip("?")} if query else set()
        found |= {unquote(text) for text in found}
        return sorted(found - {""}, key=len, reverse=True)


def _secret_texts(options: Any, is_secret: bool = False) -> Iterator[str]:
    """Give the texts in options that may be secrets: long ones, and those below a key that says so."""
    if isinstance(options, str):
        if is_secret or len(options) >= _LONG:
            yield options
    elif isinstance(options, Mapping):
        for key, value in options.items():
            named = _SECRET_KEY.search(str(key)) is not None
            yield from _secret_texts(value, is_secret or named)
    elif isinstance(options, (list, tuple)):
        for value in options:
            yield from _secret_texts(value, is_secret)


def _versions(info: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what an answer says of the version of a file."""
    plain = {re.sub("[^a-z0-9]", "", key.lower()): key for key in info}
    found = sorted(plain.keys() & _VERSIONS) or plain.keys() & {_CREATED}
    return [(plain[key], str(info[plain[key]])) for key in found]
