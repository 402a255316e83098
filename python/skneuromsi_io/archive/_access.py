"""Owner, group and permissions of a file that takes the place of another: those of the old one."""

import errno
import os
import stat
from pathlib import Path

from ._file_system import REFUSED, refusable

#: The extended attribute in which Linux has the access control list of a file.
_ACL = "system.posix_acl_access"


def keep_access(
    temporary: Path, descriptor: int, target: Path, old: os.stat_result
) -> None:
    """Give a new file the owner, group, access control list and mode of `target`.

    Writing into the target would leave them as they are. A file system may refuse each of them: what the old group
    or list was allowed is then allowed to nobody, since the same bits would hand it to another group.
    """
    # Writing into a file takes these two off as well.
    mode = stat.S_IMODE(old.st_mode) & ~(stat.S_ISUID | stat.S_ISGID)
    if not (_keep_group(descriptor, old) and _keep_list(descriptor, target)):
        mode &= ~stat.S_IRWXG
    with refusable():
        # Last, since a change of the owner may take bits off.
        temporary.chmod(mode)


def _keep_group(descriptor: int, old: os.stat_result) -> bool:
    """Set owner and group, or the group alone: only root gives files away."""
    if hasattr(os, "fchown"):
        with refusable():
            os.fchown(descriptor, -1, old.st_gid)
        with refusable():
            os.fchown(descriptor, old.st_uid, -1)
    return os.fstat(descriptor).st_gid == old.st_gid


def _keep_list(descriptor: int, target: Path) -> bool:
    """Set the access control list, whose mask the group's bits of a mode are where there is one."""
    if not hasattr(os, "getxattr"):
        return True
    acl = _list_of(target)
    if acl is None:
        # A directory may give new files a list.
        if _list_of(descriptor) is None:
            return True
        with refusable():
            os.removexattr(descriptor, _ACL)
            return True
        return False
    with refusable():
        os.setxattr(descriptor, _ACL, acl)
        return True
    return False


def _list_of(file: Path | int) -> bytes | None:
    try:
        return os.getxattr(file, _ACL)
    except OSError as error:
        # No list, no lists on this file system, or no such file any more.
        if error.errno in (errno.ENODATA, errno.ENOENT, *REFUSED):
            return None
        raise
