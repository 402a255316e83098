"""Arbitrary metadata of results and of collections come back as they were."""

from hypothesis import example, given
from hypothesis import strategies as st

import skneuromsi_io as sio
from helpers import assert_same, make_result, stored, through_file
from strategies import KEYS, VALUES


@given(values=st.dictionaries(KEYS, VALUES, max_size=4))
@example(values={"types": {}, "object_kwargs": [], "": {"/": 1, "~": (1,), "~1": {2}}})
@example(values={"netcdf": {"netcdf": "extra_0.nc", "shape": [1]}})
def test_metadata(values):
    result = make_result(run_parameters=values, extra=values, nmap={"a": values})
    assert_same(through_file(result), result)
    assert_same(sio.read_metadata(stored(result, metadata=values))["extra"], values)


@given(values=st.dictionaries(KEYS, VALUES, max_size=4))
def test_metadata_in_memory(values):
    result = make_result(extra=values)
    held = sio.NDResultCollection.from_ndresults("n", [result])
    assert_same(held[0], result)
