"""Arrays come back as they were: every dtype, shape and bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import skneuromsi_io as sio
from helpers import assert_same, make_array, make_result, opened, stored, through_file

INTEGERS = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]
FLOATS = ["f4", "f8"]
OTHERS = ["f2", "?", "M8[ns]", "m8[ns]", "c8", "c16"]

names = st.text(min_size=1, max_size=8).filter(lambda text: "\0" not in text)
shapes = st.tuples(
    *(st.integers(*limits) for limits in ((2, 3), (1, 4), (1, 4), (1, 3)))
)


@st.composite
def arrays(draw):
    """Labelled arrays of any number type, shape, bits and labels."""
    shape = draw(shapes)
    order = draw(st.sampled_from("<>"))
    dtype = order + draw(st.sampled_from(INTEGERS + FLOATS))
    modes = draw(st.lists(names, min_size=shape[0], max_size=shape[0], unique=True))
    array = make_array(dtype, shape, modes=modes)
    kind = hnp.from_dtype(np.dtype(dtype))
    array.values[:] = draw(hnp.arrays(dtype, shape, elements=kind))
    if draw(st.booleans()):
        times = draw(hnp.arrays("f8", shape[1]))
        array = array.assign_coords(times=times)
    return array


@pytest.mark.slow
@given(array=arrays(), compression=st.sampled_from([0, 8, 12, 14]))
def test_arrays(array, compression):
    result = make_result(array, output_mode=str(array.modes.values[0]))
    assert_same(through_file(result, compression=compression), result)


@pytest.mark.parametrize("dtype", [*INTEGERS, *FLOATS, *OTHERS])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("coordinates", [1, 3])
def test_dtypes(dtype, order, coordinates):
    dtype = np.dtype(dtype).newbyteorder(order)
    result = make_result(make_array(dtype, (2, 3, 4, coordinates)))
    assert_same(through_file(result), result)
    held = sio.NDResultCollection.from_ndresults("n", [result])
    assert_same(held[0], result)
    assert_same(opened(stored(held)), held)


@pytest.mark.parametrize("dtype", FLOATS)
def test_special_floats(dtype):
    """NaN with payloads, signalling ones and negative ones, infinities, zeros, subnormals."""
    integer = np.dtype(dtype.replace("f", "u"))
    quiet = np.array(np.nan, dtype).view(integer)[()]
    sign = integer.type(1 << (8 * integer.itemsize - 1))
    infinity = np.array(np.inf, dtype).view(integer)[()]
    bits = [quiet, quiet + 1, quiet | sign, infinity, infinity + 1, infinity | sign]
    bits += [0, 1, sign, sign + 1]
    array = make_array(dtype, (2, 3, 4, 1))
    array.values.view(integer).reshape(-1)[: len(bits)] = bits
    result = make_result(array)
    assert_same(through_file(result), result)


def test_encodings_of_other_files_are_not_used():
    array = make_array().assign_coords(flag=("times", [True, False, True]))
    array.encoding = {"dtype": "int16", "scale_factor": 0.1}
    array.coords["flag"].encoding = {"compression": "lzf", "chunksizes": (3,)}
    array.coords["times"].encoding = {"dtype": "int8"}
    result = make_result(array)
    assert_same(through_file(result), result)


@pytest.mark.parametrize(
    "array",
    [
        make_array().assign_coords(run=3),
        make_array().assign_coords(label=("modes", ["a", "b"])),
        make_array().rename(None),
        make_array().rename("other name"),
        make_array().transpose("times", "modes", "positions_coordinates", "positions"),
        make_array(times=np.array(["2020-01-01", "2021", "1999"], "M8[ns]")),
        make_array(times=[True, False, True]),
        make_array(attrs={"units": "days since 2000-01-01"}),
        make_array(attrs={"_FillValue": 3.0}),
        make_array(attrs={"scale_factor": 2.0}),
        make_array().drop_vars("times"),
        make_array("f8", (2, 1, 1, 1)),
    ],
    ids=lambda array: str(array.name) + "".join(array.attrs) + str(list(array.coords)),
)
def test_arrays_that_are_not_plain(array):
    result = make_result(
        array,
        time_range=(0, array.sizes["times"]),
        position_range=(0, array.sizes["positions"]),
    )
    assert_same(through_file(result), result)


@pytest.mark.parametrize("layout", ["F", "strided", "read-only", "broadcast"])
def test_layouts_in_memory(layout):
    array = make_array(shape=(2, 6, 8, 1))
    values = {
        "F": lambda v: np.asfortranarray(v),
        "strided": lambda v: v[:, ::-2, ::2],
        "read-only": lambda v: v,
        "broadcast": lambda v: np.broadcast_to(v[:1, :1], (2, 3, 8, 1)),
    }[layout](array.values)
    values.flags.writeable = layout not in ("read-only", "broadcast")
    array = make_array(shape=values.shape).copy(data=values)
    result = make_result(array)
    found = through_file(result)
    assert_same(found, result)
    assert found.to_xarray().values.flags.writeable


def test_what_is_opened_is_independent(archive):
    """Results share labels; a change of one array reaches neither file nor neighbour."""
    collection = opened(archive)
    before = collection[0].to_xarray()
    collection[0].to_xarray()[:] = 0
    collection[0]._nddata[:] = 0
    assert_same(collection[0].to_xarray(), before)


def test_dates_that_netcdf_cannot_span():
    """xarray counts from the first date, in 64 bits of nanoseconds at most."""
    times = np.array(["1700-01-01", "2200-01-01", "2000-01-01T00:00:00.000000001"])
    array = make_array().assign_coords(start=("times", times.astype("M8[ns]")))
    with pytest.raises(sio.UnstorableError, match="result 0: nddata"):
        stored(make_result(array))
