"""Contenders that a user might pick instead of scikit-neuromsi's format."""

from __future__ import annotations

import json
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import _digests
from _contender import Contender
from _packages import Upstream


class Pickle(Upstream):
    """Pickle of upstream's collection, whose results joblib has compressed."""

    title = "pickle"
    exact = True

    def store(self, path: Path, collection: Any, **options: Any) -> None:
        del options
        with path.open("wb") as file:
            pickle.dump(collection, file, protocol=pickle.HIGHEST_PROTOCOL)

    def open(self, path: Path) -> Any:
        with path.open("rb") as file:
            return pickle.load(file)


class JoblibLz4(Pickle):
    """joblib with LZ4, of upstream's collection."""

    title = "joblib lz4"

    def store(self, path: Path, collection: Any, **options: Any) -> None:
        import joblib

        del options
        joblib.dump(collection, path, compress="lz4")

    def open(self, path: Path) -> Any:
        import joblib

        return joblib.load(path)


class JoblibResults(JoblibLz4):
    """joblib with LZ4, of upstream's results as they are: a collection would compress them before."""

    title = "joblib lz4 of the results"

    def build(self, results: list[dict[str, Any]]) -> Any:
        import skneuromsi

        return [skneuromsi.NDResult(**kwargs) for kwargs in results]


class Stacked(Contender):
    """The results stacked along a new dimension in one Dataset, other metadata as JSON text."""

    def build(self, results: list[dict[str, Any]]) -> Any:
        import xarray as xr

        variables: dict[str, Any] = {}
        first = results[0]
        arrays = [k for k, v in first["extra"].items() if isinstance(v, np.ndarray)]
        values = np.stack([kwargs["nddata"].values for kwargs in results])
        variables["nddata"] = (("run", *first["nddata"].dims), values)
        for name in arrays:
            stack = np.stack([kwargs["extra"][name] for kwargs in results])
            dims = [f"{name}_{axis}" for axis in range(1, stack.ndim)]
            variables[f"extra_{name}"] = (("run", *dims), stack)
        rest = [
            {k: v for k, v in kwargs.items() if k not in ("nddata", "extra")}
            | {"extra": {k: v for k, v in kwargs["extra"].items() if k not in arrays}}
            for kwargs in results
        ]
        text = json.dumps(rest, default=_plain).encode()
        variables["metadata"] = (("byte",), np.frombuffer(text, dtype=np.uint8))
        coords = {dim: first["nddata"][dim].values for dim in first["nddata"].dims}
        return xr.Dataset(variables, coords)

    def touch(self, collection: Any) -> Any:
        collection.load()
        return collection, json.loads(collection["metadata"].values.tobytes())

    def check(self, touched: Any, expected: list[dict[str, Any]]) -> None:
        touched, metadata = touched
        array = touched["nddata"]
        dims = array.dims[1:]
        labels = [array[dim].values.tolist() for dim in dims]
        assert len(array) == len(expected)
        for index, digests in enumerate(expected):
            found = _digests.of_array(array.values[index], dims, labels)
            assert found == digests["nddata"]
            parameters = metadata[index]["run_parameters"]
            assert _digests.of_parameters(parameters) == digests["run"]
            extra = {k: touched[f"extra_{k}"].values[index] for k in digests["arrays"]}
            assert _digests.of_extra(extra) == digests["extra"]


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _chunks(variable: Any) -> tuple[int, ...]:
    """Whole results, about 4 MB of them."""
    row = max(variable.nbytes // max(len(variable), 1), 1)
    rows = min(max((4 << 20) // row, 1), len(variable))
    return (rows, *variable.shape[1:])


class NetCDF(Stacked):
    """One NetCDF-4 file, zlib and shuffle."""

    title = "one netCDF, zlib + shuffle"

    def store(self, path: Path, collection: Any, **options: Any) -> None:
        del options
        encoding = {
            name: {"zlib": True, "shuffle": True, "chunksizes": _chunks(variable)}
            for name, variable in collection.data_vars.items()
        }
        collection.to_netcdf(path, engine="h5netcdf", encoding=encoding)

    def open(self, path: Path) -> Any:
        import xarray as xr

        return xr.open_dataset(path, engine="h5netcdf")


class Zarr(Stacked):
    """One zarr ZipStore, zarr's default codec (Zstandard)."""

    title = "zarr ZipStore"

    def store(self, path: Path, collection: Any, **options: Any) -> None:
        from zarr.storage import ZipStore

        del options
        encoding = {
            name: {"chunks": _chunks(variable)}
            for name, variable in collection.data_vars.items()
        }
        with warnings.catch_warnings():
            # zarr warns that it has no specification of string arrays yet.
            warnings.simplefilter("ignore")
            store = ZipStore(path, mode="w")
            collection.to_zarr(store, encoding=encoding, consolidated=False)
            store.close()

    def open(self, path: Path) -> Any:
        import xarray as xr
        from zarr.storage import ZipStore

        store = ZipStore(path, mode="r")
        return xr.open_zarr(store, consolidated=False, chunks=None)
