"""Arrays of dtype object as `nddata`: they come back as objects, or are refused when they are stored."""

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import assert_same, make_array, make_result, stored, through_file


def result_of(values):
    array = make_array("O")
    array.values[:] = np.resize(np.array(values, dtype=object), array.shape)
    return make_result(array)


def collected(result):
    return sio.NDResultCollection.from_ndresults("n", [result])[0]


@pytest.mark.parametrize(
    "values",
    [[1, -2], [2**63, 0], [0.5, float("nan"), -0.0], ["a", "", "ñandú"]],
    ids=repr,
)
def test_objects_come_back(values):
    result = result_of(values)
    for found in (through_file(result), collected(result)):
        assert_same(found.to_xarray(), result.to_xarray())
        assert found.to_xarray().dtype == object


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([None], "NoneType"),
        ([np.float32(1)], "float32"),
        ([True], "bool"),
        ([1, 2.5], "float, int"),
        (["a", None], "NoneType, str"),
        ([b"a"], "bytes"),
    ],
    ids=repr,
)
def test_objects_that_netcdf_would_change_are_refused(values, names):
    result = result_of(values)
    with pytest.raises(
        sio.UnstorableError, match=f"result 0: nddata: .*holds {names} "
    ):
        stored(result)
    # A collection in memory keeps them as they are.
    assert_same(collected(result).to_xarray(), result.to_xarray())


@pytest.mark.parametrize("values", [[2**70], [2**63, -1]], ids=repr)
def test_integers_of_no_dtype_are_refused(values):
    with pytest.raises(sio.UnstorableError, match="nddata"):
        stored(result_of(values))
