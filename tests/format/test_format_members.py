"""Each MUST of FORMAT.md, section 1: the members of the archive."""

import io
import struct
import zipfile

import numpy as np
import pytest
from plain import a_result, members_of, opened

import skneuromsi_io as sio
from helpers import DATA, zipped


def test_members():
    collection = sio.NDResultCollection.from_ndresults("c", [a_result()] * 3)
    sink = io.BytesIO()
    sio.to_ndc(sink, collection, tqdm_cls=None)
    with zipfile.ZipFile(sink) as archive:
        assert archive.namelist() == [
            *(f"ndr_{i}/{n}" for i in range(3) for n in ("nddata.nc", "metadata.json")),
            *("index.json", "metadata.json"),
        ]


def test_unknown_members_are_ignored():
    members = members_of(a_result())
    found = opened({"readme.txt": b"?", "ndr_7/nddata.nc": b"?", **members})
    assert found.to_xarray().identical(a_result().to_xarray())


def test_methods():
    members = members_of(a_result())
    for method in (
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
        zipfile.ZIP_BZIP2,
        zipfile.ZIP_LZMA,
    ):
        found = sio.open_ndresult(zipped(members, method), classes="light")
        assert found.to_xarray().identical(a_result().to_xarray())
    zstd = getattr(zipfile, "ZIP_ZSTANDARD", None)
    for archive in (
        [(DATA / "zstandard.ndc").read_bytes()]
        + ([zipped(members, zstd)] if zstd else [])
    ):  # fmt: skip
        assert opened_values(archive) == a_result().to_xarray().values.tolist()


def opened_values(archive):
    return sio.open_ndresult(archive, classes="light").to_xarray().values.tolist()


def test_crc_is_checked():
    archive = bytearray(zipped(members_of(a_result())))
    payload = archive.index(np.arange(24.0).tobytes())
    archive[payload + 9] ^= 1
    with pytest.raises(zipfile.BadZipFile, match=r"ndr_0/nddata\.nc.*CRC-32"):
        sio.open_ndresult(bytes(archive))


def test_nothing_is_behind_a_stream():
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        archive = zipped(members_of(a_result()), method)
        with zipfile.ZipFile(io.BytesIO(archive)) as file:
            last = file.infolist()[-1]
        end = archive.index(b"PK\1\2")
        longer = bytearray(archive[:end] + b"hidden" + archive[end:])
        size = struct.pack("<L", last.compress_size + 6)
        for header in (last.header_offset + 18, longer.rindex(b"PK\1\2") + 20):
            longer[header : header + 4] = size
        longer[-6:-2] = struct.pack("<L", end + 6)
        with zipfile.ZipFile(io.BytesIO(longer)) as file:
            assert file.testzip() is None
        with pytest.raises(zipfile.BadZipFile, match=f"{last.filename}.*its end"):
            sio.open_ndresult(bytes(longer))


def test_ambiguity_is_refused():
    members = members_of(a_result())
    twice = io.BytesIO(zipped(members))
    with (
        pytest.warns(UserWarning, match="Duplicate"),
        zipfile.ZipFile(twice, "a") as file,
    ):
        file.writestr("ndr_0/nddata.nc", b"other")
    contradicting = bytearray(zipped(members))
    contradicting[contradicting.index(b"ndr_0/nddata.nc")] = ord("N")
    overlapping = bytearray(zipped(members))
    end = struct.unpack("<L", overlapping[-6:-2])[0]
    second = overlapping.index(b"PK\1\2", end + 4)
    overlapping[second + 42 : second + 46] = bytes(4)  # the first member's offset
    for archive in (twice.getvalue(), bytes(contradicting), bytes(overlapping)):
        with pytest.raises(zipfile.BadZipFile):
            sio.open_ndresult(archive)


@pytest.mark.slow
def test_zip64_only_where_needed():
    sink = io.BytesIO()
    sio.store_ndresult(sink, a_result())
    assert b"PK\6\6" not in sink.getvalue()
    with zipfile.ZipFile(sink) as archive:
        assert {info.extract_version for info in archive.infolist()} == {20}
    # 65,536 results have more members than the 16 bits of the plain end record count.
    results = sio.NDResultCollection.from_ndresults("many", [a_result()] * 32768)
    sink = io.BytesIO()
    sio.to_ndc(sink, results, tqdm_cls=None, compression=zipfile.ZIP_STORED)
    assert b"PK\6\6" in sink.getvalue()[-200:]
    with zipfile.ZipFile(sink) as archive:
        assert len(archive.namelist()) == 65_538
    with pytest.raises(zipfile.LargeZipFile):
        sio.to_ndc(io.BytesIO(), results, tqdm_cls=None, allowZip64=False)
