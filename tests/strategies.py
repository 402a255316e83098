"""Strategies of Hypothesis for metadata: all values and keys that a file can carry."""

import math
import string

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp


def one_nan(value):
    """JSON has one NaN, as IEEE 754 has one meaning for all of them."""
    if isinstance(value, float):
        return math.nan if math.isnan(value) else value
    if isinstance(value, complex):
        return complex(one_nan(value.real), one_nan(value.imag))
    for part in (value.real, value.imag) if value.dtype.kind == "c" else (value,):
        if part.dtype.kind == "f":
            part[np.isnan(part)] = np.nan
    return value


KEYS = st.text(string.printable, max_size=5) | st.text(max_size=5)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats().map(one_nan)
    | st.text(max_size=20)
    | st.complex_numbers().map(one_nan)
    | st.binary(max_size=20)
    | st.datetimes(allow_imaginary=True)
    | st.datetimes(timezones=st.timezones())
    | st.dates()
    | st.times()
    | st.timedeltas()
)
DTYPES = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes()
    | hnp.unsigned_integer_dtypes()
    | hnp.floating_dtypes(sizes=(16, 32, 64))
    | hnp.complex_number_dtypes(sizes=(64, 128))
    | hnp.datetime64_dtypes()
    | hnp.timedelta64_dtypes()
    | hnp.unicode_string_dtypes(max_len=4)
    | hnp.byte_string_dtypes(max_len=4)
)
SHAPES = hnp.array_shapes(min_dims=0, min_side=0, max_side=4)
ARRAYS = hnp.arrays(DTYPES, SHAPES).map(one_nan)
NUMPY_SCALARS = hnp.arrays(DTYPES, 1).map(one_nan).map(lambda array: array[0])
HASHABLE = SCALARS | st.tuples(SCALARS) | st.frozensets(SCALARS, max_size=3)
VALUES = st.recursive(
    SCALARS | ARRAYS | NUMPY_SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.sets(HASHABLE, max_size=3)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.dictionaries(HASHABLE, inner, max_size=4)
    ),
    max_leaves=12,
)
