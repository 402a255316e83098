"""The heaps in which an HDF5 file keeps text of variable length.

Specification, section III.E: a signature, a version, the size; then objects, each with its number, its size and
its bytes, aligned to 8; free space, which has the number 0, takes the rest. libhdf5 goes from one to the next
without looking where it gets, for ever where the size of free space is 0.
"""

from __future__ import annotations

import re
import struct

from .._errors import BadNetCDFError

_SIGNATURE = re.compile(rb"GCOL\x01\x00\x00\x00")
_HEADER = struct.Struct("<HHLQ")


def longest_text(netcdf: bytes) -> int:
    """Return the size of the largest object in a global heap, all of which are checked.

    Raises
    ------
    BadNetCDFError
        If the objects of one are not one behind the other.

    """
    longest = 0
    for found in _SIGNATURE.finditer(netcdf):
        longest = max(longest, _longest(netcdf, found.start()))
    return longest


def _longest(netcdf: bytes, start: int) -> int:
    end = start + int.from_bytes(netcdf[start + 8 : start + 16], "little")
    at, longest = start + _HEADER.size, 0
    if not at <= end <= len(netcdf):
        raise BadNetCDFError(expected="a heap within the file", found=f"one at {start}")
    # A rest that is too small for a header is free.
    while at + _HEADER.size <= end:
        number, _, _, size = _HEADER.unpack_from(netcdf, at)
        if number == 0:
            if at + size != end:
                raise BadNetCDFError(
                    expected=f"the rest of the heap at {start} to be free",
                    found=f"{size} bytes at {at}",
                )
            break
        at += _HEADER.size + (size + 7) // 8 * 8
        if at > end:
            raise BadNetCDFError(
                expected=f"texts within the heap at {start}",
                found=f"one of {size} bytes",
            )
        longest = max(longest, size)
    return longest
