"""The labelled array of a result: an array and its frame until somebody asks for more."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

from . import _names

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    import xarray as xr


#: The parts of which the array is made when it is asked for.
_PARTS = ("_values", "_frame")


class LabelledData:
    """The array of a result; the `DataArray` is made when it is first needed."""

    #: None until it is asked for, in results that came from an archive; those have the other two. Deleting
    #: `_nddata` deletes all three.
    _array: Any
    _values: npt.NDArray[Any]
    _frame: Any

    @property
    def _nddata(self) -> xr.DataArray:
        """The labelled array, an attribute of upstream's class: strategies of sweeps delete it to save memory."""
        if self._is_packed:
            self._array = self._frame.data_array(self._values)
        array: xr.DataArray = self._array
        return array

    @_nddata.setter
    def _nddata(self, array: xr.DataArray) -> None:
        vars(self).update(_array=array)
        self._forget(_PARTS)

    @_nddata.deleter
    def _nddata(self) -> None:
        _ = self._is_packed
        self._forget(("_array", *_PARTS))

    @property
    def _is_packed(self) -> bool:
        """Return whether the array is yet to be made; an AttributeError, as upstream's, if it was deleted."""
        try:
            return self._array is None
        except AttributeError:
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute '_nddata'",
                name="_nddata",
                obj=self,
            ) from None

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            vars(self).pop(name, None)

    def __getstate__(self) -> dict[str, Any]:
        if "_array" not in vars(self):
            return vars(self)
        state = dict(vars(self), _array=self._nddata)
        for name in _PARTS:
            state.pop(name, None)
        return state

    @property
    def _shape(self) -> tuple[int, ...]:
        shape: tuple[int, ...] = (self._frame if self._is_packed else self._array).shape
        return shape

    def _labels(self, dim: str) -> npt.NDArray[Any]:
        if not self._is_packed:
            labels: npt.NDArray[Any] = self._array[dim].to_numpy()
            return labels
        # Other results share the frame: its labels are read-only, as those of an index are.
        labels = self._frame.labels(dim).view()
        labels.flags.writeable = False
        return labels

    @property
    def modes_(self) -> npt.NDArray[Any]:
        """Labels of the modes: an array of text or numbers, of shape (n,)."""
        return self._labels(_names.MODES)

    @property
    def times_(self) -> npt.NDArray[Any]:
        """Labels of the times: an array of numbers, mostly int64, of shape (n,)."""
        return self._labels(_names.TIMES)

    @property
    def positions_(self) -> npt.NDArray[Any]:
        """Labels of the positions: an array of numbers, mostly int64, of shape (n,)."""
        return self._labels(_names.POSITIONS)

    @property
    def positions_coordinates_(self) -> npt.NDArray[Any]:
        """Labels of the position coordinates: an array of text or numbers, of shape (n,)."""
        return self._labels(_names.POSITIONS_COORDINATES)

    pcoords_ = positions_coordinates_

    def _table(self, include: Any, dim: str) -> pd.DataFrame:
        from ._tables import coerce_filter, table

        wanted = coerce_filter(include, self._labels(dim), dim)
        return table(self._nddata, dim, wanted)

    def get_modes(
        self, *, include: Hashable | Iterable[Hashable] = None
    ) -> pd.DataFrame:
        """Return the data with modes as columns.

        Parameters
        ----------
        include : label or iterable of labels, optional
            Modes to include; all by default.

        Returns
        -------
        pandas.DataFrame
            A row for each combination of the other dimensions, which are the levels of its index; of the data's
            dtype.

        Raises
        ------
        ValueError
            If a label is unknown.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> result = sweep()[0]
        >>> table = result.get_modes(include=["auditory", "multi"])
        >>> ", ".join(table.columns), table.shape
        ('auditory, multi', (20, 2))
        >>> int(table["multi"].to_numpy().argmax())
        6

        """
        return self._table(include, _names.MODES)

    def get_times(
        self, *, include: Hashable | Iterable[Hashable] = None
    ) -> pd.DataFrame:
        """Return the data with times as columns; see :meth:`get_modes`.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> result = sweep()[0]
        >>> result.get_times().columns.tolist()
        [0]

        """
        return self._table(include, _names.TIMES)

    def get_positions(
        self, *, include: Hashable | Iterable[Hashable] = None
    ) -> pd.DataFrame:
        """Return the data with positions as columns; see :meth:`get_modes`.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> result = sweep()[0]
        >>> result.get_positions(include=[5, 6]).round(2).to_numpy().tolist()
        [[0.13, 0.13], [0.13, 0.13], [0.17, 0.19]]

        """
        return self._table(include, _names.POSITIONS)

    def get_positions_coordinates(
        self, *, include: Hashable | Iterable[Hashable] = None
    ) -> pd.DataFrame:
        """Return the data with position coordinates as columns; see :meth:`get_modes`.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> result = sweep()[0]
        >>> ", ".join(result.get_positions_coordinates().columns)
        'x0'

        """
        return self._table(include, _names.POSITIONS_COORDINATES)

    get_pcoords = get_positions_coordinates

    def to_xarray(self) -> xr.DataArray:
        """Return a copy of the data.

        Returns
        -------
        xarray.DataArray
            Of dimensions modes, times, positions, positions_coordinates, and of the stored dtype.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> result = sweep()[0]
        >>> array = result.to_xarray()
        >>> dict(array.sizes)
        {'modes': 3, 'times': 1, 'positions': 20, 'positions_coordinates': 1}
        >>> int(array.sel(modes="multi").values.argmax())
        6

        """
        if self._is_packed:
            copied: xr.DataArray = self._frame.data_array(self._values.copy())
            return copied
        return self._nddata.copy()
