"""Budget of the memory that a document may take beyond its text: sizes that a file only claims are held to it.

Writer and reader count alike, so that what is stored can be opened.
"""

from __future__ import annotations

#: Memory that the values of a document may take whatever their text. A dtype states a width, which may be false:
#: ``["array", "<U1000000000", [1000]]`` is a line of JSON and 4 TB.
_FREE_BYTES = 64 << 20


class Budget:
    """Memory that the values of a document may still take beyond what is due to their text."""

    def __init__(self) -> None:
        self._left = _FREE_BYTES

    def allows(self, taken: int, due: int) -> bool:
        """Return whether there is memory left for what takes `taken` bytes, and has text for `due` of them."""
        self._left -= max(0, taken - due)
        return self._left >= 0
