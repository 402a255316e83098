"""Methods of collections that scikit-neuromsi's class has not."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from ._stored import StoredResults

if TYPE_CHECKING:
    import xarray as xr

    from ._interface import Packed
    from ._summary import Summary


class Additions:
    """Methods that both classes of collections have beyond scikit-neuromsi's.

    It is a context manager: at the end of the block, :meth:`close` is called.
    """

    _packed: Sequence[Packed]
    _summary: Summary
    _name: str
    _tqdm_cls: Any

    def _fill(
        self, name: Any, packed: Sequence[Packed], summary: Summary, tqdm_cls: Any
    ) -> None:
        raise NotImplementedError

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
        packed = self._packed
        chosen: Sequence[Packed]
        if isinstance(packed, StoredResults):
            chosen = packed.select(positions)
        else:
            chosen = [packed[position] for position in positions]
        part = type(self).__new__(type(self))
        part._fill(self._name, chosen, self._summary.of_part(chosen), self._tqdm_cls)
        return part

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
        from ._stack import dataset

        return dataset(self._name, self._packed, self._summary)

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
        if isinstance(self._packed, StoredResults):
            self._packed.reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        cls: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


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
