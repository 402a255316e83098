"""An archive cut at every offset, and with a bit flipped in every byte: equal or an error, never different."""

import io
import zipfile

import pytest
from good import a_result, digest
from zipkit import DEFLATED, STORED, Member, build

import skneuromsi_io as sio


def small_archive(method):
    """Return an archive of a few kilobytes, with types but without a large array."""
    kwargs = a_result().to_dict() | {"extra": {"pair": (1, 2)}}
    sink = io.BytesIO()
    sio.to_ndr(sink, sio.NDResult(**kwargs))
    with zipfile.ZipFile(sink) as archive:
        names = archive.namelist()
        return build([Member(n.encode(), archive.read(n), method) for n in names])


def outcome(archive):
    """Return what an archive holds, or None where it is refused."""
    try:
        opened = sio.open_ndresults_collection(archive, tqdm_cls=None, classes="light")
        return digest(opened)
    except sio.SkneuromsiIOError as error:
        return None if f"<{len(archive)} bytes>" in str(error) else f"unplaced: {error}"


@pytest.mark.parametrize("method", [STORED, DEFLATED])
def test_cut_at_every_offset(method):
    good = small_archive(method)
    assert isinstance(outcome(good), list)
    loaded = [cut for cut in range(len(good)) if outcome(good[:cut]) is not None]
    assert loaded == []


@pytest.mark.parametrize("method", [STORED, DEFLATED])
def test_a_bit_flipped_in_every_byte(method):
    good = small_archive(method)
    expected = outcome(good)
    refused = 0
    for offset in range(len(good)):
        bad = bytearray(good)
        bad[offset] ^= 1 << offset % 8
        found = outcome(bytes(bad))
        assert found is None or found == expected, f"byte {offset} of {len(good)}"
        refused += found is None
    # All but times, versions, attributes and the like, which nothing reads.
    assert refused > 0.9 * len(good)
