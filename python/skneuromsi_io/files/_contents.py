"""Tells what an archive holds: from its directory and metadata, and from each array where that is asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .._batches import thread_count
from .._errors import BadMetadataError
from ..archive import _members
from ..results._columns import rows_of
from ..results._packed import PackedResult
from ..results._stored import StoredResults
from ._reader import UNPACKED, ArchiveReader

#: Kinds of members, by their names.
DATA, METADATA, ARRAYS, OTHERS = "data", "metadata", "arrays", "others"


@dataclass
class Stored:
    """Members, and the bytes that they take.

    Attributes
    ----------
    members : int
    methods : set of int
        Numbers of their compression methods (APPNOTE 4.4.5).
    compressed, size : int
        Bytes in the archive, and uncompressed.

    """

    members: int = 0
    methods: set[int] = field(default_factory=set)
    compressed: int = 0
    size: int = 0

    def add(self, method: int, compressed: int, size: int) -> None:
        """Count a member."""
        self.members += 1
        self.methods.add(method)
        self.compressed += compressed
        self.size += size

    def __or__(self, other: Stored) -> Stored:
        """Count both."""
        return Stored(
            self.members + other.members,
            self.methods | other.methods,
            self.compressed + other.compressed,
            self.size + other.size,
        )


@dataclass(frozen=True)
class Labelled:
    """The labels of an array, without its values."""

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: str


class Contents:
    """What an archive holds; a context manager that closes it.

    Parameters
    ----------
    path_or_stream
        As of :func:`skneuromsi_io.scan_ndc`, which also says what is raised.

    Attributes
    ----------
    label : str
        What messages call the archive.
    metadata : dict
        Those of the collection.
    name : str
        Name of the collection.
    size : int
        Number of results.

    """

    def __init__(self, path_or_stream: Any):
        self._reader = ArchiveReader(path_or_stream)
        try:
            self.label = self._reader.label
            self.metadata = self._reader.metadata
            self.name = str(self._reader.name)
            self.size = self._reader.size_in_file()
        except BaseException:
            self._reader.close()
            raise

    def __enter__(self) -> Contents:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._reader.close()

    def stored(self) -> dict[str, Stored]:
        """Return what the members of each kind take."""
        kinds: dict[str, Stored] = {}
        for name, *numbers in self._reader.archive.entries():
            kinds.setdefault(_kind(name), Stored()).add(*numbers)
        return kinds

    def stored_of_results(self) -> list[Stored]:
        """Return what the members of each result take."""
        results = [Stored() for _ in range(self.size)]
        for name, *numbers in self._reader.archive.entries():
            index = _members.result_index(name)
            if index is not None and index < self.size:
                results[index].add(*numbers)
        return results

    def columns(self) -> list[dict[str, Any]]:
        """Return of each result the constructor arguments except `nddata` and `extra`; no array is read.

        Raises
        ------
        BadMetadataError
            If results differ in the names of their run parameters.

        """
        stored = StoredResults(self._reader, range(self.size))
        rows = [row for batch in stored.described() for row in rows_of(batch)]
        expected = [*rows[0]["run_parameters"]]
        for index, row in enumerate(rows):
            if [*row["run_parameters"]] != expected:
                raise BadMetadataError(
                    archive=self.label,
                    member=_members.of_result(index, _members.METADATA),
                    expected=f"run parameters {expected!r:.200}",
                    found=f"{[*row['run_parameters']]!r:.200}",
                )
        return rows

    def labels(self) -> Iterator[Labelled]:
        """Read, verify and compare one result after the other, and tell the labels of each."""
        batches = self._reader.checked(range(self.size), UNPACKED)
        return map(_labels_of, itertools.chain.from_iterable(batches))

    def first(self) -> tuple[Labelled, Any, str]:
        """Read the first result alone: its labels, its modes and the output mode."""
        (result,) = self._reader.load_unpacked([0], thread_count())
        self._reader.check(result)
        modes, output_mode, _ = self._reader.agreement.expected
        return _labels_of(result), modes, output_mode


def _kind(name: str) -> str:
    if not _members.is_known(name):
        return OTHERS
    if name.endswith(_members.METADATA):
        return METADATA
    return DATA if name.endswith(_members.NDDATA) else ARRAYS


def _labels_of(result: PackedResult) -> Labelled:
    frame = result.plain_frame()
    if frame is not None:
        return Labelled(tuple(map(str, frame.dims)), frame.shape, str(frame.dtype))
    # Labelled by its metadata too, or decoded by xarray.
    array = result.open().to_xarray()
    return Labelled(tuple(map(str, array.dims)), array.shape, str(array.dtype))
