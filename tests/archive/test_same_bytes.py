"""The same input gives the same bytes, once the moment is set."""

import datetime as dt
import enum
import itertools
import json
import os
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import make_array, make_collection, make_result, members, stored
from processes import in_process

MOMENT = dt.datetime(2017, 7, 14, 2, 40, 1)
EPOCH = "1500000001"


@pytest.fixture
def moment(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)


def written_at(archive):
    """The moments that an archive states: of its metadata and of all members."""
    document = json.loads(members(archive)["metadata.json"])
    with zipfile.ZipFile(BytesIO(archive)) as file:
        return document["utc_timestamp"], {info.date_time for info in file.infolist()}


@pytest.mark.parametrize("version", [0.1, 0.2])
def test_the_moment_is_the_one_that_is_set(moment, collection, version):
    found = written_at(stored(collection, format_version=version))
    assert found == ("2017-07-14T02:40:01", {(2017, 7, 14, 2, 40, 0)})


def test_repair_takes_it_too(moment, collection, tmp_path):
    path = tmp_path / "saved.ndc"
    sio.repair(stored(collection), path)
    assert written_at(path.read_bytes())[1] == {(2017, 7, 14, 2, 40, 0)}


@pytest.mark.parametrize("unset", [None, ""])
def test_else_it_is_now(collection, monkeypatch, unset):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    if unset is not None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", unset)
    before = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    stated, [local] = written_at(stored(collection))
    after = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    assert before <= dt.datetime.fromisoformat(stated) <= after
    # The clock of the machine, to two seconds.
    there = dt.datetime(*local).astimezone(dt.UTC).replace(tzinfo=None)
    assert (
        dt.timedelta(0)
        <= dt.datetime.fromisoformat(stated) - there
        <= dt.timedelta(seconds=2)
    )


@pytest.mark.parametrize(
    ("seconds", "year"), [("0", 1980), ("253402300799", 2107), ("4102444800", 2100)]
)
def test_moments_that_zip_has_not(collection, monkeypatch, seconds, year):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", seconds)
    stated, [local] = written_at(stored(collection))
    assert local[0] == year
    moment = dt.datetime.fromtimestamp(int(seconds), dt.UTC).replace(tzinfo=None)
    assert stated == moment.isoformat()


@pytest.mark.parametrize(
    "wrong", ["-1", "1.5", "now", " 1", "253402300800", "9" * 5000, "\u0661"]
)
def test_moments_that_are_none(collection, monkeypatch, wrong, tmp_path):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", wrong)
    with pytest.raises(sio.ArgumentError, match="'SOURCE_DATE_EPOCH': expected sec"):
        sio.to_ndc(tmp_path / "sweep.ndc", collection, tqdm_cls=None)
    assert list(tmp_path.iterdir()) == []


class Mode(enum.StrEnum):
    A = "a"
    B = "b"


#: Sets of which Python's order changes with the seed of hashes, the addresses or the history.
SETS = {
    "text": {"auditory", "visual", "multi", "é", ""},
    "bytes": {b"a", b"b", b"", b"\xff"},
    "numbers": {1, -1, 2.5, float("inf"), float("nan"), 1j, 2**70, None},
    "scalars": {
        np.int64(1),
        np.float32(0.5),
        np.str_("x"),
        np.datetime64("2020-01-01"),
    },
    "dates": {dt.date(2020, 1, 1), dt.datetime(2020, 1, 1), dt.timedelta(1)},
    "enums": {Mode.A, Mode.B, "c"},
    "tuples": {("a", 1), ("a", frozenset("xyz")), (), ("b",), (None,)},
    "sets": {frozenset(letters) for letters in itertools.combinations("abcdef", 3)},
    "all": frozenset([1, "a", b"a", None, 1.5, ("a",), frozenset("ab"), dt.date.min]),
}


def with_sets():
    array = make_array()
    # An array that xarray and h5netcdf write.
    general = make_array("?")
    extra = {"sets": SETS, "nested": [{"deep": (SETS["text"],)}]}
    results = [make_result(array, extra=extra), make_result(array, extra={})]
    return [*results, make_result(general)]


def all_bytes(_=None):
    return b"".join(stored(result) for result in with_sets())


def of_another_process(seed, zone="UTC"):
    folder = Path(__file__).parent
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_same_bytes as t; "
        "sys.stdout.buffer.write(t.all_bytes())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(folder.parent), *sys.path]),
            "PYTHONHASHSEED": str(seed),
            "TZ": zone,
        },
        capture_output=True,
        check=True,
    )
    return done.stdout


@pytest.mark.slow
def test_the_same_bytes_in_every_process(moment):
    """Whatever the seed of hashes and the time zone."""
    first = of_another_process(1)
    assert len(first) > 7_000
    assert of_another_process(2) == first
    assert of_another_process(3, "Asia/Kathmandu") == first


def test_the_same_bytes_as_format_01(moment, monkeypatch):
    """Its lists forget what was a set, not the order."""
    result = make_result(extra={"sets": [SETS["text"], frozenset(["b", "a"])]})
    found = json.loads(
        members(stored(result, format_version=0.1))["ndr_0/metadata.json"]
    )
    text, small = found["object_kwargs"]["extra"]["sets"]
    assert text == ["", "auditory", "multi", "visual", "é"]
    assert small == ["a", "b"]


@pytest.mark.parametrize("name", list(SETS))
def test_sets_come_back(name):
    result = make_result(extra={"set": SETS[name]})
    found = sio.open_ndresult(stored(result), classes="light").extra_["set"]
    assert type(found) is type(SETS[name])
    assert len(found) == len(SETS[name])
    assert {repr(item) for item in found} == {
        repr(str(item) if isinstance(item, Mode) else item) for item in SETS[name]
    }


def nested(levels, cls):
    value = cls([0])
    for _ in range(levels):
        value = cls([value])
    return value


@pytest.mark.parametrize("cls", [tuple, frozenset])
def test_deep_sets(cls):
    """Each level is written once and looked at a hundred times at most."""
    deep = frozenset([nested(400, cls), nested(399, cls)])
    result = make_result(extra={"set": deep})
    assert sio.open_ndresult(stored(result), classes="light").extra_["set"] == deep
    with pytest.raises(sio.UnstorableError, match="levels of nesting"):
        stored(make_result(extra={"set": {nested(5000, cls)}}))


def test_what_cannot_be_stored_is_named_in_a_set():
    class Own:
        pass

    with pytest.raises(sio.UnstorableError, match=r"extra\['set'\]\[\d\].*Own"):
        stored(make_result(extra={"set": {1, Own()}}))
    with pytest.raises(sio.UnstorableError, match="digits cannot be stored"):
        stored(make_result(extra={"set": {1, 10**5000}}))


def test_collections_of_other_workers(moment):
    """A collection that went through another process is stored as it was."""
    collection = make_collection()
    assert in_process(stored, collection) == stored(collection)
