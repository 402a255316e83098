"""Any result comes back as it was: every dtype, shape, label and bit."""

import io
import json

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import skneuromsi_io as sio
from helpers import (
    assert_same,
    make_array,
    make_result,
    members,
    opened,
    stored,
    through_file,
)

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


@pytest.mark.parametrize("dtype", ["i8", "i4", "i1", "u8", "f4", "f8"])
def test_dtypes_of_labels(dtype):
    array = make_array(times=np.arange(3, dtype=dtype))
    result = make_result(array)
    assert_same(through_file(result), result)


@pytest.mark.parametrize(
    "modes",
    [
        ["multi", "ñandú"],
        ["multi", "视觉"],
        ["multi", "👁\ufe0f"],
        ["multi", ""],
        ["multi", " a/b\\c\n\t'\""],
        ["multi", "x" * 5000],
        ["multi", "e\u0301"],
        ["multi", "é"],
    ],
    ids=lambda modes: ascii(modes[1][:9]),
)
def test_names_of_modes(modes):
    result = make_result(make_array(modes=modes), nmap={modes[1]: "ω"}, mname=modes[1])
    assert_same(through_file(result), result)


def test_encodings_of_other_files_are_not_used():
    array = make_array().assign_coords(flag=("times", [True, False, True]))
    array.encoding = {"dtype": "int16", "scale_factor": 0.1}
    array.coords["flag"].encoding = {"compression": "lzf", "chunksizes": (3,)}
    array.coords["times"].encoding = {"dtype": "int8"}
    result = make_result(array)
    assert_same(through_file(result), result)


def test_object_labels():
    labels = np.array(["multi", "other"], dtype=object)
    result = make_result(make_array().assign_coords(modes=labels))
    assert_same(through_file(result).modes_.tolist(), ["multi", "other"])


ATTRS = {
    "text": "µV",
    "empty": "",
    "long": "x" * 70_000,
    "lines": "a\nb\0c",
    "integer": 3,
    "float": 2.5,
    "nan": float("nan"),
    "int16": np.int16(-3),
    "float32": np.float32(0.1),
    "vector": np.arange(4.0),
    "single": np.array([1.5]),
    "without dimensions": np.array(7, dtype="i4"),
    "bytes": np.arange(3, dtype="u1"),
    "many": np.arange(9000),
}


@pytest.mark.parametrize("name", ATTRS)
def test_attributes(name):
    value = ATTRS[name]
    result = make_result(make_array(attrs={name: value, "ñ": "ñ"}))
    found = through_file(result).to_xarray().attrs
    assert list(found) == [name, "ñ"]
    if isinstance(value, np.ndarray):
        assert_same(found[name], value)
    else:
        assert np.asarray(found[name]).tobytes() == np.asarray(value).tobytes()
        assert np.asarray(found[name]).dtype == np.asarray(value).dtype


@pytest.mark.parametrize("value", [np.array([5]), np.array(5.5)], ids=repr)
def test_arrays_of_one_number_are_seen_by_other_readers(value):
    array = make_array()
    array["times"].attrs["v"] = value
    archive = stored(make_result(array))
    assert_same(opened(archive)[0].to_xarray(), array)
    netcdf = io.BytesIO(members(archive)["ndr_0/nddata.nc"])
    with xr.open_dataarray(netcdf, engine="h5netcdf") as seen:
        assert seen["times"].attrs == {"v": value}


def test_array_attributes_are_not_shared():
    array = make_array(attrs={"v": np.array([1, 2])})
    array["times"].attrs["v"] = np.array([1, 2])
    archive = stored(
        sio.NDResultCollection.from_ndresults("n", [make_result(array)] * 2)
    )
    first, second = opened(archive)
    for changed in (first.to_xarray(), first._nddata, first.to_xarray()):
        changed.attrs["v"][0] = 99
        changed["times"].attrs["v"][0] = 99
    again = through_file(make_result(array)).to_xarray()
    for found in (second.to_xarray(), opened(archive)[0].to_xarray(), again):
        assert found.attrs["v"].tolist() == [1, 2]
        assert found["times"].attrs["v"].tolist() == [1, 2]


def test_attributes_of_coordinates():
    array = make_array()
    array["times"].attrs["unit"] = "ms"
    array["positions"].attrs.update(unit="degree", origin=-45.5)
    found = through_file(make_result(array)).to_xarray()
    assert found["times"].attrs == {"unit": "ms"}
    assert found["positions"].attrs == {"unit": "degree", "origin": -45.5}


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


NO_NAMES = [*("", ".", "a/b", "/", "modes", "positions_coordinates", "\0", "\ud800")]
NO_NAMES += ["_nc4_non_coord_modes", "x" * 257, "x" * 70_000]


@pytest.mark.parametrize("name", NO_NAMES, ids=lambda name: ascii(name)[:24])
def test_array_names_that_netcdf_has_not(name):
    result = make_result(make_array().rename(name))
    archive = stored(result)
    assert_same(opened(archive)[0], result)
    with xr.open_dataarray(
        io.BytesIO(members(archive)["ndr_0/nddata.nc"]), engine="h5netcdf"
    ) as seen:
        assert seen.name == "values"
        assert seen.dims == result.to_xarray().dims


@pytest.mark.parametrize("name", ["", ".", "a/b", "values", "run 1", 7])
def test_coordinates_and_dimensions_of_any_name(name):
    array = make_array()
    for changed in (
        array.assign_coords({name: 3}),
        array.assign_coords({name: ("times", [0.5, 1.5, 2.5])}),
        array.assign_coords(positions_coordinates=[7])
        .drop_vars("positions_coordinates")
        .rename(positions_coordinates=str(name)),
    ):
        if changed.name not in changed.coords:
            result = make_result(changed)
            assert_same(through_file(result), result)


def test_dimensions_of_upstream_are_plain():
    """Their names are of NumPy's type; the array needs no labels beside it, and readers see them."""
    array = make_array()
    named = xr.DataArray(array.values, dims=np.array(array.dims), name="values")
    archive = stored(make_result(named.assign_coords(array.coords)))
    assert "nddata" not in json.loads(members(archive)["ndr_0/metadata.json"])
    assert opened(archive)[0].to_xarray().dims == array.dims


RESERVED = [*("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "_NCProperties")]
RESERVED += [*("_Netcdf4Dimid", "_Netcdf4Coordinates", "_nc3_strict", "", ".", "a/b")]


@pytest.mark.parametrize("name", RESERVED)
def test_attributes_that_netcdf_keeps_for_itself(name):
    array = make_array(attrs={name: "v", "b": "c"})
    array["times"].attrs.update({name: "v", "b": "c"})
    result = make_result(array)
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


@pytest.mark.parametrize("size", [1, 2, 7])
def test_collections_of_different_results(size):
    results = [
        make_result(
            make_array(dtype, (2, 3 + i, 4, 1 + i % 3)),
            run_parameters={"p": i},
            causes=[None, 1, 2.5][i % 3],
            extra={"values": np.arange(900 * i)},
            mname=f"model {i}",
        )
        for i, dtype in enumerate(["f8", "f4", "i4", "u1", ">f8", "?", "f8"][:size])
    ]
    collection = sio.NDResultCollection.from_ndresults("Größe", results)
    found = opened(stored(collection))
    assert found.name == "Größe"
    for mine, other in zip(found, results, strict=True):
        assert_same(mine, other)


@pytest.mark.parametrize(
    "limits",
    [(0, 3), (0.0, 3.0), np.array([0, 3], "f4"), np.array([0, 3], "i2"), [0, 3]],
)
def test_ranges(limits):
    result = make_result(time_range=limits)
    assert_same(through_file(result), result)


@pytest.mark.parametrize(
    "causes", [None, 0, 1, 2.5, True, np.int64(2), np.float32(1.5), float("nan")]
)
def test_causes(causes):
    result = make_result(causes=causes)
    assert_same(through_file(result), result)


@pytest.mark.parametrize("name", [1, 2.5, True, (1, 2), b"a", "1"], ids=repr)
def test_names_of_run_parameters(name):
    """Collections compare names as they were, not as JSON has them."""
    results = [make_result(run_parameters={name: i, "same": 0}) for i in range(3)]
    held = sio.NDResultCollection.from_ndresults("n", results)
    for collection in (held, opened(stored(held))):
        assert_same(collection.run_parameters_, (name, "same"))
        assert_same(collection.coerce_parameter(name), name)
        assert collection.disparity_matrix()[name].tolist() == [0, 1, 2]


def test_what_the_members_are_called():
    """Upstream reads neither more nor less than these."""
    result = make_result(extra={"large": np.arange(2000), "small": np.arange(1000)})
    assert set(members(stored(result))) == {
        *("metadata.json", "ndr_0/metadata.json", "ndr_0/nddata.nc"),
        "ndr_0/extra_0.nc",
    }


def test_dates_that_netcdf_cannot_span():
    """xarray counts from the first date, in 64 bits of nanoseconds at most."""
    times = np.array(["1700-01-01", "2200-01-01", "2000-01-01T00:00:00.000000001"])
    array = make_array().assign_coords(start=("times", times.astype("M8[ns]")))
    with pytest.raises(sio.UnstorableError, match="result 0: nddata"):
        stored(make_result(array))
