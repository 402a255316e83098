"""Files are closed when a documented function returns or raises, also while the exception is held."""

import contextlib
import io
import sys
from pathlib import Path

import pytest

import skneuromsi_io as sio
from helpers import edited, make_collection, make_result, members, stored, zipped
from skneuromsi_io import _native

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="open files are listed in /proc"
)


def open_below(folder):
    """Return the names of open files in a folder."""
    names = []
    for link in Path("/proc/self/fd").iterdir():
        try:
            names.append(str(link.readlink()))
        except FileNotFoundError:
            continue  # that of the listing itself
    return [name for name in names if name.startswith(str(folder))]


ARCHIVE = stored(make_collection(3))
OTHER = edited(
    ARCHIVE,
    "ndr_1/metadata.json",
    lambda document: document["object_kwargs"].update(run_parameters={"other": 1}),
)
MEMBERS = members(ARCHIVE)
BAD = {
    "empty": b"",
    "cut": ARCHIVE[:-30],
    "no metadata": zipped({k: v for k, v in MEMBERS.items() if k != "metadata.json"}),
    "no JSON": zipped({**MEMBERS, "metadata.json": b"{"}),
    "bad result": zipped({**MEMBERS, "ndr_2/nddata.nc": b"x"}),
    "other result": OTHER,
    "too many": edited(ARCHIVE, "metadata.json", lambda doc: doc.update(object_size=9)),
}
READERS = {
    "open_ndresults_collection": lambda path: sio.read_ndc(path, tqdm_cls=None),
    "open_ndresult": sio.open_ndresult,
    "expected_size": lambda path: sio.read_ndc(path, tqdm_cls=None, expected_size=9),
    "read_metadata": sio.read_metadata,
    "verify": sio.verify,
    "repair": lambda path: sio.repair(path, path.with_name("out.ndc")),
}


@pytest.mark.parametrize("content", [None, *BAD])
@pytest.mark.parametrize("name", READERS)
def test_reading(name, content, tmp_path):
    path = tmp_path / "sweep.ndc"
    path.write_bytes(ARCHIVE if content is None else BAD[content])
    with path.open("rb"):
        assert open_below(tmp_path) == [str(path)]
    try:
        held = READERS[name](path)
    except sio.SkneuromsiIOError as error:
        held = error
        # Within the block, where a user would replace the file.
        assert open_below(tmp_path) == []
    assert open_below(tmp_path) == []
    assert held is not None


class Broken:
    """A bar that fails."""

    def __init__(self, items, **kwargs):
        self.items = iter(items)

    def __iter__(self):
        next(self.items)
        raise RuntimeError("bar")


@pytest.mark.parametrize("path", ["sweep.ndc", "none/sweep.ndc"])
@pytest.mark.parametrize(
    "kwargs",
    [
        {},
        {"metadata": {"bad": object()}},
        {"tqdm_cls": Broken},
        {"compresslevel": 77},
        {"format_version": 0.1},
        {"format_version": 0.3},
    ],
)
def test_storing(kwargs, path, tmp_path):
    bad = [make_result(), make_result(extra={"bad": object()})]
    for results in ([make_result()], bad):
        collection = sio.NDResultCollection.from_ndresults("n", results)
        for call, argument in (
            (sio.to_ndc, collection),
            (sio.to_ndr, results[-1]),
        ):
            try:
                call(tmp_path / path, argument, **{"tqdm_cls": None, **kwargs})
            except (sio.SkneuromsiIOError, OSError, RuntimeError):
                assert open_below(tmp_path) == []
            assert open_below(tmp_path) == []


@pytest.mark.parametrize("content", [ARCHIVE, *BAD.values()])
def test_streams_of_the_user_stay_open(content):
    for name, read in READERS.items():
        stream = io.BufferedReader(io.BytesIO(content))
        if name != "repair":
            with contextlib.suppress(sio.SkneuromsiIOError):
                read(stream)
            assert not stream.closed
            stream.seek(0)
            assert stream.read() == content


def test_a_closed_archive_says_so():
    with _native.Archive(ARCHIVE, "a.ndc") as archive:
        assert "metadata.json" in archive
    for call in (
        archive.names,
        lambda: archive.text("metadata.json"),
        lambda: archive.size("metadata.json"),
        lambda: "metadata.json" in archive,
    ):
        with pytest.raises(ValueError, match=r"^a\.ndc: expected an open archive"):
            call()
    archive.close()
