"""Results as a collection keeps them: compressed, decoded when they are asked for."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _general, _layout, _native, _typed
from ._errors import BadMetadataError, SkneuromsiIOError
from ._frame import Frame
from ._progress import thread_count
from .model import NDResult
from .model._packed import Summary

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr

#: Arrays from this size on are unpacked by several threads.
_PARALLEL_BYTES = 4 << 20


class PackedResult:
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
        """Decode the result into a light NDResult."""
        kwargs = self.kwargs()
        if self.frame is None:
            return NDResult(nddata=self.nddata(), **kwargs)
        return NDResult._from_parts(kwargs, self.values(), self.frame)

    def kwargs(self) -> dict[str, Any]:
        """Constructor arguments but for the labelled array, types restored."""
        native = self.native
        try:
            document = _typed.loads(native.text, self._array)
            if native.lifted:
                names = native.array_names
                arrays = {name: self._unpacked(name) for name in names}
                document = _typed.place(document, arrays)
        except SkneuromsiIOError as error:
            raise type(error)(f"{self.label}: {error}") from error
        except (ValueError, RecursionError) as error:
            raise BadMetadataError(f"{self.label}: {error}") from error
        kwargs: dict[str, Any] = document[_layout.OBJECT_KWARGS]
        return kwargs

    def summary(self) -> Summary:
        """Everything that a collection asks of all its results, without decoding arrays."""
        return Summary.of(_typed.loads_plain(self.native.text)[_layout.OBJECT_KWARGS])

    @property
    def modes(self) -> npt.NDArray[Any]:
        """Labels of the modes."""
        if self.frame is None:
            return np.asarray(self.nddata()["modes"].values)
        return next(values for name, _, values in self.frame.coords if name == "modes")

    def values(self) -> npt.NDArray[Any]:
        """Unpack the labelled array."""
        return self.native.values(threads=self._threads())

    def nddata(self) -> xr.DataArray:
        """Decode an array that only xarray can read."""
        return _general.read(self.native.netcdf(), self.label)

    def _threads(self) -> int:
        return thread_count() if self.native.nbytes >= _PARALLEL_BYTES else 1

    def _unpacked(self, name: str) -> npt.NDArray[Any]:
        return self.native.array(name, threads=self._threads())
