"""Context managers that say where an error happened, or make one of ours of a library's."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from ._base import SkneuromsiIOError
from ._classes import LimitError


class at:  # noqa: N801 - reads as a preposition: ``with at(archive=...)``
    """Context manager that fills in where an error of this package happened.

    A class, since a generator takes 1 µs more, and each result that is checked passes through one.

    Parameters
    ----------
    archive, member, key : str, optional
        As of :class:`SkneuromsiIOError`; what an error knows already stays.

    """

    __slots__ = ("_archive", "_key", "_member")

    def __init__(
        self,
        *,
        archive: str | None = None,
        member: str | None = None,
        key: str | None = None,
    ):
        self._archive = archive
        self._member = member
        self._key = key

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        cls: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, SkneuromsiIOError):
            error.fill(archive=self._archive, member=self._member, key=self._key)


class translating:  # noqa: N801 - as `at`
    """Context manager that turns what libraries raise of bad input, which is of any class, into one of ours.

    Exhausted memory becomes a :class:`LimitError`; errors of this package pass.

    Parameters
    ----------
    cls : type
        Class of the error that is raised.
    expected, found : str, optional
        What it says, with the library's words behind; these alone by default.

    """

    __slots__ = ("_cls", "_expected", "_found")

    def __init__(
        self,
        cls: type[SkneuromsiIOError],
        expected: str | None = None,
        found: str | None = None,
    ):
        self._cls = cls
        self._expected = expected
        self._found = found

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        cls: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, MemoryError):
            raise LimitError("too much for the memory") from error
        if not isinstance(error, Exception) or isinstance(error, SkneuromsiIOError):
            return
        if self._expected is None:
            notes: Any = getattr(error, "__notes__", ())
            raise self._cls(" ".join((str(error), *notes))) from error
        words = " ".join(str(error).split())
        raise self._cls(
            expected=self._expected,
            found=f"{self._found} ({type(error).__name__}: {words:.300})",
        ) from error
