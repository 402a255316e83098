"""A file that no rename can replace gets the whole archive copied over it, with a warning."""

import errno
import os
import subprocess
import tempfile
import warnings
from pathlib import Path

import pytest

import skneuromsi_io as sio
from helpers import assert_same, make_collection, opened, stored
from processes import in_process

if os.name == "nt":
    pytest.skip("POSIX permissions and mounts", allow_module_level=True)

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="acts as other users")
OTHER = 65534


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "sweep.ndc"
    path.write_bytes(b"old" * 10_000)
    return path


@pytest.fixture
def temporaries(tmp_path, monkeypatch):
    """The folder for temporary files."""
    folder = tmp_path / "temporaries"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def store(path, collection):
    sio.to_ndc(path, collection, tqdm_cls=None)


def refusing(monkeypatch, call, number):
    """Let a directory refuse to make a file, or to replace one."""
    original = os.open

    def refuse(path, *args):
        raise OSError(number, os.strerror(number), path)

    def refuse_to_make(path, flags, *args):
        if flags & os.O_CREAT and "temporaries" not in str(path):
            refuse(path)
        return original(path, flags, *args)

    if call == "open":
        monkeypatch.setattr("os.open", refuse_to_make)
    else:
        monkeypatch.setattr(Path, "replace", refuse)


CANNOT = [errno.EACCES, errno.EPERM, errno.EROFS]


@pytest.mark.parametrize("call", ["open", "replace"])
@pytest.mark.parametrize("number", CANNOT)
def test_copied_over(old, temporaries, collection, monkeypatch, call, number):
    inode = old.stat().st_ino
    refusing(monkeypatch, call, number)
    expected = rf"sweep\.ndc: cannot be replaced \({os.strerror(number)}\).*not atomic"
    with pytest.warns(sio.NotAtomicWarning, match=expected) as warned:
        store(old, collection)
    monkeypatch.undo()
    assert [warning.filename for warning in warned] == [__file__]
    assert old.stat().st_ino == inode
    assert_same(opened(old), collection)
    assert list(temporaries.iterdir()) == []
    assert sorted(old.parent.iterdir()) == [old, temporaries]


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EXDEV])
def test_a_rename_alone_is_refused(old, temporaries, collection, monkeypatch, number):
    """As where a file is a mount of its own: the archive is beside it already."""
    refusing(monkeypatch, "replace", number)
    with pytest.warns(sio.NotAtomicWarning):
        store(old, collection)
    monkeypatch.undo()
    assert_same(opened(old), collection)


def test_a_longer_file_is_cut(old, temporaries, collection, monkeypatch):
    assert old.stat().st_size > len(stored(collection))
    refusing(monkeypatch, "replace", errno.EBUSY)
    with pytest.warns(sio.NotAtomicWarning):
        store(old, collection)
    assert old.stat().st_size < 30_000
    with pytest.warns(sio.NotAtomicWarning):
        store(old, make_collection(100))
    assert len(opened(old)) == 100


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("call", ["open", "replace"])
def test_disks_that_fail_are_not_written_into(
    old, temporaries, collection, monkeypatch, call, number
):
    before = old.read_bytes()
    refusing(monkeypatch, call, number)
    with pytest.raises(OSError, match=os.strerror(number)) as raised:
        store(old, collection)
    monkeypatch.undo()
    assert (raised.value.errno, raised.value.filename) == (number, str(old))
    assert old.read_bytes() == before
    assert sorted(old.parent.iterdir()) == [old, temporaries]


def test_new_files_are_not_made_elsewhere(
    tmp_path, temporaries, collection, monkeypatch
):
    path = tmp_path / "new.ndc"
    refusing(monkeypatch, "open", errno.EACCES)
    with pytest.raises(PermissionError) as raised:
        store(path, collection)
    assert raised.value.filename == str(path)
    assert list(temporaries.iterdir()) == []


def test_the_warning_as_an_error_leaves_the_old_file(
    old, temporaries, collection, monkeypatch
):
    before = old.read_bytes()
    refusing(monkeypatch, "replace", errno.EBUSY)
    with warnings.catch_warnings():
        warnings.simplefilter("error", sio.NotAtomicWarning)
        with pytest.raises(sio.NotAtomicWarning):
            store(old, collection)
    assert old.read_bytes() == before
    assert sorted(old.parent.iterdir()) == [old, temporaries]


def test_an_exception_before_the_end_leaves_the_old_file(
    old, temporaries, collection, monkeypatch
):
    before = old.read_bytes()
    refusing(monkeypatch, "open", errno.EACCES)

    def bar(items, **_):
        yield next(iter(items))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sio.to_ndc(old, collection, tqdm_cls=bar)
    assert old.read_bytes() == before
    assert list(temporaries.iterdir()) == []


@pytest.mark.parametrize(
    "error", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()]
)
def test_broken_off_while_copying(old, temporaries, collection, monkeypatch, error):
    """The temporary file is the only whole archive then: it stays, and is named."""
    refusing(monkeypatch, "replace", errno.EBUSY)

    def copy(source, file, length):
        file.write(source.read(100))
        raise error

    monkeypatch.setattr("shutil.copyfileobj", copy)
    with pytest.warns(sio.NotAtomicWarning), pytest.raises(type(error)) as raised:
        store(old, collection)
    monkeypatch.undo()
    [kept] = set(old.parent.iterdir()) - {old, temporaries}
    assert raised.value.__notes__ == [
        f"{old} is damaged; the whole archive is in {kept}"
    ]
    assert_same(opened(kept), collection)


def test_a_full_disk_is_found_before_a_byte_is_lost(old, temporaries, monkeypatch):
    before = old.read_bytes()
    refusing(monkeypatch, "replace", errno.EBUSY)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.posix_fallocate", full)
    with (
        pytest.warns(sio.NotAtomicWarning),
        pytest.raises(OSError, match="No space left") as raised,
    ):
        store(old, make_collection(100))
    monkeypatch.undo()
    assert raised.value.filename == str(old)
    assert old.read_bytes() == before
    assert sorted(old.parent.iterdir()) == [old, temporaries]


@pytest.mark.parametrize("can_shrink", [True, False])
def test_an_interrupt_while_room_is_taken(old, temporaries, monkeypatch, can_shrink):
    before, collection = old.read_bytes(), make_collection(100)
    refusing(monkeypatch, "replace", errno.EBUSY)
    reserve = os.posix_fallocate

    def interrupted(descriptor, offset, size):
        reserve(descriptor, offset, size)
        if not can_shrink:
            readable = os.open(old, os.O_RDONLY)
            os.dup2(readable, descriptor)
            os.close(readable)
        raise KeyboardInterrupt

    monkeypatch.setattr("os.posix_fallocate", interrupted)
    error = KeyboardInterrupt if can_shrink else OSError
    with pytest.warns(sio.NotAtomicWarning), pytest.raises(error) as raised:
        store(old, collection)
    monkeypatch.undo()
    left = {*old.parent.iterdir()} - {old, temporaries}
    if can_shrink:
        assert old.read_bytes() == before
        assert not left
    else:
        [kept] = left
        assert str(kept) in raised.value.__notes__[0]
        assert_same(opened(kept), collection)


@pytest.mark.parametrize("number", [errno.EOPNOTSUPP, errno.EINVAL])
def test_room_that_cannot_be_taken_first(
    old, temporaries, collection, monkeypatch, number
):
    refusing(monkeypatch, "replace", errno.EBUSY)

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.posix_fallocate", refuse)
    with pytest.warns(sio.NotAtomicWarning):
        store(old, collection)
    assert_same(opened(old), collection)


def test_names_that_are_no_utf8_can_be_warned_of(
    old, temporaries, collection, monkeypatch
):
    old = old.rename(old.with_name("caf\udce9.ndc"))
    refusing(monkeypatch, "replace", errno.EBUSY)
    with pytest.warns(sio.NotAtomicWarning, match=r"caf\\udce9\.ndc: ") as warned:
        store(old, collection)
    assert str(warned[0].message).encode()


def test_the_warning_is_one_of_what_happens_at_run_time():
    assert issubclass(sio.NotAtomicWarning, RuntimeWarning)


def test_repair_copies_over_too(old, temporaries, collection, monkeypatch):
    refusing(monkeypatch, "replace", errno.EBUSY)
    with pytest.warns(sio.NotAtomicWarning):
        sio.repair(stored(collection)[:-30], old)
    assert len(opened(old)) == 3


def as_other(path):
    """Store as a user who owns neither the directory nor the file."""
    collection = make_collection()
    os.setgroups([])
    os.setgid(OTHER)
    os.setuid(OTHER)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            store(path, collection)
        except OSError as error:
            return error.errno, error.filename
    return [warning.category for warning in warned]


@pytest.fixture
def open_to_all():
    """A folder into which other users get, too."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.mark.slow
@ROOT
@pytest.mark.parametrize("mode", [0o755, 0o1777], ids=["not writable", "sticky"])
def test_directories_of_others(open_to_all, collection, mode):
    folder = open_to_all / "folder"
    folder.mkdir()
    old = folder / "sweep.ndc"
    old.write_bytes(b"old")
    folder.chmod(mode)
    old.chmod(0o666)
    assert in_process(as_other, old) == [sio.NotAtomicWarning]
    assert_same(opened(old), collection)
    assert list(folder.iterdir()) == [old]

    # A file that may not be written to is not, and the error names it.
    before = old.read_bytes()
    old.chmod(0o644)
    number = errno.EACCES if mode == 0o755 else errno.EPERM
    assert in_process(as_other, old) == (number, str(old))
    assert old.read_bytes() == before
    assert list(folder.iterdir()) == [old]


@pytest.fixture
def mounted(old):
    """A file that is a mount of its own, as a container has those that it was given."""
    content = old.with_name("content")
    content.write_bytes(b"old")
    command = ["mount", "--bind", str(content), str(old)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no right to mount a file")
    yield old
    subprocess.run(["umount", str(old)], check=True)


def test_files_that_are_mounts(mounted, collection):
    with pytest.warns(sio.NotAtomicWarning, match="busy"):
        store(mounted, collection)
    assert_same(opened(mounted), collection)
    assert_same(opened(mounted.with_name("content")), collection)
    assert {path.name for path in mounted.parent.iterdir()} == {"sweep.ndc", "content"}
