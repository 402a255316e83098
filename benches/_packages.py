"""scikit-neuromsi and this package as contenders."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from _contender import Contender


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
