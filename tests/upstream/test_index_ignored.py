"""Stock scikit-neuromsi reads files that have an index as if it were not there."""

import io

import numpy as np
import pytest
import skneuromsi
from test_exchanged_files import make_array, result_of

import skneuromsi_io as sio
from helpers import members, zipped
from indexes import INDEX, assert_index_of


@pytest.fixture(scope="module")
def archive():
    results = [
        result_of(make_array("f8") * number, number=number, large=np.arange(1500.0))
        for number in range(12)
    ]
    sink = io.BytesIO()
    sio.to_ndc(
        sink, skneuromsi.NDResultCollection.from_ndresults("c", results), tqdm_cls=None
    )
    assert_index_of(sink.getvalue())
    return sink.getvalue()


def read_by_stock(archive):
    collection = skneuromsi.read_ndc(io.BytesIO(archive), tqdm_cls=None)
    return [
        (type(collection), collection.name, len(collection)),
        [*map(repr, collection.run_parameters_values)],
        [
            (repr(r), r.to_xarray().values.tobytes(), r.extra_.to_dict())
            for r in collection
        ],
    ]


@pytest.mark.parametrize("content", [b"", b"no JSON", b"\xff" * 9])
def test_an_index_changes_nothing_for_stock(archive, content):
    contents = members(archive)
    found = read_by_stock(archive)
    assert found[0] == (skneuromsi.NDResultCollection, "c", 12)
    assert read_by_stock(zipped(contents | {INDEX: content})) == found
    del contents[INDEX]
    assert read_by_stock(zipped(contents)) == found


def test_stock_names_its_members_by_the_size_of_the_collection(archive):
    """It never lists the archive: members of further results change nothing either."""
    contents = members(archive)
    further = {f"ndr_12/{name}": b"?" for name in ("nddata.nc", "metadata.json")}
    assert read_by_stock(zipped(contents | further)) == read_by_stock(archive)
