"""Contents of an archive, from its directory and metadata, and from each array where that is asked for."""

from __future__ import annotations

import collections
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from .._batches import thread_count
from ..archive import _members
from ..arrays._frame import Frame
from ..results._in_file import StoredResults
from ..results._packed import PackedResult
from ..results._summary import Summary
from ..results._table import NONE
from ._reader import UNPACKED, ArchiveReader

#: Kinds of members, by their names.
DATA, METADATA, ARRAYS, INDEX = "data", "metadata", "arrays", "index"
OTHERS = "others"

#: Constructor arguments of results that can be gathered.
COLUMNS = ("mname", "mtype", "output_mode", "run_parameters", "causes")


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
    modes: tuple[str, ...]


class Contents:
    """The contents of an archive; a context manager that closes it.

    Parameters
    ----------
    path_or_stream, storage_options
        As of :func:`skneuromsi_io.scan_ndc`, which also says what is raised.

    Attributes
    ----------
    display_name : str
        What messages call the archive.
    metadata : dict
        Those of the collection.
    name : str
        Name of the collection.
    size : int
        Number of results.

    """

    def __init__(
        self, path_or_stream: Any, storage_options: Mapping[str, Any] | None = None
    ):
        self._reader = ArchiveReader(path_or_stream, storage_options=storage_options)
        try:
            self.display_name = self._reader.display_name
            with self._reader.advising():
                self.metadata = self._reader.metadata
                self.name = str(self._reader.name)
                self.size = self._reader.size_in_file()
                self._index = self._reader.read_index()
        except BaseException:
            self._reader.close()
            raise

    def __enter__(self) -> Contents:
        return self

    def __exit__(
        self,
        cls: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._reader.__exit__(cls, error, traceback)

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
        """Return of each result the constructor arguments that :data:`COLUMNS` names; no array is read.

        Raises
        ------
        BadMetadataError
            If results differ in the names of their run parameters.

        """
        summary = Summary(StoredResults(self._reader, range(self.size)))
        gathered = [summary.column(name).tolist() for name in COLUMNS]
        return [
            dict(zip(COLUMNS, row, strict=True)) for row in zip(*gathered, strict=True)
        ]

    def labels(self) -> Iterator[Labelled]:
        """Give the labels of each array, of the index or else of the array, which is read and checked."""
        if self._index is None:
            batches = self._reader.checked(range(self.size), UNPACKED)
            yield from map(_labels_of, itertools.chain.from_iterable(batches))
            return
        table = self._index.table
        known: dict[int, Labelled] = {}
        for index, (template, array) in enumerate(
            zip(table.template.tolist(), table.array.tolist(), strict=True)
        ):
            # Labels of a result without template may be in its metadata.
            if template == NONE or array == NONE:
                yield _labels_of(self._reader.load_checked(index))
                continue
            if array not in known:
                known[array] = _labels_in(self._index.frame(array))
            yield known[array]

    def kinds(self) -> dict[Labelled, int | None]:
        """Return the labels that there are, and how many arrays have them.

        Without an index, they are those of the first array, and how many others have them is not known (None).
        """
        if self._index is not None:
            return dict(collections.Counter(self.labels()))
        (first,) = self._reader.load_unpacked([0], thread_count())
        self._reader.check(first)
        return {_labels_of(first): 1 if self.size == 1 else None}


def _kind(name: str) -> str:
    if name == _members.INDEX:
        return INDEX
    if not _members.is_required(name):
        return OTHERS
    if name.endswith(_members.METADATA):
        return METADATA
    return DATA if name.endswith(_members.NDDATA) else ARRAYS


def _labels_of(result: PackedResult) -> Labelled:
    frame = result.plain_frame()
    if frame is not None:
        return _labels_in(frame)
    # Labelled by its metadata too, or decoded by xarray.
    array = result.open().to_xarray()
    modes = tuple(map(str, array.modes.values))
    dims = tuple(map(str, array.dims))
    return Labelled(dims, array.shape, str(array.dtype), modes)


def _labels_in(frame: Frame) -> Labelled:
    modes = tuple(map(str, frame.labels("modes")))
    return Labelled(tuple(frame.dims), frame.shape, str(frame.dtype), modes)
