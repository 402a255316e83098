"""Moments in zones of pytz and dateutil come back in the zone of the same key, or with their offset."""

import datetime as dt
import zoneinfo

import pandas as pd
import pytest

import skneuromsi_io as sio
from helpers import make_result, through_file, with_extra

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
SUMMER = dt.datetime(2020, 7, 1, 12)

#: Twice: at one o'clock UTC, and an hour before.
TWICE = dt.datetime(2020, 10, 25, 2, 30)


def zones():
    pytz = pytest.importorskip("pytz")
    tz = pytest.importorskip("dateutil.tz")
    berlin, gettz = pytz.timezone("Europe/Berlin"), tz.gettz("Europe/Berlin")
    hour = dt.timezone(dt.timedelta(hours=1))
    return [
        (berlin.localize(SUMMER), BERLIN),
        (berlin.localize(TWICE, is_dst=True), BERLIN),
        (berlin.localize(TWICE, is_dst=False), BERLIN),
        # Local mean time, in which pytz leaves who does not localize.
        (SUMMER.replace(tzinfo=berlin), dt.timezone(dt.timedelta(minutes=53))),
        (SUMMER.replace(tzinfo=pytz.utc), zoneinfo.ZoneInfo("UTC")),
        (SUMMER.replace(tzinfo=pytz.FixedOffset(60)), hour),
        (SUMMER.replace(tzinfo=gettz), BERLIN),
        (TWICE.replace(tzinfo=gettz, fold=1), BERLIN),
        (SUMMER.replace(tzinfo=tz.tzutc()), dt.UTC),
        (SUMMER.replace(tzinfo=tz.tzoffset("X", 3600)), hour),
        (dt.datetime(2020, 1, 1, tzinfo=tz.tzstr("CET-1CEST")), hour),
    ]


@pytest.mark.parametrize("number", range(11))
def test_moments(number):
    moment, zone = zones()[number]
    found = through_file(make_result(extra={"t": moment}))._extra["t"]
    assert type(found) is dt.datetime
    assert found.tzinfo == zone
    assert found.astimezone(dt.UTC) == moment.astimezone(dt.UTC)
    assert found.replace(tzinfo=None, fold=0) == moment.replace(tzinfo=None, fold=0)
    result = make_result(extra={"t": moment})
    held = sio.NDResultCollection.from_ndresults("c", [result])[0]._extra["t"]
    assert type(held.tzinfo) is type(moment.tzinfo)


def test_local_time():
    tz = pytest.importorskip("dateutil.tz")
    moment = SUMMER.replace(tzinfo=tz.tzlocal())
    found = with_extra({"t": moment})["t"]
    assert found == moment
    assert isinstance(found.tzinfo, dt.timezone)


def test_times():
    tz = pytest.importorskip("dateutil.tz")
    found = with_extra({"t": [dt.time(1, tzinfo=z) for z in (tz.tzutc(), BERLIN)]})["t"]
    assert [moment.tzinfo for moment in found] == [dt.UTC, BERLIN]
    found = with_extra({"t": dt.time(1, tzinfo=tz.gettz("Europe/Berlin"))})["t"]
    assert found == dt.time(1, tzinfo=BERLIN)


def column(moment, tz):
    return pd.Series([pd.Timestamp(moment, tz=tz)])


@pytest.mark.parametrize("make", [pd.Timestamp, column])
@pytest.mark.parametrize("name", ["pytz", "dateutil", "offset of pytz", "offset"])
def test_zones_of_pandas(name, make):
    pytz = pytest.importorskip("pytz")
    tz = pytest.importorskip("dateutil.tz")
    zone, key = {
        "pytz": (pytz.timezone("Europe/Berlin"), "Europe/Berlin"),
        "dateutil": (tz.gettz("Europe/Berlin"), "Europe/Berlin"),
        "offset of pytz": (pytz.FixedOffset(90), None),
        "offset": (tz.tzoffset("X", 5400), None),
    }[name]
    value = make("2020-07-01 12:00", tz=zone)
    found = with_extra({"t": value})["t"]
    first, expected = (v[0] if isinstance(v, pd.Series) else v for v in (found, value))
    assert first == expected
    assert first.utcoffset() == expected.utcoffset()
    if key is not None:
        assert str(first.tz) == key
