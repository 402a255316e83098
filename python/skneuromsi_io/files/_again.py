"""Files that are opened again, in this process or in another."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._errors import BadArchiveError

#: Size, time of the last change in ns, and number of a file.
Stamp = tuple[int, int, int]


class Again(NamedTuple):
    """All that it takes to open a file again, in this process or in another."""

    path: str
    limits: dict[str, int]
    options: dict[str, Any]
    display_name: str
    stamp: Stamp | None

    def check(self, found: Stamp | None) -> None:
        """Check that the file is what it was, by its stamp.

        Raises
        ------
        BadArchiveError
            If not.

        """
        if found != self.stamp:
            raise BadArchiveError(
                archive=self.display_name,
                expected=f"the file as it was when it was scanned ({_shown(self.stamp)})",
                found=f"one that has changed since ({_shown(found)})",
                remedy="scan it again",
            )


def _shown(stamp: Stamp | None) -> str:
    if stamp is None:
        return "no file"
    size, modified, number = stamp
    return f"{size} bytes, changed at {modified} ns, inode {number}"
