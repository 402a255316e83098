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


def unlike(kind, number):
    """A result with labels and metadata that no other has, which take much of an index."""
    if kind == "texts":
        large = f"{number} {'x' * 30_000}"
        return make_result(make_array(positions_coordinates=[large]), mname=large)
    if kind == "texts that are escaped":
        large = f"{number} {'ä' * 6_000}"
        array = make_array(positions_coordinates=[large])
        return make_result(array, extra={"text": large})
    # 17 digits and more, in many columns and many labels.
    positions = 0.1 + 1e-5 / 3 * np.arange(1_500) * (number + 1)
    array = make_array(shape=(2, 1, 1_500, 1), positions=positions)
    wide = {f"p{at}": [0.1 + 0.2 / 3 ** (at % 40)] * 5 for at in range(51)}
    return make_result(array, mname=f"{number}", run_parameters=wide)


@pytest.mark.parametrize(
    ("kind", "size"),
    [("texts", 170), ("texts that are escaped", 170), ("long numbers", 560)],
)
def test_templates_and_arrays_are_kept_within_bounds(kind, size):
    """The index does not grow with results of which each is unlike all others."""
    results = [unlike(kind, number) for number in range(size)]
    archive = stored(sio.NDResultCollection.from_ndresults("c", results))
    index = index_of(archive)
    for key in ("template", "array"):
        known = [number for number in index[key] if number is not None]
        assert 0 < len(known) < size
        assert len(index[f"{key}s"]) == len(known)
        spelled = len(json.dumps(index[f"{key}s"]))
        assert 0.9 * (4 << 20) < spelled <= 4 << 20
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
