"""Writers of other formats: a table of parameters, and the Dataset of all results."""

from __future__ import annotations

import contextlib
import csv
import errno
import importlib
import io
import json
import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .._errors import SkneuromsiIOError
from .._spelling import spelled
from ..archive._diagnosis import explaining
from ..archive._target import replacing, status_of, temporary_beside
from ..files._contents import Contents
from ..files._open import read_metadata
from ..files._scan import scan_ndc
from ._failures import Failure, without_package
from ._options import is_written_to
from ._output import plain

if TYPE_CHECKING:
    import xarray as xr

    from ..results._collection import NDResultCollection

#: Compression of numbers in NetCDF, as its own tools write it.
_DEFLATED = {"zlib": True, "shuffle": True, "complevel": 4}

#: Members by which a folder is known to be a Zarr store, of format 3 and of format 2.
_ZARR = ("zarr.json", ".zgroup")


class Source(NamedTuple):
    """A file to read, or the URL of one with options."""

    file: str
    storage_options: dict[str, Any] | None

    def scan(self) -> NDResultCollection:
        """Open its results, which stay in it."""
        return scan_ndc(
            self.file, classes="light", storage_options=self.storage_options
        )

    def metadata(self) -> Any:
        """Return the user's metadata."""
        document = read_metadata(self.file, storage_options=self.storage_options)
        return document.get("extra")


def write_csv(source: Source, out: str) -> int:
    """Write one row a result: number, model, run parameters, causes; return the number of results."""
    with Contents(*source) as contents:
        rows = contents.columns()
    names = rows[0]["run_parameters"]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("result", "model", "type", *map(str, names), "causes"))
    for number, row in enumerate(rows):
        parameters = (row["run_parameters"][name] for name in names)
        values = (row["mname"], row["mtype"], *parameters, row["causes"])
        table.writerow(
            (number, *("" if one is None else spelled(one) for one in values))
        )
    write_bytes(out, text.getvalue().encode(errors="backslashreplace"))
    return len(rows)


def write_bytes(out: str, content: bytes) -> None:
    """Write a file as a whole or not at all."""
    with explaining(out), replacing(out) as target:
        if isinstance(target, str):
            Path(target).write_bytes(content)
        else:
            target.write(content)


def write_netcdf(source: Source, out: str) -> int:
    """Write all results as one NetCDF-4 file; return their number."""
    _refuse_descriptor(out, "a NetCDF-4 file")
    dataset = _dataset(source)
    for name, variable in dataset.variables.items():
        # netCDF4-C crashes on the float16 of HDF5.
        if variable.dtype == "float16":
            dataset[name] = dataset[name].astype("float32")
    encoding: dict[Any, Any] = {
        name: _DEFLATED
        for name, variable in dataset.data_vars.items()
        if variable.dtype.kind in "iuf"
    }
    with explaining(out), replacing(out) as target, _telling(out, "NetCDF"):
        dataset.to_netcdf(target, engine="h5netcdf", encoding=encoding)
    return dataset.sizes["run"]


def _refuse_descriptor(out: str, kind: str) -> None:
    """Raise for an output that takes bytes only one after the other."""
    status = status_of(out)
    if status is not None and is_written_to(out, status):
        raise Failure(
            f"{out}: expected a path for {kind}, found a pipe, a device or a "
            "descriptor; write to a path, and copy it from there"
        )


def write_zarr(source: Source, out: str) -> int:
    """Write all results as one Zarr store; return their number."""
    try:
        importlib.import_module("zarr")
    except ImportError as error:
        raise without_package(out, "zarr", "writes Zarr stores", "zarr") from error
    _refuse_descriptor(out, "a Zarr store")
    path = Path(out)
    if path.is_dir() and not any((path / name).exists() for name in _ZARR):
        raise Failure(f"{out}: expected a Zarr store, found another folder")
    dataset = _dataset(source)
    with (
        explaining(out),
        _replacing_folder(path) as folder,
        _telling(out, "Zarr"),
    ):
        # Format 3 has no text of a width.
        dataset.to_zarr(folder, mode="w", consolidated=True, zarr_format=2)
    return dataset.sizes["run"]


def _dataset(source: Source) -> xr.Dataset:
    """Stack all results, and make text of what is not numbers or text."""
    with source.scan() as collection:
        dataset = collection.to_xarray()
    for name, variable in dataset.variables.items():
        if variable.dtype.hasobject:
            texts = [*map(spelled, variable.values.ravel())]
            shaped = variable.copy(data=_reshaped(texts, variable.shape))
            dataset[name] = shaped
    text = json.dumps(plain(source.metadata()), ensure_ascii=False)
    dataset.attrs["metadata"] = text
    return dataset


def _reshaped(texts: list[str], shape: tuple[int, ...]) -> Any:
    import numpy as np

    return np.array(texts, dtype=str).reshape(shape)


@contextlib.contextmanager
def _telling(out: str, kind: str) -> Iterator[None]:
    """Tell in a line what xarray and the libraries behind it cannot write."""
    try:
        with warnings.catch_warnings():
            # Advice to who writes the program, not to who uses it.
            warnings.simplefilter("ignore")
            yield
    except SkneuromsiIOError:
        raise
    except (ValueError, TypeError, NotImplementedError) as error:
        raise Failure(f"{out}: {kind} cannot hold it: {error}") from error


@contextlib.contextmanager
def _replacing_folder(path: Path) -> Iterator[Path]:
    """Yield a folder beside `path` that takes its place when all went well; else what was there stays."""
    # A symbolic link stays one.
    path = path.resolve()
    if not path.parent.is_dir():
        # zarr would make it.
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    new, old = temporary_beside(path), temporary_beside(path)
    try:
        yield new
        if path.exists():
            path.rename(old)
        new.rename(path)
    finally:
        # By what is there: an interrupt may come right after either rename.
        if old.exists() and (new.exists() or not path.exists()):
            old.rename(path)
        for left in (new, old):
            _remove(left)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
