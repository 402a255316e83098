"""Arguments of repair, refusals, and the file that it writes."""

import io
import os
import sys
import zipfile
from pathlib import Path

import pytest

import skneuromsi_io as sio
from helpers import make_collection, stored


def test_never_onto_the_damaged_file(ours, tmp_path):
    path = tmp_path / "bad.ndc"
    path.write_bytes(ours[:-30])
    link, hard = tmp_path / "link.ndc", tmp_path / "hard.ndc"
    link.symlink_to(path)
    os.link(path, hard)
    for out in (path, str(path), link, hard, tmp_path / "." / "bad.ndc"):
        for first, second in ((path, out), (out, path)):
            with pytest.raises(ValueError, match="another file"):
                sio.repair(first, second)
    assert path.read_bytes() == ours[:-30]


def test_wrong_arguments(ours, tmp_path, out):
    with pytest.raises(TypeError, match="'out'"):
        sio.repair(ours, io.BytesIO())
    with pytest.raises(TypeError, match="path_or_stream"):
        sio.repair(17, out)
    with pytest.raises(FileNotFoundError):
        sio.repair(tmp_path / "none.ndc", out)
    with pytest.raises(FileNotFoundError):
        sio.repair(ours, tmp_path / "none" / "out.ndc")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="names are any bytes on Linux")
def test_names_that_are_no_utf8(ours, tmp_path):
    """As a disk has them that was written elsewhere; the report can be printed and its path opened."""
    bad, out = (f"{tmp_path}/{os.fsdecode(name)}" for name in (b"\xe9", b"caf\xe9.ndc"))
    Path(bad).write_bytes(ours[:-30])
    report = sio.repair(bad, out)
    assert report.out == out
    assert len(sio.read_ndc(report.out, tqdm_cls=None, classes="light")) == 10
    assert r"saved to " in str(report)
    assert rf"{tmp_path}/caf\udce9.ndc" in str(report)
    assert str(report).encode()
    with pytest.raises(OSError, match="No such file") as raised:
        sio.repair(bad, f"{tmp_path}/\udce9none/out.ndc")
    assert raised.value.filename == f"{tmp_path}/\udce9none/out.ndc"


def test_paths_and_streams(ours, tmp_path, out):
    path = tmp_path / "bad.ndc"
    path.write_bytes(ours[:-30])
    for source in (path, str(path), io.BytesIO(ours[:-30])):
        assert sio.repair(source, str(out)).kept == tuple(range(10))
    with path.open("rb") as stream:
        assert sio.repair(stream, Path(out)).kept == tuple(range(10))


def test_members_are_copied_as_they_are(out):
    archive = stored(make_collection(3), compression=zipfile.ZIP_BZIP2)
    sio.repair(archive[:-30], out)
    with zipfile.ZipFile(out) as file:
        methods = {i.filename: i.compress_type for i in file.infolist()}
    for new in ("index.json", "metadata.json"):
        assert methods.pop(new) == zipfile.ZIP_DEFLATED
    assert set(methods.values()) == {zipfile.ZIP_BZIP2}
