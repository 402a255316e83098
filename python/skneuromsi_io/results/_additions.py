"""Methods of collections that scikit-neuromsi's class does not have."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from .._errors import ArgumentError
from .._progress import check_tqdm
from ._in_memory import ResultsInMemory
from ._interface import LazyResult
from ._summary import Summary

if TYPE_CHECKING:
    import xarray as xr

    from ._interface import Results


class Additions:
    """Methods that both classes of collections have beyond scikit-neuromsi's.

    It is a context manager: at the end of the block, :meth:`close` is called.
    """

    _packed: Results
    _summary: Summary
    _name: str
    _tqdm_cls: Any

    def _fill(self, name: Any, packed: Iterable[Any], tqdm_cls: Any) -> None:
        """Do what the constructor does."""
        items = list(packed)
        bar = check_tqdm(tqdm_cls)
        _check_packed(items, type(self).__name__)
        results = ResultsInMemory(items)
        self._hold(name, results, Summary(results), bar)

    def _hold(
        self, name: Any, results: Results, summary: Summary, tqdm_cls: Any
    ) -> None:
        self._name = str(name)
        self._packed = results
        self._summary = summary
        self._tqdm_cls = tqdm_cls

    def _packed_results(self) -> Results:
        """Return the results as they are kept, which other collections can share."""
        return self._packed

    def select(self, which: slice | npt.ArrayLike) -> Self:
        """Return a collection of some of the results, which shares them with this one.

        Parameters
        ----------
        which : slice or array-like
            A slice, the positions of results (negative ones count from the end), or a mask of bool, one for
            each result.

        Returns
        -------
        NDResultCollection
            Of the same class and name. Of a scanned file it is as lazy as this one.

        Raises
        ------
        IndexError
            If there is no result at a position, or a mask has another length.
        ValueError
            If nothing is selected.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> collection = sweep()
        >>> collection.select([0, -1])
        <NDResultCollection 'sweep' len=2>
        >>> apart = collection.disparity_matrix()["visual_position"] > 7
        >>> len(collection.select(apart))
        2

        """
        positions = _positions(which, len(self._packed))
        if not len(positions):
            raise ValueError(f"Empty {type(self).__name__} not allowed")
        chosen = self._packed.select(positions)
        return holding(type(self), self._name, chosen, self._tqdm_cls)

    def to_xarray(self) -> xr.Dataset:
        """Return all results in one dataset, stacked along the dimension ``run``.

        Values of a scanned file are decoded in parallel, straight into the one array.

        Returns
        -------
        xarray.Dataset
            The variable ``values``, with the dimensions of the results after ``run``. Along ``run`` there are
            coordinates: each run parameter, ``mname`` and ``causes`` (NaN where a result has none). Numbers and
            arrays of `extra` that have one shape and dtype in all results are variables of their own.
            Attributes are ``name`` of the collection, ``output_mode``, and ``model`` and ``model_type`` where all
            results have the same. A name that is taken has the prefix ``parameter_``, ``result_`` or ``extra_``.

        Raises
        ------
        ValueError
            If results differ in shape, dtype or labels: it names the first two that do.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> collection = sweep()
        >>> stacked = collection.to_xarray()
        >>> stacked["values"].sel(modes="multi").argmax("positions").squeeze().values.tolist()
        [6, 7, 8]
        >>> stacked["visual_position"].values.tolist()
        [6.0, 8.0, 10.0]

        """
        return self._packed.dataset(self._name)

    def _repr_html_(self) -> str:
        from ._html import of_collection

        title = f"NDResultCollection: {self._name}"
        return of_collection(title, len(self._packed), self._summary)

    def close(self) -> None:
        """Let go of the file of a scanned collection and of all its parts; one in memory has none.

        Examples
        --------
        >>> import skneuromsi_io as sio
        >>> from skneuromsi_io.examples import sweep
        >>> sio.store_ndresults_collection("sweep.ndc", sweep(), tqdm_cls=None)
        >>> collection = sio.scan_ndc("sweep.ndc")
        >>> collection[0].mname
        'TwoCues'
        >>> collection.close()

        """
        self._packed.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        cls: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


_Collection = TypeVar("_Collection", bound=Additions)


def holding(
    cls: type[_Collection],
    name: Any,
    results: Results,
    tqdm_cls: Any = None,
    summary: Summary | None = None,
) -> _Collection:
    """Make a collection of one of the two classes of results that agree.

    Parameters
    ----------
    cls : type
    name, tqdm_cls
        As of the constructor.
    results : Results
    summary : Summary, optional
        That of these results, of a collection that shares them.

    """
    collection = cls.__new__(cls)
    collection._hold(name, results, summary or Summary(results), tqdm_cls)
    return collection


def sharing(cls: type[_Collection], collection: Additions) -> _Collection:
    """Make a collection of one of the two classes that shares the results of one of the other."""
    return holding(
        cls,
        collection._name,
        collection._packed,
        collection._tqdm_cls,
        collection._summary,
    )


def _check_packed(packed: list[Any], cls_name: str) -> None:
    """Check that there are results, and packed ones.

    Raises
    ------
    ValueError
        If not.

    """
    if not packed:
        raise ValueError(f"Empty {cls_name} not allowed")
    if not all(issubclass(cls, LazyResult) for cls in set(map(type, packed))):
        raise ArgumentError(
            "Not all results are CompressedNDResult objects",
            remedy=f"{cls_name}.from_ndresults(name, results) makes one from results",
        )


def _positions(which: Any, size: int) -> Any:
    """Return positions from 0; NumPy says what is wrong with others."""
    if not isinstance(which, slice):
        which = np.asarray(which)
        if which.ndim != 1:
            raise IndexError(
                "expected a slice, positions or a mask of one dimension, found "
                f"{which.ndim} dimensions"
            )
        if not len(which):
            which = which.astype(np.intp)
    return np.arange(size)[which]
