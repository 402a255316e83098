"""Columns and sums read each result once, and copy nothing that is not asked for."""

import pytest
from sweeps import Text

import skneuromsi_io as sio
from helpers import assert_same, make_collection, make_result, stored
from skneuromsi_io.files._reader import ArchiveReader


@pytest.fixture
def loaded(monkeypatch):
    """Return numbers of results that are read whole, as they are read."""
    numbers = []
    load = ArchiveReader.load

    def counting(self, indices, *args):
        numbers.extend(indices)
        return load(self, indices, *args)

    monkeypatch.setattr(ArchiveReader, "load", counting)
    return numbers


def test_variances_of_a_scan_read_each_result_once(loaded):
    collection = make_collection(5)
    scanned = sio.scan_ndc(stored(collection), classes="light")
    assert_same(scanned.modes_variance_sum(), collection.modes_variance_sum())
    assert loaded == [*range(5)]


class Uncopied:
    """An object that no file carries, and nobody may copy."""

    def __init__(self):
        self.copies = 0

    def __deepcopy__(self, memo):
        self.copies += 1
        return self


def test_columns_of_results_as_they_are_leave_extra_alone():
    extra = Uncopied()
    results = [
        make_result(extra={"it": extra, "text": Text("a")}, causes=n) for n in range(3)
    ]
    collection = sio.NDResultCollection.from_ndresults("c", results)
    extra.copies = 0
    assert collection.causes_.tolist() == [0, 1, 2]
    assert [one["soa"] for one in collection.run_parameters_values] == [50] * 3
    assert extra.copies == 0
    assert collection[0].extra_["it"] is extra
    assert extra.copies == 1


def test_columns_of_results_as_they_are_are_those_of_packed_ones():
    one, other = (
        sio.NDResultCollection.from_ndresults("c", [make_result(extra=extra)])
        for extra in ({"text": Text("a")}, {"text": "a"})
    )
    assert one._packed[0].native is None
    assert_same(one._packed[0].columns(), other._packed[0].columns())
    assert_same(one._packed[0].extra(), {"text": Text("a")})
