"""Upstream's collection on native storage. Importing this module imports scikit-neuromsi."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import skneuromsi
import xarray as xr
from skneuromsi.core import (
    DEFAULT_COMPRESSION_PARAMS,
    CompressedNDResult,
    decompress_ndresult,
)
from skneuromsi.utils import Bunch

from .._errors import ArgumentTypeError
from ..model import NDResult as LightResult
from ..model import _arguments, _names
from ..results import _pack
from ..results._additions import Additions, sharing
from ..results._collection import NDResultCollection as LightCollection
from ..results._interface import LazyResult, Results
from ..results._summary import GATHERED, Summary
from ._notebook import show_results

show_results(skneuromsi.NDResult)


class NDResultCollection(Additions, skneuromsi.NDResultCollection):  # type: ignore[misc]
    """Upstream's `NDResultCollection`, its results packed natively and decoded when asked for.

    Every method and accessor is upstream's own except `to_ndc`, which stores with this package. What
    upstream gathers eagerly, decoding all results, is gathered when it is first asked for.

    Parameters
    ----------
    name : str
        Name of the collection.
    compressed_results : iterable of packed results or of skneuromsi.CompressedNDResult
        As other collections hold them.
    tqdm_cls : type, optional
        Progress bar.

    Raises
    ------
    ValueError, TypeError
        As upstream's class.

    """

    def __init__(
        self, name: Any, compressed_results: Iterable[Any], *, tqdm_cls: Any = None
    ):
        self._fill(name, map(_packed, compressed_results), tqdm_cls)

    def _hold(
        self, name: Any, results: Results, summary: Summary, tqdm_cls: Any
    ) -> None:
        super()._hold(name, results, summary, tqdm_cls)
        self._cache = _Cache("_cache", _Gathered(summary))

    @classmethod
    def from_ndresults(
        cls,
        name: Any,
        results: Iterable[Any],
        *,
        compression_params: Any = DEFAULT_COMPRESSION_PARAMS,
        tqdm_cls: Any = None,
    ) -> Self:
        """Create a collection from results, as upstream's method; they are packed natively."""
        packed = _pack.pack_results(results, compression_params)
        return cls(name, packed, tqdm_cls=tqdm_cls)

    @property
    def _cndresults(self) -> npt.NDArray[Any]:
        """The packed results, as an array like upstream's."""
        packed = np.empty(len(self._packed), dtype=object)
        packed[:] = list(self._packed)
        return packed

    # Upstream's would look its function up, which is ours only where scikit-neuromsi is patched.
    to_ndc = LightCollection.to_ndc

    def __getstate__(self) -> dict[str, Any]:
        # Upstream's accessors leave caches on the instance that do not pickle (of methodtools).
        return {k: v for k, v in vars(self).items() if not k.startswith("__wire|")}

    def __len__(self) -> int:
        return len(self._packed)

    def __getitem__(self, slicer: Any) -> Any:
        """Return the result, or the array of results, at an index or slice."""
        if type(slicer) is int and -len(self._packed) <= slicer < len(self._packed):
            return _open(self._packed[slicer])
        # NumPy decides what any other index means, and how it is wrong.
        chosen = np.arange(len(self._packed))[slicer]
        if chosen.ndim == 0:
            return _open(self._packed[int(chosen)])
        results = (_open(self._packed[int(index)]) for index in chosen)
        return np.fromiter(results, dtype=object)


class _Gathered(Mapping[str, Any]):
    """Values of upstream's `_cache`: what results have in common is checked at once, the rest on demand."""

    def __init__(self, summary: Summary):
        self._summary = summary

    def __getitem__(self, key: str) -> Any:
        summary = self._summary
        if key in GATHERED:
            return summary.column(GATHERED[key])
        common = {
            "modes": summary.modes,
            "output_mode": summary.output_mode,
            "run_parameters": summary.run_parameters,
            "dims": _names.DIMENSIONS.copy(),
        }
        return summary.variance_sum if key == "modes_variances_sum" else common[key]

    def __iter__(self) -> Iterator[str]:
        yield from GATHERED
        yield from ("modes_variances_sum", "modes", "output_mode", "run_parameters")
        yield "dims"

    def __len__(self) -> int:
        return len(list(iter(self)))


class _Cache(Bunch):  # type: ignore[misc]
    """Upstream's `_cache`, whose values are attributes too."""

    def to_dict(self) -> dict[str, Any]:
        """Return a deep copy as a plain dict."""
        return copy.deepcopy(dict(self._data))


def _packed(item: Any) -> Any:
    if isinstance(item, CompressedNDResult):
        result = decompress_ndresult(item)
        return _pack.pack_results([result], DEFAULT_COMPRESSION_PARAMS)[0]
    return item


def _open(packed: LazyResult) -> skneuromsi.NDResult:
    return _result(packed.open())


def _result(light: LightResult) -> skneuromsi.NDResult:
    if not _has_same_attributes():
        return skneuromsi.NDResult(nddata=light._nddata, **_pack.kwargs_of(light))
    # The light result was validated: upstream's constructor would look up the same labels again
    # through xarray, 100 µs a result.
    result = skneuromsi.NDResult.__new__(skneuromsi.NDResult)
    kept = {name: value for name, value in vars(light).items() if name not in _OWN}
    vars(result).update(kept, _nddata=light._nddata)
    return result


#: Attributes of a light result that upstream's has not.
_OWN = frozenset(("_array", "_values", "_frame"))


@functools.cache
def _has_same_attributes() -> bool:
    """Return whether upstream's constructor leaves the attributes that a light result has."""
    nddata = xr.DataArray(
        np.zeros((2, 1, 1, 1)),
        dims=_names.DIMENSIONS,
        coords={
            "modes": ["a", "b"],
            **{dim: [0] for dim in _names.DIMENSIONS if dim != "modes"},
        },
    )
    kwargs: dict[str, Any] = dict.fromkeys(_arguments.ARGUMENTS, "a")
    kwargs |= {name: {} for name in _arguments.MAPPINGS}
    kwargs |= dict.fromkeys(_arguments.LIMITS, (0, 1))
    kwargs |= dict.fromkeys(_arguments.STEPS, 1)
    kwargs |= {"causes": None, "nddata": nddata}
    theirs = vars(skneuromsi.NDResult(**kwargs))
    ours = vars(LightResult(**kwargs))
    return theirs.keys() == (ours.keys() - _OWN) | {"_nddata"} and all(
        type(theirs[name]) is type(ours[name]) for name in ours.keys() - _OWN
    )


def as_upstream(obj: Any) -> Any:
    """Convert a light result or collection; see :func:`skneuromsi_io.as_upstream`."""
    if isinstance(obj, (skneuromsi.NDResult, skneuromsi.NDResultCollection)):
        return obj
    if isinstance(obj, LightResult):
        return _result(obj)
    if isinstance(obj, LightCollection):
        return sharing(NDResultCollection, obj)
    raise ArgumentTypeError(
        expected="a light NDResult or NDResultCollection",
        found=f"{type(obj).__module__}.{type(obj).__qualname__}",
    )
