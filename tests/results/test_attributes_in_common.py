"""Attributes of all results in one dataset: it has those that all of them have, and no others."""

import numpy as np
import pytest
import xarray as xr

import skneuromsi_io as sio
from helpers import make_array, make_result, stored, without_index
from skneuromsi_io._engine import SkneuromsiEntrypoint


def in_memory(collection, _):
    return collection.to_xarray()


def scanned(collection, path):
    path.write_bytes(stored(collection))
    with sio.scan_ndc(path, classes="light") as found:
        return found.to_xarray()


def by_xarray(collection, path):
    path.write_bytes(stored(collection))
    with xr.open_dataset(path, engine=SkneuromsiEntrypoint) as found:
        return found.load()


def by_xarray_without_index(collection, path):
    path.write_bytes(without_index(stored(collection)))
    with xr.open_dataset(path, engine=SkneuromsiEntrypoint) as found:
        return found.load()


WAYS = [in_memory, scanned, by_xarray]
LONG = np.arange(2000.0)
OTHER = np.where(LONG == 1000, -1, LONG)
#: Attributes of two results. `units` has a meaning to CF: it stands in the metadata.
DIFFERENT = {
    "text": ({"cal": "a"}, {"cal": "b"}),
    "long arrays": ({"cal": LONG}, {"cal": OTHER}),
    "other keys": ({"cal": "a"}, {"kal": "a"}),
    "in the metadata": ({"units": "cm"}, {"units": "mm"}),
    "long arrays beside the metadata": (
        {"cal": LONG, "units": "cm"},
        {"cal": OTHER, "units": "cm"},
    ),
}
SAME = {
    "text": {"cal": "a"},
    "long arrays": {"cal": LONG},
    "nan": {"cal": np.array([np.nan, 1])},
    "in the metadata": {"units": "cm"},
}


def sweep(*attrs, of=None):
    """Return four results, the last of which has the last attributes."""
    results = []
    for number in range(4):
        array = make_array()
        found = attrs[0] if number < 3 else attrs[-1]
        (array if of is None else array.coords[of]).attrs.update(found)
        results.append(make_result(array, run_parameters={"n": number}))
    return sio.NDResultCollection.from_ndresults("sweep", results)


@pytest.mark.parametrize("way", [*WAYS, by_xarray_without_index])
@pytest.mark.parametrize("of", [None, "positions"])
@pytest.mark.parametrize("kind", DIFFERENT)
def test_attributes_that_differ_are_left_out(kind, of, way, tmp_path):
    found = way(sweep(*DIFFERENT[kind], of=of), tmp_path / "sweep.ndc")
    assert found[of or "values"].attrs == {}
    np.testing.assert_array_equal(found["n"], range(4))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("of", [None, "positions"])
@pytest.mark.parametrize("kind", SAME)
def test_attributes_of_all_are_there(kind, of, way, tmp_path):
    attrs = SAME[kind]
    found = way(sweep(attrs, of=of), tmp_path / "sweep.ndc")[of or "values"]
    assert found.identical(found.assign_attrs(attrs))


def test_attributes_of_arrays_that_were_not_read_are_not_claimed(tmp_path):
    found = by_xarray_without_index(sweep({"cal": "a"}), tmp_path / "sweep.ndc")
    assert found["values"].attrs == {}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"positions": np.arange(4.0)}, {"positions": [*"abcd"]}),
        ({1: ("times", [1, 2, 3])}, {"b": ("times", [1, 2, 3])}),
        ({1: ("times", [1, 2, 3]), "b": 0}, {"b": 0}),
    ],
)
def test_labels_of_other_types_are_told(one, two):
    arrays = [make_array().assign_coords(coords) for coords in (one, two)]
    results = [make_result(array) for array in arrays]
    collection = sio.NDResultCollection.from_ndresults("c", results)
    with pytest.raises(sio.ArgumentError, match="in result 1"):
        collection.to_xarray()


def test_dates_that_are_missing_are_equal():
    dates = np.array(["2020", "NaT", "2021"], "M8[ns]")
    results = [make_result(make_array(times=dates)) for _ in range(2)]
    collection = sio.NDResultCollection.from_ndresults("c", results)
    np.testing.assert_array_equal(collection.to_xarray()["times"], dates)
