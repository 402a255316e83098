"""Results and collections come back as they were: ranges, causes, parameters, and what holds them."""

import numpy as np
import pytest

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
