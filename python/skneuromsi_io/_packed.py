"""Results as a collection keeps them: in native memory, or as they are where JSON cannot carry them."""

from __future__ import annotations

import contextlib
import copy
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _general, _labels, _layout, _native, _typed
from ._claims import Claims, check_kwargs
from ._errors import (
    BadMetadataError,
    BadNetCDFError,
    LimitError,
    MissingMemberError,
    SkneuromsiIOError,
)
from ._progress import thread_count
from .model import NDResult
from .model._packed import Alike, Packed, Signature
from .model._tables import groups
from .model._validation import validate

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    import xarray as xr

    from ._frame import Frame

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
        kwargs = document[_layout.OBJECT_KWARGS]
        if self.relabelled():
            nddata = self._relabelled(document)
        elif self.frame is None:
            nddata = self.nddata()
        else:
            values = self.values()
            with self._blamed():
                return NDResult._from_parts(kwargs, values, self.frame)
        with self._blamed():
            return NDResult(nddata=nddata, **kwargs)

    def columns(self) -> dict[str, Any]:
        kwargs = self._document(skip=f"/{_layout.OBJECT_KWARGS}/extra")
        columns: dict[str, Any] = kwargs[_layout.OBJECT_KWARGS]
        with self._blamed():
            columns["time_range"] = np.asarray(columns["time_range"])
            columns["position_range"] = np.asarray(columns["position_range"])
        return columns

    def signature(self) -> Signature:
        alike = self.alike
        if alike is not None and alike.signature is not None:
            return alike.signature
        kwargs, typed = self._plain_kwargs()
        in_frame = self.frame is not None and not self.relabelled()
        if self.frame is None or not in_frame:
            modes = self.open().modes_
        else:
            with self._blamed():
                modes = self.frame.labels("modes")
            self._validate(kwargs, self.frame)
        # Names that are no text have a type.
        named = "run_parameters" not in typed
        names = kwargs if named else self.columns()
        with self._blamed():
            parameters = tuple(dict(names["run_parameters"]))
            signature = modes, str(kwargs["output_mode"]), parameters
        if alike is not None and in_frame and named:
            # Nothing in it depends on the numbers that vary.
            alike.signature = signature
        return signature

    def relabelled(self) -> bool:
        """Whether the metadata have labels that replace those of the frame."""
        text = self.native.text
        # The search spares nearly all results the parser.
        if self.native.lifted or f'"{_layout.LABELS}"'.encode() not in text:
            return False
        return _layout.LABELS in _typed.loads_plain(text)

    def measurable_frame(self) -> Frame | None:
        """Return the frame if the modes are the first axis, and their labels unique: then each is a block."""
        frame = self.frame
        if frame is None or self.relabelled() or frame.dims[0] != "modes":
            return None
        labels = frame.labels("modes").tolist()
        return frame if len(set(labels)) == len(labels) else None

    def _relabelled(self, document: dict[str, Any]) -> xr.DataArray:
        values = self.nddata().values if self.frame is None else self.values()
        place = self._place(_layout.METADATA)
        return _labels.relabelled(values, document[_layout.LABELS], place)

    def _plain_kwargs(self) -> tuple[dict[str, Any], set[str]]:
        """Return the constructor arguments as JSON has them, and which of them have a type."""
        place = self._place(_layout.METADATA)
        try:
            document = _typed.loads_plain(self.native.text)
        except BadMetadataError as error:
            raise BadMetadataError(f"{place}: {error}") from error
        _layout.check_document(document, _layout.NDRESULT, place)
        kwargs: dict[str, Any] = document[_layout.OBJECT_KWARGS]
        types = document.get("types")
        pointers = types if isinstance(types, dict) else {}
        prefix = f"/{_layout.OBJECT_KWARGS}/"
        typed = {name for name in kwargs if prefix + name in pointers}
        try:
            check_kwargs(kwargs, typed)
        except BadMetadataError as error:
            raise BadMetadataError(f"{place}: {error}") from error
        return kwargs, typed

    def _place(self, member: str) -> str:
        return f"{self.label}/{member}"

    def _validate(self, kwargs: dict[str, Any], frame: Frame) -> None:
        """Check the metadata as JSON has them against the frame, without restoring types."""
        with self._blamed():
            validate(
                Claims(kwargs),
                frame.labels("modes"),
                len(frame.labels("times")),
                len(frame.labels("positions")),
            )

    @contextlib.contextmanager
    def _blamed(self) -> Iterator[None]:
        """Say of what contradicts itself where it stands."""
        place = self._place(_layout.METADATA)
        try:
            yield
        except BadNetCDFError as error:
            raise BadNetCDFError(f"{self._place(_layout.NDDATA)}: {error}") from error
        except SkneuromsiIOError:
            raise
        except MemoryError as error:
            raise LimitError(f"{place}: too much for the memory") from error
        except Exception as error:
            # What values of wrong types raise on their way into a result is of any class.
            raise BadMetadataError(f"{place}: {error}") from error

    def _document(self, skip: str | None = None) -> dict[str, Any]:
        """Decode the metadata, types restored but for what lies below `skip`."""
        native = self.native
        try:
            document = _typed.loads(native.text, self._array, skip=skip)
            if native.lifted:
                names = [] if skip else native.array_names
                arrays = {name: self._array(name) for name in names}
                document = _typed.place(document, arrays)
        except SkneuromsiIOError as error:
            place = self._place(_layout.METADATA)
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
        return _general.read(self.native.netcdf(), self._place(_layout.NDDATA))

    def _threads(self) -> int:
        return thread_count() if self.native.nbytes >= _PARALLEL_BYTES else 1


class HeldResult(Packed):
    """A result whose metadata no JSON carries exactly, kept as it is."""

    __slots__ = ("_result",)

    def __init__(self, kwargs: dict[str, Any], nddata: xr.DataArray):
        self._result = (copy.deepcopy(kwargs), nddata.copy())

    def open(self) -> NDResult:
        kwargs, nddata = self._result
        return NDResult(nddata=nddata.copy(), **copy.deepcopy(kwargs))

    def columns(self) -> dict[str, Any]:
        return copy.deepcopy(self._result[0])

    def signature(self) -> Signature:
        kwargs, nddata = self._result
        names = tuple(kwargs["run_parameters"])
        return np.asarray(nddata["modes"].values), kwargs["output_mode"], names


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
