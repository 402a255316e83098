"""The limits on what a file may ask for: reached, named, raised; and never reached by our own files."""

import zipfile

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import assert_same, make_array, make_result, stored, through_file


def zeros(times):
    array = make_array(shape=(2, times, 1, 1))
    array.values[:] = 0
    return array


@pytest.fixture(scope="module")
def archive():
    return stored(make_result(zeros(400_000), extra={"text": "long " * 10_000}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("members", 2),
        ("directory_bytes", 100),
        ("member_bytes", 1_000_000),
        ("expansion", 10),
        ("texts", 0),
        ("text_bytes", 1000),
    ],
)
def test_a_limit_that_is_reached_is_named(archive, name, value):
    limits = {"text_expansion": 1, name: value}
    with pytest.raises(sio.LimitError, match=rf"<\d+ bytes>.*limit {name}\)"):
        sio.open_ndresult(archive, limits=limits)


def test_libhdf5_can_be_kept_out():
    array = make_array().assign_coords(flag=("times", [True, False, True]))
    archive = stored(make_result(array))
    assert "flag" in sio.open_ndresult(archive, classes="light").to_xarray().coords
    with pytest.raises(sio.LimitError, match=r"ndr_0/nddata.nc.*delegated_bytes\)"):
        sio.open_ndresult(archive, limits={"delegated_bytes": 0})


def test_text_may_expand_so_far(archive):
    limits = {"text_bytes": 0, "text_expansion": 10}
    with pytest.raises(sio.LimitError, match=r"ndr_0/metadata.json.*text_expansion\)"):
        sio.open_ndresult(archive, limits=limits)
    sio.open_ndresult(archive, limits=limits | {"text_expansion": 1000})


def test_limits_of_metadata(archive):
    with pytest.raises(sio.LimitError, match="limit text_bytes"):
        sio.read_metadata(archive, limits={"text_bytes": 10, "text_expansion": 0})


@pytest.mark.parametrize(
    ("limits", "error"),
    [
        ({"depth": 1}, '"depth"'),
        ({"members": -1}, "'members'"),
        ({"members": 2**64}, "'members'"),
    ],
)
def test_limits_that_are_none(archive, limits, error):
    with pytest.raises(sio.ArgumentError, match=error):
        sio.open_ndresult(archive, limits=limits)
    for limits in ({"members": 1.5}, {1: 1}, ["members"]):
        with pytest.raises(TypeError, match=r"^'limits': expected"):
            sio.open_ndresult(archive, limits=limits)


@pytest.mark.slow
@pytest.mark.parametrize(
    "compression",
    [
        zipfile.ZIP_STORED,
        zipfile.ZIP_DEFLATED,
        zipfile.ZIP_BZIP2,
        zipfile.ZIP_LZMA,
    ],
)
def test_what_was_stored_opens_whatever_it_compresses_to(compression):
    extra = {"text": "x" * 20_000_000, "array": np.zeros((500, 400))}
    result = make_result(zeros(2_000_000), extra=extra)
    assert_same(through_file(result, compression=compression), result)
    metadata = {"text": "y" * 20_000_000}
    archive = stored(result, metadata=metadata, compression=compression)
    assert sio.read_metadata(archive)["extra"] == metadata
