"""Messages of wrong calls and of wrong files: each says what to do instead."""

import bz2
import gzip
import importlib
import io
import lzma
import pickle
import tarfile
import zipfile

import numpy as np
import pytest
import xarray as xr

import skneuromsi_io as sio
from helpers import edited, make_collection, make_result, members, stored, zipped

COLLECTION = make_collection()
RESULT = make_result()
ARCHIVE = stored(COLLECTION)


def zip_of(*names):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "content")
    return stream.getvalue()


def netcdf(engine):
    data = xr.Dataset({"a": ("x", np.zeros(3))}).to_netcdf(engine=engine)
    return bytes(data)


def npz():
    stream = io.BytesIO()
    np.savez(stream, a=np.zeros(3))
    return stream.getvalue()


def npy():
    stream = io.BytesIO()
    np.save(stream, np.zeros(3))
    return stream.getvalue()


def tar():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"), io.BytesIO())
    return stream.getvalue()


#: Files that are not archives of ours: what is found in them, and what to do.
FILES = {
    "empty": (b"", "an empty file", "store or copy it again"),
    "cut": (ARCHIVE[:-200], "without its end: it was cut off", "skneuromsi_io.repair("),
    "text": (b"Notes of the lab.\n" * 99, "a text file", "check the path"),
    "UTF-16": ("Notes".encode("utf-16"), "a text file", "check the path"),
    "text cut in a letter": (b"a" * 511 + "é".encode(), "a text file", "check"),
    "JSON": (b'{"a": 1}', "JSON text", "check the path"),
    "web page": (b"<!DOCTYPE html><html>", "a web page", "download the file itself"),
    "XML": (b"<?xml version='1.0'?><a/>", "XML text", "check the path"),
    "LFS": (b"version https://git-lfs.github.com/spec/v1", "Git LFS", "git lfs pull"),
    "NetCDF-4": (netcdf("h5netcdf"), "a NetCDF-4 or HDF5 file", "open_dataset"),
    "NetCDF-3": (netcdf("scipy"), "a NetCDF-3 file", "xarray.open_dataset"),
    "pickle": (pickle.dumps({"a": 1}), "a pickle of Python", "only if you trust"),
    "gzip": (gzip.compress(ARCHIVE), "a gzip file", "gzip.open(path)"),
    "bzip2": (bz2.compress(ARCHIVE), "a bzip2 file", "bz2.open(path)"),
    "xz": (lzma.compress(ARCHIVE), "an xz file", "lzma.open(path)"),
    "tar": (tar(), "a tar archive", "unpack it"),
    "npy": (npy(), "a NumPy .npy file", "numpy.load"),
    "npz": (npz(), "a NumPy .npz file", "numpy.load"),
    "zeros": (bytes(5000), "zero bytes at its beginning", "download it again"),
    "Office": (
        zip_of("[Content_Types].xml", "word/document.xml"),
        *("an Office document", "check the path"),
    ),
    "OpenDocument": (
        zip_of("mimetype", "content.xml"),
        "an OpenDocument",
        "check the path",
    ),
    "wheel": (
        zip_of("a/__init__.py", "a-1.dist-info/WHEEL"),
        *("a Python wheel", "pip install"),
    ),
    "Zarr": (zip_of(".zgroup", "a/.zarray"), "a Zarr store", "xarray.open_zarr"),
    "PyTorch": (zip_of("archive/data.pkl"), "a PyTorch file", "torch.load"),
    "archive of archives": (zip_of("a.txt", "b.ndc"), "around archives", "unpack it"),
    "folder": (
        zip_of("sweep/metadata.json", "sweep/ndr_0/nddata.nc"),
        *("packed within a folder", "the content of the folder"),
    ),
    "another zip": (
        zip_of("a.jpg", "b.jpg"),
        "2 members, such as 'a.jpg'",
        "check the path",
    ),
    "no members": (zip_of(), "an empty zip archive", "check the path"),
    "without metadata": (
        zip_of("ndr_0/metadata.json", "ndr_0/nddata.nc"),
        *("found 2 members", "skneuromsi_io.repair("),
    ),
    "newer": (
        edited(ARCHIVE, "metadata.json", lambda doc: doc.update(format_version=9.0)),
        *("found 9.0", "upgrade skneuromsi-io"),
    ),
}


class Stream(io.BytesIO):
    """Not BytesIO itself, of which the bytes are taken."""


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("source", ["path", "bytes", "stream"])
def test_other_files(tmp_path, kind, source):
    content, found, remedy = FILES[kind]
    origin = {"bytes": content, "stream": Stream(content)}.get(source)
    if source == "path":
        origin = tmp_path / "file.ndc"
        origin.write_bytes(content)
    for call in (sio.read_ndc, sio.read_metadata, sio.scan_ndc):
        with pytest.raises(sio.SkneuromsiIOError) as raised:
            call(origin)
        error = raised.value
        assert found in str(error)
        assert isinstance(error, (zipfile.BadZipFile, KeyError, NotImplementedError))
        assert remedy in error.remedy
        assert str(error).endswith(error.remedy)


def test_a_file_that_is_being_written(tmp_path):
    (tmp_path / "sweep.ndc.partial").write_bytes(ARCHIVE[:-200])
    with pytest.raises(zipfile.BadZipFile, match=r"NDCWriter\(\.\.\., resume=True\)"):
        sio.read_ndc(tmp_path / "sweep.ndc.partial")


def changed(archive, at):
    """An archive of which one bit is wrong."""
    content = bytearray(archive)
    content[at] ^= 1
    return bytes(content)


#: Damaged archives, by what is damaged: all name `repair`.
DAMAGED = {
    "first local header": changed(ARCHIVE, 0),
    "compressed data": changed(ARCHIVE, 200),
    "a byte lost at the beginning": ARCHIVE[1:],
    "bytes lost in the middle": ARCHIVE[:900] + ARCHIVE[950:],
    "directory": changed(ARCHIVE, ARCHIVE.index(b"PK\1\2") + 1),
    "size of the directory": changed(ARCHIVE, len(ARCHIVE) - 9),
    "end": ARCHIVE[:-10],
    "a member that is missing": zipped(
        {n: c for n, c in members(ARCHIVE).items() if n != "ndr_1/nddata.nc"}
    ),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_damaged_archives(what):
    with pytest.raises(sio.SkneuromsiIOError) as raised:
        sio.read_ndc(DAMAGED[what])
    assert raised.value.remedy.startswith("skneuromsi_io.repair(path, out) saves")
    report = sio.verify(DAMAGED[what])
    assert sum("skneuromsi_io.repair(" in one.message for one in report.problems) < 2


def test_damage_that_no_kind_explains():
    with pytest.raises(
        zipfile.BadZipFile, match=r"no end of central directory record; check the path$"
    ) as raised:
        sio.read_ndc(b"\xff\xfa" * 99)
    assert raised.value.lacks_end
    moved = ARCHIVE[:9] + ARCHIVE[10:]
    with pytest.raises(zipfile.BadZipFile, match=r"skneuromsi_io\.repair\(") as raised:
        sio.read_ndc(moved)
    assert not raised.value.lacks_end


def test_nothing_to_repair(tmp_path):
    for kind in ("text", "NetCDF-4", "empty"):
        (tmp_path / "file").write_bytes(FILES[kind][0])
        with pytest.raises(zipfile.BadZipFile) as raised:
            sio.repair(tmp_path / "file", tmp_path / "out.ndc")
        assert FILES[kind][1] in str(raised.value)
        assert raised.value.archive == str(tmp_path / "file")
    report = sio.repair(FILES["cut"][0], tmp_path / "out.ndc")
    assert "repair(" not in str(report)


def test_paths(tmp_path):
    sio.to_ndc(tmp_path / "sweep.ndc", COLLECTION, tqdm_cls=None)
    (tmp_path / "unpacked").mkdir()
    (tmp_path / "unpacked" / "metadata.json").touch()
    (tmp_path / "zarr").mkdir()
    (tmp_path / "zarr" / "zarr.json").touch()
    (tmp_path / "to_nothing").symlink_to("elsewhere.ndc")
    (tmp_path / "killed.ndc.partial").touch()
    (tmp_path / "many.ndc.0a.partial").touch()
    for path, error, note in (
        (
            "swep.ndc",
            FileNotFoundError,
            f"Did you mean {str(tmp_path / 'sweep.ndc')!r}",
        ),
        ("other", FileNotFoundError, None),
        ("to_nothing", FileNotFoundError, "a link to 'elsewhere.ndc', which leads"),
        ("killed.ndc", FileNotFoundError, "'killed.ndc.partial', of a writer"),
        (
            "many.ndc",
            FileNotFoundError,
            "left 'many.ndc.0a.partial': skneuromsi_io.merge",
        ),
        ("no/sweep.ndc", FileNotFoundError, "There is no folder"),
        (".", IsADirectoryError, f"such as {str(tmp_path / 'sweep.ndc')!r}"),
        ("unpacked", IsADirectoryError, "pack its content"),
        ("zarr", IsADirectoryError, "xarray.open_zarr"),
    ):
        with pytest.raises(error) as raised:
            sio.read_ndc(tmp_path / path)
        notes = getattr(raised.value, "__notes__", [])
        assert (notes == []) if note is None else (note in notes[0])
    with pytest.raises(FileNotFoundError) as raised:
        sio.to_ndc(tmp_path / "no" / "a.ndc", COLLECTION)
    assert "There is no folder" in raised.value.__notes__[0]
    with pytest.raises(FileNotFoundError) as raised:
        sio.to_ndc("https://example.org/a.ndc", COLLECTION)
    assert "URLs are read, not written" in raised.value.__notes__[0]
    with pytest.raises(FileNotFoundError) as raised:
        sio.read_ndc("~/sweep.ndc")
    assert "expanduser()" in raised.value.__notes__[0]


#: Calls with a keyword that the function does not have: its name, and the one that was meant.
KEYWORDS = {
    "open_ndresults_collection": (
        lambda: sio.open_ndresults_collection(ARCHIVE, expected_sise=3),
        *("expected_sise", "expected_size"),
    ),
    "read_metadata": (
        lambda: sio.read_metadata(ARCHIVE, metadata_encodng="cp437"),
        *("metadata_encodng", "metadata_encoding"),
    ),
    "open_ndresult": (
        lambda: sio.open_ndresult(ARCHIVE, clases="light"),
        *("clases", "classes"),
    ),
    "scan_ndc": (lambda: sio.scan_ndc(ARCHIVE, limit={}), "limit", "limits"),
    "store_ndresults_collection": (
        lambda: sio.to_ndc(io.BytesIO(), COLLECTION, allowzip64=False),
        *("allowzip64", "allowZip64"),
    ),
    "store_ndresult": (
        lambda: sio.to_ndr(io.BytesIO(), RESULT, compresion=8),
        *("compresion", "compression"),
    ),
    "to_ndc": (
        lambda: COLLECTION.to_ndc(io.BytesIO(), quite=True),
        *("quite", "quiet"),
    ),
    "to_ndr": (lambda: RESULT.to_ndr(io.BytesIO(), metdata={}), "metdata", "metadata"),
    "verify": (lambda: sio.verify(ARCHIVE, limts={}), "limts", "limits"),
    "repair": (lambda: sio.repair("a", "b", tqdm_cl=None), "tqdm_cl", "tqdm_cls"),
    "merge": (lambda: sio.merge(["a"], "b", nam="x"), "nam", "name"),
    "NDCWriter": (
        lambda: sio.NDCWriter("a", name="x", resum=True),
        *("resum", "resume"),
    ),
}


@pytest.mark.parametrize("function", KEYWORDS)
def test_unknown_keywords(function):
    call, given, meant = KEYWORDS[function]
    with pytest.raises(TypeError) as raised:
        call()
    assert str(raised.value) == (
        f"{function}() got an unexpected keyword argument {given!r}; "
        f"did you mean {meant!r}?"
    )
    assert raised.value.key == given


def test_keywords_unlike_any():
    with pytest.raises(
        TypeError, match=r"'xyz'; it takes path_or_stream, compression_"
    ):
        sio.read_ndc(ARCHIVE, xyz=1)


#: Calls with a wrong value or object, and what to do.
CALLS = {
    "list": (lambda: sio.to_ndc("a", [RESULT]), TypeError, "from_ndresults("),
    "array": (lambda: sio.to_ndc("a", COLLECTION[:]), TypeError, "from_ndresults("),
    "one": (lambda: sio.to_ndc("a", RESULT), TypeError, "store_ndresult stores"),
    "order": (lambda: sio.to_ndc(COLLECTION, "a"), TypeError, "the path comes first"),
    "order of one": (
        lambda: sio.to_ndr(RESULT, "a"),
        TypeError,
        "the path comes first",
    ),
    "many": (lambda: sio.to_ndr("a", COLLECTION), TypeError, "store_ndresults_coll"),
    "list of one": (lambda: sio.to_ndr("a", [RESULT]), TypeError, "from_ndresults("),
    "unpacked": (
        lambda: sio.NDResultCollection("a", [RESULT]),
        *(ValueError, "from_ndresults("),
    ),
    "method": (
        lambda: sio.to_ndc("a", COLLECTION, compression="deflate"),
        *(NotImplementedError, "did you mean zipfile.ZIP_DEFLATED?"),
    ),
    "classes": (
        lambda: sio.read_ndc(ARCHIVE, classes="lite"),
        *(ValueError, "did you mean 'light'?"),
    ),
    "one of many": (lambda: sio.read_ndr(ARCHIVE), ValueError, "opens all of them"),
    "single": (lambda: sio.merge("a.ndc", "b.ndc"), TypeError, "a list of paths"),
    "upstream": (
        lambda: sio.read_ndc(ARCHIVE, classes="upstream"),
        *(ImportError, "pip install scikit-neuromsi"),
    ),
    "as_upstream": (
        lambda: sio.as_upstream(COLLECTION),
        *(ImportError, "pip install scikit-neuromsi"),
    ),
    "patch": (sio.patch, ImportError, "pip install scikit-neuromsi"),
    "strategies": (
        lambda: importlib.import_module("skneuromsi_io.sweep"),
        *(ImportError, "pip install scikit-neuromsi"),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_wrong_calls(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call, builtin, remedy = CALLS[name]
    with pytest.raises(builtin) as raised:
        call()
    assert isinstance(raised.value, sio.SkneuromsiIOError)
    assert remedy in raised.value.remedy
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [99, "deflat", None, 1])
def test_methods_are_listed(wrong):
    for call in (
        lambda: sio.to_ndc(io.BytesIO(), COLLECTION, compression=wrong),
        lambda: sio.read_ndc(ARCHIVE, compression=wrong),
    ):
        with pytest.raises(NotImplementedError) as raised:
            call()
        assert "ZIP_STORED (0), ZIP_DEFLATED (8), ZIP_BZIP2 (12), ZIP_LZMA (14)" in str(
            raised.value
        )
        assert (raised.value.key, raised.value.found) == ("compression", repr(wrong))


@pytest.mark.parametrize(
    ("obj", "name"),
    [
        *((RESULT, name) for name in ("plot", "stats")),
        *((COLLECTION, name) for name in ("plot", "bias", "causes")),
    ],
)
def test_accessors(obj, name):
    assert not hasattr(obj, name)
    with pytest.raises(AttributeError, match=rf"no attribute '{name}'.*pip install sc"):
        getattr(obj, name)


@pytest.mark.parametrize("wrong", [3, 3.5, object(), None, ["a.ndc"], {"a"}])
def test_no_path(wrong):
    for call in (
        sio.read_ndc,
        sio.read_ndr,
        sio.read_metadata,
        sio.scan_ndc,
        sio.verify,
    ):
        with pytest.raises(sio.ArgumentTypeError) as raised:
            call(wrong)
        assert raised.value.key == "path_or_stream"
        assert raised.value.found.startswith(type(wrong).__name__)


@pytest.mark.parametrize("given", [["a", 1], "text", 3, 2.5, True, {"a": 1}])
def test_metadata_are_what_the_documentation_says(given):
    assert sio.read_metadata(stored(COLLECTION, metadata=given))["extra"] == given


@pytest.mark.parametrize("given", [None, {}, [], "", 0, False])
def test_empty_metadata_are_an_empty_dict(given):
    assert sio.read_metadata(stored(COLLECTION, metadata=given))["extra"] == {}
