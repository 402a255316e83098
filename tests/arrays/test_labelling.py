"""Labelled arrays that share a template: quick to make, equal to xarray's own copies, and apart."""

import functools
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import xarray as xr

import skneuromsi_io as sio
from helpers import assert_same, make_array, make_result
from skneuromsi_io import _native
from skneuromsi_io.arrays import _frame, _labelling


@pytest.fixture
def twins():
    """Arrays of two results of one frame, that have attributes."""
    array = make_array(attrs={"a": "text"})
    array.coords["times"].attrs["unit"] = "ms"
    result = make_result(array)
    collection = sio.NDResultCollection.from_ndresults("n", [result, result])
    return array, [result._nddata for result in collection]


def test_this_xarray_is_known():
    assert _labelling._may_share()


def test_what_one_result_changes_stays_out_of_another(twins):
    expected, (first, second) = twins
    for part in (first, *first.coords.values()):
        part.attrs["a"] = part.encoding["a"] = 2
    first.coords["times"] = first["times"] + 1
    first.coords["further"] = 3
    first.name = "first"
    assert_same(second, expected)
    assert not any(part.encoding for part in (second, *second.coords.values()))


def test_both_ways_are_alike(twins):
    template, _ = twins
    values = np.ones(template.shape)
    public = _labelling._public(template)(values)
    found = _labelling.filler(template)(values)
    assert_same(found, public)
    assert found.values is values
    assert_same(found.copy(), public)
    assert_same(found.isel(modes=0, times=[2]), public.isel(modes=0, times=[2]))
    xr.testing.assert_identical(found + found, public + public)


def _without(part, slot):
    def sharing(template, values):
        array = _sharing(template)(values)
        delattr(part(array), slot)
        return array

    _sharing = _labelling._sharing
    return sharing


def _with_the_attributes_of_the_template(template, values):
    array = template.copy(deep=False, data=values)
    array.coords["y"].variable._attrs = template.coords["y"].variable._attrs
    return array


@pytest.mark.parametrize(
    "sharing",
    [
        _without(lambda array: array, "_close"),
        _without(lambda array: array._variable, "_encoding"),
        _without(lambda array: array._coords["x"], "_attrs"),
        _with_the_attributes_of_the_template,
        lambda template, values: template.copy(data=values).rename("other"),
    ],
)
def test_another_xarray_is_asked_in_public(monkeypatch, twins, sharing):
    template, _ = twins
    values = np.ones(template.shape)
    way = functools.partial(functools.partial, sharing)
    monkeypatch.setattr(_labelling, "_sharing", way)
    monkeypatch.setattr(
        _labelling, "_may_share", functools.cache(_labelling._may_share.__wrapped__)
    )
    assert not _labelling._may_share()
    public = _labelling._public(template)(values)
    assert_same(_labelling.filler(template)(values), public)


def test_threads_share_one_frame(monkeypatch):
    made = []

    class Slow(_frame.Frame):
        def __init__(self, native):
            made.append(native)
            time.sleep(0.05)
            super().__init__(native)

    monkeypatch.setattr(_frame, "Frame", Slow)
    attrs = {"of": "test_threads_share_one_frame"}
    parts = ("values", [], [], "<f8", [], attrs)
    natives = [_native.Frame(*parts) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        frames = [*pool.map(_frame.shared, natives)]
    assert len(made) == 1
    assert len({*map(id, frames)}) == 1
