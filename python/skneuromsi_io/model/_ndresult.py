"""One multisensory integration result."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self, Unpack

import numpy as np
import numpy.typing as npt

from .._keywords import refuse_unknown
from .._types import ResultArguments, StoreResultMethodOptions, Target
from ._accessors import UpstreamAccessor
from ._arguments import ARGUMENTS
from ._data import LabelledData
from ._dtypes import deep_astype, deep_dtypes, table_of
from ._metadata import Metadata
from ._modes import modes_to_data_array
from ._validation import validate, validate_alone

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

#: Arguments that may be given on; zipfile refuses the encoding in its own words.
_STORING = (*StoreResultMethodOptions.__annotations__, "metadata_encoding")


class NDResult(Metadata, LabelledData):
    """Represents a multisensory integration result.

    It has the interface of scikit-neuromsi's class of this name, except the accessors `plot` and `stats`, which
    say how to get them.

    Parameters
    ----------
    mname, mtype : str
        Name and type of the model.
    output_mode : str
        The mode that is the model's output.
    nmap : dict
        Modes to the names that the model gives them.
    nddata : xarray.DataArray
        The data, of dimensions modes, times, positions, positions_coordinates.
    time_range, position_range : (float, float)
        Limits of times (in the model's unit, mostly ms) and of positions (mostly degrees).
    time_res, position_res : float
        Step of times and of positions.
    causes : int, float or None
        Number of causes.
    run_parameters : dict
        Parameters of the model's run.
    extra : dict
        Further information.
    ensure_dtype : dtype, optional
        Cast all arrays to this type.

    Raises
    ------
    ValueError
        If the arguments contradict each other.

    Examples
    --------
    >>> import numpy as np
    >>> import xarray as xr
    >>> import skneuromsi_io as sio
    >>> values = np.linspace(0, 1, 6).reshape(2, 1, 3, 1)
    >>> labels = {"modes": ["a", "out"], "times": [0], "positions": [0, 1, 2]}
    >>> labels["positions_coordinates"] = ["x0"]
    >>> result = sio.NDResult(
    ...     mname="Model",
    ...     mtype="Test",
    ...     output_mode="out",
    ...     nmap={"a": "auditory"},
    ...     nddata=xr.DataArray(values, coords=labels, dims=list(labels)),
    ...     time_range=(0, 1),
    ...     position_range=(0, 3),
    ...     time_res=1,
    ...     position_res=1,
    ...     causes=None,
    ...     run_parameters={"soa": 50},
    ...     extra={},
    ... )
    >>> result
    <NDResult 'Model', modes=['a' 'out'], times=1, positions=3, positions_coordinates=1, causes=False>
    >>> result.run_parameters.soa, result.modes_.tolist()
    (50, ['a', 'out'])

    """

    plot = UpstreamAccessor()
    stats = UpstreamAccessor()

    def __init__(
        self,
        *,
        mname: str,
        mtype: str,
        output_mode: str,
        nmap: Mapping[str, Any],
        nddata: xr.DataArray,
        time_range: npt.ArrayLike,
        position_range: npt.ArrayLike,
        time_res: float,
        position_res: float,
        causes: float | None,
        run_parameters: Mapping[str, Any],
        extra: Mapping[str, Any],
        ensure_dtype: npt.DTypeLike | None = None,
    ):
        self._set(
            {
                "mname": mname,
                "mtype": mtype,
                "output_mode": output_mode,
                "nmap": nmap,
                "time_range": time_range,
                "position_range": position_range,
                "time_res": time_res,
                "position_res": position_res,
                "causes": causes,
                "run_parameters": run_parameters,
                "extra": extra,
            },
            dtype=ensure_dtype,
        )
        if not hasattr(nddata, "dims"):
            # The error and its text are those of upstream.
            raise _without_labels(nddata)
        self._array = nddata
        if ensure_dtype is not None:
            vars(self).update(deep_astype(dict(vars(self)), ensure_dtype))
        validate(
            self, nddata.modes.to_numpy(), len(nddata.times), len(nddata.positions)
        )

    @classmethod
    def from_modes_dict(
        cls,
        *,
        modes_dict: dict[str, Any],
        ensure_dtype: npt.DTypeLike | None = None,
        **kwargs: Unpack[ResultArguments],
    ) -> Self:
        """Create a result from a dictionary of modes.

        Parameters
        ----------
        modes_dict : dict of str to array or tuple of arrays
            Times by positions for each mode; a tuple has one array a position coordinate.
        ensure_dtype : dtype, optional
            Cast all arrays to this type.
        **kwargs
            Further arguments of the constructor.

        Returns
        -------
        NDResult

        Raises
        ------
        ValueError
            If the modes differ in shape, or the arguments contradict each other.

        Examples
        --------
        >>> import numpy as np
        >>> import skneuromsi_io as sio
        >>> result = sio.NDResult.from_modes_dict(
        ...     modes_dict={"a": np.zeros((1, 3)), "out": np.ones((1, 3))},
        ...     mname="Model",
        ...     mtype="Test",
        ...     output_mode="out",
        ...     nmap={"a": "auditory"},
        ...     time_range=(0, 1),
        ...     position_range=(0, 3),
        ...     time_res=1,
        ...     position_res=1,
        ...     causes=None,
        ...     run_parameters={"soa": 50},
        ...     extra={},
        ... )
        >>> result.to_xarray().shape
        (2, 1, 3, 1)

        """
        nddata = modes_to_data_array(modes_dict, dtype=ensure_dtype)
        return cls(nddata=nddata, ensure_dtype=ensure_dtype, **kwargs)

    @classmethod
    def _from_parts(
        cls, kwargs: dict[str, Any], values: npt.NDArray[Any], frame: Any
    ) -> Self:
        """Make a result of an array and its frame; neither is copied.

        Parameters
        ----------
        kwargs : dict
            The constructor's arguments except `nddata`.
        values : numpy.ndarray
            Of the frame's shape.
        frame
            Has `dims`, `shape`, ``labels(dim)``, ``expected()`` and ``data_array(values)``; results share it.

        """
        self = cls.__new__(cls)
        self._set(kwargs)
        self._array = None
        self._values = values
        self._frame = frame
        validate(self, *frame.expected())
        return self

    @classmethod
    def _without_data(cls, kwargs: dict[str, Any]) -> Self:
        """Make a result of the constructor's arguments except `nddata` and `extra`, for these alone."""
        self = cls.__new__(cls)
        self._set({**kwargs, "extra": {}})
        validate_alone(self)
        return self

    def _set(self, kwargs: dict[str, Any], dtype: Any = None) -> None:
        """Convert the metadata as upstream's constructor does."""
        self._mname = str(kwargs["mname"])
        self._mtype = str(kwargs["mtype"])
        self._output_mode = str(kwargs["output_mode"])
        self._nmap = dict(kwargs["nmap"])
        self._time_range = np.asarray(kwargs["time_range"], dtype)
        self._position_range = np.asarray(kwargs["position_range"], dtype)
        self._time_res = float(kwargs["time_res"])
        self._position_res = float(kwargs["position_res"])
        self._run_parameters = dict(kwargs["run_parameters"])
        self._extra = dict(kwargs["extra"])
        self._causes = kwargs["causes"]

    def __repr__(self) -> str:
        _, times, positions, coordinates = self._shape
        causes = False if self.causes_ is None else self.causes_
        return (
            f"<{type(self).__name__} '{self.mname}', modes={self.modes_!s}, "
            f"times={times}, positions={positions}, "
            f"positions_coordinates={coordinates}, causes={causes}>"
        )

    def _repr_html_(self) -> str:
        from ._html import of_result

        return of_result(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the constructor's arguments.

        Returns
        -------
        dict
            Arguments by name; `nddata`, `nmap`, `run_parameters` and `extra` are copies.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> result = sweep()[0]
        >>> arguments = result.to_dict()
        >>> arguments["mname"], arguments["run_parameters"]
        ('TwoCues', {'auditory_position': 6.0, 'visual_position': 6.0})
        >>> again = type(result)(**arguments)

        """
        arguments = {name: getattr(self, f"_{name}") for name in ARGUMENTS}
        arguments["nmap"] = self.nmap_
        for name in ("run_parameters", "extra"):
            arguments[name] = copy.deepcopy(arguments[name])
        return {**arguments, "nddata": self.to_xarray()}

    def to_ndr(
        self,
        path_or_stream: Target,
        metadata: dict[str, Any] | None = None,
        **kwargs: Unpack[StoreResultMethodOptions],
    ) -> None:
        """Store the result with :func:`skneuromsi_io.store_ndresult`.

        Parameters
        ----------
        path_or_stream : str, os.PathLike or binary file object
            Where to write.
        metadata : dict, optional
            Additional metadata.
        **kwargs
            That function's other arguments; it also says what is raised.

        Examples
        --------
        >>> import skneuromsi_io as sio
        >>> from skneuromsi_io.examples import sweep
        >>> result = sweep()[0]
        >>> result.to_ndr("one.ndr", metadata={"subject": "S01"})
        >>> sio.read_metadata("one.ndr")["extra"]
        {'subject': 'S01'}

        """
        from .. import store_ndresult

        refuse_unknown(self.to_ndr, _STORING, kwargs)
        store_ndresult(path_or_stream, self, metadata=metadata, **kwargs)

    def astype(
        self, dtype: npt.DTypeLike, *, attributes: Iterable[str] | None = None
    ) -> Self:
        """Return a copy with arrays of another type.

        Parameters
        ----------
        dtype : dtype
            The new type.
        attributes : list of str, optional
            Attributes to cast; all by default.

        Returns
        -------
        NDResult

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> result = sweep()[0]
        >>> result.astype("float32").to_xarray().dtype
        dtype('float32')

        """
        kwargs = self.to_dict()
        for name, value in kwargs.items():
            if attributes is None or name in attributes:
                kwargs[name] = deep_astype(value, dtype)
        return type(self)(**kwargs)

    def deep_dtypes(
        self, *, max_deep: int = 2, memory_usage: bool = False
    ) -> dict[str, Any]:
        """Return type, dtypes and perhaps memory of each attribute, nested to a depth.

        Returns
        -------
        dict of str to tuple
            ``(type, dtypes)`` by attribute, with `memory_usage` ``(type, dtypes, memory)``.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> result = sweep()[0]
        >>> result.deep_dtypes(max_deep=1)["mname"]
        (<class 'str'>, None)

        """
        found = deep_dtypes(self.to_dict(), 1, max_deep, memory_usage)
        nested: dict[str, Any] = found[1]
        return nested

    def dtypes(self, *, memory_usage: bool = False) -> pd.DataFrame:
        """Return a table of the type, dtype and perhaps memory of each attribute.

        Returns
        -------
        pandas.DataFrame
            Of columns Type, DType and Size, a row for each attribute.

        Examples
        --------
        >>> from skneuromsi_io.examples import sweep
        >>> result = sweep()[0]
        >>> result.dtypes().loc["mname", "Type"]
        <class 'str'>

        """
        return table_of(self.deep_dtypes(memory_usage=memory_usage))


def _without_labels(nddata: Any) -> AttributeError:
    error = AttributeError(f"{type(nddata).__name__!r} object has no attribute 'modes'")
    error.add_note(
        "'nddata' is an xarray.DataArray; NDResult.from_modes_dict makes one from arrays."
    )
    return error
