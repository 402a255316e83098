"""A contender: makes its collection, stores it, opens it, and touches every array."""

from __future__ import annotations

import abc
from pathlib import Path
from typing import Any

import _digests


class Contender(abc.ABC):
    """One way to store results."""

    #: For tables.
    title: str
    #: True if arrays of `extra` come back as arrays, False if as lists of numbers.
    exact = True

    @abc.abstractmethod
    def build(self, results: list[dict[str, Any]]) -> Any:
        """Make the collection that is stored."""

    @abc.abstractmethod
    def store(self, path: Path, collection: Any, **options: Any) -> None:
        """Store it."""

    @abc.abstractmethod
    def open(self, path: Path) -> Any:
        """Open it again."""

    def touch(self, collection: Any) -> Any:
        """Bring every array into memory, all at the same time."""
        results = list(collection)
        for result in results:
            result._nddata.values  # noqa: B018
            result._extra  # noqa: B018
        return results

    def memory(self, collection: Any) -> dict[str, int]:
        """Bytes of the collection in memory, and of its largest result decoded, where known."""
        del collection
        return {}

    def check(self, touched: Any, expected: list[dict[str, Any]]) -> None:
        """Assert that what was read equals what the models gave."""
        assert len(touched) == len(expected)
        for result, digests in zip(touched, expected, strict=True):
            assert _digests.of_nddata(result._nddata) == digests["nddata"]
            assert _digests.of_parameters(result._run_parameters) == digests["run"]
            extra = result._extra
            if self.exact:
                assert _digests.of_extra(extra) == digests["extra"]
            else:
                found = _digests.of_numbers(extra, digests["arrays"])
                assert found == digests["numbers"]
