"""Archives that are broken in one place each, and what a reader should say of them."""

import json
import struct
import zipfile

import numpy as np

from helpers import edited, make_collection, make_result, members, stored, zipped

ARCHIVE = stored(make_collection())
MEMBERS = members(ARCHIVE)
HEAD, TEXT, DATA = "metadata.json", "ndr_1/metadata.json", "ndr_1/nddata.nc"
ARGUMENTS = json.loads(MEMBERS[TEXT])["object_kwargs"]
LARGE = members(stored(make_result(extra={"large": np.arange(2000)})))


def with_member(name, content):
    return zipped({**MEMBERS, name: content})


def without(name):
    return zipped({key: data for key, data in MEMBERS.items() if key != name})


def flipped(name):
    """One bit of a stored member is another."""
    archive = bytearray(zipped(MEMBERS))
    archive[archive.index(MEMBERS[name]) + len(MEMBERS[name]) // 2] ^= 1
    return bytes(archive)


def headers(offset, value):
    """Both headers of the first member, changed at an offset of the local one."""
    archive = bytearray(zipped(MEMBERS))
    for place in (offset, archive.index(b"PK\1\2") + 2 + offset):
        archive[place : place + 2] = struct.pack("<H", value)
    return bytes(archive)


def said(member, **changes):
    return edited(ARCHIVE, member, lambda document: document.update(changes))


def unsaid(member, key):
    return edited(ARCHIVE, member, lambda document: document.pop(key))


def arguments(**changes):
    def change(document):
        document["object_kwargs"].update(changes)

    return edited(ARCHIVE, TEXT, change)


#: A broken archive: its bytes, the builtin that upstream's callers catch, the member, and the message.
CASES = {
    "empty": (b"", zipfile.BadZipFile, "", "expected a zip archive, found an empty"),
    "no zip": (
        b"\xff" * 99,
        zipfile.BadZipFile,
        "",
        "expected a zip archive, found no",
    ),
    "cut": (ARCHIVE[:-30], zipfile.BadZipFile, "", "its end: it was cut off"),
    "half": (ARCHIVE[: len(ARCHIVE) // 2], zipfile.BadZipFile, "", "expected a zip"),
    "unknown method": (
        *(headers(8, 99), NotImplementedError, "ndr_0/nddata.nc"),
        "expected compression method 0, 8, 12, 14 or 93, found method 99",
    ),
    "encrypted": (
        *(headers(6, 1), NotImplementedError, "ndr_0/nddata.nc"),
        "expected a member that is neither encrypted nor patched, found flags 0x0001",
    ),
    **{
        f"bit of {name}": (
            *(flipped(name), zipfile.BadZipFile, name),
            r"expected CRC-32 0x[0-9a-f]{8}, found 0x[0-9a-f]{8}",
        )
        for name in (HEAD, TEXT, DATA)
    },
    **{
        f"no {name}": (
            *(without(name), KeyError, name),
            'expected a member of this name, found 7 members: "ndr_0/nddata.nc", ',
        )
        for name in (HEAD, TEXT, DATA)
    },
    "no extra array": (
        zipped({k: v for k, v in LARGE.items() if k != "ndr_0/extra_0.nc"}),
        *(KeyError, "ndr_0/metadata.json"),
        r"'/object_kwargs/extra/large': expected a member 'extra_0.nc', found \[\]",
    ),
    **{
        f"{name} {kind}": (
            *(with_member(name, content), ValueError, name),
            f"expected {expected}, found ",
        )
        for name in (HEAD, TEXT)
        for kind, content, expected in (
            ("no JSON", b"{", "JSON"),
            ("nothing", b"", "JSON"),
            ("no UTF-8", b'{"a": "\xff"}', "JSON"),
            ("a list", b"[]", "a JSON object"),
        )
    },
    **{
        f"data {kind}": (
            *(with_member(DATA, content), OSError, DATA),
            f"expected {expected}.*, found ",
        )
        for kind, content, expected in (
            ("garbage", b"garbage", "the signature of NetCDF-3 or HDF5"),
            ("nothing", b"", "the signature of NetCDF-3 or HDF5"),
            ("cut", MEMBERS[DATA][:-500], r"\d+ bytes, as the superblock says"),
            ("CDF only", b"CDF\1\0\0", "4 bytes at offset 4"),
        )
    },
    "garbage as extra array": (
        zipped({**LARGE, "ndr_0/extra_0.nc": b"garbage"}),
        *(ValueError, "ndr_0/extra_0.nc", "expected the signature of NetCDF-3 or HDF5"),
    ),
    "type of the collection": (
        *(said(HEAD, object_type="ndresult"), ValueError, HEAD),
        "'object_type' != 'ndcollection'. Found 'ndresult'",
    ),
    "type of a result": (
        *(said(TEXT, object_type=3), ValueError, TEXT),
        "'object_type' != 'ndresult'. Found 3",
    ),
    **{
        f"type of {name} without more": (
            *(with_member(name, b'{"object_type": "fake"}'), ValueError, name),
            f"'object_type' != '{expected}'. Found 'fake'",
        )
        for name, expected in ((HEAD, "ndcollection"), (TEXT, "ndresult"))
    },
    **{
        f"no key {key} in {name}": (
            *(unsaid(name, key), KeyError, name),
            rf"expected the key '{key}', found \['",
        )
        for name, key in (
            *((HEAD, "object_type"), (HEAD, "object_kwargs"), (HEAD, "object_size")),
            *((TEXT, "object_type"), (TEXT, "object_kwargs")),
        )
    },
    **{
        f"arguments of {name}": (
            *(said(name, object_kwargs=[1]), ValueError, name),
            r"expected an object as 'object_kwargs', found \[1\]",
        )
        for name in (HEAD, TEXT)
    },
    "another argument of the collection": (
        *(said(HEAD, object_kwargs={"name": "a", "b": 1}), ValueError, HEAD),
        r"expected 'name' alone in 'object_kwargs', found \['name', 'b'\]",
    ),
    "another argument": (
        *(arguments(more=1), ValueError, TEXT),
        r"expected 'object_kwargs' with the keys \['causes', .*\], found \['causes', ",
    ),
    "no results": (
        *(said(HEAD, object_size=0), ValueError, HEAD),
        "expected a positive integer as 'object_size', found 0",
    ),
    "more results": (
        *(said(HEAD, object_size=10**12), KeyError, "ndr_3/metadata.json"),
        "expected a member of this name, found 8 members",
    ),
    **{
        f"{key} of {value!r}": (
            *(arguments(**{key: value}), ValueError, TEXT),
            f"expected an object as '{key}', found {value!r}",
        )
        for key, value in (("nmap", 5), ("run_parameters", "ab"), ("extra", None))
    },
    "unknown output mode": (
        *(arguments(output_mode="nope"), ValueError, TEXT),
        "Output mode 'nope' not found",
    ),
    "other times": (
        *(arguments(time_range=[0, 7]), ValueError, TEXT),
        "Expected 7 times, got 3",
    ),
    "other output mode": (
        *(arguments(output_mode="m1"), ValueError, TEXT),
        r"must have the same metadata in .* Result 1: expected .*'multi', \('soa', "
        r"'noise'\)\], found .*'m1', \('soa', 'noise'\)\]",
    ),
    "other parameters": (
        *(arguments(run_parameters={"soa": 1}), ValueError, TEXT),
        r"Result 1: expected .*\('soa', 'noise'\)\], found .*\('soa',\)\]",
    ),
    **{
        f"types of {name}": (
            *(said(name, types={"/object_kwargs": "date"}), ValueError, name),
            "'/object_kwargs': expected no type there, found 'date'",
        )
        for name in (HEAD, TEXT)
    },
    "types that are not an object": (
        *(said(TEXT, types=5), ValueError, TEXT),
        "'types': expected an object, found 5",
    ),
    "mapping of another type": (
        said(TEXT, types={"/object_kwargs/nmap": ["keys", [1, 2, 3]]}),
        *(ValueError, TEXT),
        r"expected a value that fits the type \['keys', \[1, 2, 3\]\]",
    ),
    "mapping that types make a date": (
        said(
            TEXT,
            object_kwargs={**ARGUMENTS, "run_parameters": "2020-01-01"},
            types={"/object_kwargs/run_parameters": "date"},
        ),
        *(ValueError, TEXT),
        r"expected an object as 'run_parameters', found datetime.date\(2020, 1, 1\)",
    ),
}
