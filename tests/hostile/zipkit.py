"""Zip archives in which every field can lie (APPNOTE 4.3)."""

import bz2
import lzma
import struct
import zlib
from dataclasses import dataclass, field, replace

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
FIELDS = ("need", "flags", "method", "time", "date", "crc", "packed", "size")


def packed(content, method):
    """Return the content as the method compresses it."""
    if method == DEFLATED:
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        return deflate.compress(content) + deflate.flush()
    if method == BZIP2:
        return bz2.compress(content)
    if method == LZMA:
        filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}]
        stream = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=filters)
        # APPNOTE 5.8.8: version, size of the properties, lc/lp/pb and dictionary size.
        head = b"\x09\x04\x05\x00" + struct.pack("<BL", 93, 1 << 16)
        return head + stream.compress(content) + stream.flush()
    return content


@dataclass(frozen=True)
class Member:
    """A member; `local` and `central` change fields of one header only."""

    name: bytes
    content: bytes
    method: int = DEFLATED
    data: bytes | None = None
    flags: int = 0
    extra: bytes = b""
    gap: bytes = b""
    descriptor: bytes | None = None
    offset: int | None = None
    local: dict = field(default_factory=dict)
    central: dict = field(default_factory=dict)

    def bytes_stored(self):
        return packed(self.content, self.method) if self.data is None else self.data

    def header(self, changes):
        values = {
            "need": 20,
            "flags": self.flags,
            "method": self.method,
            "time": 0,
            "date": 0x5B78,
            "crc": zlib.crc32(self.content),
            "packed": len(self.bytes_stored()),
            "size": len(self.content),
            **changes,
        }
        return struct.pack("<5H3L", *(values[name] for name in FIELDS))


def build(members, *, prefix=b"", comment=b"", suffix=b"", order=None, end=None):
    """Return an archive; `end` changes fields of the end record, `order` the directory's order."""
    body, records = prefix, []
    for member in members:
        body += member.gap
        start = len(body) if member.offset is None else member.offset
        local = {"name": member.name, "extra": member.extra, **member.local}
        name, extra = local.pop("name"), local.pop("extra")
        body += b"PK\3\4" + member.header(local)
        body += struct.pack("<2H", len(name), len(extra)) + name + extra
        body += member.bytes_stored() + (member.descriptor or b"")
        central = {"name": member.name, "extra": member.extra, **member.central}
        name, extra = central.pop("name"), central.pop("extra")
        record = b"PK\1\2" + struct.pack("<H", 20) + member.header(central)
        record += struct.pack("<5H2L", len(name), len(extra), 0, 0, 0, 0, start)
        records.append(record + name + extra)
    if order is not None:
        records = [records[i] for i in order]
    directory = b"".join(records)
    values = {
        "disk": 0,
        "first": 0,
        "here": len(records),
        "total": len(records),
        "size": len(directory),
        "at": len(body),
        "comment": len(comment),
        **(end or {}),
    }
    tail = struct.pack("<4s4H2LH", b"PK\5\6", *values.values())
    return body + directory + tail + comment + suffix


def members_of(contents):
    """Return deflated members of a dictionary of contents."""
    return [Member(name.encode(), content) for name, content in contents.items()]


def changed(members, name, **changes):
    """Return the members with one of them changed."""
    return [
        replace(member, **changes) if member.name == name.encode() else member
        for member in members
    ]
