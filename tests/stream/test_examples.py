"""The examples in the documentation of the writer and of merge run as they are printed."""

import doctest

import pytest

import skneuromsi_io as sio
from helpers import make_collection


class Model:
    """Stands for a model of scikit-neuromsi."""

    def run(self, soa):
        return make_collection(5)[soa // 10]


@pytest.mark.parametrize("name", ["NDCWriter", "merge"])
def test_examples(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    collection = make_collection()
    names = {
        "collection": collection,
        "results": [*collection],
        "soas": [0, 10, 20, 30],
        "model": Model(),
    }
    (test,) = doctest.DocTestFinder(recurse=False).find(
        getattr(sio, name), name, extraglobs=names
    )
    assert len(test.examples) > 3
    outcome = doctest.DocTestRunner().run(test)
    assert (outcome.failed, outcome.attempted) == (0, len(test.examples))
