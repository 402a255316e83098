"""Helpers of all tests: results to store, and a comparison that forgives nothing."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

import skneuromsi_io as sio

DIMS = ("modes", "times", "positions", "positions_coordinates")
DATA = Path(__file__).parent / "data"
UPSTREAM_FILES = sorted((DATA / "upstream").glob("*.ndc"))


def make_array(dtype="f8", shape=(2, 3, 4, 1), *, modes=None, attrs=None, **coords):
    """Return an array of arbitrary bits, which for floats are NaN and subnormal too."""
    rng = np.random.default_rng([shape[0], *shape])
    dtype = np.dtype(dtype)
    if dtype.kind in "iufc":
        size = int(np.prod(shape)) * dtype.itemsize
        values = np.frombuffer(rng.bytes(size), dtype=dtype).reshape(shape).copy()
    else:
        values = rng.integers(0, 2, shape).astype(dtype)
    labels = {
        "modes": modes or ["multi", *(f"m{i}" for i in range(1, shape[0]))],
        "times": np.arange(shape[1]),
        "positions": np.arange(shape[2]),
        "positions_coordinates": [f"x{i}" for i in range(shape[3])],
        **coords,
    }
    return xr.DataArray(values, dims=DIMS, coords=labels, attrs=attrs, name="values")


def make_result(array=None, **changed):
    """Return a result that fits its array."""
    if array is None:
        array = make_array()
    _, times, positions, _ = array.shape
    kwargs = {
        "mname": "model",
        "mtype": "test",
        "output_mode": "multi",
        "nmap": {"auditory": "a", "visual": "v"},
        "time_range": (0, times),
        "position_range": (0, positions),
        "time_res": 1.0,
        "position_res": 1.0,
        "causes": 1,
        "run_parameters": {"soa": 50, "noise": False},
        "extra": {"note": "text"},
        **changed,
    }
    return sio.NDResult(nddata=array, **kwargs)


def make_collection(size=3, name="sweep", **changed):
    """Return a collection of results of different numbers, 'soa' changing."""
    results = []
    for number in range(size):
        array = make_array()
        array.values[:] = np.random.default_rng(number).normal(size=array.shape)
        parameters = {"soa": 10 * number, "noise": False}
        results.append(make_result(array, run_parameters=parameters, **changed))
    return sio.NDResultCollection.from_ndresults(name, results)


def stored(obj, **kwargs):
    """Return the bytes of an archive of a result or a collection."""
    stream = io.BytesIO()
    if isinstance(obj, sio.NDResult):
        sio.store_ndresult(stream, obj, **kwargs)
    else:
        sio.store_ndresults_collection(stream, obj, **{"tqdm_cls": None, **kwargs})
    return stream.getvalue()


def opened(archive, **kwargs):
    """Return the collection in an archive."""
    kwargs = {"tqdm_cls": None, "classes": "light", **kwargs}
    return sio.open_ndresults_collection(archive, **kwargs)


def through_file(result, **kwargs):
    """Return a result as it comes back from an archive."""
    return sio.open_ndresult(stored(result, **kwargs), classes="light")


def members(archive):
    """Return the members of an archive, as zipfile reads them."""
    with zipfile.ZipFile(io.BytesIO(archive)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def without_index(archive):
    """Return an archive without its index, as it is after a result was edited by hand."""
    return zipped({k: v for k, v in members(archive).items() if k != "index.json"})


def zipped(contents, compression=zipfile.ZIP_STORED):
    """Return an archive of members, as zipfile writes it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return stream.getvalue()


def edited(archive, member, change):
    """Return an archive with the JSON document of a member changed in place."""
    contents = members(archive)
    document = json.loads(contents[member])
    change(document)
    return zipped({**contents, member: json.dumps(document)})


def assert_same(found, expected, place="value"):
    """Fail unless two objects agree in type and dtype, labels and every bit, at any depth."""
    assert type(found) is type(expected), (place, type(found), type(expected))
    compare = next((f for cls, f in _COMPARE if isinstance(expected, cls)), None)
    if compare is None:
        assert repr(found) == repr(expected), place
        assert found is expected or found == expected, place
    else:
        compare(found, expected, place)


def _arrays(found, expected, place):
    assert found.dtype == expected.dtype, (place, found.dtype, expected.dtype)
    assert found.shape == expected.shape, (place, found.shape, expected.shape)
    if expected.dtype.hasobject:
        assert_same(found.tolist(), expected.tolist(), place)
    else:
        assert found.tobytes() == expected.tobytes(), (place, found, expected)


def _scalars(found, expected, place):
    _arrays(np.asarray(found), np.asarray(expected), place)


def _numbers(found, expected, place):
    assert np.asarray(found).tobytes() == np.asarray(expected).tobytes(), place


def _mappings(found, expected, place):
    assert len(found) == len(expected), (place, list(found), list(expected))
    pairs = zip(found.items(), expected.items(), strict=True)
    for (key, value), (other_key, other) in pairs:
        assert_same(key, other_key, f"{place}: key")
        assert_same(value, other, f"{place}[{other_key!r}]")


def _sequences(found, expected, place):
    assert len(found) == len(expected), place
    for index, (value, other) in enumerate(zip(found, expected, strict=True)):
        assert_same(value, other, f"{place}[{index}]")


def _sets(found, expected, place):
    order = lambda item: (type(item).__name__, repr(item))  # noqa: E731
    _sequences(sorted(found, key=order), sorted(expected, key=order), place)


def _variables(found, expected, place):
    assert found.dims == expected.dims, place
    if isinstance(expected.dtype, np.dtype):
        assert_same(found.values, expected.values, place)
    else:
        # NumPy's values drop the zone, or turn integers into floats.
        assert found.dtype == expected.dtype, (place, found.dtype, expected.dtype)
        columns = (pd.array(part.data, expected.dtype) for part in (found, expected))
        pd.testing.assert_extension_array_equal(*columns, check_exact=True)
    assert_same(dict(found.attrs), dict(expected.attrs), f"{place}.attrs")


def _data_arrays(found, expected, place):
    assert_same(found.name, expected.name, f"{place}.name")
    _variables(found, expected, place)
    assert list(found.coords) == list(expected.coords), place
    assert list(found.indexes) == list(expected.indexes), place
    for name, coord in expected.coords.items():
        _variables(found.coords[name], coord, f"{place}.{name}")


def _datasets(found, expected, place):
    assert list(found.data_vars) == list(expected.data_vars), place
    assert_same(dict(found.attrs), dict(expected.attrs), f"{place}.attrs")
    for name, array in expected.data_vars.items():
        _data_arrays(found[name], array, f"{place}[{name!r}]")


def _frames(found, expected, place):
    pd.testing.assert_frame_equal(found, expected, check_exact=True, obj=place)
    _indexes(found.columns, expected.columns, f"{place}.columns")
    _indexes(found.index, expected.index, f"{place}.index")


def _series(found, expected, place):
    pd.testing.assert_series_equal(found, expected, check_exact=True, obj=place)
    _indexes(found.index, expected.index, f"{place}.index")


def _indexes(found, expected, place):
    assert type(found) is type(expected), place
    pd.testing.assert_index_equal(found, expected, exact=True, obj=place)


def _results(found, expected, place):
    assert_same(found.to_dict(), expected.to_dict(), place)


def _collections(found, expected, place):
    assert_same(found.name, expected.name, f"{place}.name")
    _sequences(list(found), list(expected), place)


_COMPARE = (
    (np.ndarray, _arrays),
    (np.generic, _scalars),
    ((float, complex), _numbers),
    (sio.NDResult, _results),
    (sio.NDResultCollection, _collections),
    (xr.DataArray, _data_arrays),
    (xr.Dataset, _datasets),
    (pd.DataFrame, _frames),
    (pd.Series, _series),
    (pd.Index, _indexes),
    (Mapping, _mappings),
    ((list, tuple), _sequences),
    ((set, frozenset), _sets),
)


def with_extra(extra):
    """Return `extra` of a result after its way through a file."""
    result = make_result(extra=extra)
    before = result.to_dict()
    found = through_file(result)
    assert_same(result.to_dict(), before, "what was stored")
    return found.to_dict()["extra"]
