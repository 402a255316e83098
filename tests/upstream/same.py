"""Equal to what scikit-neuromsi gives: value, type, dtype and labels."""

import numpy as np
import pandas as pd
import xarray as xr
from pandas.testing import assert_frame_equal, assert_series_equal

from skneuromsi_io import NDResult

GETTERS = ("get_modes", "get_times", "get_positions", "get_positions_coordinates")
LABELS = ("modes_", "times_", "positions_", "positions_coordinates_", "pcoords_")


def outcome(call):
    """The return value of a call, or the type and text of its exception."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001
        return type(error), str(error)


def assert_same_table(ours, theirs):
    assert_frame_equal(ours, theirs, check_exact=True)
    assert ours.columns.names == theirs.columns.names
    assert type(ours.columns) is type(theirs.columns)
    for mine, upstream in zip(ours.index.levels, theirs.index.levels, strict=True):
        assert mine.dtype == upstream.dtype
        assert mine.equals(upstream)
    assert [c.tolist() for c in ours.index.codes] == [
        c.tolist() for c in theirs.index.codes
    ]


def assert_same(ours, theirs):
    """Same type, dtype and value, NaN equal to NaN, through containers."""
    assert type(ours) is type(theirs) or isinstance(ours, NDResult)
    if isinstance(theirs, xr.DataArray):
        xr.testing.assert_identical(ours, theirs)
        assert ours.dtype == theirs.dtype
    elif isinstance(theirs, pd.DataFrame):
        if isinstance(theirs.index, pd.MultiIndex):
            assert_same_table(ours, theirs)
        else:
            assert_frame_equal(ours, theirs, check_exact=True)
    elif isinstance(theirs, pd.Series):
        assert_series_equal(ours, theirs, check_exact=True)
        assert ours.name == theirs.name
    elif isinstance(theirs, np.ndarray) and theirs.dtype == object:
        assert ours.shape == theirs.shape
        assert_same(ours.tolist(), theirs.tolist())
    elif isinstance(theirs, np.ndarray):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs, strict=True)
    elif isinstance(theirs, dict):
        assert list(ours) == list(theirs)
        for key in theirs:
            assert_same(ours[key], theirs[key])
    elif isinstance(theirs, (list, tuple)):
        assert len(ours) == len(theirs)
        for mine, upstream in zip(ours, theirs, strict=True):
            assert_same(mine, upstream)
    elif isinstance(theirs, (float, complex)):
        np.testing.assert_equal(ours, theirs)
    else:
        assert repr(ours) == repr(theirs)


def assert_same_result(ours, theirs):
    for name in (
        *("mname", "mtype", "output_mode", "dims", "nmap_", "time_range", "causes_"),
        *("position_range", "time_res", "position_res", *LABELS),
    ):
        assert_same(getattr(ours, name), getattr(theirs, name))
    for name in ("run_parameters", "rp", "extra_", "e_"):
        bunch, upstream = getattr(ours, name), getattr(theirs, name)
        assert repr(bunch) == repr(upstream)
        assert_same(bunch.to_dict(), upstream.to_dict())
    assert repr(ours) == repr(theirs)
    for name in LABELS:
        labels = getattr(theirs, name)
        assert getattr(ours, name).flags.writeable == labels.flags.writeable
    for name in (*GETTERS, "get_pcoords", "to_xarray", "to_dict"):
        assert_same(getattr(ours, name)(), getattr(theirs, name)())
