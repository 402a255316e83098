"""Arguments of `zipfile.ZipFile`: the same meaning and the same errors."""

import io
import sys
import zipfile

import pytest

import skneuromsi_io as sio
from helpers import assert_same, make_collection, members, opened, stored, zipped

METHODS = [
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
]
if sys.version_info >= (3, 14):
    METHODS.append(zipfile.ZIP_ZSTANDARD)


def outcome(function):
    try:
        function()
    except Exception as error:  # noqa: BLE001 - whatever zipfile raises
        return error
    return None


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("level", [None, 1, 9])
def test_methods(collection, method, level):
    archive = stored(collection, compression=method, compresslevel=level)
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        assert {info.compress_type for info in found.infolist()} == {method}
        assert found.testzip() is None
    assert_same(opened(archive), collection)


@pytest.mark.parametrize("method", METHODS)
def test_what_zipfile_wrote(archive, collection, method):
    assert_same(opened(zipped(members(archive), method)), collection)


def test_deflate_is_the_default(collection):
    with zipfile.ZipFile(io.BytesIO(stored(collection))) as found:
        kinds = {info.compress_type for info in found.infolist()}
    assert kinds == {zipfile.ZIP_DEFLATED}


@pytest.mark.parametrize("level", range(10))
def test_levels_of_deflate(collection, level):
    assert_same(opened(stored(collection, compresslevel=level)), collection)


def test_levels_count():
    text = {"text": "abcdefgh" * 10_000 + "hgfedcba" * 10_000}
    sizes = [
        len(stored(make_collection(1, extra=text), compresslevel=level))
        for level in (0, 1, 9)
    ]
    assert sizes[0] > 160_000 > sizes[1] >= sizes[2]


@pytest.mark.parametrize(
    "wrong",
    [
        {"compression": 99},
        {"compression": 1},
        {"compression": "deflate"},
        {"compression": None},
        {"metadata_encoding": "utf-8"},
        {"file": "other"},
        {"nope": 1},
    ],
    ids=str,
)
def test_wrong_arguments_when_storing(collection, tmp_path, wrong):
    options = {"compression": zipfile.ZIP_DEFLATED, **wrong}
    expected = outcome(lambda: zipfile.ZipFile(io.BytesIO(), "w", **options))
    assert expected is not None
    found = outcome(lambda: sio.to_ndc(tmp_path / "new.ndc", collection, **wrong))
    assert isinstance(found, type(expected)), (found, expected)
    if isinstance(expected, ValueError):
        assert str(found) == str(expected)
    assert list(tmp_path.iterdir()) == []


DEFLATED, BZIP2 = zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2


@pytest.mark.parametrize(
    ("method", "level"),
    [
        *((DEFLATED, level) for level in (10, -2, "9", 2.0, [])),
        *((BZIP2, level) for level in (0, 10, -1, "1")),
    ],
)
def test_wrong_levels(collection, tmp_path, method, level):
    path = tmp_path / "new.ndc"
    with pytest.raises(ValueError, match="'compresslevel': expected an integer from"):
        sio.to_ndc(path, collection, compression=method, compresslevel=level)
    assert not path.exists()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("level", [99, -5, "any"])
def test_ignored_levels(collection, method, level):
    archive = stored(collection, compression=method, compresslevel=level)
    assert_same(opened(archive), collection)


@pytest.mark.parametrize(
    "wrong",
    [
        {"compression": 99},
        {"metadata_encoding": "no such encoding"},
        {"metadata_encoding": 3},
        {"nope": 1},
        {"file": "other"},
    ],
    ids=str,
)
def test_wrong_arguments_when_opening(archive, wrong):
    expected = outcome(lambda: zipfile.ZipFile(io.BytesIO(archive), "r", **wrong))
    found = outcome(lambda: opened(archive, **wrong))
    assert expected is not None
    assert isinstance(found, type(expected)), (found, expected)


@pytest.mark.parametrize(
    "options",
    [
        {"compression": zipfile.ZIP_LZMA, "compresslevel": 3, "allowZip64": False},
        {"strict_timestamps": False},
        {"metadata_encoding": "cp437"},
        {"metadata_encoding": None},
        {"metadata_encoding": ""},
        {"allowZip64": 0},
    ],
    ids=str,
)
def test_what_zipfile_ignores_when_reading(archive, collection, options):
    assert_same(opened(archive, **options), collection)


@pytest.mark.parametrize("strict", [True, False])
def test_strict_timestamps(collection, strict):
    archive = stored(collection, strict_timestamps=strict)
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        years = {info.date_time[0] for info in found.infolist()}
    assert all(1980 <= year <= 2107 for year in years)


def test_metadata_encoding(archive, collection):
    """Names of other members may be in any encoding; they do not matter."""
    contents = {"Zubehor.txt": b"1", "Zubehar.txt": b"2", **members(archive)}
    file = zipped(contents)
    for byte, letter in (b"\x94", b"Zubehor"), (b"\x84", b"Zubehar"):
        file = file.replace(letter, letter.replace(letter[5:6], byte))
    for encoding in ("cp437", "latin-1", None):
        assert_same(opened(file, metadata_encoding=encoding), collection)


@pytest.mark.slow
def test_no_zip64():
    """A 65,536th member needs zip64, which the caller did not allow."""
    members_of_a_result = 2
    size = 65_535 // members_of_a_result + 1
    packed = make_collection(1)._packed * size
    collection = sio.NDResultCollection("many", packed)
    sink = io.BytesIO()
    options = {"compression": zipfile.ZIP_STORED, "tqdm_cls": None}
    with pytest.raises(zipfile.LargeZipFile, match="zip64"):
        sio.to_ndc(sink, collection, allowZip64=False, **options)
    small = stored(make_collection(2), allowZip64=False)
    assert len(opened(small)) == 2


@pytest.mark.parametrize("allowed", [1, 0, None, "yes", []])
def test_any_truth_value_allows_zip64(collection, allowed):
    assert_same(opened(stored(collection, allowZip64=allowed)), collection)


@pytest.mark.slow
def test_zip64():
    size = 33_000
    collection = sio.NDResultCollection("many", make_collection(1)._packed * size)
    archive = stored(collection, compression=zipfile.ZIP_STORED)
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        results = [name for name in found.namelist() if name.startswith("ndr_")]
    assert len(results) == 2 * size
    found = opened(archive, compression_params=None)
    assert len(found) == size
    assert_same(found[size - 1], collection[0])
