"""Random results, stored by one package and opened by the other, are what scikit-neuromsi alone makes of them."""

import io

import numpy as np
import pytest
import skneuromsi
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from same import assert_same

import skneuromsi_io as sio
from helpers import DIMS, members

# Upstream takes variances of any values, of which pandas and NumPy warn.
pytestmark = [pytest.mark.filterwarnings("ignore::RuntimeWarning"), pytest.mark.slow]

# NetCDF ends texts at NUL and has no bytes for lone surrogates; JSON takes any text.
NAMES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1
)
NUMBERS = st.sampled_from(["i1", "u2", "i4", "i8", "u8", "f2", "f4", "f8", "?"])
ARRAYS = hnp.arrays(
    NUMBERS, hnp.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=4)
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)
METADATA = st.dictionaries(st.text(), VALUES, max_size=3)


@st.composite
def results(draw):
    modes = draw(st.lists(NAMES, min_size=2, max_size=3, unique=True))
    times, positions, coordinates = (draw(st.integers(1, most)) for most in (3, 4, 2))
    values = hnp.arrays(
        st.sampled_from(["f8", "f4"]), (len(modes), times, positions, coordinates)
    )
    labels = {
        "modes": modes,
        "times": np.arange(times),
        "positions": np.arange(positions),
        "positions_coordinates": [f"x{number}" for number in range(coordinates)],
    }
    return skneuromsi.NDResult(
        mname=draw(st.text()),
        mtype=draw(st.text()),
        output_mode=draw(st.sampled_from(modes)),
        nmap=draw(st.dictionaries(st.text(), st.text(), max_size=2)),
        nddata=xr.DataArray(draw(values), dims=DIMS, coords=labels, name="values"),
        time_range=(0, times),
        position_range=(0, positions),
        time_res=1,
        position_res=1,
        causes=draw(st.none() | st.integers() | st.floats()),
        run_parameters=draw(METADATA),
        extra=draw(METADATA),
    )


def stored(module, result, **kwargs):
    stream = io.BytesIO()
    module.to_ndr(stream, result, **kwargs)
    return stream


@pytest.mark.parametrize("version", [0.1, 0.2])
@given(result=results())
@settings(max_examples=40)
def test_upstream_opens_ours_as_its_own(result, version):
    ours = stored(sio, result, format_version=version)
    theirs = stored(skneuromsi, result)
    found, expected = skneuromsi.read_ndr(ours), skneuromsi.read_ndr(theirs)
    assert_same(found.to_dict(), expected.to_dict())
    if version == 0.1:
        texts = [members(f.getvalue())["ndr_0/metadata.json"] for f in (ours, theirs)]
        assert texts[0] == texts[1]


@given(result=results())
@settings(max_examples=40)
def test_we_open_theirs_as_they_do(result):
    theirs = stored(skneuromsi, result)
    found, expected = sio.read_ndr(theirs), skneuromsi.read_ndr(theirs)
    assert_same(found.to_dict(), expected.to_dict())
