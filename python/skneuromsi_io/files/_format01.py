"""Format 0.1: what scikit-neuromsi 1.0.2 writes, member for member (FORMAT.md, section 7)."""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .. import _native
from .._errors import UnstorableError
from ..archive import _document, _members
from ..arrays import _xarray_netcdf
from ..arrays._frame import frame_of
from ..results import _pack
from ..values import in_order, show, unstorable

#: Bytes up to which an array goes into the text at once; larger ones are spelled out while they are compressed.
_INLINE_BYTES = 1 << 19


class Spelled(NamedTuple):
    """A result prepared for the native core.

    Attributes
    ----------
    text : bytes
        JSON without the large arrays.
    arrays : list of (int, int, numpy.ndarray)
        These, each with its place in the text and the number of brackets around it.
    frame : _native.Frame or None
        What labels the array; None if `data` is a NetCDF file.
    data : numpy.ndarray

    """

    text: bytes
    arrays: list[tuple[int, int, npt.NDArray[Any]]]
    frame: _native.Frame | None
    data: npt.NDArray[Any]

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.data.nbytes + sum(array.nbytes for _, _, array in self.arrays)


def document_text(document: dict[str, Any]) -> bytes:
    """JSON text of a document, all arrays in it.

    Raises
    ------
    UnstorableError
        If upstream cannot store something in it; the message names its key.

    """
    return _encoded(document, sys.maxsize)[0]


def _encoded(document: dict[str, Any], inline: int) -> tuple[bytes, list[Any]]:
    try:
        return _native.encode_nested(document, _replacement, inline)
    except ValueError as error:
        raise unstorable(document, error) from error


def add(
    writer: _native.Writer, first: int, batch: list[Spelled], threads: int
) -> list[_native.Packed]:
    """Write the members of results, the `first` of which has that number; no index says anything of them."""
    plans = [_members.plan(first + i, ()) for i in range(len(batch))]
    writer.add_spelled(batch, plans, threads=threads)
    return []


def prepared(result: Any) -> Spelled:
    """Prepare a result of either kind, or a lazy one.

    Raises
    ------
    UnstorableError
        If upstream cannot store something in it; the message names its key.

    """
    opened = _pack.opened(result)
    document = {
        _document.OBJECT_TYPE: _document.NDRESULT,
        _document.OBJECT_KWARGS: _pack.kwargs_of(opened),
    }
    text, arrays = _encoded(document, _INLINE_BYTES)
    return Spelled(text, arrays, *_data(opened))


def _data(result: Any) -> tuple[_native.Frame | None, npt.NDArray[Any]]:
    nddata = _pack.data_of(result)
    if isinstance(nddata, _pack.Parts):
        return nddata.frame.native, np.ascontiguousarray(nddata.values)
    frame = frame_of(nddata)
    if frame is not None:
        return frame.native, np.ascontiguousarray(nddata.values)
    return None, np.frombuffer(_xarray_netcdf.write_as_upstream(nddata), dtype=np.uint8)


def _replacement(value: Any, path: tuple[str | int, ...]) -> Any:
    """Return what upstream's encoder writes in place of a value that is not plainly JSON."""
    try:
        return _converted(value)
    except UnstorableError as error:
        error.fill(key=show(path))
        raise


def _converted(value: Any) -> Any:
    """Convert as `json` itself does with subclasses, then as upstream's `CustomJSONEncoder` does."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, dict):
        return _text_keys(value)
    if isinstance(value, (set, frozenset)):
        return in_order(value)
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, dt.datetime):
        return dt.datetime.isoformat(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.floating):
        return float(value)
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.ndarray):
        return _array(np.asarray(value))
    raise UnstorableError(
        f"an object of type {type(value).__module__}.{type(value).__qualname__} cannot "
        "be stored in format 0.1; turn it into dicts, lists, real numbers, text or "
        "arrays of these, or store it in format 0.2"
    )


def _text_keys(value: dict[Any, Any]) -> dict[str, Any]:
    keys = list(value)
    if not all(isinstance(key, (str, int, float, type(None))) for key in keys):
        raise UnstorableError(
            "keys must be text, numbers, bool or None in format 0.1, found "
            f"{keys!r:.200}"
        )
    texts = [
        str.__str__(key) if isinstance(key, str) else json.dumps(key) for key in keys
    ]
    if len(set(texts)) < len(texts):
        # Upstream writes a key twice, and its reader forgets one of the values.
        raise UnstorableError(
            f"keys must be distinct as text in format 0.1, found {keys!r:.200}"
        )
    return dict(zip(texts, value.values(), strict=True))


def _array(array: npt.NDArray[Any]) -> Any:
    """Return numbers for the native core to spell out; lists of everything else."""
    dtype = array.dtype
    if dtype.kind not in "iuf" or dtype.itemsize > 8 or not array.ndim * array.size:
        return array.tolist()
    wide = np.dtype("f4") if dtype == np.float16 else dtype
    return np.asarray(array, dtype=wide.newbyteorder("<"), order="C")
