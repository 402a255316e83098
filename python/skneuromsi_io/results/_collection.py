"""A collection of results, compressed in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Self, Unpack, overload

import numpy as np
import numpy.typing as npt

from .._keywords import refuse_unknown
from .._types import (
    Bar,
    CompressionParams,
    NDResultLike,
    StoreOptions,
    Target,
)
from ..model import NDResult, _names
from ..model._accessors import UpstreamAccessor
from ._additions import Additions
from ._comparisons import Comparisons
from ._interface import LazyResult
from ._pack import pack_results, stock_class

#: Arguments that may be given on; zipfile refuses the encoding in its own words.
_STORING = (*StoreOptions.__annotations__, "metadata_encoding")


class NDResultCollection(Additions, Comparisons, Sequence[NDResult]):
    """Collection of results that are decoded when they are asked for.

    It has the interface of scikit-neuromsi's class of this name, except the accessors `plot`, `bias` and
    `causes`, which say how to get them. Use :meth:`from_ndresults` to make one from results.

    Parameters
    ----------
    name : str
        Name of the collection.
    compressed_results : iterable of packed results
        As other collections hold them.
    tqdm_cls : type, optional
        Progress bar of :meth:`to_ndc`.

    Raises
    ------
    ValueError
        If it is empty, if an item is not a packed result, or if the results differ in modes, dimensions, output
        mode or names of run parameters.
    TypeError
        If `tqdm_cls` is not a tqdm class.

    Examples
    --------
    >>> from skneuromsi_io.examples import sweep
    >>> collection = sweep()
    >>> len(collection), collection.name, collection.output_mode_
    (3, 'sweep', 'multi')
    >>> [result.run_parameters.visual_position for result in collection]
    [6.0, 8.0, 10.0]

    """

    plot = UpstreamAccessor()
    bias = UpstreamAccessor()
    causes = UpstreamAccessor()

    def __init__(
        self,
        name: str,
        compressed_results: Iterable[LazyResult],
        *,
        tqdm_cls: Bar = None,
    ):
        self._fill(name, compressed_results, tqdm_cls)

    @classmethod
    def from_ndresults(
        cls,
        name: str,
        results: Iterable[NDResultLike],
        *,
        compression_params: CompressionParams = ("lz4", 9),
        tqdm_cls: Bar = None,
    ) -> Self:
        """Create a collection from results.

        Parameters
        ----------
        name : str
            Name of the collection.
        results : iterable of NDResult
            Results of this package or of scikit-neuromsi.
        compression_params : optional
            How they are kept in memory; see :func:`skneuromsi_io.open_ndresults_collection`.
        tqdm_cls : type, optional
            Progress bar of :meth:`to_ndc`.

        Returns
        -------
        NDResultCollection

        Raises
        ------
        TypeError
            If an item is not a result.
        ValueError
            If there are none, if they differ as the class forbids, or if `compression_params` is wrong.

        Examples
        --------
        >>> import skneuromsi_io as sio
        >>> from skneuromsi_io.examples import sweep
        >>> results = [result for result in sweep() if result.run_parameters.visual_position > 7]
        >>> sio.NDResultCollection.from_ndresults("apart", results)
        <NDResultCollection 'apart' len=2>

        """
        return cls(name, pack_results(results, compression_params), tqdm_cls=tqdm_cls)

    def __len__(self) -> int:
        return len(self._packed)

    # As upstream's, an array where other sequences give one of their kind.
    @overload  # type: ignore[override]
    def __getitem__(self, slicer: int | np.integer[Any]) -> NDResult: ...

    @overload
    def __getitem__(
        self, slicer: slice | Sequence[int] | npt.NDArray[Any]
    ) -> npt.NDArray[np.object_]: ...

    def __getitem__(self, slicer: Any) -> Any:
        size = len(self._packed)
        is_integer = isinstance(slicer, (int, np.integer)) and type(slicer) is not bool
        if is_integer and -size <= slicer < size:
            return self._packed[int(slicer)].open()
        # NumPy decides what any other index means, and how it is wrong.
        chosen = np.arange(size)[slicer]
        if chosen.ndim == 0:
            return self._packed[int(chosen)].open()
        results = np.empty(len(chosen), dtype=object)
        for position, index in enumerate(chosen):
            results[position] = self._packed[index].open()
        return results

    def __iter__(self) -> Iterator[NDResult]:
        return (packed.open() for packed in self._packed)

    @property
    def name(self) -> str:
        """Name of the collection."""
        return self._name

    @property
    def tqdm_cls(self) -> Callable[..., Any] | None:
        """Progress bar of :meth:`to_ndc`."""
        bar: Callable[..., Any] | None = self._tqdm_cls
        return bar

    @property
    def modes_(self) -> npt.NDArray[Any]:
        """Labels of the modes, the same in all results: an array of shape (n,)."""
        return self._summary.modes

    @property
    def dims_(self) -> npt.NDArray[Any]:
        """Names of the dimensions."""
        return _names.DIMENSIONS.copy()

    @property
    def output_mode_(self) -> str:
        """The mode that is the model's output, the same in all results."""
        return self._summary.output_mode

    @property
    def run_parameters_(self) -> tuple[str, ...]:
        """Names of the run parameters, the same in all results."""
        return self._summary.run_parameters

    @property
    def causes_(self) -> npt.NDArray[Any]:
        """Number of causes of each result: an array of shape (len(self),)."""
        return self._summary.column("causes")

    @property
    def run_parameters_values(self) -> npt.NDArray[Any]:
        """Run parameters of each result: an object array of dicts, of shape (len(self),)."""
        return self._summary.column("run_parameters")

    @property
    def input_modes_(self) -> npt.NDArray[Any]:
        """All modes but the output mode: an array of shape (n,)."""
        inputs: npt.NDArray[Any] = self.modes_[self.modes_ != self.output_mode_]
        return inputs

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} len={len(self)}>"

    def to_ndc(
        self,
        path_or_stream: Target,
        metadata: dict[str, Any] | None = None,
        quiet: bool = False,
        **kwargs: Unpack[StoreOptions],
    ) -> None:
        """Store the collection with :func:`skneuromsi_io.store_ndresults_collection`.

        Parameters
        ----------
        path_or_stream : str, os.PathLike or binary file object
            Where to write.
        metadata : dict, optional
            Additional metadata.
        quiet : bool, optional
            Whether to show no progress bar; else `tqdm_cls` of the collection shows one.
        **kwargs
            That function's other arguments; it also says what is raised.

        Examples
        --------
        >>> import skneuromsi_io as sio
        >>> from skneuromsi_io.examples import sweep
        >>> collection = sweep()
        >>> collection.to_ndc("sweep.ndc", metadata={"subject": "S01"}, quiet=True)
        >>> sio.read_metadata("sweep.ndc")["object_size"]
        3

        """
        from .. import store_ndresults_collection

        refuse_unknown(self.to_ndc, _STORING, kwargs)
        store_ndresults_collection(
            path_or_stream,
            self,
            metadata=metadata,
            tqdm_cls=None if quiet else self._tqdm_cls,
            **kwargs,
        )


def is_collection(obj: Any) -> bool:
    """Return whether it is a collection of this package or of scikit-neuromsi."""
    return isinstance(obj, (NDResultCollection, *stock_class("NDResultCollection")))


def results_of(collection: Any) -> Iterable[Any]:
    """Return what a collection holds: packed results, or those that a stock one decodes one by one."""
    if isinstance(collection, Additions):
        return collection._packed_results()
    results: Iterable[Any] = collection
    return results
