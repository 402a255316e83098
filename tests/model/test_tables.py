"""The tables of a result, against a frame that is filled value by value."""

import itertools

import numpy as np
import pandas as pd
import pytest
from labelled import KINDS, KWARGS, LABELS, VALUES, array_of

import skneuromsi_io as sio
from helpers import DIMS


@pytest.fixture(params=KINDS)
def result(request):
    return KINDS[request.param](sio.NDResult(nddata=array_of(), **KWARGS))


def table_of(dim, wanted=None, values=VALUES):
    """Table with `dim` as columns and all others as rows, made value by value."""
    others = [name for name in DIMS if name != dim]
    rows = pd.MultiIndex.from_product([LABELS[name] for name in others], names=others)
    columns = LABELS[dim] if wanted is None else wanted
    content = {}
    for label in columns:
        taken = np.take(values, LABELS[dim].index(label), axis=DIMS.index(dim))
        content[label] = [
            taken[place] for place in itertools.product(*map(range, taken.shape))
        ]
    # Labels that fall stay so; xarray's groups are sorted else.
    falling = list(columns) == sorted(columns, reverse=True)
    order = columns if falling else sorted(columns)
    frame = pd.DataFrame(content, index=rows, columns=order)
    frame.columns.name = dim
    return frame


def assert_table(found, expected):
    pd.testing.assert_frame_equal(
        found, expected, check_exact=True, check_index_type=False
    )
    assert found.columns.name == expected.columns.name


@pytest.mark.parametrize("dim", DIMS)
def test_tables(result, dim):
    assert_table(getattr(result, f"get_{dim}")(), table_of(dim))


def test_short_names(result):
    expected = table_of("positions_coordinates")
    assert_table(result.get_pcoords(), expected)


@pytest.mark.parametrize("dtype", ["f4", "i8", "i2", "u1", "?", "c16"])
def test_tables_keep_the_dtype(dtype):
    values = (VALUES * 9).astype(dtype)
    array = array_of().copy(data=values)
    found = sio.NDResult(nddata=array, **KWARGS).get_modes()
    assert_table(found, table_of("modes", values=values))
    assert set(found.dtypes) == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("dim", "include", "labels"),
    [
        ("modes", "multi", ["multi"]),
        ("modes", ["visual", "multi"], ["visual", "multi"]),
        ("modes", {"auditory"}, ["auditory"]),
        ("modes", (name for name in ["multi", "visual"]), ["multi", "visual"]),
        ("modes", np.array(["auditory", "visual"]), ["auditory", "visual"]),
        ("times", 1.5, [1.5]),
        ("times", [2.5, 0.5], [2.5, 0.5]),
        ("positions", 3, [3]),
        ("positions", np.int64(1), [1]),
        ("positions", range(3), [0, 1, 2]),
        ("positions_coordinates", "x1", ["x1"]),
    ],
    ids=lambda value: str(value)[:20].partition(" object")[0],
)
def test_parts_of_tables(dim, include, labels):
    result = sio.NDResult(nddata=array_of(), **KWARGS)
    found = getattr(result, f"get_{dim}")(include=include)
    assert_table(found, table_of(dim, labels))


@pytest.mark.parametrize(
    ("dim", "include", "message"),
    [
        ("modes", "nope", "^modes 'nope' not found$"),
        ("modes", ["multi", 3], "^modes 3 not found$"),
        ("times", [0.5, 0.25], r"^times 0\.25 not found$"),
        ("positions", 4, "^positions 4 not found$"),
        ("positions_coordinates", "x2", "^positions_coordinates 'x2' not found$"),
    ],
)
def test_unknown_labels(result, dim, include, message):
    with pytest.raises(ValueError, match=message):
        getattr(result, f"get_{dim}")(include=include)
