"""What is checked in an HDF5 file before libhdf5 reads data from it.

libhdf5 follows links into other files, inflates a chunk to whatever size its stream has, returns uninitialised
memory for a chunk that is too short, and allocates what a shape declares though nothing was written.
"""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ._errors import BadNetCDFError, LimitError, SkneuromsiIOError, UnsupportedError

if TYPE_CHECKING:
    import h5py

#: Bytes of data for each byte that is stored, beyond a first mebibyte: deflate cannot exceed 1032:1
#: (https://zlib.net/zlib_tech.html), fill values can.
_EXPANSION = 1100
_FREE_BYTES = 1 << 20

#: Filters that are part of every libhdf5 (H5Zpublic.h): deflate, shuffle, Fletcher-32. Others are loaded from
#: plug-ins, or are not bounded here.
_DEFLATE, _SHUFFLE, _FLETCHER32 = 1, 2, 3
_CHECKSUM_BYTES = 4

#: An element of variable length (HDF5 specification, section IV.B): length, heap address, heap index.
_REFERENCE = np.dtype([("length", "<u4"), ("address", "<u8"), ("index", "<u4")])


def check(netcdf: bytes, place: str) -> None:
    """Refuse a file that libhdf5 would not read safely.

    Parameters
    ----------
    netcdf : bytes
        The file.
    place : str
        The archive and the member, for messages.

    Raises
    ------
    UnsupportedError
        If it refers to other files, or has filters or heaps that are not bounded here.
    LimitError
        If its data are out of proportion to the file.
    BadNetCDFError
        If it is no HDF5 file, or a chunk has not the size that it must have.

    """
    import h5py

    try:
        with h5py.File(io.BytesIO(netcdf), "r") as file:
            for name, dataset in _datasets(file, set()):
                _check_dataset(dataset, name, netcdf)
    except SkneuromsiIOError as error:
        raise type(error)(f"{place}: {error}") from error
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise BadNetCDFError(
            f"{place}: expected a NetCDF-4 file, found one that HDF5 cannot read: "
            f"{error}"
        ) from error


def _datasets(group: h5py.Group, seen: set[int]) -> Iterator[tuple[str, h5py.Dataset]]:
    import h5py

    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise UnsupportedError(
                f"expected plain HDF5 objects, found {name!r}, a link, which is refused"
            )
        item = group[name]
        if isinstance(item, h5py.Dataset):
            yield name, item
        elif isinstance(item, h5py.Group):
            address = h5py.h5o.get_info(item.id).addr
            if address not in seen:
                seen.add(address)
                yield from _datasets(item, seen)


def _check_dataset(dataset: h5py.Dataset, name: str, netcdf: bytes) -> None:
    if dataset.external or dataset.is_virtual:
        raise UnsupportedError(
            f"expected data in the file itself, found {name!r} stored in another "
            "file, which is refused"
        )
    stored = dataset.id.get_storage_size()
    if dataset.nbytes > _FREE_BYTES + _EXPANSION * stored:
        raise LimitError(
            f"expected at most {_EXPANSION} bytes per stored byte, found {name!r} of "
            f"{dataset.nbytes} bytes out of {stored}"
        )
    lengths = 0
    for block in _blocks(dataset, name, netcdf):
        if dataset.dtype.kind == "O":
            lengths += _lengths(block, name)
    # In a sound file every element has bytes of its own in a heap.
    if lengths > len(netcdf):
        raise LimitError(
            f"expected texts of at most {len(netcdf)} bytes, the size of the file, "
            f"found {lengths} in {name!r}"
        )


def _lengths(block: bytes, name: str) -> int:
    if len(block) % _REFERENCE.itemsize:
        raise UnsupportedError(
            f"expected elements of variable length, found others in {name!r}"
        )
    return int(np.frombuffer(block, _REFERENCE)["length"].sum(dtype="u8"))


def _blocks(dataset: h5py.Dataset, name: str, netcdf: bytes) -> Iterator[bytes]:
    """Give the bytes of a dataset piece by piece, each of the size that it must have."""
    if dataset.chunks is None:
        offset = dataset.id.get_offset()
        if offset is not None:
            yield netcdf[offset : offset + dataset.id.get_storage_size()]
        return
    size = math.prod(dataset.chunks) * dataset.id.get_type().get_size()
    for index in range(dataset.id.get_num_chunks()):
        chunk = dataset.id.get_chunk_info(index)
        raw = netcdf[chunk.byte_offset : chunk.byte_offset + chunk.size]
        yield _unfiltered(raw, _filters(dataset, name, chunk.filter_mask), size, name)


def _filters(dataset: h5py.Dataset, name: str, mask: int) -> list[int]:
    """Return the filters of a chunk, in the order in which they are undone."""
    plist = dataset.id.get_create_plist()
    filters = [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]
    unknown = set(filters) - {_DEFLATE, _SHUFFLE, _FLETCHER32}
    if unknown or (dataset.dtype.kind == "O" and _SHUFFLE in filters):
        raise UnsupportedError(
            f"expected the filters deflate, shuffle and Fletcher-32, found {name!r} "
            f"with HDF5 filters {filters}"
        )
    return [f for i, f in enumerate(filters) if not mask >> i & 1][::-1]


def _unfiltered(raw: bytes, filters: list[int], size: int, name: str) -> bytes:
    for position, kind in enumerate(filters):
        if kind == _FLETCHER32:
            raw = raw[:-_CHECKSUM_BYTES]
        elif kind == _DEFLATE:
            inner = filters[position + 1 :].count(_FLETCHER32) * _CHECKSUM_BYTES
            raw = _inflated(raw, size + inner, name)
    if len(raw) != size:
        raise BadNetCDFError(
            f"expected chunks of {size} bytes in {name!r}, found one of {len(raw)}"
        )
    return raw


def _inflated(raw: bytes, size: int, name: str) -> bytes:
    try:
        return zlib.decompressobj().decompress(raw, size + 1)
    except zlib.error as error:
        raise BadNetCDFError(
            f"expected a deflated chunk in {name!r}, found {error}"
        ) from error
