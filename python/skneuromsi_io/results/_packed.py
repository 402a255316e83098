"""Results as a collection keeps them: in native memory, or as they are where JSON cannot carry them."""

from __future__ import annotations

import functools
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _native
from .._batches import thread_count
from .._errors import (
    BadMetadataError,
    BadNetCDFError,
    LimitError,
    MissingMemberError,
    SkneuromsiIOError,
)
from ..archive import _document, _members
from ..archive._schema import Claims, check_kwargs, typed_mappings
from ..arrays import _sidecar, _xarray_netcdf
from ..model import NDResult
from ..model._tables import groups
from ..model._validation import validate
from ..values import loads, loads_plain, put_arrays
from ._interface import Alike, Packed, Signature

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    import xarray as xr

    from ..arrays._frame import Frame

#: Arrays from this size on are unpacked by several threads.
_PARALLEL_BYTES = 4 << 20


class PackedResult(Packed):
    """A result in native memory.

    Parameters
    ----------
    native : _native.Packed
        Metadata text and arrays.
    frame : Frame or None
        What labels the array; None where xarray has to decode it.
    label : str
        Where the result comes from, for messages: the archive and the folder of its members.
    alike : Alike, optional
        What it has in common with other results of its kind and frame.

    """

    __slots__ = ("alike", "frame", "label", "native")

    def __init__(
        self,
        native: _native.Packed,
        frame: Frame | None,
        label: str,
        alike: Alike | None = None,
    ):
        self.native = native
        self.frame = frame
        self.label = label
        self.alike = alike

    def __reduce__(self) -> tuple[Any, ...]:
        return PackedResult, (self.native, self.frame, self.label)

    def __sizeof__(self) -> int:
        return object.__sizeof__(self) + self.native.__sizeof__()

    def open(self) -> NDResult:
        document = self._document()
        kwargs = document[_document.OBJECT_KWARGS]
        if self._has_labels(document):
            nddata = self._relabelled(document)
        elif self.frame is None:
            nddata = self.nddata()
        else:
            values = self.values()
            with _Blamed(self.label):
                return NDResult._from_parts(kwargs, values, self.frame)
        with _Blamed(self.label):
            return NDResult(nddata=nddata, **kwargs)

    def columns(self) -> dict[str, Any]:
        kwargs = self._document(skip=f"/{_document.OBJECT_KWARGS}/extra")
        columns: dict[str, Any] = kwargs[_document.OBJECT_KWARGS]
        with _Blamed(self.label):
            columns["time_range"] = np.asarray(columns["time_range"])
            columns["position_range"] = np.asarray(columns["position_range"])
        return columns

    def signature(self) -> Signature:
        alike = self.alike
        if alike is not None and alike.signature is not None:
            return alike.signature
        document = self._plain_document()
        kwargs = document[_document.OBJECT_KWARGS]
        typed = "run_parameters" in typed_mappings(document)
        labels = self._has_labels(document)
        if self.frame is None or labels:
            modes = self.open().modes_
        else:
            with _Blamed(self.label):
                modes = self.frame.labels("modes")
                # As JSON has them, without restoring types.
                validate(Claims(kwargs), *self.frame.expected())
        # Names that are no text have a type.
        names = self.columns() if typed else kwargs
        with _Blamed(self.label):
            parameters = tuple(dict(names["run_parameters"]))
            signature = modes, str(kwargs["output_mode"]), parameters
        if alike is not None and not (labels or typed):
            # Nothing in it depends on the numbers that vary.
            alike.signature = signature
        return signature

    def _has_labels(self, document: dict[str, Any]) -> bool:
        """Whether the metadata have labels that replace those of the frame."""
        return _document.LABELS in document and not self.native.lifted

    def relabelled(self) -> bool:
        """Whether the metadata, not decoded yet, have such labels."""
        text = self.native.text
        # The search spares nearly all results the parser. JSON may spell a letter as \u and its number.
        spelled = f'"{_document.LABELS}"'.encode() in text or b"\\u" in text
        return spelled and self._has_labels(loads_plain(text))

    def measurable_frame(self) -> Frame | None:
        """Return the frame if the modes are the first axis, and their labels unique: then each is a block."""
        frame = self.frame
        if frame is None or self.relabelled() or frame.dims[0] != "modes":
            return None
        labels = frame.labels("modes").tolist()
        return frame if len(set(labels)) == len(labels) else None

    def _relabelled(self, document: dict[str, Any]) -> xr.DataArray:
        values = self.nddata().values if self.frame is None else self.values()
        place = self._place(_members.METADATA)
        return _sidecar.relabelled(values, document[_document.LABELS], place)

    def _plain_document(self) -> dict[str, Any]:
        """Return the metadata as JSON has them, with the constructor arguments that there must be."""
        place = self._place(_members.METADATA)
        try:
            document = loads_plain(self.native.text)
        except BadMetadataError as error:
            raise BadMetadataError(f"{place}: {error}") from error
        _document.check_document(document, _document.NDRESULT, place)
        try:
            check_kwargs(document[_document.OBJECT_KWARGS], typed_mappings(document))
        except BadMetadataError as error:
            raise BadMetadataError(f"{place}: {error}") from error
        return document

    def _place(self, member: str) -> str:
        return f"{self.label}/{member}"

    def _document(self, skip: str | None = None) -> dict[str, Any]:
        """Decode the metadata, types restored but for what lies below `skip`."""
        native = self.native
        try:
            document = loads(native.text, self._array, skip=skip)
            if native.lifted:
                names = [] if skip else native.array_names
                arrays = {name: self._array(name) for name in names}
                document = put_arrays(document, arrays)
        except SkneuromsiIOError as error:
            place = self._place(_members.METADATA)
            raise type(error)(f"{place}: {error}") from error
        return document

    def _array(self, name: str) -> npt.NDArray[Any]:
        if name not in self.native.array_names:
            raise MissingMemberError(
                f"expected a member {name!r}, found {self.native.array_names!r:.200}"
            )
        return self.native.array(name, threads=self._threads())

    def values(self) -> npt.NDArray[Any]:
        """Unpack the labelled array."""
        return self.native.values(threads=self._threads())

    def nddata(self) -> xr.DataArray:
        """Decode an array that only xarray can read."""
        return _xarray_netcdf.read(self.native.netcdf(), self._place(_members.NDDATA))

    def _threads(self) -> int:
        return thread_count() if self.native.nbytes >= _PARALLEL_BYTES else 1


class _Blamed:
    """Says of what contradicts itself where it stands.

    A class, since a generator as a context manager takes 1 us more.
    """

    __slots__ = ("_label",)

    def __init__(self, label: str):
        self._label = label

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        cls: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            return
        if isinstance(error, BadNetCDFError):
            place = f"{self._label}/{_members.NDDATA}"
            raise BadNetCDFError(f"{place}: {error}") from error
        if isinstance(error, SkneuromsiIOError):
            return
        place = f"{self._label}/{_members.METADATA}"
        if isinstance(error, MemoryError):
            raise LimitError(f"{place}: too much for the memory") from error
        if isinstance(error, Exception):
            # What values of wrong types raise on their way into a result is of any class.
            raise BadMetadataError(f"{place}: {error}") from error


def variance_sum(packed: list[Packed]) -> pd.Series:
    """Sum over results of the sample variances of their modes, as ``get_modes().var()`` gives them.

    Modes that are blocks of the array are measured natively; pandas measures the others.
    """
    frames = [
        item.measurable_frame() if isinstance(item, PackedResult) else None
        for item in packed
    ]
    natives = [item.native for item in packed if isinstance(item, PackedResult)]
    frame = frames[0]
    if frame is not None and all(other is frame for other in frames):
        dtype = frame.dtype if frame.dtype.kind == "f" else np.float64
        rows = np.array(_native.variances(natives, threads=thread_count()), dtype)
        # One after the other, as a sum of Series goes: NumPy's own sum may add in pairs.
        total: Any = _labelled_sum(frame, functools.reduce(np.add, rows))
    else:
        total = sum(item.open().get_modes().var() for item in packed)
    total.name = "VarSum"
    summed: pd.Series = total
    return summed


def _labelled_sum(frame: Frame, total: npt.NDArray[Any]) -> pd.Series:
    import pandas as pd

    order, labels = groups(frame.labels("modes"))
    return pd.Series(total[order], index=pd.Index(labels, name="modes"))
