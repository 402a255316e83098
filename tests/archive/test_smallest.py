"""From level 6 on, each array is written the smaller way, whatever the threads."""

import io
import zipfile

import h5py
import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import assert_same, make_array, make_result, opened, stored


def smooth(shape):
    """Numbers that compress well in byte planes."""
    return np.sin(np.arange(np.prod(shape)) / 1e4).reshape(shape)


def symmetric(shape):
    """Numbers that read the same in both directions of the third axis."""
    half = np.random.default_rng(1).normal(size=(*shape[:2], shape[2] // 2, shape[3]))
    return np.concatenate([half, half[:, :, ::-1]], axis=2)


def result(make, shape, **changed):
    array = make_array(shape=shape)
    array.values[:] = make(shape)
    return make_result(array, **changed)


def shuffles(archive, member="nddata.nc", name="values", index=0):
    """Return whether an array of an archive is shuffled."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened_zip:
        content = io.BytesIO(opened_zip.read(f"ndr_{index}/{member}"))
    with h5py.File(content) as file:
        return file[name].shuffle


SMALL, LARGE = (2, 40, 60, 1), (3, 1000, 180, 1)


@pytest.mark.parametrize("shape", [SMALL, LARGE])
@pytest.mark.parametrize(("make", "shuffled"), [(smooth, True), (symmetric, False)])
@pytest.mark.parametrize(
    ("compression", "level"), [(zipfile.ZIP_DEFLATED, 6), (zipfile.ZIP_BZIP2, 9)]
)
def test_the_smaller_way(make, shuffled, shape, compression, level):
    subject = result(make, shape)
    archive = stored(subject, compression=compression, compresslevel=level)
    assert shuffles(archive) == shuffled
    least = stored(subject, compression=compression, compresslevel=1)
    assert shuffles(least)
    assert shuffled or len(archive) < 0.9 * len(least)
    assert_same(opened(archive)[0], subject)
    assert shuffles(stored(subject))


def test_large_arrays_of_extra_too():
    extra = {"smooth": smooth(SMALL), "symmetric": symmetric(SMALL)}
    subject = make_result(extra=extra)
    archive = stored(subject, compresslevel=6)
    found = {shuffles(archive, f"extra_{number}.nc") for number in (0, 1)}
    assert found == {True, False}
    assert_same(opened(archive)[0], subject)


def test_results_of_both_kinds_stack(tmp_path):
    path = tmp_path / "sweep.ndc"
    results = [
        result(make, SMALL, run_parameters={"soa": number})
        for number, make in enumerate([smooth, symmetric, smooth])
    ]
    collection = sio.NDResultCollection.from_ndresults("sweep", results)
    path.write_bytes(stored(collection, compresslevel=7))
    kinds = [shuffles(path.read_bytes(), index=index) for index in range(3)]
    assert kinds == [True, False, True]
    assert_same(opened(path), collection)
    assert sio.verify(path).ok
    with sio.scan_ndc(path, classes="light") as scanned:
        assert scanned.to_xarray().identical(collection.to_xarray())


@pytest.mark.parametrize("level", [6, 9])
def test_bytes_do_not_depend_on_threads(monkeypatch, level):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    subject = result(symmetric, LARGE, extra={"large": smooth(LARGE)})
    found = set()
    for threads in (1, 2, 5):
        monkeypatch.setenv("SKNEUROMSI_IO_NUM_THREADS", str(threads))
        found.add(stored(subject, compresslevel=level))
    assert len(found) == 1
    with zipfile.ZipFile(io.BytesIO(found.pop())) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize("make", [smooth, symmetric])
def test_a_higher_level_is_never_larger(monkeypatch, make):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    subject = result(make, SMALL)
    sizes = [len(stored(subject, compresslevel=level)) for level in range(5, 10)]
    assert sizes == sorted(sizes, reverse=True)
