"""Whatever a collection holds and however it is stored and kept, it comes back to the bit, type by type."""

import copy
import io
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import skneuromsi_io as sio
from helpers import DIMS, assert_same, make_array, make_result, stored
from strategies import KEYS, VALUES, one_nan

# Lone surrogates have no bytes in UTF-8, and NetCDF ends texts at NUL.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
names = words.filter(bool)

DTYPES = st.sampled_from(
    [
        *("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"),
        *(">i2", ">i8", ">u4", ">f4", ">f8", "f2", "?", "c8", "c16"),
    ]
)
#: Minimal, odd, and large enough for one chunk with the shuffle filter.
SHAPES = st.sampled_from(
    [(2, 1, 1, 1), (2, 1, 1, 3), (3, 1, 5, 1), (2, 3, 1, 2), (2, 8, 33, 1)]
) | st.tuples(st.integers(2, 4), *(st.integers(1, 4),) * 3)


@st.composite
def payloads(draw, dtype, shape):
    """Values of any bits, those of NaN, subnormals and NaT too."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return draw(hnp.arrays(dtype, shape))
    size = int(np.prod(shape)) * dtype.itemsize
    few = st.binary(min_size=1, max_size=64)
    raw = draw(few) if draw(st.booleans()) else draw(st.randoms()).randbytes(size)
    repeated = (raw * (size // len(raw) + 1))[:size]
    return np.frombuffer(repeated, dtype).reshape(shape).copy()


# Beside data that are not plain, attributes are JSON, which has one NaN (FORMAT.md, sections 4 and 5).
ATTRIBUTES = st.dictionaries(
    # Names that xarray would decode are another test's.
    st.from_regex(r"[a-zñ視]{1,8}\d", fullmatch=True),
    words
    # NetCDF has no numbers but those of NumPy.
    | st.integers(-(2**63), 2**63 - 1).map(np.int64)
    | st.floats().map(one_nan).map(np.float64)
    | hnp.arrays(st.sampled_from(["i2", "u1", "f4", "f8"]), st.integers(2, 5)).map(
        one_nan
    ),
    max_size=3,
)


@st.composite
def labels(draw, size):
    """Labels of a dimension: numbers of any type, in any order."""
    dtype = np.dtype(draw(st.sampled_from(["i8", "i4", "u2", "f8", "f4"])))
    finite = {"allow_nan": False} if dtype.kind == "f" else {}
    elements = hnp.from_dtype(dtype, **finite)
    return draw(hnp.arrays(dtype, size, elements=elements))


@st.composite
def arrays(draw, modes, dtype):
    _, *rest = draw(SHAPES)
    shape = (len(modes), *rest)
    array = make_array("f8", shape, modes=modes, attrs=draw(ATTRIBUTES))
    array = array.copy(data=draw(payloads(dtype, shape))).rename(draw(NAMES))
    for dim, size in zip(DIMS[1:3], shape[1:3], strict=True):
        if draw(st.booleans()):
            array = array.assign_coords({dim: draw(labels(size))})
        if draw(st.booleans()):
            array[dim].attrs.update(draw(ATTRIBUTES))
    if draw(st.integers(0, 9)) == 0:
        array = array.drop_vars(draw(st.sampled_from(DIMS[1:])))
    if draw(st.integers(0, 9)) == 0:
        array = array.assign_coords(run=draw(st.integers(0, 9)))
    return array


NAMES = st.sampled_from(["values", "values", "firing rate", "δ", None])
CAUSES = st.none() | st.integers(-(2**70), 2**70) | st.floats().map(one_nan)
METADATA = st.dictionaries(KEYS, VALUES, max_size=2)


@st.composite
def collections(draw):
    modes = draw(st.lists(names, min_size=2, max_size=4, unique=True))
    parameters = draw(st.lists(KEYS, max_size=3, unique=True))
    dtypes = draw(st.lists(DTYPES, min_size=1, max_size=3))
    return [
        make_result(
            draw(arrays(modes, dtype)),
            mname=draw(words),
            mtype=draw(words),
            output_mode=modes[-1],
            nmap=draw(st.dictionaries(KEYS, words, max_size=2)),
            causes=draw(CAUSES),
            run_parameters={name: draw(VALUES) for name in parameters},
            extra=draw(METADATA),
        )
        for dtype in dtypes
    ]


METHODS = st.sampled_from(
    [
        *((zipfile.ZIP_STORED, None), (zipfile.ZIP_LZMA, None)),
        *((zipfile.ZIP_DEFLATED, level) for level in (None, -1, 0, 1, 5, 9)),
        *((zipfile.ZIP_BZIP2, level) for level in (None, 1, 9)),
    ]
)
KEPT = st.sampled_from([None, False, True, 0, 1, 9]) | st.tuples(
    st.sampled_from(["zlib", "gzip", "bz2", "lzma", "xz", "lz4", "lz4hc"]),
    st.integers(0, 9),
)
SOURCES = st.sampled_from([bytes, io.BytesIO, memoryview])


def all_same(found, results):
    assert len(found) == len(results)
    for index, (result, expected) in enumerate(zip(found, results, strict=True)):
        assert_same(result, expected, f"result {index}")


@pytest.mark.slow
@given(
    results=collections(),
    name=words,
    method=METHODS,
    kept=st.tuples(KEPT, KEPT),
    source=SOURCES,
    metadata=METADATA,
)
@settings(max_examples=25)
def test_collections(results, name, method, kept, source, metadata):
    before = copy.deepcopy(results)
    collection = sio.NDResultCollection.from_ndresults(
        name, results, compression_params=kept[0]
    )
    all_same(collection, results)
    compression, level = method
    options = {"compression": compression, "compresslevel": level}
    archive = stored(collection, metadata=metadata, **options)
    with zipfile.ZipFile(io.BytesIO(archive)) as other:
        assert other.testzip() is None
        assert {info.compress_type for info in other.infolist()} == {compression}
    found = sio.read_ndc(
        source(archive), compression_params=kept[1], tqdm_cls=None, classes="light"
    )
    assert_same(found.name, name)
    all_same(found, results)
    all_same(pickle.loads(pickle.dumps(found)), results)
    assert_same(sio.read_metadata(archive)["extra"], metadata)
    all_same(results, before)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "c8", "c16"])
@pytest.mark.parametrize("order", "<>")
def test_every_bit_of_nan(dtype, order):
    """Payloads, signs and signalling ones, in the array and in large arrays of `extra`."""
    dtype = np.dtype(dtype).newbyteorder(order)
    part = dtype.itemsize // 2 if dtype.kind == "c" else dtype.itemsize
    integer = np.dtype(f"{order}u{part}")
    exponent = {2: 0x7C00, 4: 0x7F80_0000, 8: 0x7FF0_0000_0000_0000}[part]
    count = 2400 * dtype.itemsize // part
    payload = np.arange(1, count + 1) % ((1 << {2: 10, 4: 23, 8: 52}[part]) - 1) + 1
    sign = (np.arange(count) % 2).astype("u8") << np.uint64(8 * part - 1)
    bits = (payload.astype("u8") | np.uint64(exponent) | sign).astype(integer)
    values = bits.view(dtype)
    assert np.isnan(values).all()
    array = make_array(shape=(2, 30, 40, 1)).copy(data=values.reshape(2, 30, 40, 1))
    result = make_result(array, extra={"values": values})
    assert_same(sio.read_ndr(stored(result), classes="light"), result)
