"""The engine of xarray: `xarray.open_dataset(..., engine="skneuromsi")`."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xarray.backends import BackendEntrypoint

from ._errors import SkneuromsiIOError
from ._keywords import refuse_unknown
from ._locks import borrowed
from .archive import _members
from .files._reader import ArchiveReader
from .results._in_file import StoredResults
from .results._lazy import lazy_dataset, lazy_datasets

if TYPE_CHECKING:
    import xarray as xr

    from .results._stored import ResultReader

#: The local header of the first member (APPNOTE 4.3.7), up to a name of a result's member.
_FIRST_MEMBER = re.compile(rb"PK\x03\x04.{22}(..).{2}(.*)", re.DOTALL)

#: Options of xarray's for decoding, which have no effect: values are labelled as they were stored.
_DECODING = (
    *("mask_and_scale", "decode_times", "concat_characters"),
    *("decode_coords", "use_cftime", "decode_timedelta"),
)

#: Bytes of a file that are looked at first.
_LOOKED_AT = 128


class SkneuromsiEntrypoint(BackendEntrypoint):
    """Results of a file as one dataset, of which a chunk decodes only the results that are in it."""

    description = (
        "Results of scikit-neuromsi (.ndc, .ndr), stacked along the dimension run"
    )
    supports_groups = True
    #: xarray finds them by itself only where it found the engine by itself.
    open_dataset_parameters = (
        "filename_or_obj",
        "drop_variables",
        *_DECODING,
        "limits",
        "storage_options",
    )

    def guess_can_open(self, filename_or_obj: Any) -> bool:
        """Return whether a local file is an archive of results, by its content."""
        beginning = _beginning(filename_or_obj)
        found = _FIRST_MEMBER.match(beginning)
        if found is None:
            return False
        name = found[2][: int.from_bytes(found[1], "little")].decode("latin-1")
        if name != _members.METADATA:
            return _members.is_required(name)
        # A name that other archives begin with, too.
        try:
            with ArchiveReader(filename_or_obj) as reader:
                return bool(reader.metadata)
        except (SkneuromsiIOError, OSError):
            return False

    def open_dataset(
        self,
        filename_or_obj: Any,
        *,
        drop_variables: str | Iterable[str] | None = None,
        mask_and_scale: Any = None,
        decode_times: Any = None,
        concat_characters: Any = None,
        decode_coords: Any = None,
        use_cftime: Any = None,
        decode_timedelta: Any = None,
        limits: Mapping[str, int] | None = None,
        storage_options: Mapping[str, Any] | None = None,
    ) -> xr.Dataset:
        """Open a file as :meth:`NDResultCollection.to_xarray` stacks its results, lazily.

        Parameters
        ----------
        filename_or_obj : str, os.PathLike, bytes-like or binary file object
            A path may be a URL.
        drop_variables : str or iterable of str, optional
        mask_and_scale, decode_times, concat_characters, decode_coords, use_cftime, decode_timedelta : optional
            Without effect: values are labelled as they were stored, and nothing is encoded.
        limits, storage_options : mapping, optional
            As of :func:`skneuromsi_io.scan_ndc`.

        """
        del mask_and_scale, decode_times, concat_characters
        del decode_coords, use_cftime, decode_timedelta
        with _opened(filename_or_obj, limits, storage_options) as stored:
            dataset = lazy_dataset(stored.reader.name, stored)
            return _finished(dataset, stored, drop_variables)

    def open_groups_as_dict(
        self,
        filename_or_obj: Any,
        *,
        drop_variables: str | Iterable[str] | None = None,
        limits: Mapping[str, int] | None = None,
        storage_options: Mapping[str, Any] | None = None,
        **decoding: Any,
    ) -> dict[str, xr.Dataset]:
        """Open a file of results that cannot all be stacked: a dataset of each kind, by its name.

        ``run`` has the numbers of its results. Parameters are those of :meth:`open_dataset`.
        """
        refuse_unknown(self.open_groups_as_dict, _DECODING, decoding)
        with _opened(filename_or_obj, limits, storage_options) as stored:
            datasets = lazy_datasets(stored.reader.name, stored)
            return {
                f"/{name}": _finished(dataset, stored, drop_variables)
                for name, dataset in datasets.items()
            }

    def open_datatree(
        self,
        filename_or_obj: Any,
        *,
        drop_variables: str | Iterable[str] | None = None,
        limits: Mapping[str, int] | None = None,
        storage_options: Mapping[str, Any] | None = None,
        **decoding: Any,
    ) -> xr.DataTree:
        """Open a file as a tree of what :meth:`open_groups_as_dict` gives."""
        import xarray as xr

        refuse_unknown(self.open_datatree, _DECODING, decoding)
        groups = self.open_groups_as_dict(
            filename_or_obj,
            drop_variables=drop_variables,
            limits=limits,
            storage_options=storage_options,
        )
        tree = xr.DataTree.from_dict(groups)
        for path, dataset in groups.items():
            tree[path].set_close(dataset._close)
        return tree


@contextlib.contextmanager
def _opened(
    filename_or_obj: Any,
    limits: Mapping[str, int] | None,
    storage_options: Mapping[str, Any] | None,
) -> Iterator[StoredResults]:
    """Open a file, which stays open unless what follows fails."""
    reader = ArchiveReader(filename_or_obj, limits, storage_options)
    try:
        with reader.advising():
            size = reader.size_in_file()
            reader.use_index()
            yield StoredResults(reader, range(size))
    except BaseException:
        reader.close()
        raise


class _Closing:
    """Closes the file of a dataset; pickled, it closes nothing: another process opens the file by itself."""

    def __init__(self, reader: ResultReader | None = None):
        self._reader = reader

    def __reduce__(self) -> tuple[Any, ...]:
        return _Closing, ()

    def __call__(self) -> None:
        if self._reader is not None:
            self._reader.close()


def _finished(
    dataset: xr.Dataset,
    stored: StoredResults,
    drop_variables: str | Iterable[str] | None,
) -> xr.Dataset:
    names = [drop_variables] if isinstance(drop_variables, str) else drop_variables
    kept = dataset.drop_vars([*(names or ())], errors="ignore")
    kept.set_close(_Closing(stored.reader))
    return kept


def _beginning(filename_or_obj: Any) -> bytes:
    """Return the first bytes of a local file, and none of what cannot be read: of a URL nothing is."""
    if isinstance(filename_or_obj, (str, os.PathLike)):
        try:
            with Path(filename_or_obj).open("rb") as file:
                return file.read(_LOOKED_AT)
        except OSError:
            return b""
    if isinstance(filename_or_obj, (bytes, bytearray, memoryview)):
        return bytes(filename_or_obj[:_LOOKED_AT])
    try:
        with borrowed(filename_or_obj):
            filename_or_obj.seek(0)
            beginning = filename_or_obj.read(_LOOKED_AT)
    except Exception:  # noqa: BLE001 - a pipe, or an object of another engine, which may raise anything
        return b""
    return beginning if isinstance(beginning, bytes) else b""
