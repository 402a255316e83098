"""From results of either kind to packed ones."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from . import _general, _layout, _native, _typed
from ._compression import memory_codec
from ._errors import BadMetadataError, MissingMemberError, UnstorableError
from ._frame import Frame, frame_of
from ._packed import HeldResult, PackedResult
from ._progress import batches, thread_count
from .model import NDResult, NDResultCollection
from .model._packed import Packed


def _upstream(name: str) -> tuple[type, ...]:
    """Upstream's class of this name; there are no instances unless it is imported."""
    module = sys.modules.get("skneuromsi")
    cls = getattr(module, name, None)
    return (cls,) if isinstance(cls, type) else ()


def is_ndresult(obj: Any) -> bool:
    """Whether it is a result of this package or of scikit-neuromsi."""
    return isinstance(obj, (NDResult, *_upstream("NDResult")))


def is_collection(obj: Any) -> bool:
    """Whether it is a collection of this package or of scikit-neuromsi."""
    classes = (NDResultCollection, *_upstream("NDResultCollection"), Single)
    return isinstance(obj, classes)


class Single:
    """A collection of one result, for storing."""

    def __init__(self, name: str, ndresult: Any):
        self.name = name
        self._ndresult = ndresult

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[Any]:
        return iter([self._ndresult])


def kwargs_of(result: Any) -> dict[str, Any]:
    """Constructor arguments of a result but for `nddata`, not copied."""
    return {
        "mname": result._mname,
        "mtype": result._mtype,
        "output_mode": result._output_mode,
        "nmap": result._nmap,
        "time_range": _range(result._time_range),
        "position_range": _range(result._position_range),
        "time_res": result._time_res,
        "position_res": result._position_res,
        "causes": result._causes,
        "run_parameters": result._run_parameters,
        "extra": result._extra,
    }


def _range(limits: Any) -> Any:
    """Limits as a list where NumPy infers the same dtype from it."""
    listed = limits.tolist()
    return listed if np.asarray(listed).dtype == limits.dtype else limits


def _job(result: Any) -> tuple[Any, bool, Frame | None]:
    """What the native core packs, whether that is exact, and the frame."""
    document = {
        _layout.OBJECT_TYPE: _layout.NDRESULT,
        _layout.OBJECT_KWARGS: kwargs_of(result),
    }
    encoded = _typed.dumps(document)
    if getattr(result, "_array", result) is None:
        frame, values = result._frame, result._values
    else:
        nddata = result._nddata
        frame = frame_of(nddata)
        if frame is None:
            values = np.frombuffer(_general.write(nddata), dtype=np.uint8)
        else:
            values = np.asarray(nddata.values)
    data = np.ascontiguousarray(values)
    arrays = [(name, np.ascontiguousarray(array)) for name, array in encoded.arrays]
    native = None if frame is None else frame.native
    return (encoded.text, native, data, arrays), encoded.exact, frame


def _pack(results: Iterable[Any], codec: tuple[str, int]) -> Iterator[PackedResult]:
    """Pack results batch by batch, in parallel."""
    threads = thread_count()
    prepared = ((*_job(result), result) for result in results)
    for batch in batches(prepared, lambda item: _nbytes(item[0]), threads):
        natives = _native.pack(
            [job for job, *_ in batch], compression=codec, threads=threads
        )
        for native, (_, _, frame, result) in zip(natives, batch, strict=True):
            yield PackedResult(native, frame, result._mname)


def _nbytes(job: Any) -> int:
    return job[2].nbytes + sum(array.nbytes for _, array in job[3])


def pack_results(results: Iterable[Any], compression_params: Any) -> list[Packed]:
    """Pack results to keep them in memory.

    Parameters
    ----------
    results : iterable of NDResult
        Of this package or of scikit-neuromsi.
    compression_params
        See :func:`skneuromsi_io.open_ndresults_collection`.

    Raises
    ------
    TypeError
        If an item is no result.
    ValueError
        If `compression_params` is wrong.

    """
    codec = memory_codec(compression_params)
    packed: list[Packed] = []
    storable: list[Any] = []
    places: list[int] = []
    for result in results:
        if not is_ndresult(result):
            raise TypeError(f"Not an NDResult: {type(result)!r}")
        packed.append(_held(result))
    return packed
