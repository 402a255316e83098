"""Reports of verify and repair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .. import _html
from .._errors import NOT_OF_THE_ARCHIVE, SkneuromsiIOError
from .._remedies import COPY_AGAIN, REPAIR
from ..archive._file_system import printable

#: Remedies that a report gives for all members at once. They are told apart by what they are, each a constant,
#: whatever it says; one for a URL has it at its end.
_ONCE = (REPAIR, COPY_AGAIN)

#: Problems that the text of a report shows.
_SHOWN = 20


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an archive.

    Attributes
    ----------
    member : str or None
        The member that it is about; None for the archive as a whole.
    message : str
        What was expected and what was found.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> report = sio.verify(b"")
    >>> for problem in report.problems:
    ...     print(problem.member, "|", problem.message)
    None | expected a zip archive, found an empty file; store or copy it again

    """

    member: str | None
    message: str

    def __str__(self) -> str:
        return f"{self.member}: {self.message}" if self.member else self.message


def problem_of(error: SkneuromsiIOError) -> Problem:
    """Return what an exception says as part of a report, which names the archive itself.

    Raises
    ------
    SkneuromsiIOError
        The exception itself, if it is one of `NOT_OF_THE_ARCHIVE`.

    """
    if isinstance(error, NOT_OF_THE_ARCHIVE):
        raise error
    if error.member is not None and (error.remedy or "").endswith(_ONCE):
        # The remedy is the same for each member: the text of a report says it once.
        error.remedy = None
    return Problem(error.member, error.message)


@dataclass(frozen=True)
class VerifyReport:
    """Report of :func:`skneuromsi_io.verify`.

    Attributes
    ----------
    path : str
        The archive, as messages call it.
    members : int
        Members in the archive.
    results : int
        Results that are sound.
    problems : tuple of Problem
        Everything that is wrong; empty for a sound archive.
    remedy : str or None
        What to do about damaged members; None where the problem says it, or nothing is wrong.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> sio.store_ndresults_collection("sweep.ndc", sweep(), tqdm_cls=None)
    >>> report = sio.verify("sweep.ndc")
    >>> report.ok, report.members, report.results
    (True, 8, 3)

    """

    path: str
    members: int
    results: int
    problems: tuple[Problem, ...]
    remedy: str | None = None

    @property
    def ok(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.problems

    def __str__(self) -> str:
        counts = f"{self.members} members, {self.results} sound results"
        text = f"{self.path}: {counts}, {_listing(self.problems)}"
        return text if self.remedy is None else f"{text}\n  {self.remedy}"

    def _repr_html_(self) -> str:
        counts = [("members", self.members), ("sound results", self.results)]
        state = "sound" if self.ok else "damaged"
        return _page(f"{self.path}: {state}", counts, self.problems, self.remedy)


@dataclass(frozen=True)
class RepairReport:
    """Report of :func:`skneuromsi_io.repair`.

    Attributes
    ----------
    path : str
        The damaged archive, as messages call it.
    out : str
        The new archive.
    kept : tuple of int
        Numbers that the results of the new archive had in the old one, in their new order.
    metadata : bool
        Whether the metadata of the collection were saved too; if not, they were made anew, without the name
        of the collection and what the user had added.
    problems : tuple of Problem
        Why other members and results were lost.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> from skneuromsi_io.examples import sweep
    >>> sio.store_ndresults_collection("sweep.ndc", sweep(), tqdm_cls=None)
    >>> print(sio.repair("sweep.ndc", "saved.ndc"))
    sweep.ndc: 3 results saved to saved.ndc, with their metadata, no problems

    """

    path: str
    out: str
    kept: tuple[int, ...]
    metadata: bool
    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        saved = "with their metadata" if self.metadata else "with new metadata"
        counts = f"{len(self.kept)} results saved to {printable(self.out)}, {saved}"
        return f"{self.path}: {counts}, {_listing(self.problems)}"

    def _repr_html_(self) -> str:
        counts = [
            ("saved to", self.out),
            ("results", len(self.kept)),
            ("metadata", "saved" if self.metadata else "made anew"),
        ]
        return _page(f"{self.path}: repaired", counts, self.problems)


def _listing(problems: tuple[Problem, ...]) -> str:
    lines = [f"\n  {problem}" for problem in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        lines.append(f"\n  and {len(problems) - _SHOWN} more")
    count = {0: "no problems", 1: "1 problem:"}
    return count.get(len(problems), f"{len(problems)} problems:") + "".join(lines)


def _page(
    title: str,
    counts: Sequence[tuple[str, object]],
    problems: tuple[Problem, ...],
    remedy: str | None = None,
) -> str:
    parts = [_html.pairs([*counts, ("problems", len(problems))])]
    if problems:
        rows = [
            ("" if problem.member is None else problem.member, problem.message)
            for problem in problems[:_SHOWN]
        ]
        parts.append(_html.table(("member", "problem"), rows))
    if len(problems) > _SHOWN:
        parts.append(_html.escaped(f"and {len(problems) - _SHOWN} more"))
    if remedy is not None:
        parts.append(_html.escaped(remedy))
    return _html.page(title, *parts)
