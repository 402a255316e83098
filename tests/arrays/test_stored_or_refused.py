"""Whatever labels and types an array has: it is refused when it is stored, or it can be opened again."""

import errno
import os

import numpy as np
import pytest
import xarray as xr

import skneuromsi_io as sio
from helpers import (
    assert_same,
    make_array,
    make_result,
    members,
    opened,
    stored,
    zipped,
)

DTYPES = ("f2", "g", "G", "c16", "?", "S4", "U3", "U9", "M8[s]", "m8[ns]", ">i4", "O")
DTYPES += ("V8",)
if hasattr(np.dtypes, "StringDType"):
    # Text of any width, since NumPy 2.
    DTYPES += ("T",)
LABELS = np.arange(4)


def with_data(dtype):
    array = make_array()
    return array.copy(data=np.ones(array.shape).astype(dtype))


def with_index(dtype):
    return make_array().assign_coords(positions=LABELS.astype(dtype))


def with_coordinate(dtype):
    return make_array().assign_coords(other=("positions", LABELS.astype(dtype)))


def with_attribute(dtype):
    return make_array(attrs={"foo": LABELS.astype(dtype)})


ARRAYS = {
    f"{make.__name__} {dtype}": (make, dtype)
    for make in (with_data, with_index, with_coordinate, with_attribute)
    for dtype in DTYPES
} | {
    f"attribute {name} {value!r}": (lambda pair: make_array(attrs=dict([pair])), pair)
    for pair in [
        *(("_Encoding", "utf-8"), ("_Encoding", 3), ("add_offset", "x")),
        *(("coordinates", 3), ("foo", 1j), ("foo", np.longdouble(1))),
    ]
    for name, value in [pair]
}


def beyond_netcdf3(attrs):
    """Return an array of numbers that only NetCDF-4 has, so that h5netcdf writes its attributes in format 0.1."""
    array = make_array("u8", attrs=attrs)
    return array.copy(data=np.full(array.shape, 2**63 + 1, "u8"))


class Unknown:
    """Nothing that a file has a place for."""

    def __repr__(self):
        return "unknown"


ARRAYS |= {
    f"large numbers with {value!r:.20}": (beyond_netcdf3, {"foo": value})
    for value in (True, None, {"a": 1}, b"x", "x" * 70_000, Unknown(), [Unknown()], 1j)
}
ARRAYS |= {
    f"{name} as {value!r}": (beyond_netcdf3, {name: value})
    for name, value in (("a/b", 1), ("CLASS", "x"), (3, 1), ("", 1))
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("version", [0.2, 0.1])
@pytest.mark.parametrize("array", ARRAYS)
def test_what_is_stored_opens(array, version):
    make, argument = ARRAYS[array]
    result = make_result(make(argument))
    try:
        archive = stored(result, format_version=version)
    except sio.UnstorableError as error:
        refusal = str(error)
    else:
        refusal = None
    if refusal is not None:
        assert "nddata" in refusal
        return
    assert sio.verify(archive).ok
    found = sio.open_ndresult(archive, classes="light").to_xarray()
    assert found.shape == result.to_xarray().shape
    if version > 0.1:
        assert_same(found, result.to_xarray())


def test_text_of_any_width_says_what_to_convert_it_to():
    if "T" not in DTYPES:
        pytest.skip("NumPy before 2 has no StringDType")
    with pytest.raises(sio.UnstorableError) as raised:
        stored(make_result(with_data("T")))
    assert str(raised.value) == (
        "result 0: nddata: an array of dtype StringDType() cannot be stored; convert "
        "it to numbers, dates or text of a fixed width (`astype(str)`)"
    )


def test_the_name_that_means_none_is_refused_in_format_0_1():
    result = make_result(make_array().rename("__xarray_dataarray_variable__"))
    with pytest.raises(sio.UnstorableError, match=r"nddata: format 0\.1 has no place"):
        stored(result, format_version=0.1)
    unnamed = make_result(make_array().rename(None))
    found = sio.open_ndresult(stored(unnamed, format_version=0.1), classes="light")
    assert found.to_xarray().name is None


def test_errors_of_the_system_stay_what_they_are(monkeypatch):
    """A full disk says nothing of the array."""

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    result = make_result(make_array(run=True))
    monkeypatch.setattr(xr.DataArray, "to_netcdf", full)
    for version in (0.2, 0.1):
        with pytest.raises(OSError, match="No space left") as raised:
            stored(result, format_version=version)
        assert not isinstance(raised.value, sio.SkneuromsiIOError)


def test_labels_have_their_key_however_json_spells_it():
    result = make_result(make_array(modes=["multi", "b"], attrs={"pair": (1, 2)}))
    found = members(stored(result))
    name = "ndr_0/metadata.json"
    assert b'"nddata"' in found[name]
    found[name] = found[name].replace(b'"nddata"', b'"n\\u0064data"')
    collection = opened(zipped(found))
    assert collection[0].to_xarray().identical(result.to_xarray())
    assert collection._packed[0].plain_frame() is None
