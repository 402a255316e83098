"""Conversion of results, ours or scikit-neuromsi's, to packed ones."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from .. import _native
from .._batches import batches, thread_count
from .._errors import ArgumentTypeError, UnstorableError
from ..archive import _document
from ..arrays import _sidecar, _xarray_netcdf
from ..arrays._frame import Frame, frame_of
from ..model import NDResult
from ..model._arguments import ARGUMENTS, LIMITS
from ..values import dumps
from ._compression import memory_codec
from ._held import HeldResult
from ._interface import LazyResult
from ._packed import PackedResult

T = TypeVar("T")


def stock_class(name: str) -> tuple[type, ...]:
    """Return scikit-neuromsi's class of this name; there are no instances unless it is imported."""
    module = sys.modules.get("skneuromsi")
    cls = getattr(module, name, None)
    return (cls,) if isinstance(cls, type) else ()


def is_ndresult(obj: Any) -> bool:
    """Return whether it is a result of this package or of scikit-neuromsi."""
    return isinstance(obj, (NDResult, *stock_class("NDResult")))


def opened(result: Any) -> Any:
    """Return a result of either kind as it is, and a lazy one decoded."""
    return result if is_ndresult(result) else result.open()


def kwargs_of(result: Any) -> dict[str, Any]:
    """Return the constructor arguments of a result but for `nddata`, not copied."""
    arguments = {name: getattr(result, f"_{name}") for name in ARGUMENTS}
    for name in LIMITS:
        arguments[name] = _range(arguments[name])
    return arguments


def _range(limits: Any) -> Any:
    """Limits as a list where NumPy infers the same dtype from it."""
    listed = limits.tolist()
    return listed if np.asarray(listed).dtype == limits.dtype else limits


class Parts(NamedTuple):
    """The parts of an opened result's array, until the array is asked for."""

    frame: Frame
    values: npt.NDArray[Any]


def data_of(result: Any) -> Any:
    """Return the labelled array of a result, or its parts.

    Raises
    ------
    UnstorableError
        If it was deleted, as strategies of sweeps do.

    """
    try:
        packed = isinstance(result, NDResult) and result._is_packed
        return Parts(result._frame, result._values) if packed else result._nddata
    except AttributeError as error:
        raise UnstorableError(
            key="nddata", expected="an array", found="none: it was deleted"
        ) from error


class Job(NamedTuple):
    """A result prepared for the native core."""

    text: bytes
    frame: Frame | None
    data: npt.NDArray[Any]
    arrays: list[tuple[str, npt.NDArray[Any]]]
    exact: bool

    def native(self) -> Any:
        """Return it as the native core takes it."""
        frame = None if self.frame is None else self.frame.native
        return self.text, frame, self.data, self.arrays

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.data.nbytes + sum(array.nbytes for _, array in self.arrays)


class Prepared(NamedTuple, Generic[T]):
    """A result on its way to native memory: a job for the native core, or what needs none."""

    job: Job | None
    done: T | None
    nbytes: int


def _to_do(job: Job) -> Prepared[Any]:
    return Prepared(job, None, job.nbytes)


def _prepare(result: Any) -> Job:
    """Encode a result's metadata and look at its array.

    Raises
    ------
    UnstorableError
        If something in it cannot be stored.

    """
    frame, values, labels = _parts(result)
    document = {
        _document.OBJECT_TYPE: _document.NDRESULT,
        _document.OBJECT_KWARGS: kwargs_of(result),
    }
    if labels is not None:
        document[_document.LABELS] = labels
    encoded = dumps(document)
    arrays = [(name, np.ascontiguousarray(array)) for name, array in encoded.arrays]
    return Job(encoded.text, frame, np.ascontiguousarray(values), arrays, encoded.exact)


def _parts(result: Any) -> tuple[Frame | None, Any, dict[str, Any] | None]:
    """Return frame, values and, where the frame does not say all, labels."""
    nddata = data_of(result)
    if isinstance(nddata, Parts):
        return nddata.frame, nddata.values, None
    frame = frame_of(nddata)
    if frame is not None and not _sidecar.needs_labels(nddata, frame):
        return frame, np.asarray(nddata.values), None
    labels = _sidecar.labels_of(nddata)
    plain = _sidecar.plainer(nddata)
    frame = frame_of(plain)
    if frame is not None:
        return frame, np.asarray(plain.values), labels
    return None, np.frombuffer(_xarray_netcdf.write(plain), dtype=np.uint8), labels


def _pack_jobs(
    jobs: list[Job], codec: tuple[str, int], threads: int
) -> list[PackedResult]:
    natives = _native.pack(
        [job.native() for job in jobs], compression=codec, threads=threads
    )
    return [
        PackedResult(native, job.frame)
        for native, job in zip(natives, jobs, strict=True)
    ]


def pack_results(results: Iterable[Any], compression_params: Any) -> list[LazyResult]:
    """Pack results to keep them in memory.

    A result that no file carries exactly (subclasses, arbitrary objects, `attrs` of a DataFrame) is kept as it is;
    only storing it fails, or stores what files have.

    Parameters
    ----------
    results : iterable of NDResult
        Of this package or of scikit-neuromsi.
    compression_params
        See :func:`skneuromsi_io.open_ndresults_collection`.

    Raises
    ------
    ArgumentTypeError
        If they are not an iterable, or an item is not a result.
    UnstorableError
        If the array of one was deleted, or it has something that cannot be copied.
    ValueError
        If `compression_params` is wrong.

    """
    if is_ndresult(results) or not isinstance(results, Iterable):
        raise _no_results(results, "pass a list")
    if isinstance(results, str):
        raise _no_results(results, "the name comes first, then the results")
    codec = memory_codec(compression_params)
    threads = thread_count()
    prepared = (_prepare_or_hold(*numbered) for numbered in enumerate(results))
    packed: list[LazyResult] = []
    for batch in batches(prepared, attrgetter("nbytes"), threads):
        jobs = [item.job for item in batch if item.job is not None]
        done = iter(_pack_jobs(jobs, codec, threads))
        packed += [next(done) if item.done is None else item.done for item in batch]
    return packed


def _no_results(found: Any, remedy: str) -> ArgumentTypeError:
    return ArgumentTypeError(
        key="results",
        expected="an iterable of results",
        found=type(found).__name__,
        remedy=remedy,
    )


def _prepare_or_hold(number: int, result: Any) -> Prepared[HeldResult]:
    if not is_ndresult(result):
        raise ArgumentTypeError(
            f"Not an NDResult: {type(result)!r}",
            expected="an NDResult",
            found=f"{type(result)!r}",
        )
    try:
        return _packed_or_held(result, data_of(result))
    except UnstorableError as error:
        error.result = number
        raise


def _packed_or_held(result: Any, data: Any) -> Prepared[HeldResult]:
    try:
        job = _prepare(result)
    except UnstorableError:
        job = None
    if job is not None and job.exact and _comes_back(data):
        return _to_do(job)
    return Prepared(None, HeldResult({**kwargs_of(result)}, result._nddata), 0)


def _comes_back(data: Any) -> bool:
    return isinstance(data, Parts) or _sidecar.comes_back(data)


def to_store(result: Any) -> Prepared[_native.Packed]:
    """Return what is written of a result of either kind or a lazy one: itself if it is packed, else a job.

    Raises
    ------
    UnstorableError
        If something in it cannot be stored.

    """
    # Nearly all are packed; what scikit-neuromsi's class is takes longer to find out.
    stored = result.as_stored() if isinstance(result, LazyResult) else None
    if stored is None:
        return _to_do(_prepare(opened(result)))
    return Prepared(None, stored, stored.nbytes)


def pack_to_store(result: Any) -> PackedResult:
    """Pack a result of either kind as it is written.

    Raises
    ------
    UnstorableError
        If something in it cannot be stored.

    """
    return _pack_jobs([_prepare(result)], ("none", 0), 1)[0]


def pack_all(
    items: list[Prepared[_native.Packed]], threads: int
) -> list[_native.Packed]:
    """Pack those items that are not packed yet, for the writer, which needs no compression in memory."""
    jobs = [item.job for item in items if item.job is not None]
    packed = iter(_pack_jobs(jobs, ("none", 0), threads))
    return [next(packed).native if item.done is None else item.done for item in items]
