"""Metadata whose type map, zones or text do not fit are refused when they are opened."""

import datetime as dt
import zoneinfo

import pandas as pd
import pytest

import skneuromsi_io as sio
from helpers import edited, make_result, members, opened, stored, zipped


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"/object_kwargs/extra/t": "nope"},
            "expected a type that FORMAT.md lists, found 'nope'",
        ),
        (
            {"/object_kwargs/extra/t": ["array", "<i8", [7]]},
            "expected a value that fits",
        ),
        (
            {"/object_kwargs/extra/t": ["array", "O8", [-1]]},
            "expected a value that fits",
        ),
        ({"/object_kwargs/extra/t": ["external", "<i8", [2]]}, "expected a value that"),
        ({"/object_kwargs/extra/t": "datetime"}, "expected a value that fits"),
        ({"/object_kwargs/extra/none": "tuple"}, "expected a value that fits"),
        ({"/object_kwargs/extra/t/9": "tuple"}, "expected a value that fits"),
        ({"object_kwargs": "tuple"}, "expected a JSON pointer"),
        ({"": "tuple"}, "expected a JSON pointer"),
        ([], "expected an object"),
    ],
    ids=str,
)
def test_type_maps_that_do_not_fit(change, message):
    archive = stored(make_result(extra={"t": (1, 2)}))
    broken = edited(archive, "ndr_0/metadata.json", lambda d: d.update(types=change))
    with pytest.raises(ValueError, match=message):
        list(opened(broken))


MOMENT = dt.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Paris"))
COLUMN = pd.Series(pd.DatetimeIndex(["2020"], tz="Europe/Paris"))


def with_zone(value, zone):
    """Return an archive of a moment or a column of moments, in whose text the zone has another key."""
    archive = stored(make_result(extra={"v": value}))

    def change(document):
        if value is MOMENT:
            document["types"]["/object_kwargs/extra/v"][1] = zone
        else:
            document["object_kwargs"]["extra"]["v"]["data"]["tz"] = zone

    return edited(archive, "ndr_0/metadata.json", change)


ZONES = ["Europe", "../x", "/etc/passwd", "a" * 5000, "dateutil/x", "", "Nowhere/Here"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("value", [MOMENT, COLUMN], ids=["datetime", "pandas"])
def test_zones_that_are_none(value, zone):
    told = r"/extra/v.*(that is known here|expected the key)"
    with pytest.raises(sio.BadMetadataError, match=told):
        list(opened(with_zone(value, zone)))


@pytest.mark.parametrize(
    ("value", "zone"),
    [(MOMENT, 5), (COLUMN, 5), (COLUMN, None)],
    ids=["datetime", "pandas", "pandas without"],
)
def test_zones_that_are_no_text(value, zone):
    with pytest.raises(sio.BadMetadataError, match=r"/extra/v.*expected a value"):
        list(opened(with_zone(value, zone)))


NUMBERS = ("[" + ",".join(["1"] * 1001) + "]").encode()


def of_upstream(change):
    """Return an archive of format 0.1, the text of whose result was changed."""
    archive = stored(make_result(extra={"z": "text"}))
    contents = members(
        edited(archive, "metadata.json", lambda d: d.update(format_version=0.1))
    )
    name = "ndr_0/metadata.json"
    text = change(contents[name])
    assert text != contents[name]
    return zipped({**contents, name: text})


def test_a_list_of_numbers_is_no_key():
    archive = of_upstream(lambda text: text.replace(b'"z"', NUMBERS))
    with pytest.raises(ValueError, match="a list of numbers as a key"):
        list(opened(archive))


def test_text_that_is_not_utf8():
    # U+2200 has the byte of a quote in it, and what follows that of a list.
    hidden = "\u2200" + (b" " + NUMBERS).decode("utf-16-le")
    archive = of_upstream(
        lambda text: text.decode().replace("text", hidden).encode("utf-16")
    )
    with pytest.raises(ValueError, match=r"expected JSON in UTF-8.*found utf-16"):
        list(opened(archive))
