"""A file that is replaced keeps its owner, group, access control list and mode, or loses what they allowed."""

import errno
import os
import stat
import struct
from pathlib import Path

import pytest

import skneuromsi_io as sio
from helpers import assert_same, opened

if os.name == "nt":
    pytest.skip("POSIX permissions", allow_module_level=True)

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
ACL = "system.posix_acl_access"
REFUSALS = [errno.EPERM, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS, errno.EACCES]
FAILURES = [errno.EIO, errno.ENOSPC, errno.EDQUOT]


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "sweep.ndc"
    path.write_bytes(b"old")
    return path


def store(path, collection):
    sio.to_ndc(path, collection, tqdm_cls=None)


def access(path):
    status = path.stat()
    return status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)


def failing(monkeypatch, call, number):
    """Let a call of the system fail."""

    def fail(*_):
        raise OSError(number, os.strerror(number))

    where = (Path, call) if call == "chmod" else (os, call)
    monkeypatch.setattr(*where, fail)


@ROOT
@pytest.mark.parametrize("mode", [0o660, 0o640, 0o604, 0o666])
def test_owner_and_group_are_kept(old, collection, mode):
    os.chown(old, 1234, 2345)
    old.chmod(mode)
    store(old, collection)
    assert access(old) == (1234, 2345, mode)


def test_bits_that_writing_takes_off_are_off(old, collection):
    old.chmod(0o6750)
    store(old, collection)
    assert stat.S_IMODE(old.stat().st_mode) == 0o750


@ROOT
def test_a_group_that_cannot_be_kept_hands_nothing_to_another(
    old, collection, monkeypatch
):
    os.chown(old, -1, 2345)
    old.chmod(0o664)
    failing(monkeypatch, "fchown", errno.EPERM)
    store(old, collection)
    assert access(old) == (0, os.getegid(), 0o604)


def test_the_bits_of_the_same_group_stay_where_nothing_can_be_given(
    old, collection, monkeypatch
):
    old.chmod(0o664)
    failing(monkeypatch, "fchown", errno.EPERM)
    store(old, collection)
    assert stat.S_IMODE(old.stat().st_mode) == 0o664


@ROOT
def test_others_cannot_give_files_away(old, collection, monkeypatch):
    """An owner that cannot be kept is not a reason to lose the group."""
    os.chown(old, 1234, 2345)
    old.chmod(0o660)
    original = os.fchown

    def fchown(descriptor, owner, group):
        if owner != -1:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        original(descriptor, owner, group)

    monkeypatch.setattr("os.fchown", fchown)
    store(old, collection)
    assert access(old) == (0, 2345, 0o660)


def test_nobody_else_looks_on(old, collection):
    """A file that only its owner may read is not shown to others while it is written."""
    old.chmod(0o600)
    modes = []

    def bar(items, **_):
        for item in items:
            modes.extend(file.stat().st_mode & 0o077 for file in old.parent.iterdir())
            yield item

    sio.to_ndc(old, collection, tqdm_cls=bar)
    assert len(modes) >= 2
    assert set(modes) == {0}


def entry(tag, bits, name=0xFFFFFFFF):
    return struct.pack("<HHI", tag, bits, name)


def acl(*, group, mask):
    """Return a list by which user 2001 may read and write (linux/posix_acl_xattr.h)."""
    entries = [entry(1, 6), entry(2, 6, 2001), entry(4, group)]
    return struct.pack("<I", 2) + b"".join([*entries, entry(16, mask), entry(32, 0)])


@pytest.fixture
def with_acl(old):
    """A file of whose mode the group's bits are the mask of a list, and whose group itself may do nothing."""
    if not hasattr(os, "setxattr"):
        pytest.skip("no access control lists of Linux")
    try:
        os.setxattr(old, ACL, acl(group=0, mask=6))
    except OSError:
        pytest.skip("no access control lists on this file system")
    assert stat.S_IMODE(old.stat().st_mode) == 0o660
    return old


def test_access_control_lists_are_kept(with_acl, collection):
    store(with_acl, collection)
    assert os.getxattr(with_acl, ACL) == acl(group=0, mask=6)
    assert stat.S_IMODE(with_acl.stat().st_mode) == 0o660


@pytest.mark.parametrize("number", REFUSALS)
def test_the_mask_of_a_list_that_is_lost_is_no_right_of_the_group(
    with_acl, collection, monkeypatch, number
):
    failing(monkeypatch, "setxattr", number)
    store(with_acl, collection)
    assert stat.S_IMODE(with_acl.stat().st_mode) == 0o600


def test_lists_that_a_directory_gives_are_taken_off(with_acl, collection):
    os.setxattr(with_acl.parent, "system.posix_acl_default", acl(group=6, mask=6))
    plain = with_acl.with_name("plain.ndc")
    plain.write_bytes(b"old")
    os.removexattr(plain, ACL)
    plain.chmod(0o640)
    store(plain, collection)
    with pytest.raises(OSError, match=os.strerror(errno.ENODATA)):
        os.getxattr(plain, ACL)
    assert stat.S_IMODE(plain.stat().st_mode) == 0o640


@pytest.mark.parametrize("number", REFUSALS)
@pytest.mark.parametrize("call", ["fsync", "fchown", "chmod", "getxattr"])
def test_what_a_file_system_refuses_is_no_failure(
    old, collection, monkeypatch, call, number
):
    failing(monkeypatch, call, number)
    store(old, collection)
    monkeypatch.undo()
    assert_same(opened(old), collection)
    assert list(old.parent.iterdir()) == [old]


@pytest.mark.parametrize("number", FAILURES)
@pytest.mark.parametrize("call", ["fsync", "fchown", "chmod", "getxattr", "close"])
def test_what_a_disk_fails_at_is_one_and_names_the_file(
    old, collection, monkeypatch, call, number
):
    if call == "close":
        original = os.close

        def fail(descriptor):
            original(descriptor)
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr("os.close", fail)
    else:
        failing(monkeypatch, call, number)
    with pytest.raises(OSError, match=os.strerror(number)) as raised:
        store(old, collection)
    monkeypatch.undo()
    assert (raised.value.errno, raised.value.filename) == (number, str(old))
    assert old.read_bytes() == b"old"
    assert list(old.parent.iterdir()) == [old]
