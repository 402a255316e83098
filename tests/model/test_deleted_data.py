"""The array of a result is an attribute, as upstream's: strategies of sweeps delete it and keep the rest."""

import copy
import io
import pickle

import pytest
from labelled import KINDS, KWARGS, array_of

import skneuromsi_io as sio
from helpers import assert_same


@pytest.fixture(params=KINDS)
def result(request):
    return KINDS[request.param](sio.NDResult(nddata=array_of(), **KWARGS))


@pytest.mark.parametrize("asked", [False, True])
def test_the_metadata_stay(result, asked):
    if asked:
        result.get_modes()
    del result._nddata
    for kept in (
        result,
        copy.copy(result),
        copy.deepcopy(result),
        pickle.loads(pickle.dumps(result)),
    ):
        assert (kept.mname, kept.causes_, kept.rp.soa) == ("model", 2, 50)
        assert_same(kept.time_range, result.time_range)
        assert vars(kept).keys() == vars(result).keys()
        assert not {"_array", "_values", "_frame"} & vars(kept).keys()


@pytest.mark.parametrize(
    "ask",
    [
        lambda result: result._nddata,
        lambda result: result.modes_,
        lambda result: result.get_times(),
        lambda result: result.to_xarray(),
        lambda result: result.to_dict(),
        lambda result: result.astype("f4"),
        repr,
        lambda result: delattr(result, "_nddata"),
    ],
)
def test_what_needs_the_array_says_so(result, ask):
    del result._nddata
    with pytest.raises(
        AttributeError, match=r"^'NDResult' object has no attribute '_nddata'$"
    ):
        ask(result)


@pytest.mark.parametrize("version", [0.2, 0.1])
def test_it_cannot_be_stored(result, version):
    del result._nddata
    with pytest.raises(sio.UnstorableError, match=r"result 0: nddata: .* was deleted"):
        sio.store_ndresult(io.BytesIO(), result, format_version=version)


def test_it_is_told_of_a_collection(result):
    other = copy.copy(result)
    del result._nddata
    with pytest.raises(sio.UnstorableError, match=r"^result 1: nddata: .* was deleted"):
        sio.NDResultCollection.from_ndresults("name", [other, result])


def test_another_array_can_be_put_there(result):
    other = array_of("f4") * 2
    result._nddata = other
    assert result._nddata is other
    assert_same(result.to_xarray(), other)
    assert "_values" not in vars(result)
    del result._nddata
    result._nddata = other
    assert result.modes_.tolist() == other["modes"].values.tolist()
