"""Errors of the command line: one line each, without a traceback."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from .._errors import MissingPackageError, SkneuromsiIOError
from .._remedies import in_verbs
from ._output import warn

if TYPE_CHECKING:
    from ..files._report import RepairReport, VerifyReport

_Report = TypeVar("_Report", "VerifyReport", "RepairReport")


class Failure(Exception):  # noqa: N818 - what a verb says, where no function of the package does
    """A problem whose text is all that there is to say."""


#: Exceptions that are told by their text; any other is a fault of this package, with its traceback.
REPORTED = (SkneuromsiIOError, OSError, MemoryError, Failure)


def report(error: BaseException) -> None:
    """Tell of an exception on stderr, with its notes."""
    notes: Iterable[str] = getattr(error, "__notes__", ())
    text = "\n".join((_text(error), *notes))
    warn(f"Error: {in_verbs(text)}")


def _text(error: BaseException) -> str:
    if isinstance(error, SkneuromsiIOError):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename or repr('')}: {error.strerror}"
    if isinstance(error, MemoryError):
        return f"not enough memory ({error})" if str(error) else "not enough memory"
    return str(error)


def without_package(
    out: str, package: str, use: str, extra: str
) -> MissingPackageError:
    """Return the error for an output that takes a package of an extra, which is not installed."""
    return MissingPackageError(
        archive=out,
        expected=f"{package}, which {use}",
        found=f"no package {package}",
        remedy=f'pip install "skneuromsi-io[{extra}]"',
    )


def for_verbs(report: _Report) -> _Report:
    """Return a report that is told in the words of the command line."""
    problems = tuple(
        dataclasses.replace(one, message=in_verbs(one.message))
        for one in report.problems
    )
    told: dict[str, Any] = {"problems": problems}
    if hasattr(report, "remedy"):
        told["remedy"] = report.remedy and in_verbs(report.remedy)
    return dataclasses.replace(report, **told)


def each(files: Iterable[str], act: Callable[[str], bool]) -> int:
    """Act on one file after the other, past those with a problem.

    Returns
    -------
    int
        0, or 1 if `act` raised, or returned False, for one of them.

    """
    status = 0
    for file in files:
        try:
            status |= not act(file)
        except REPORTED as error:
            report(error)
            status = 1
    return status
