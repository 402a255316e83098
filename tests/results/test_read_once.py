"""Columns and sums read each result once, and copy nothing that is not asked for."""

import pytest
from sweeps import Text

import skneuromsi_io as sio
from helpers import assert_same, edited, make_collection, make_result, stored
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


def test_modes_of_results_without_a_template_read_no_data(loaded):
    collection = make_collection(4, extra={"long": "x" * 70_000})
    found = sio.scan_ndc(stored(collection), classes="light")
    assert_same(found.modes_, collection.modes_)
    assert found.output_mode_ == "multi"
    assert found.run_parameters_ == ("soa", "noise")
    assert loaded == []
    assert_same(found[3], collection[3])
    assert loaded == [3]


def test_a_wrong_array_of_an_index_is_blamed_on_it(loaded):
    archive = stored(make_collection(4, extra={"long": "x" * 70_000}))

    def longer(index):
        (array,) = index["arrays"]
        array["shape"][1] += 1
        array["coords"][1][1].append(7)
        array["types"]["/coords/1/1"][2] = [array["shape"][1]]

    with pytest.raises(sio.BadMetadataError, match="as the index says"):
        _ = sio.scan_ndc(edited(archive, "index.json", longer), classes="light").modes_
    assert loaded == [0]


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
