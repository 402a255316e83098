"""The labels of a result's array: made once, shared by all results of a sweep."""

from __future__ import annotations

import copyreg
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _native
from .._errors import BadNetCDFError, UnstorableError
from .._locks import Lock
from ..model import _names
from ._dimensions import check_array, check_dimensions
from ._labelling import Fill, filler
from ._native_subset import are_plain_attrs, is_plain_dtype, is_plain_name, is_text

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr


class Frame:
    """Name, dimensions, shape, dtype, coordinates and attributes of an array.

    Attributes
    ----------
    native : _native.Frame
        The same for the native core.
    name : str
    dims : tuple of str
    shape : tuple of int
    dtype : numpy.dtype
    coords : tuple of (str, tuple of str, numpy.ndarray)
        Name, dimensions and values of each coordinate.
    attrs : dict
    coord_attrs : dict of str to dict
        Attributes of the coordinates that have some.

    """

    __slots__ = (
        "__weakref__",
        "_expected",
        "_fill",
        "_has_array_attrs",
        "attrs",
        "coord_attrs",
        "coords",
        "dims",
        "dtype",
        "name",
        "native",
        "shape",
    )

    def __init__(self, native: _native.Frame):
        self.native = native
        self.name = native.name
        self.dims = native.dims
        self.shape = native.shape
        self.dtype = np.dtype(native.dtype)
        self.attrs = native.attrs
        coords = native.coords
        self.coords = tuple(
            (name, (name,), _array_of(values)) for name, values, _ in coords
        )
        self.coord_attrs = {name: attrs for name, _, attrs in coords if attrs}
        self._has_array_attrs = any(
            isinstance(value, np.ndarray)
            for attrs in (self.attrs, *self.coord_attrs.values())
            for value in attrs.values()
        )
        self._fill: Fill | None = None
        self._expected: tuple[list[Any], int, int] | None = None

    def labels(self, dim: str) -> npt.NDArray[Any]:
        """Labels of a dimension: its coordinate, or positions if it has none."""
        for name, _, values in self.coords:
            if name == dim:
                return values
        return np.arange(self._length(dim))

    def _length(self, dim: str) -> int:
        return self.shape[self.dims.index(dim)]

    def expected(self) -> tuple[list[Any], int, int]:
        """Return the modes and the numbers of times and positions, with which results are compared.

        The modes are a list: NumPy takes 5 µs to look for one text among three.

        Raises
        ------
        BadNetCDFError
            If the dimensions are not those of a result; see :func:`check_dimensions`.

        """
        if self._expected is None:
            coords = {name: (of, values.shape) for name, of, values in self.coords}
            check_dimensions(self.name, self.dims, self.shape, coords)
            self._expected = (
                self.labels(_names.MODES).tolist(),
                self._length(_names.TIMES),
                self._length(_names.POSITIONS),
            )
        return self._expected

    def data_array(self, values: npt.NDArray[Any]) -> xr.DataArray:
        """Label an array of the frame's shape; it is not copied."""
        if self._fill is None:
            self._fill = filler(self._labelled(values))
        array = self._fill(values)
        if self._has_array_attrs:
            # Arrays can be changed in place, and other results share the frame.
            array.attrs = _copied(self.attrs)
            for name, attrs in self.coord_attrs.items():
                array.coords[name].attrs = _copied(attrs)
        return array

    def _labelled(self, values: npt.NDArray[Any]) -> xr.DataArray:
        import xarray as xr

        coords = {
            name: (dims, labels, self.coord_attrs.get(name))
            for name, dims, labels in self.coords
        }
        empty = np.broadcast_to(np.zeros((), self.dtype), values.shape)
        return xr.DataArray(
            empty, dims=self.dims, coords=coords, attrs=self.attrs, name=self.name
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return shared, (self.native,)


#: Every frame in use, by what it says: equal ones are one, whichever archives and processes they come from.
_in_use: weakref.WeakValueDictionary[_native.Frame, Frame] = (
    weakref.WeakValueDictionary()
)

#: The last made of those with few bytes of labels, 4 MiB at the most: results that are read one by one share them.
_recent: deque[Frame] = deque(maxlen=64)
_FEW_BYTES = 64 << 10

_lock = Lock()


def shared(native: _native.Frame) -> Frame:
    """Return the one frame that says what `native` says."""
    frame = _in_use.get(native)
    if frame is None:
        with _lock:
            # Another thread may have made it meanwhile.
            frame = _in_use.get(native)
            if frame is None:
                frame = _in_use[native] = Frame(native)
                if sum(labels.nbytes for _, _, labels in frame.coords) <= _FEW_BYTES:
                    _recent.append(frame)
    return frame


def _restored(*parts: Any) -> _native.Frame:
    return shared(_native.Frame(*parts)).native


# A worker sends each of its results with a frame of its own.
copyreg.pickle(_native.Frame, lambda native: (_restored, native.parts()))


def _array_of(values: Any) -> npt.NDArray[Any]:
    """Labels as an array; a list is of text, also an empty one."""
    return np.asarray(values, np.str_ if type(values) is list else None)


def _copied(attrs: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.copy() if isinstance(value, np.ndarray) else value
        for name, value in attrs.items()
    }


#: That of the last array that was packed, kept for those that follow: results of a sweep share it.
_last: Frame | None = None


def frame_of(array: xr.DataArray) -> Frame | None:
    """Return the frame of `array`, or None where only xarray can write it.

    Plain is: names that NetCDF has, a native integer or float dtype, coordinates of dimensions only, of
    numbers or of text, and attributes that are text or numbers.

    Raises
    ------
    UnstorableError
        If its dimensions are not those of a result: it could not be opened again.

    """
    global _last
    parts = _parts(array)
    try:
        if parts is None:
            check_array(array)
            return None
        frame = shared(_native.Frame(*parts))
        frame.expected()
    except BadNetCDFError as error:
        raise UnstorableError(
            key="nddata", expected=error.expected, found=error.found
        ) from error
    _last = frame
    return frame


def _parts(array: xr.DataArray) -> tuple[Any, ...] | None:
    """Return the arguments of the native frame; None where the array is not plain."""
    name, dims = array.name, array.dims
    # An array of the name of a dimension would be its coordinate.
    named = is_text(name) and is_plain_name(name) and name not in dims
    if not (named and all(map(is_plain_name, dims)) and is_plain_dtype(array.dtype)):
        return None
    attrs = _native_attrs(array.attrs)
    coords = [_coord_parts(*item) for item in array.coords.variables.items()]
    if attrs is None or None in coords:
        return None
    return name, [*dims], [*array.shape], array.dtype.str, coords, attrs


def _coord_parts(name: Any, coord: xr.Variable) -> tuple[Any, ...] | None:
    attrs = _native_attrs(coord.attrs)
    # NumPy's values drop the zone and the missing values of pandas' dtypes.
    if coord.dims != (name,) or attrs is None or not isinstance(coord.dtype, np.dtype):
        return None
    if coord.dtype.kind in "UO":
        # xarray makes an array of an index in twice the time.
        texts = coord.to_index().tolist()
        return (name, texts, attrs) if all(map(is_text, texts)) else None
    values = coord.values
    return (name, values, attrs) if is_plain_dtype(values.dtype) else None


def _native_attrs(attrs: dict[Any, Any]) -> dict[str, Any] | None:
    if not are_plain_attrs(attrs):
        return None
    return {
        name: value if type(value) is str else np.asarray(value)
        for name, value in attrs.items()
    }
