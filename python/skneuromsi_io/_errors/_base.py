"""The base of all exceptions: its text is made of what it knows."""

from __future__ import annotations

from collections.abc import Iterator

from .._remedies import of_archive


class SkneuromsiIOError(Exception):
    """Base of every error that this package raises about a file or an object.

    Its text is made of its attributes: ``ARCHIVE: member "NAME": 'KEY': expected X, found Y; REMEDY``.

    Parameters
    ----------
    message : str, optional
        Text that takes the place of "expected X, found Y".
    archive : str, optional
        The archive: `str` of what was opened.
    member : str, optional
        The member of the archive.
    key : str, optional
        The argument, the JSON pointer within the member, or the part of the object.
    expected, found : str, optional
        What should have been there, and what was.
    remedy : str, optional
        The user's next step.

    Examples
    --------
    >>> import skneuromsi_io as sio
    >>> try:
    ...     sio.read_metadata(b"Notes of the lab.")
    ... except sio.SkneuromsiIOError as error:
    ...     print(error)
    ...     print(error.expected, "|", error.found, "|", error.remedy)
    <17 bytes>: expected a zip archive, found a text file; check the path
    a zip archive | a text file | check the path

    """

    #: The remedy for most errors of a class.
    _usually: str | None = None

    def __init__(
        self,
        message: str | None = None,
        *,
        archive: str | None = None,
        member: str | None = None,
        key: str | None = None,
        expected: str | None = None,
        found: str | None = None,
        remedy: str | None = None,
    ):
        # Pickle and copy call the class with `args` and restore the attributes after it.
        super().__init__(*(() if message is None else (message,)))
        self.archive = archive
        self.member = member
        self.key = key
        self.expected = expected
        self.found = found
        self._remedy = self._usually if remedy is None else remedy

    @property
    def remedy(self) -> str | None:
        """The user's next step."""
        return of_archive(self._remedy, self.archive)

    @remedy.setter
    def remedy(self, remedy: str | None) -> None:
        self._remedy = remedy

    def fill(
        self,
        *,
        archive: str | None = None,
        member: str | None = None,
        key: str | None = None,
    ) -> None:
        """Say where it happened, unless that is known already.

        Examples
        --------
        >>> import skneuromsi_io as sio
        >>> error = sio.ArgumentError(expected="a number", found="a text")
        >>> error.fill(archive="sweep.ndc", key="time_res")
        >>> print(error)
        sweep.ndc: 'time_res': expected a number, found a text

        """
        self.archive = archive if self.archive is None else self.archive
        self.member = member if self.member is None else self.member
        self.key = key if self.key is None else self.key

    @property
    def message(self) -> str:
        """The text without archive and member."""
        if self.args:
            told = str(self.args[0])
        elif self.expected is not None:
            told = f"expected {self.expected}, found {self.found}"
        else:
            told = ""
        if self.remedy is not None:
            told = f"{told}; {self.remedy}"
        return ": ".join((*self._keys(), told))

    def _keys(self) -> Iterator[str]:
        if self.key is None:
            return
        shown = f"{self.key!r:.200}"
        # Words of Python and of scikit-neuromsi mostly name the argument themselves.
        if not (self.args and shown in str(self.args[0])):
            yield shown

    def __str__(self) -> str:
        text = self.message
        if self.member is not None:
            # Names come from the file: a line break in one is shown as \n.
            text = f'member "{repr(self.member)[1:-1]}": {text}'
        return text if self.archive is None else f"{self.archive}: {text}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"
