"""The index that writers make: what it says, of which results, and where it ends."""

import io
import json

import numpy as np
import pytest
from left import left_behind

import skneuromsi_io as sio
from helpers import (
    make_array,
    make_collection,
    make_result,
    members,
    stored,
)
from indexes import INDEX, assert_index_of, index_of

COLLECTION = make_collection(5)
ARCHIVE = stored(COLLECTION)


def test_the_index_says_what_the_results_are():
    results = [
        make_result(
            make_array(shape=(2, 3, 4 + number % 2, 1)),
            mname=f"model {number % 3}",
            position_range=(0, 4 + number % 2),
            causes=[None, 1, 2, 0.25][number % 4],
            run_parameters={"a": number, "b": -1e300 / (1 + number), "c": [1, "x"]},
            extra={"x": np.float64(number), "large": np.arange(1001.0) + number},
        )
        for number in range(9)
    ]
    collection = sio.NDResultCollection.from_ndresults("many", results)
    assert_index_of(stored(collection))
    assert_index_of(ARCHIVE)
    # The one number that all have is written once.
    (template,) = index_of(ARCHIVE)["templates"]
    assert template["numbers"] == [1, [0, 10, 20, 30, 40]]


def test_a_resumed_writer_makes_the_index_of_all_results(tmp_path):
    path = tmp_path / "sweep.ndc"
    left_behind(path, [*COLLECTION[:3]])
    with sio.NDCWriter(path, name="s", resume=True) as writer:
        assert len(writer) == 3
        for result in COLLECTION[3:]:
            writer.append(result)
    assert members(path.read_bytes())[INDEX] == members(ARCHIVE)[INDEX]


def test_archives_without_an_index(tmp_path):
    for archive in (
        stored(make_result()),
        stored(make_collection(1)),
        stored(COLLECTION, format_version=0.1),
    ):
        assert INDEX not in members(archive)
    out = tmp_path / "out.ndc"
    sio.repair(stored(COLLECTION, format_version=0.1), out)
    assert INDEX not in members(out.read_bytes())


def no_template(number):
    """Results of which the index says nothing, or not all."""
    return {
        "a long text": {"extra": {"long": "x" * 70_000, "n": number}},
        "labels beside the data": {"nddata": np.dtype(">f8")},
        "names that are numbers": {"run_parameters": {1: number}},
        "many numbers": {"run_parameters": {"a": [*range(300)]}},
    }


@pytest.mark.parametrize("case", no_template(0))
def test_results_without_a_template(case):
    results = []
    for number in range(3):
        changed = no_template(number)[case]
        dtype = changed.pop("nddata", "f8")
        results.append(make_result(make_array(dtype), **changed))
    archive = stored(sio.NDResultCollection.from_ndresults("c", results))
    index = index_of(archive)
    assert index["template"] is None
    assert index["array"] == 0
    assert sio.verify(archive).ok


def test_results_without_an_array():
    dates = np.array(["2020-01-01", "2021-01-01", "1999-01-01"], "M8[ns]")
    results = [make_result(make_array(times=dates)), make_result()]
    archive = stored(sio.NDResultCollection.from_ndresults("c", results))
    assert index_of(archive)["array"] == [None, 0]
    assert sio.verify(archive).ok


def test_templates_and_arrays_are_kept_within_bounds():
    """The index does not grow with results of which each is unlike all others."""
    large = "x" * 30_000
    results = [
        make_result(
            make_array(positions_coordinates=[f"{number} {large}"]),
            mname=f"{number} {large}",
        )
        for number in range(170)
    ]
    archive = stored(sio.NDResultCollection.from_ndresults("c", results))
    index = index_of(archive)
    for key, most in (("template", 4 << 20), ("array", 4 << 20)):
        known = [number for number in index[key] if number is not None]
        assert 0 < len(known) < 170
        assert len(index[f"{key}s"]) == len(known)
        assert len(json.dumps(index[f"{key}s"])) < most + 100_000
    assert sio.verify(archive).ok


def test_arrays_keep_attributes_and_labels():
    attrs = {
        "text": "ä",
        "number": np.float32(0.5),
        "many": np.arange(3),
        "nan": np.nan,
    }
    times = np.array([-0.0, np.nan, 1e-300])
    array = make_array(attrs=attrs, times=times)
    array.times.attrs["unit"] = "ms"
    archive = stored(
        sio.NDResultCollection.from_ndresults("c", [make_result(array)] * 2)
    )
    (found,) = index_of(archive)["arrays"]
    assert found["attrs"]["text"] == "ä"
    assert found["coords"][1][2] == {"unit": "ms"}
    assert repr(found["coords"][1][1]) == "[-0.0, nan, 1e-300]"
    assert sio.verify(archive).ok


def test_an_index_comes_after_the_results():
    names = [*members(ARCHIVE)]
    assert names[-2:] == [INDEX, "metadata.json"]


def test_an_index_goes_into_streams():
    class Sink:
        def __init__(self):
            self.content = io.BytesIO()

        def write(self, data):
            return self.content.write(data)

    sink = Sink()
    sio.to_ndc(sink, COLLECTION, tqdm_cls=None)
    assert_index_of(sink.content.getvalue())
