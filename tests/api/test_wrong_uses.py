"""Wrong uses as newcomers make them: what each message says beside that it is wrong."""

import io
import zipfile

import numpy as np
import pytest

import skneuromsi_io as sio
from helpers import make_array, make_collection, make_result, stored

COLLECTION = make_collection()
RESULT = make_result()
ARCHIVE = stored(COLLECTION)


#: Calls, the builtin exception that each raises, and the end of its text.
CALLS = {
    "size as text": (
        lambda: sio.read_ndc(ARCHIVE, expected_size="three"),
        *(ValueError, "'expected_size': expected an integer, found 'three'"),
    ),
    "size as a list": (
        lambda: sio.read_ndc(ARCHIVE, expected_size=[3]),
        *(TypeError, "'expected_size': expected an integer, found [3]"),
    ),
    "size without bound": (
        lambda: sio.read_ndc(ARCHIVE, expected_size=float("inf")),
        *(ValueError, "'expected_size': expected an integer, found inf"),
    ),
    "bar": (
        lambda: sio.read_ndc(ARCHIVE, tqdm_cls=3),
        *(TypeError, "or None, found 3; pass tqdm.tqdm, True or None"),
    ),
    "nothing to merge": (
        lambda: sio.merge([], "out.ndc"),
        *(ValueError, "'paths': expected at least one file, found none"),
    ),
    "order of a name and results": (
        lambda: sio.NDResultCollection.from_ndresults([RESULT], "name"),
        *(TypeError, "the name comes first, then the results"),
    ),
    "options for a path": (
        lambda: sio.read_ndc("sweep.ndc", storage_options={"anon": True}),
        *(ValueError, "none for what is not a URL, found some for 'sweep.ndc'"),
    ),
    "options for bytes": (
        lambda: sio.read_ndc(ARCHIVE, storage_options={"anon": True}),
        *(ValueError, "none for what is not a URL, found some for bytes"),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_wrong_uses(name):
    call, builtin, end = CALLS[name]
    with pytest.raises(builtin) as raised:
        call()
    assert isinstance(raised.value, sio.SkneuromsiIOError)
    assert str(raised.value).endswith(end)


@pytest.mark.parametrize(
    ("method", "name", "note"),
    [
        ("coerce_mode", "mult", "did you mean 'multi'?"),
        ("coerce_parameter", "x", "there are 'soa', 'noise'"),
        ("coerce_dimension", "time", "did you mean 'times'?"),
    ],
)
def test_names_that_no_result_has(method, name, note):
    with pytest.raises(ValueError, match=f"^Unknown .* {name!r}") as raised:
        getattr(COLLECTION, method)(name)
    assert raised.value.__notes__ == [note]


def test_names_that_are_not_text():
    modes = np.array(["multi", 1], object)
    result = make_result(make_array().assign_coords(modes=modes))
    collection = sio.NDResultCollection.from_ndresults("x", [result])
    with pytest.raises(ValueError, match=r"^Unknown mode '1'") as raised:
        collection.coerce_mode("1")
    assert raised.value.__notes__ == ["there are 'multi', 1"]


def test_names_where_there_are_none():
    result = sio.NDResult(**{**RESULT.to_dict(), "run_parameters": {}})
    collection = sio.NDResultCollection.from_ndresults("x", [result])
    with pytest.raises(ValueError, match=r"^Unknown run_parameter 'x'") as raised:
        collection.coerce_parameter("x")
    assert raised.value.__notes__ == ["there are none"]


def test_a_result_of_a_list():
    arguments = {**RESULT.to_dict(), "nddata": [1, 2]}
    with pytest.raises(AttributeError, match="'list' object has no") as raised:
        sio.NDResult(**arguments)
    assert "NDResult.from_modes_dict makes one" in raised.value.__notes__[0]


@pytest.mark.parametrize(
    ("content", "error"),
    [(ARCHIVE, io.UnsupportedOperation), (b"", zipfile.BadZipFile)],
)
def test_files_that_are_only_written_to(tmp_path, content, error):
    with (tmp_path / "sweep.ndc").open("wb") as file:
        file.write(content)
        with pytest.raises(error, match=r"open it in mode 'rb'$"):
            sio.read_ndc(file)
        assert file.tell() == len(content)
        file.seek(0)
        with pytest.raises(error):
            sio.read_ndc(file)
        assert file.tell() == 0


def test_files_that_are_only_read(tmp_path):
    path = tmp_path / "sweep.ndc"
    path.write_bytes(ARCHIVE)
    with (
        path.open("rb") as file,
        pytest.raises(io.UnsupportedOperation, match=r"open it in mode 'wb'$"),
    ):
        sio.to_ndc(file, COLLECTION)
    assert path.read_bytes() == ARCHIVE


def test_patterns(tmp_path):
    sio.to_ndc(tmp_path / "sweep.ndc", COLLECTION, tqdm_cls=None)
    with pytest.raises(FileNotFoundError) as raised:
        sio.read_ndc(tmp_path / "*.ndc")
    (note,) = raised.value.__notes__
    assert note == "A pattern is not expanded: pass each of glob.glob(path)."
    with pytest.raises(FileNotFoundError) as raised:
        sio.read_ndc(tmp_path / "*.zarr")
    assert not hasattr(raised.value, "__notes__")
