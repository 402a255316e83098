"""What is compared. Each contender makes its collection, stores it, opens it, and touches every array.

Nothing but a contender's own packages is imported on its behalf: peak memory is that of the whole process.
"""

from __future__ import annotations

import abc
import json
import pickle
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import _digests


class Contender(abc.ABC):
    """One way to store results."""

    #: For tables.
    title: str
    #: Whether arrays of `extra` come back as arrays; else as lists of numbers.
    exact = True

    @abc.abstractmethod
    def build(self, results: list[dict[str, Any]]) -> Any:
        """Make the collection that is stored."""

    @abc.abstractmethod
    def store(self, path: Path, collection: Any, **options: Any) -> None:
        """Store it."""

    @abc.abstractmethod
    def open(self, path: Path) -> Any:
        """Open it again."""

    def touch(self, collection: Any) -> Any:
        """Bring every array into memory, all at the same time."""
        results = list(collection)
        for result in results:
            result._nddata.values  # noqa: B018
            result._extra  # noqa: B018
        return results

    def memory(self, collection: Any) -> dict[str, int]:
        """Bytes of the collection in memory, and of its largest result decoded, where known."""
        del collection
        return {}

    def check(self, touched: Any, expected: list[dict[str, Any]]) -> None:
        """Assert that what was read equals what the models gave."""
        assert len(touched) == len(expected)
        for result, digests in zip(touched, expected, strict=True):
            assert _digests.of_nddata(result._nddata) == digests["nddata"]
            assert _digests.of_parameters(result._run_parameters) == digests["run"]
            extra = result._extra
            if self.exact:
                assert _digests.of_extra(extra) == digests["extra"]
            else:
                found = _digests.of_numbers(extra, digests["arrays"])
                assert found == digests["numbers"]


class Upstream(Contender):
    """scikit-neuromsi itself, with h5netcdf so that it can read what it writes."""

    title = "scikit-neuromsi"
    exact = False

    def build(self, results: list[dict[str, Any]]) -> Any:
        import skneuromsi

        made = [skneuromsi.NDResult(**kwargs) for kwargs in results]
        return skneuromsi.NDResultCollection.from_ndresults("bench", made)

    def store(self, path: Path, collection: Any, **options: Any) -> None:
        import skneuromsi

        skneuromsi.store_ndresults_collection(
            path, collection, tqdm_cls=None, **options
        )

    def open(self, path: Path) -> Any:
        import skneuromsi

        return skneuromsi.open_ndresults_collection(path, tqdm_cls=None)


class Light(Contender):
    """Ours, with the light classes."""

    title = "skneuromsi-io"
    classes = "light"

    def build(self, results: list[dict[str, Any]]) -> Any:
        import skneuromsi_io

        made = [skneuromsi_io.NDResult(**kwargs) for kwargs in results]
        return skneuromsi_io.NDResultCollection.from_ndresults("bench", made)

    def store(self, path: Path, collection: Any, **options: Any) -> None:
        import skneuromsi_io

        skneuromsi_io.store_ndresults_collection(
            path, collection, tqdm_cls=None, **options
        )

    def open(self, path: Path) -> Any:
        import skneuromsi_io

        return skneuromsi_io.open_ndresults_collection(
            path, tqdm_cls=None, classes=self.classes
        )

    def repeated(self, collection: Any, times: int, path: Path) -> Any:
        """Return the collection several times over, every result in memory of its own."""
        import skneuromsi_io

        packed = collection._packed * times
        many = skneuromsi_io.NDResultCollection(collection.name, packed, tqdm_cls=None)
        self.store(path, many)
        return self.open(path)

    def memory(self, collection: Any) -> dict[str, int]:
        return {
            "packed": sum(sys.getsizeof(packed) for packed in collection._packed),
            "largest": max(packed.native.nbytes for packed in collection._packed),
        }


class Bridge(Light):
    """Ours, with upstream's classes through the bridge."""

    title = "skneuromsi-io, upstream's classes"
    classes = "upstream"

    def build(self, results: list[dict[str, Any]]) -> Any:
        import skneuromsi

        import skneuromsi_io.upstream

        made = [skneuromsi.NDResult(**kwargs) for kwargs in results]
        cls = skneuromsi_io.upstream.collection_class()
        return cls.from_ndresults("bench", made)


class LightUpstreamFile(Light):
    """Ours, opening what upstream wrote."""

    title = "skneuromsi-io, file of upstream"
    exact = False


class BridgeUpstreamFile(Bridge):
    """Ours with upstream's classes, opening what upstream wrote."""

    title = "skneuromsi-io, upstream's classes, file of upstream"
    exact = False


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
            # That zarr has no specification of string arrays yet.
            warnings.simplefilter("ignore")
            store = ZipStore(path, mode="w")
            collection.to_zarr(store, encoding=encoding, consolidated=False)
            store.close()

    def open(self, path: Path) -> Any:
        import xarray as xr
        from zarr.storage import ZipStore

        store = ZipStore(path, mode="r")
        return xr.open_zarr(store, consolidated=False, chunks=None)


OURS = ("light", "bridge")
PEERS = ("pickle", "joblib", "zarr", "netcdf")
CONTENDERS: dict[str, Contender] = {
    "upstream": Upstream(),
    "light": Light(),
    "bridge": Bridge(),
    "light-of-upstream": LightUpstreamFile(),
    "bridge-of-upstream": BridgeUpstreamFile(),
    "pickle": Pickle(),
    "joblib": JoblibLz4(),
    "zarr": Zarr(),
    "netcdf": NetCDF(),
}
