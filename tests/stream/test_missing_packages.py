"""A whole result that cannot be opened here is not taken for a torn or a damaged one."""

import datetime as dt
import sys
import zoneinfo

import numpy as np
import pandas as pd
import pytest
from left import left_behind

import skneuromsi_io as sio
from helpers import make_collection, make_result, opened, stored
from skneuromsi_io.values import _dtypes

#: A zone of no other test: those have objects of theirs.
ZONE = "Pacific/Chatham"


def _small_numbers():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    return np.ones(2, ml_dtypes.bfloat16)


def _column():
    pytest.importorskip("pyarrow")
    return pd.Series([1.5], dtype="double[pyarrow]")


def _moment():
    return dt.datetime(2026, 1, 1, tzinfo=zoneinfo.ZoneInfo(ZONE))


VALUES = {"ml_dtypes": _small_numbers, "pyarrow": _column, "tzdata": _moment}


@pytest.fixture
def without(monkeypatch):
    """A function that takes a package away, as if it were not installed."""

    def take(package):
        _dtypes._dtype.cache_clear()
        # Its modules too: a test before may have imported that of the zone.
        for name in {package, *sys.modules}:
            if name.partition(".")[0] == package:
                monkeypatch.setitem(sys.modules, name, None)
        if package == "tzdata":
            # The machine's own database too, and the zone, which is known already.
            zoneinfo.reset_tzpath(to=[])
            zoneinfo.ZoneInfo.clear_cache(only_keys=[ZONE])

    yield take
    zoneinfo.reset_tzpath()


@pytest.fixture(params=VALUES)
def package(request):
    """The name of a package that a value of the last result needs."""
    return request.param


@pytest.fixture
def results(package):
    """Three results, the last with a value that needs a package."""
    parameters = {"soa": 20, "noise": False}
    extra = {"value": VALUES[package]()}
    last = make_result(extra=extra, run_parameters=parameters)
    return [*make_collection(2), last]


@pytest.fixture
def partial(results, package, tmp_path, without):
    """The partial file of the results, whose package is taken away."""
    path, _ = left_behind(tmp_path / "sweep.ndc", results)
    without(package)
    return path


def test_nothing_is_cut_off(partial, monkeypatch):
    path, before = partial.with_suffix(""), partial.read_bytes()
    with pytest.raises(sio.MissingPackageError, match="install") as raised:
        sio.NDCWriter(path, name="sweep", resume=True)
    assert raised.value.member == "ndr_2/metadata.json"
    assert partial.read_bytes() == before
    monkeypatch.undo()
    zoneinfo.reset_tzpath()
    with sio.NDCWriter(path, name="sweep", resume=True) as writer:
        assert len(writer) == 3
    assert len(opened(path)) == 3


def test_nothing_is_left_out(partial, tmp_path):
    out = tmp_path / "joined.ndc"
    for take in (sio.merge, lambda paths, out: sio.repair(*paths, out)):
        with pytest.raises(sio.MissingPackageError, match="install"):
            take([partial], out)
        assert not out.exists()


def test_verify_does_not_call_it_damaged(results, package, without):
    archive = stored(sio.NDResultCollection.from_ndresults("sweep", results))
    without(package)
    with pytest.raises(sio.MissingPackageError, match="install"):
        sio.verify(archive)


def test_a_limit_cuts_nothing_off(tmp_path):
    extra = {"large": np.arange(1500.0)}
    partial, _ = left_behind(tmp_path / "sweep.ndc", make_collection(2, extra=extra))
    with pytest.raises(sio.LimitError, match="10 bytes"):
        sio.merge([partial], tmp_path / "out.ndc", limits={"member_bytes": 10})


def test_a_zone_that_no_database_has():
    """The name is wrong or newer, and no package missing, if tzdata is installed."""
    pytest.importorskip("tzdata")
    from skneuromsi_io.values._timezones import iana_zone

    for key in ("Nowhere/Here", "Africa", "/etc/passwd"):
        with pytest.raises(sio.BadMetadataError, match="time zone"):
            iana_zone(key)
