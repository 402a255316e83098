"""Cases of the container: headers that lie, ambiguity, bombs, and odd archives that are good."""

import struct
import zipfile
import zlib

from good import LARGE, RESULT, VALUES, contents
from zipkit import (
    BZIP2,
    DEFLATED,
    LZMA,
    STORED,
    Member,
    build,
    changed,
    members_of,
    packed,
)

EQUAL = "equal"
#: Equal, or an error: never different.
EITHER = "either"
BAD = "BadArchiveError"
MEMBER = "BadMemberError"
LIMIT = "LimitError"
UNSUPPORTED = "UnsupportedError"
MISSING = "MissingMemberError"
META = "BadMetadataError"


def one():
    return members_of(contents(1))


def altered(name=VALUES, **changes):
    return build(changed(one(), name, **changes))


def lies():
    """Sizes, CRC and methods that are not those of the data."""
    size = len(contents(1)[VALUES])
    for header in ("local", "central"):
        for what, value in {
            "crc": 0xDEADBEEF,
            "size 0": ("size", 0),
            "size - 1": ("size", size - 1),
            "size + 1": ("size", size + 1),
            "size 4 GB": ("size", 0xFFFFFFFE),
            "packed 0": ("packed", 0),
            "packed - 1": ("packed", -1),
            "packed + 1": ("packed", 1),
            "packed 2 GB": ("packed", 1 << 31),
            "method stored": ("method", STORED),
            "method bzip2": ("method", BZIP2),
            "method lzma": ("method", LZMA),
        }.items():
            field, value = value if isinstance(value, tuple) else ("crc", value)
            if field == "packed" and abs(value) == 1:
                value += len(build_packed(VALUES))
            # A size out of proportion is seen before the headers are compared.
            expected = (BAD, LIMIT) if what == "size 4 GB" else BAD
            yield (
                f"{header} {what}",
                altered(**{header: {field: value}}),
                expected,
                None,
            )
        both = {"local": {"size": 0}, "central": {"size": 0}}
        yield f"{header} and other size 0", altered(**both), MEMBER, VALUES
    for method in (1, 2, 6, 9, 20, 95, 98, 99):
        yield f"method {method}", altered(method=method, data=b"?"), UNSUPPORTED, VALUES
    yield "encrypted", altered(flags=1), UNSUPPORTED, VALUES
    yield "strong encryption", altered(flags=0x41), UNSUPPORTED, VALUES
    yield "patched data", altered(flags=0x20), UNSUPPORTED, VALUES
    data = build_packed(VALUES)
    yield "data cut", altered(data=data[:-4]), MEMBER, VALUES
    yield "not deflate", altered(data=b"\xff" * 100), MEMBER, VALUES
    yield "empty deflate", altered(data=b""), MEMBER, VALUES


def behind():
    """Bytes behind the end of a compressed stream, which its compressed size counts."""
    for method in (STORED, DEFLATED, BZIP2, LZMA):
        for name in (VALUES, RESULT, LARGE, "metadata.json"):
            data = packed(contents(1)[name], method)
            for what, more in (("a byte", b"\0"), ("a stream", data)):
                longer = altered(name, method=method, data=data + more)
                yield f"{what} more in {name}, method {method}", longer, MEMBER, name


def build_packed(name):
    return next(m for m in one() if m.name == name.encode()).bytes_stored()


def zip64(size=None, packed=None, offset=None):
    values = [v for v in (size, packed, offset) if v is not None]
    return struct.pack("<2H", 1, 8 * len(values)) + struct.pack(
        f"<{len(values)}Q", *values
    )


def huge():
    """Sizes of 64 bits."""
    for size in (10 << 30, 1 << 40, 1 << 63, (1 << 64) - 1):
        extra = zip64(size=size)
        lie = {"size": 0xFFFFFFFF, "extra": extra}
        yield f"size {size}", altered(central=lie, local=lie), (LIMIT, MEMBER), VALUES
        extra = zip64(packed=size)
        lie = {"packed": 0xFFFFFFFF, "extra": extra}
        yield f"packed {size}", altered(central=lie, local=lie), BAD, None
    lie = {"size": 0xFFFFFFFF}
    yield "zip64 size without extra", altered(central=lie), EITHER, None
    short = {"size": 0xFFFFFFFF, "extra": struct.pack("<2HL", 1, 4, 7)}
    yield "short zip64 extra", altered(central=short), BAD, None
    beyond = {"extra": struct.pack("<2H", 1, 99)}
    yield "zip64 extra beyond the header", altered(central=beyond), EITHER, None


def ambiguous():
    """Archives that two readers could see differently."""
    members = one()
    yield "name twice", build([*members, Member(VALUES.encode(), b"x")]), BAD, None
    for name in (b"NDR_0/nddata.nc", b"ndr_0/nddata.n", b"ndr_1/nddata.nc", b""):
        local = {"name": name}
        yield f"local name {name}", altered(local=local), BAD, VALUES
    yield "local header missing", altered(offset=3), BAD, None
    yield "offset beyond the end", altered(offset=1 << 31), BAD, None
    overlapping = changed(members, VALUES, offset=0)
    overlapping = changed(overlapping, RESULT, offset=0)
    yield "two members in one place", build(overlapping), BAD, None
    good = build(members)
    yield "appended", good + b"trailing", EQUAL, None
    yield "two archives", good + good, EITHER, None
    for field, value in {
        "here": 1,
        "total": 99,
        "at": 1,
        "size": 1,
        "disk": 1,
        "comment": 7,
    }.items():
        yield f"end record {field}", build(members, end={field: value}), EITHER, None
    nested = build([Member(b"inner.zip", build(members), STORED), *one()])
    yield "an archive within", nested, EQUAL, None
    for count in (0, 1, 17):
        yield f"{count} bytes", b"PK\5\6" + bytes(count), BAD, None
    yield "no members, and trailing bytes", b"PK\5\6" + bytes(21), MISSING, None
    yield "empty archive", build([]), MISSING, "metadata.json"
    yield "nothing", b"", BAD, None
    yield "text", b"this is no archive" * 100, BAD, None
    yield "only signatures", b"PK\5\6" * 20_000, BAD, None
    yield "only local signatures", b"PK\3\4" * 20_000, BAD, None


def bombs():
    """Members that expand without end."""
    zeros = bytes(600 << 20)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = deflate.compress(zeros) + deflate.flush()
    size, crc = len(zeros), zlib.crc32(zeros)
    for name in (VALUES, RESULT, "metadata.json", LARGE):
        lie = {"size": size, "crc": crc}
        bomb = altered(name, data=data, local=lie, central=lie)
        yield f"deflate bomb in {name}", bomb, "SkneuromsiIOError", None
        small = {"size": 1000, "crc": 0}
        yield (
            f"deflate bomb in {name}, said to be small",
            altered(name, data=data, local=small, central=small),
            MEMBER,
            name,
        )
    for method in (BZIP2, LZMA):
        member = Member(VALUES.encode(), bytes(64 << 20), method)
        yield (
            f"bomb by method {method}",
            build([m if m.name != VALUES.encode() else member for m in one()]),
            "SkneuromsiIOError",
            VALUES,
        )
    # A dictionary of 4 GiB is asked for by five bytes.
    greedy = b"\x09\x04\x05\x00" + struct.pack("<BL", 93, 0xFFFFFFFF) + bytes(50)
    yield "lzma dictionary", altered(method=LZMA, data=greedy), MEMBER, VALUES


def zstandards():
    """Frames of blocks that repeat a byte, in windows of any size."""
    blocks = 5000
    body = b"".join(
        ((128 << 10) << 3 | 2 | (index == blocks - 1)).to_bytes(3, "little") + b"\0"
        for index in range(blocks)
    )
    for window in (0x50, 0x88, 0xA8, 0xFF):
        frame = struct.pack("<L2B", 0xFD2FB528, 0, window) + body
        lie = {"size": blocks * (128 << 10)}
        bomb = altered(method=93, data=frame)
        yield f"Zstandard bomb of window {window:x}", bomb, MEMBER, VALUES
        told = altered(method=93, data=frame, local=lie, central=lie)
        yield f"the same, said to be so ({window:x})", told, (LIMIT, MEMBER), VALUES


def missing():
    """Members that should be there."""
    for name in contents(1):
        left = [m for m in one() if m.name != name.encode()]
        place = "extra_0.nc" if name == LARGE else name
        yield f"without {name}", build(left), MISSING, place
    yield (
        "a directory instead",
        altered(
            central={"name": b"ndr_0/nddata.nc/"}, local={"name": b"ndr_0/nddata.nc/"}
        ),
        MISSING,
        VALUES,
    )


def odd():
    """Odd, and good."""
    members = one()
    good = build(members)
    yield "plain", good, EQUAL, None
    for method in (STORED, DEFLATED, BZIP2, LZMA):
        yield (
            f"all by method {method}",
            build([Member(m.name, m.content, method) for m in members]),
            EQUAL,
            None,
        )
    yield "prefixed", build(members, prefix=b"#!/bin/sh\nexit\n" * 9), EQUAL, None
    yield "prefixed, offsets not told", b"x" * 77 + good, EQUAL, None
    for length in (1, 22, 0xFFFF):
        comment = b"c" * length
        yield f"comment of {length}", build(members, comment=comment), EQUAL, None
    signature = b"PK\5\6" + bytes(10)
    yield "signature in the comment", build(members, comment=signature), EITHER, None
    for content in (b"x" + build([]) + b"y", build([]), good[:60_000]):
        hidden = build(members, comment=content)
        yield f"an archive of {len(content)} in the comment", hidden, EITHER, None
    reverse = build(members, order=range(len(members) - 1, -1, -1))
    yield "directory reversed", reverse, EQUAL, None
    yield "members reversed", build(members[::-1]), EQUAL, None
    gaps = [Member(m.name, m.content, gap=b"\0" * 13) for m in members]
    yield "padded", build(gaps), EQUAL, None
    extra = struct.pack("<2H5s", 0x5455, 5, b"\1time")
    timed = [Member(m.name, m.content, extra=extra) for m in members]
    yield "time stamps", build(timed), EQUAL, None
    yield (
        "unknown members",
        build(
            [
                Member(n, b"?")
                for n in (b"a", b"../b", b"/c", b"d\\e", "ñ".encode(), b"f/")
            ]
            + members
        ),
        EQUAL,
        None,
    )
    described = []
    for m in members:
        data = m.bytes_stored()
        tail = struct.pack("<3L", zlib.crc32(m.content), len(data), len(m.content))
        unknown = {"crc": 0, "packed": 0, "size": 0}
        descriptor = b"PK\7\x08" + tail
        described.append(
            Member(m.name, m.content, flags=8, descriptor=descriptor, local=unknown)
        )
    yield "data descriptors", build(described), EQUAL, None
    unsigned = [
        Member(m.name, m.content, flags=8, descriptor=m.descriptor[4:], local=m.local)
        for m in described
    ]
    yield "unsigned data descriptors", build(unsigned), EQUAL, None


def crowd():
    """70,000 members, as zipfile writes them."""
    import io

    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for index in range(70_000):
            archive.writestr(f"other/{index}", b"")
        for member in one():
            archive.writestr(member.name.decode(), member.content)
    yield "70,000 members", sink.getvalue(), EQUAL, None


FAMILIES = (lies, behind, huge, ambiguous, bombs, zstandards, missing, odd, crowd)
