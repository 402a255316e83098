"""Compression in memory takes all that `joblib.dump(compress=...)` takes."""

import pickle
import sys

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import assert_same, make_array, make_collection, make_result, opened

NAMES = ["zlib", "gzip", "bz2", "lzma", "xz", "lz4", "lz4hc"]
RIGHT = [
    *(None, False, True, 0, 1, 9),
    *NAMES,
    *((name, level) for name in NAMES for level in (0, 1, 9)),
]
WRONG = [
    *(10, -1, 1.5, "nope", "", "LZ4"),
    *(("lz4",), ("lz4", 1, 2), (), ("nope", 3), ("zlib", 10), ("zlib", -1)),
    *(3.0, ("zlib", 3.0), ("lz4", np.float64(9))),
    *(("zlib", "3"), [], {}, ["lz4", 9], object()),
]


@pytest.mark.parametrize("params", RIGHT, ids=repr)
def test_right(archive, collection, params):
    found = opened(archive, compression_params=params)
    assert_same(found, collection)
    assert_same(pickle.loads(pickle.dumps(found)), collection)
    again = type(found).from_ndresults("sweep", list(found), compression_params=params)
    assert_same(again, collection)


@pytest.mark.parametrize("params", WRONG, ids=repr)
def test_wrong(archive, collection, params):
    with pytest.raises(ValueError, match=r"Non valid compress|exactly 2 elements"):
        opened(archive, compression_params=params)
    with pytest.raises(ValueError, match=r"Non valid compress|exactly 2 elements"):
        sio.NDResultCollection.from_ndresults("n", [], compression_params=params)


@pytest.mark.parametrize("params", ["lz4", "lz4hc", "zlib", "bz2", "lzma"])
def test_it_does_compress(params):
    array = make_array(shape=(2, 100, 50, 1))
    array.values[:] = np.arange(array.size).reshape(array.shape) // 100
    sizes = [
        sys.getsizeof(
            sio.NDResultCollection.from_ndresults(
                "n", [make_result(array)], compression_params=p
            )._packed[0]
        )
        for p in (None, params)
    ]
    assert sizes[0] >= array.nbytes
    assert sizes[1] < sizes[0] / 5


def test_the_order_of_wrong_arguments():
    """A wrong parameter is found before the file is looked for."""
    with pytest.raises(ValueError, match="Non valid compression method"):
        sio.read_ndc("no such file", compression_params="nope")
    assert len(make_collection(1)) == 1
