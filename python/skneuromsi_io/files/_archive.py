"""An archive that is open: its metadata, and the index that says what its results have in common."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from .. import _native
from .._cached import cached_property
from .._errors import (
    ArgumentError,
    BadMetadataError,
    MissingMemberError,
    SkneuromsiIOError,
    UnstorableError,
    at,
)
from .._remedies import COPY_AGAIN, REPAIR, of_archive
from ..archive import _document, _members
from ..archive._diagnosis import explain_missing_metadata, explained
from ..archive._remote import located
from ..archive._source import caps_of, display_name_of, open_archive, source_of
from ..results._index import Index
from ._again import Again, again_of
from ._kept import let_go, reopened


class OpenArchive:
    """An open archive: its metadata, and its index.

    It is a context manager: at the end of the block the file is closed, whoever still holds an exception; a stream
    stays open.

    Parameters
    ----------
    path_or_stream : str, os.PathLike, bytes-like or binary file object
        A path may be a URL.
    limits, **kwargs
        As of :func:`skneuromsi_io.archive._source.open_archive`, which also says what is raised.
    storage_options : mapping, optional
        Options of fsspec for a URL, as of :class:`skneuromsi_io.archive._remote.RemoteFile`.

    Attributes
    ----------
    display_name : str
        What messages call the archive.

    """

    #: Arguments by which another process opens the file; None for a stream.
    again: Again | None = None
    #: The archive's index, if :meth:`use_index` was called and there is one.
    index: Index | None = None

    #: True if it was opened by its members, without regard to its directory.
    is_salvaged = False

    def __init__(
        self,
        path_or_stream: Any,
        limits: Mapping[str, int] | None = None,
        storage_options: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ):
        source = located(path_or_stream, storage_options)
        archive = open_archive(source, limits, **kwargs)
        self._fill(archive, display_name_of(source))
        self.again = again_of(source, archive, limits, kwargs)

    @classmethod
    def salvaged(
        cls, path_or_stream: Any, limits: Mapping[str, int] | None
    ) -> tuple[Self, list[SkneuromsiIOError]]:
        """Open what is whole of a damaged archive; also return what is wrong with the other members."""
        display_name = display_name_of(path_or_stream)
        source, caps = source_of(path_or_stream), caps_of(limits)
        with explained(path_or_stream, source):
            archive, faults = _native.Archive.salvage(source, display_name, caps)
        self = cls.__new__(cls)
        self._fill(archive, display_name)
        self.is_salvaged = True
        return self, faults

    def _fill(self, archive: _native.Archive, display_name: str) -> None:
        self._archive: _native.Archive | None = archive
        self.display_name = display_name
        #: The readers that share its file.
        self.users: weakref.WeakSet[OpenArchive] = weakref.WeakSet()
        self._owner: OpenArchive | None = None

    def shared(self) -> Self:
        """Return a reader of the same file, which each can close without the other."""
        reader = type(self).__new__(type(self))
        reader.__dict__.update(self.__dict__, users=weakref.WeakSet(), _owner=self)
        self.users.add(reader)
        return reader

    @property
    def archive(self) -> _native.Archive:
        """The open archive.

        Raises
        ------
        ArgumentError
            If the reader was closed.

        """
        if self._archive is None:
            raise ArgumentError(
                archive=self.display_name,
                expected="an open archive",
                found="a closed one",
                remedy="open or scan it again",
            )
        return self._archive

    def __reduce__(self) -> tuple[Any, ...]:
        if self.again is None:
            raise UnstorableError(
                archive=self.display_name,
                expected="a file with a path or URL, which another process can open",
                found="a stream",
                remedy="scan the file by its path",
            )
        return reopened, (type(self), self.again)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        cls: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._advise(error)
        self.close()

    @contextlib.contextmanager
    def advising(self) -> Iterator[None]:
        """Name no repair in an error about this archive if that would save nothing."""
        try:
            yield
        except SkneuromsiIOError as error:
            self._advise(error)
            raise

    def _advise(self, error: BaseException | None) -> None:
        if (
            isinstance(error, SkneuromsiIOError)
            and error.archive == self.display_name
            and error.member is not None
            # Remedies are told apart by what they are: each is a constant, whatever it says.
            and error.remedy == of_archive(REPAIR, self.display_name)
        ):
            # Another thread may have closed it: the damage is worth more than that.
            with contextlib.suppress(ArgumentError):
                error.remedy = self._remedy(_members.result_index(error.member))

    def _remedy(self, damaged: int | None) -> str | None:
        """Return what helps where a result is damaged, or (None) what is about all results."""
        indices = _members.result_indices(self.archive.names())
        others = any(index != damaged for index in indices)
        return of_archive(REPAIR if others else COPY_AGAIN, self.display_name)

    def close(self) -> None:
        """Let go of the file or stream; a stream stays open."""
        archive, self._archive = self._archive, None
        owner, self._owner = self._owner, None
        if owner is not None:
            let_go(owner, self)
        elif archive is not None:
            archive.close()

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """Metadata of the collection, of a version that there is, types restored."""
        with self._at_metadata():
            _document.check_version(self._stated)
        return self._stated

    @cached_property
    def _stated(self) -> dict[str, Any]:
        """Metadata of the collection as the file states them, of whatever version."""
        with self._at_metadata():
            try:
                return _document.collection_document(self.archive)
            except MissingMemberError as error:
                if not self.is_salvaged:
                    explain_missing_metadata(error, self.archive)
                raise

    @cached_property
    def ours(self) -> bool:
        """Return whether the archive is of format 0.2, which says itself which lists were arrays.

        Who reads an archive without metadata sets it.
        """
        return _document.is_ours(self.metadata)

    @property
    def name(self) -> Any:
        """Name of the collection."""
        with self._at_metadata():
            return _document.name_of(self.metadata)

    @property
    def size(self) -> int:
        """Number of results that the metadata state; a damaged file may state any."""
        # As upstream, whose metadata may have no version: another number than expected is told of first.
        with self._at_metadata():
            return _document.size_of(self._stated)

    def size_in_file(self) -> int:
        """Return the number of results; each has members, of which the directory has so many at least.

        Raises
        ------
        BadMetadataError
            If the metadata state more.

        """
        size, members = self.size, len(self.archive)
        if size > members:
            with self._at_metadata():
                raise BadMetadataError(
                    key=_document.OBJECT_SIZE,
                    expected=f"at most {members}, as many as there are members",
                    found=str(size),
                )
        return size

    def use_index(self) -> None:
        """Let what the archive says of all its results answer for these, and compare each that is read with it.

        Raises
        ------
        BadMetadataError
            If the index is malformed.

        """
        self.index = self.read_index()

    def read_index(self) -> Index | None:
        """Read what the archive says of all its results; None if it has no index, or is of upstream's format.

        Raises
        ------
        BadMetadataError
            If the index is malformed.

        """
        if not self.ours or _members.INDEX not in self.archive:
            return None
        size = self.size_in_file()
        return Index(self.archive.text(_members.INDEX), self.display_name, size)

    def _at_metadata(self) -> at:
        return at(archive=self.display_name, member=_members.METADATA)
