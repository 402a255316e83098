"""A result in native memory: JSON text, the labels of its array, and compressed values."""

from __future__ import annotations

import json
import weakref
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

from .. import _native
from .._batches import thread_count
from .._errors import (
    BadMetadataError,
    BadNetCDFError,
    MissingMemberError,
    at,
    translating,
)
from ..archive import _document, _members
from ..archive._schema import Claims, check_restored, check_result, typed_mappings
from ..arrays import _sidecar, _xarray_netcdf
from ..model import NDResult, _names
from ..model._arguments import by_names
from ..model._validation import validate
from ..values import TYPES, loads, loads_plain, put_arrays
from ._interface import Block, LazyResult, Signature

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr

    from ..arrays._frame import Frame

#: Arrays from this size on are unpacked by several threads.
_PARALLEL_BYTES = 4 << 20


class PackedResult(LazyResult):
    """A result in native memory.

    Parameters
    ----------
    native : _native.Packed
        Metadata text and arrays.
    frame : Frame or None
        What labels the array; None where xarray has to decode it.
    archive : str, optional
        The archive that it comes from, for messages; None for a result that was made in memory.
    index : int, optional
        Its number there.

    """

    __slots__ = ("archive", "frame", "index", "native")

    native: _native.Packed

    def __init__(
        self,
        native: _native.Packed,
        frame: Frame | None,
        archive: str | None = None,
        index: int | None = None,
    ):
        self.native = native
        self.frame = frame
        self.archive = archive
        self.index = index

    def __reduce__(self) -> tuple[Any, ...]:
        return PackedResult, (self.native, self.frame, self.archive, self.index)

    def __sizeof__(self) -> int:
        return object.__sizeof__(self) + self.native.__sizeof__()

    @property
    def kind(self) -> Hashable:
        fingerprint = self.native.fingerprint
        if fingerprint is None or self.frame is None:
            return None
        # Who remembers a kind does not keep its labels.
        return fingerprint, weakref.ref(self.frame)

    def open(self) -> NDResult:
        try:
            return self._opened()
        except Exception:
            # Entered on failure only: to enter them for each result takes 2 µs.
            with self.at(_members.METADATA), translating(BadMetadataError):
                # A breach of the format is told in the words of the format, not of the code that stumbled on it.
                self._plain_document()
                raise

    def _opened(self) -> NDResult:
        document = self._document()
        kwargs = document[_document.OBJECT_KWARGS]
        if self._has_labels(document):
            nddata = self._relabelled(document)
        elif self.frame is None:
            nddata = self.nddata()
        else:
            self._expected(self.frame)
            return NDResult._from_parts(kwargs, self.values(), self.frame)
        return NDResult(nddata=nddata, **kwargs)

    def columns(self) -> dict[str, Any]:
        with self.at(_members.METADATA), translating(BadMetadataError):
            kwargs = self._checked_kwargs(skip=f"/{_document.OBJECT_KWARGS}/extra")
            return by_names(NDResult._without_data(kwargs))

    def extra(self) -> dict[str, Any]:
        with self.at(_members.METADATA), translating(BadMetadataError):
            return dict(self._checked_kwargs()["extra"])

    def signature(self) -> Signature:
        with self.at(_members.METADATA):
            return self._signature(self._plain_document())

    def _signature(self, document: dict[str, Any]) -> Signature:
        kwargs = document[_document.OBJECT_KWARGS]
        if self.frame is None or self._has_labels(document):
            modes = self.open().modes_
        else:
            expected = self._expected(self.frame)
            modes = self.frame.labels(_names.MODES)
            with translating(BadMetadataError):
                # As JSON has them, without restoring types.
                validate(Claims(kwargs), *expected)
        # Names that are not text have a type.
        typed = "run_parameters" in typed_mappings(document)
        names = self.columns() if typed else kwargs
        with translating(BadMetadataError):
            return (
                modes,
                str(kwargs["output_mode"]),
                tuple(dict(names["run_parameters"])),
            )

    def at(self, member: str) -> at:
        """Say which member an error is about."""
        if self.index is None:
            return at()
        return at(archive=self.archive, member=_members.of_result(self.index, member))

    def _expected(self, frame: Frame) -> tuple[list[Any], int, int]:
        """Return what metadata are compared with; without its dimensions, it is the data that are wrong."""
        try:
            return frame.expected()
        except BadNetCDFError:
            with self.at(_members.NDDATA):
                raise

    def as_stored(self) -> _native.Packed | None:
        # An array that was lifted out of upstream's text has no name by which to stay out of it.
        return None if self.native.lifted else self.native

    def plain_frame(self) -> Frame | None:
        return None if self.frame is None or self._is_relabelled() else self.frame

    def _has_labels(self, document: dict[str, Any]) -> bool:
        """Return whether the metadata have labels that replace those of the frame."""
        return _document.LABELS in document and not self.native.lifted

    def _is_relabelled(self) -> bool:
        """Return whether the metadata, not decoded yet, have such labels."""
        text = self.native.text
        # The search spares nearly all results the parser. JSON may spell a letter as \u and its number.
        spelled = f'"{_document.LABELS}"'.encode() in text or b"\\u" in text
        return spelled and self._has_labels(loads_plain(text))

    def stated_labels(self) -> str | None:
        """Return the labels in the metadata as JSON, with types; None if there are none, or arrays in members."""
        document = self._plain_document()
        types = document.get(TYPES)
        below = f"/{_document.LABELS}/"
        pairs = types.items() if isinstance(types, dict) else ()
        found = {key: kind for key, kind in pairs if key.startswith(below)}
        apart = any(
            isinstance(k, list) and k[:1] == ["external"] for k in found.values()
        )
        if apart or not self._has_labels(document):
            return None
        return json.dumps([document[_document.LABELS], found], sort_keys=True)

    def _relabelled(self, document: dict[str, Any]) -> xr.DataArray:
        if self.frame is None:
            values = self.nddata().values
        else:
            self._expected(self.frame)
            values = self.values()
        return _sidecar.relabelled(values, document[_document.LABELS])

    def _plain_document(self) -> dict[str, Any]:
        """Return the metadata as JSON has them, with the constructor arguments that there must be."""
        document = loads_plain(self.native.text)
        check_result(document)
        return document

    def _checked_kwargs(self, skip: str | None = None) -> dict[str, Any]:
        """Decode the constructor arguments of a result that nobody may have looked at yet."""
        # Who has a frame was made in memory, or compared with others when it was read: that takes 2 µs.
        unseen = self.frame is None
        document = self._document(skip, check_result if unseen else None)
        kwargs: dict[str, Any] = document[_document.OBJECT_KWARGS]
        return kwargs

    def _document(
        self,
        skip: str | None = None,
        check: Callable[[dict[str, Any]], None] | None = None,
    ) -> dict[str, Any]:
        """Decode the metadata, types restored except what lies below `skip`."""
        native = self.native
        document = loads(native.text, self._array, skip=skip, check=check)
        if native.lifted:
            names = native.array_names
            document = put_arrays(document, names, self._array, skip=skip)
        check_restored(document[_document.OBJECT_KWARGS], skip=skip)
        return document

    def _array(self, name: str) -> npt.NDArray[Any]:
        if name not in self.native.array_names:
            raise MissingMemberError(
                expected=f"a member {name!r}",
                found=f"{self.native.array_names!r:.200}",
            )
        return self.native.array(name, threads=self._threads())

    def block(self) -> Block | None:
        frame = self.plain_frame()
        return None if frame is None else Block(frame, self.values())

    def values(self) -> npt.NDArray[Any]:
        """Decode the array alone, without labels."""
        return self.native.values(threads=self._threads())

    def nddata(self) -> xr.DataArray:
        """Decode an array that only xarray can read."""
        with self.at(_members.NDDATA):
            return _xarray_netcdf.read(self.native.netcdf())

    def _threads(self) -> int:
        return thread_count() if self.native.nbytes >= _PARALLEL_BYTES else 1
