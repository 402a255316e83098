"""Whatever labels and types an array has: it is refused when it is stored, or it can be opened again."""

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import make_array, make_result, members, opened, stored, zipped

DTYPES = ("f2", "g", "G", "c16", "?", "S4", "U3", "M8[s]", "m8[ns]", ">i4", "O")
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
        assert found.identical(result.to_xarray())


def test_labels_have_their_key_however_json_spells_it():
    result = make_result(make_array(modes=["multi", "b"], attrs={"pair": (1, 2)}))
    found = members(stored(result))
    name = "ndr_0/metadata.json"
    assert b'"nddata"' in found[name]
    found[name] = found[name].replace(b'"nddata"', b'"n\\u0064data"')
    collection = opened(zipped(found))
    assert collection[0].to_xarray().identical(result.to_xarray())
    assert collection._packed[0].relabelled()
