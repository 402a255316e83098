"""Checks of an HDF5 file before libhdf5 reads data from it.

libhdf5 follows links into other files, inflates a chunk to whatever size its stream has, returns uninitialised
memory for a chunk that is too short, and allocates what a shape declares though nothing was written.
"""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _native
from .._errors import BadNetCDFError, LimitError, UnsupportedError, translating
from ._dimensions import Lengths
from ._hdf5_heap import longest_text
from ._hdf5_types import check_attributes, check_type, is_varying

if TYPE_CHECKING:
    import h5py

#: Bytes of data for each byte that is stored, beyond a first mebibyte: deflate cannot exceed 1032:1
#: (https://zlib.net/zlib_tech.html), fill values can.
_EXPANSION = _native.constants()["expansion"]
_FREE_BYTES = _native.constants()["free_expansion"]

#: Bytes that texts of which only the number is known may take, beyond the size of the file.
_FREE_TEXT_BYTES = 16 << 20

#: Filters that are part of every libhdf5 (H5Zpublic.h): deflate, shuffle, Fletcher-32. Others are loaded from
#: plug-ins, or are not bounded here.
_DEFLATE, _SHUFFLE, _FLETCHER32 = 1, 2, 3
_CHECKSUM_BYTES = 4

#: An element of variable length (HDF5 specification, section IV.B): length, heap address, heap index.
_REFERENCE = np.dtype([("length", "<u4"), ("address", "<u8"), ("index", "<u4")])


def check(netcdf: bytes) -> None:
    """Refuse a file that libhdf5 would not read safely.

    Parameters
    ----------
    netcdf : bytes
        The file.

    Raises
    ------
    UnsupportedError
        If it refers to other files, or has filters or heaps that are not bounded here.
    LimitError
        If its data are out of proportion to the file.
    BadNetCDFError
        If it is not an HDF5 file, or a chunk does not have the size that it must have.

    """
    import h5py

    reason = "one that HDF5 cannot read"
    with (
        translating(BadNetCDFError, "a NetCDF-4 file", reason),
        h5py.File(io.BytesIO(netcdf), "r") as file,
    ):
        sums = _Sums(netcdf)
        _check_layout(file)
        for name, item in _objects(file, set()):
            sums.pointers += check_attributes(item, name, len(netcdf))
            if isinstance(item, h5py.Dataset):
                _check_dataset(item, name, sums)
            sums.check(name)


def _check_layout(file: h5py.File) -> None:
    """Refuse what nobody writes, and what would move or resize all that is checked here."""
    plist = file.id.get_create_plist()
    if plist.get_userblock() or plist.get_sizes() != (8, 8):
        raise UnsupportedError(
            expected="an HDF5 file of 64-bit addresses from its first byte on",
            found=f"{plist.get_userblock()} bytes before it, addresses and lengths of "
            f"{plist.get_sizes()} bytes",
        )


def _objects(
    group: h5py.Group, seen: set[int], path: str = "/"
) -> Iterator[tuple[str, h5py.Group | h5py.Dataset]]:
    """Give all groups and datasets of a file, each group once."""
    import h5py

    yield path, group
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise UnsupportedError(
                expected="plain HDF5 objects",
                found=f"{name!r}, a link, which is refused",
            )
        item = group[name]
        if isinstance(item, h5py.Dataset):
            yield name, item
        elif isinstance(item, h5py.Group):
            address = h5py.h5o.get_info(item.id).addr
            if address not in seen:
                seen.add(address)
                yield from _objects(item, seen, name)


class _Sums:
    """Bytes that all datasets and attributes of a file claim, against those that it has."""

    def __init__(self, netcdf: bytes):
        self.netcdf = netcdf
        self.longest = longest_text(netcdf)
        self.stored = 0
        self.decoded = 0
        self.texts = 0
        self.pointers = 0
        self.lengths = Lengths()

    def check(self, name: str) -> None:
        """Refuse more than a sound file can hold; `name` is what was added last."""
        size = len(self.netcdf)
        if self.decoded > _FREE_BYTES + _EXPANSION * min(self.stored, size):
            raise LimitError(
                expected=f"at most {_EXPANSION} bytes per stored byte",
                found=f"{self.decoded} bytes out of {self.stored} up to {name!r}",
            )
        # In a sound file every chunk, and every text, has bytes of its own.
        for what, found in (("chunks", self.stored), ("texts", self.texts)):
            if found > size:
                raise LimitError(
                    expected=f"{what} of at most {size} bytes, the size of the file",
                    found=f"{found} up to {name!r}",
                )
        # Each text may be the longest where their lengths cannot be seen.
        most = self.pointers * self.longest
        if most > _FREE_TEXT_BYTES + size:
            raise LimitError(
                expected="attributes of fewer bytes",
                found=f"{self.pointers} texts, together up to {most} bytes, up to "
                f"{name!r}",
            )


def _check_dataset(dataset: h5py.Dataset, name: str, sums: _Sums) -> None:
    if dataset.external or dataset.is_virtual:
        raise UnsupportedError(
            expected="data in the file itself",
            found=f"{name!r} stored in another file, which is refused",
        )
    found = check_type(dataset, name)
    count = dataset.id.get_space().get_simple_extent_npoints()
    sums.stored += dataset.id.get_storage_size()
    sums.decoded += count * found.get_size()
    sums.check(name)
    sums.lengths.add(name, *_measured(dataset))
    varying = is_varying(found)
    if varying and dataset.chunks is None and dataset.id.get_offset() is None:
        sums.pointers += count
    for block in _blocks(dataset, name, sums.netcdf):
        if varying:
            sums.texts += _lengths(block, name)


#: Beginning of the NAME of a dimension without coordinate ("NetCDF-4 File Format Specifications").
_NO_VARIABLE = b"This is a netCDF dimension but not a netCDF variable."


def _measured(dataset: h5py.Dataset) -> tuple[list[str], list[int]]:
    """Dimensions of a dataset and their lengths: h5netcdf fills what is shorter than its dimension with zeros."""
    attrs = dataset.attrs
    if attrs.get("CLASS") == b"DIMENSION_SCALE":
        if dataset.maxshape == (None,) and attrs["NAME"].startswith(_NO_VARIABLE):
            # An unlimited one: how long it is, only variables know.
            return [], []
        return [dataset.name.strip("/")] * dataset.ndim, list(dataset.shape)
    named = {
        axis: dataset.file[references[0]].name.strip("/")
        for axis, references in enumerate(attrs.get("DIMENSION_LIST", ()))
        if len(references)
    }
    return list(named.values()), [dataset.shape[axis] for axis in named]


def _lengths(block: bytes, name: str) -> int:
    if len(block) % _REFERENCE.itemsize:
        raise UnsupportedError(
            expected="elements of variable length", found=f"others in {name!r}"
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
    filters = _filters(dataset, name)
    chunks: list[Any] = []
    # Not one by one: libhdf5 would begin to count at the first each time.
    dataset.id.chunk_iter(chunks.append)
    for chunk in chunks:
        raw = netcdf[chunk.byte_offset : chunk.byte_offset + chunk.size]
        applied = [f for i, f in enumerate(filters) if not chunk.filter_mask >> i & 1]
        yield _unfiltered(raw, applied[::-1], size, name)


def _filters(dataset: h5py.Dataset, name: str) -> list[int]:
    plist = dataset.id.get_create_plist()
    filters = [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]
    unknown = set(filters) - {_DEFLATE, _SHUFFLE, _FLETCHER32}
    if unknown or (is_varying(dataset.id.get_type()) and _SHUFFLE in filters):
        raise UnsupportedError(
            expected="the filters deflate, shuffle and Fletcher-32",
            found=f"{name!r} with HDF5 filters {filters}",
        )
    return filters


def _unfiltered(raw: bytes, filters: list[int], size: int, name: str) -> bytes:
    for position, kind in enumerate(filters):
        if kind == _FLETCHER32:
            raw = raw[:-_CHECKSUM_BYTES]
        elif kind == _DEFLATE:
            inner = filters[position + 1 :].count(_FLETCHER32) * _CHECKSUM_BYTES
            raw = _inflated(raw, size + inner, name)
    if len(raw) != size:
        raise BadNetCDFError(
            expected=f"chunks of {size} bytes in {name!r}", found=f"one of {len(raw)}"
        )
    return raw


def _inflated(raw: bytes, size: int, name: str) -> bytes:
    try:
        return zlib.decompressobj().decompress(raw, size + 1)
    except zlib.error as error:
        raise BadNetCDFError(
            expected=f"a deflated chunk in {name!r}", found=str(error)
        ) from error
