"""Results as a collection keeps them: in native memory, or as they are where JSON cannot carry them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _general, _layout, _native, _typed
from ._errors import BadMetadataError, SkneuromsiIOError
from ._progress import thread_count
from .model import NDResult
from .model._packed import Packed
from .model._tables import groups
from .model._validation import validate

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    import xarray as xr

    from ._frame import Frame

#: Arrays from this size on are unpacked by several threads.
_PARALLEL_BYTES = 4 << 20

#: Constructor arguments that a result's metadata must have, and no others.
_KWARGS = frozenset(
    (
        *("mname", "mtype", "output_mode", "nmap", "time_range", "position_range"),
        *("time_res", "position_res", "causes", "run_parameters", "extra"),
    )
)


class PackedResult(Packed):
    """A result in native memory.

    Parameters
    ----------
    native : _native.Packed
        Metadata text and arrays.
    frame : Frame or None
        What labels the array; None where xarray has to decode it.
    label : str
        Where the result comes from, for messages.

    """

    __slots__ = ("frame", "label", "native")

    def __init__(self, native: _native.Packed, frame: Frame | None, label: str):
        self.native = native
        self.frame = frame
        self.label = label

    def __reduce__(self) -> tuple[Any, ...]:
        return PackedResult, (self.native, self.frame, self.label)

    def __sizeof__(self) -> int:
        return object.__sizeof__(self) + self.native.__sizeof__()

    def open(self) -> NDResult:
        kwargs = self._document()[_layout.OBJECT_KWARGS]
        if self.frame is None:
            return NDResult(nddata=self.nddata(), **kwargs)
        return NDResult._from_parts(kwargs, self.values(), self.frame)

    def columns(self) -> dict[str, Any]:
        kwargs = self._document(skip=f"/{_layout.OBJECT_KWARGS}/extra")
        columns: dict[str, Any] = kwargs[_layout.OBJECT_KWARGS]
        columns["time_range"] = np.asarray(columns["time_range"])
        columns["position_range"] = np.asarray(columns["position_range"])
        return columns

    def signature(self) -> tuple[npt.NDArray[Any], str, tuple[str, ...]]:
        kwargs = _typed.loads_plain(self.native.text).get(_layout.OBJECT_KWARGS)
        if not isinstance(kwargs, dict) or kwargs.keys() != _KWARGS:
            found = sorted(kwargs) if isinstance(kwargs, dict) else kwargs
            raise BadMetadataError(
                f"{self.label}: expected {_layout.OBJECT_KWARGS!r} with the keys "
                f"{sorted(_KWARGS)}, found {found!r:.200}"
            )
        if self.frame is None:
            modes = self.open().modes_
        else:
            modes = self.frame.labels("modes")
            self._validate(kwargs, self.frame)
        return modes, str(kwargs["output_mode"]), tuple(kwargs["run_parameters"])

    def _validate(self, kwargs: dict[str, Any], frame: Frame) -> None:
        """Check the metadata as JSON has them against the frame, without restoring types."""
        try:
            validate(
                _Claims(kwargs),
                frame.labels("modes"),
                len(frame.labels("times")),
                len(frame.labels("positions")),
            )
        except (ValueError, TypeError, ZeroDivisionError, OverflowError) as error:
            raise BadMetadataError(f"{self.label}: {error}") from error

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
            raise type(error)(f"{self.label}: {error}") from error
        return document

    def _array(self, name: str) -> npt.NDArray[Any]:
        return self.native.array(name, threads=self._threads())

    def values(self) -> npt.NDArray[Any]:
        """Unpack the labelled array."""
        return self.native.values(threads=self._threads())

    def nddata(self) -> xr.DataArray:
        """Decode an array that only xarray can read."""
        return _general.read(self.native.netcdf(), self.label)

    def _threads(self) -> int:
        return thread_count() if self.native.nbytes >= _PARALLEL_BYTES else 1


class _Claims:
    """What `validate` asks of a result, taken from plain JSON values."""

    __slots__ = (
        "_causes",
        "_output_mode",
        "_position_range",
        "_position_res",
        "_time_range",
        "_time_res",
    )

    def __init__(self, kwargs: dict[str, Any]):
        self._output_mode = str(kwargs["output_mode"])
        self._time_range = kwargs["time_range"]
        self._position_range = kwargs["position_range"]
        self._time_res = float(kwargs["time_res"])
        self._position_res = float(kwargs["position_res"])
        self._causes = kwargs["causes"]


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

    def signature(self) -> tuple[npt.NDArray[Any], str, tuple[str, ...]]:
        kwargs, nddata = self._result
        names = tuple(kwargs["run_parameters"])
        return np.asarray(nddata["modes"].values), kwargs["output_mode"], names


def mode_variances(packed: list[Packed]) -> list[pd.Series]:
    """Sample variances of the modes of each result, as ``get_modes().var()`` gives them.

    The modes of a plain result are its first axis and are measured natively; pandas measures the others.
    """
    import pandas as pd

    plain = [
        item
        for item in packed
        if isinstance(item, PackedResult)
        and item.frame is not None
        and item.frame.dims[0] == "modes"
        and pd.Index(item.frame.labels("modes")).is_unique
    ]
    natives = [item.native for item in plain]
    measured = _native.variances(natives, threads=thread_count())
    by_item = dict(zip(map(id, plain), measured, strict=True))
    found = []
    for item in packed:
        if id(item) in by_item:
            frame = item.frame  # type: ignore[attr-defined]
            labels = frame.labels("modes")
            dtype = frame.dtype if frame.dtype.kind == "f" else np.float64
            order, index = groups(labels)
            variances = np.asarray(by_item[id(item)])[order]
            index = pd.Index(index, name="modes")
            found.append(pd.Series(variances, index=index, dtype=dtype))
        else:
            found.append(item.open().get_modes().var())
    return found
