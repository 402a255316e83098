"""Everything that the functions can be given: clean."""

import array
import gzip
import io
import mmap
import os
import tempfile
import zipfile
from pathlib import Path

from tqdm.auto import tqdm  # type: ignore[import-untyped, unused-ignore]

import skneuromsi_io as sio


class Bar(tqdm):  # type: ignore[type-arg, misc, unused-ignore]
    """A progress bar of one's own."""


class OwnSink:
    """Has what a writer needs."""

    def write(self, data: bytes) -> int:
        return len(data)


def sources(path: os.PathLike[str]) -> None:
    data = Path(path).read_bytes()
    sio.open_ndresults_collection(data)
    sio.open_ndresults_collection(bytearray(data))
    sio.open_ndresults_collection(memoryview(data))
    sio.open_ndresults_collection(array.array("B", data))
    sio.open_ndresults_collection(io.BytesIO(data))
    with Path(path).open("rb") as file:
        sio.open_ndresults_collection(file)
        sio.scan_ndc(mmap.mmap(file.fileno(), 0))
    with gzip.open(path) as packed, zipfile.ZipFile(path) as outer:
        sio.read_metadata(packed, metadata_encoding="cp437")
        sio.verify(outer.open("sweep.ndc"), limits={"members": 5})


def targets(collection: sio.NDResultCollection, path: os.PathLike[str]) -> None:
    sio.to_ndc(path, collection, tqdm_cls=Bar)
    sio.to_ndc(io.BytesIO(), collection, compression=zipfile.ZIP_LZMA)
    sio.to_ndc(OwnSink(), collection, strict_timestamps=False)
    with Path(path).open("wb") as file:
        sio.to_ndc(file, collection, compresslevel=None, format_version=0.1)
    with tempfile.TemporaryFile() as scratch:
        sio.to_ndr(scratch, collection[0], allowZip64=True)


def options(path: str) -> None:
    sio.read_ndc(path, compression_params=None, expected_size=3, classes="upstream")
    sio.read_ndc(path, compression_params=("lz4", 9), tqdm_cls=None, classes="auto")
    sio.read_ndc(path, compression_params="zlib", tqdm_cls=tqdm, limits=None)
    sio.read_ndc(path, compression_params=3, tqdm_cls=True, allowZip64=True)
    sio.read_ndr(path, limits={"text_bytes": 1}, strict_timestamps=True)
    sio.read_ndr("memory://a.ndc", storage_options={"anon": True})
    sio.scan_ndc("s3://bucket/a.ndc", storage_options=None)
