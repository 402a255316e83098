"""Damage to headers costs no result whose members are whole, and damage to data costs that result alone."""

import io
import random
import struct
import zipfile

import pytest
from saved import ends

import skneuromsi_io as sio
from helpers import assert_same, make_collection, opened, stored

#: Places of the sizes in a local header, and where its name begins (APPNOTE 4.3.7).
SIZES, NAME = range(18, 26), 30


@pytest.fixture(scope="module")
def archive():
    """Bytes of an archive of four results."""
    return stored(make_collection(4))


def starts(archive):
    """Return where the local header of each member begins, by name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return {info.filename: info.header_offset for info in file.infolist()}


def data(archive):
    """Return where the data of each member are, by name."""
    last = ends(archive)
    return {
        name: range(at + NAME + len(name), last[name])
        for name, at in starts(archive).items()
    }


def number_of(name):
    return int(name.partition("/")[0].removeprefix("ndr_"))


def hit(archive, at):
    """Return the number of the result in whose data a position is, None for none."""
    for name, place in data(archive).items():
        if at in place and name not in ("index.json", "metadata.json"):
            return number_of(name)
    return None


def flipped(archive, *bits):
    bad = bytearray(archive)
    for bit in bits:
        bad[bit // 8] ^= 1 << bit % 8
    return bytes(bad)


def assert_kept(bad, archive, lost, out, what):
    """Fail unless all results but one are saved as they were."""
    report = sio.repair(bad, out)
    kept = tuple(number for number in range(4) if number != lost)
    assert report.kept == kept, (what, str(report))
    assert sio.verify(out).ok, what
    before, after = opened(archive), opened(out)
    for new, old in enumerate(report.kept):
        assert_same(after[new], before[old], f"{what}: result {old}")


def outside(archive):
    """Return the positions that are in no data."""
    inside = {at for place in data(archive).values() for at in place}
    return [at for at in range(len(archive)) if at not in inside]


def test_a_bit_of_a_header(archive, out):
    rng = random.Random(1)
    for at in rng.sample(outside(archive), 60):
        bit = 8 * at + rng.randrange(8)
        assert_kept(flipped(archive, bit), archive, None, out, f"bit {bit}")


def test_a_bit_of_a_local_size_or_name_and_one_of_the_directory(archive, out):
    rng = random.Random(2)
    directory = archive.index(b"PK\1\2")
    for name, at in starts(archive).items():
        for place in (rng.choice(SIZES), NAME + rng.randrange(len(name))):
            local = 8 * (at + place) + rng.randrange(8)
            central = 8 * rng.randrange(directory, len(archive)) + rng.randrange(8)
            what = f"bits {local} and {central}"
            assert_kept(flipped(archive, local, central), archive, None, out, what)


@pytest.mark.slow
def test_a_byte_more_or_less(archive, out):
    rng = random.Random(3)
    places = data(archive)
    of_results = [name for name in places if name != "metadata.json"]
    inside = [rng.choice(places[name][20:-20]) for name in of_results for _ in (1, 2)]
    for at in inside + rng.sample(outside(archive), 40):
        for bad in (
            archive[:at] + archive[at + 1 :],
            archive[:at] + b"\0" + archive[at:],
        ):
            lost = hit(archive, at)
            if len(bad) > len(archive) and at in {
                place.start for place in places.values()
            }:
                lost = None
            assert_kept(bad, archive, lost, out, f"{len(bad)} bytes, at {at}")


def test_data_and_headers_of_several_results(archive, out):
    """A byte is inserted into one result, and other members lose a size and a name."""
    places, headers = data(archive), starts(archive)
    bad = bytearray(archive)
    bad[headers["ndr_0/nddata.nc"] + 19] ^= 4
    bad[headers["ndr_2/metadata.json"] + NAME + 4] ^= 1
    at = places["ndr_1/nddata.nc"].start + 100
    bad[at:at] = b"\0"
    assert_kept(bytes(bad), archive, 1, out, "three damages")


def test_a_name_that_became_that_of_another_result(archive, out):
    """Neither the data of another result nor none are taken for those of the other one."""
    for header, offset in ((b"PK\3\4", NAME), (b"PK\1\2", 46)):
        bad = bytearray(archive)
        at = archive.index(header) + offset + len("ndr_")
        assert bad[at : at + 2] == b"0/"
        bad[at] = ord("1")
        assert_kept(bytes(bad), archive, None, out, header)


def test_hidden_bytes_are_left_behind(archive, out):
    """A size in both headers that counts what is behind a stream is not a reason to lose it."""
    last = [*starts(archive)][-1]
    directory = archive.index(b"PK\1\2")
    bad = bytearray(archive[:directory] + b"hidden" + archive[directory:])
    size = struct.pack("<L", len(data(archive)[last]) + 6)
    for at in (starts(archive)[last] + 18, bad.rindex(b"PK\1\2") + 20):
        bad[at : at + 4] = size
    bad[-6:-2] = struct.pack("<L", directory + 6)
    assert not sio.verify(bytes(bad)).ok
    assert_kept(bytes(bad), archive, None, out, "hidden bytes")
    assert b"hidden" not in out.read_bytes()
