"""Temporary folders, found and made without a lock.

A lock that another thread holds when a process forks is never released in the child. `tempfile` has one.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


def temporary_folder() -> str:
    """Return the folder for temporary files, as `tempfile.gettempdir` does but under its lock."""
    if tempfile.tempdir is not None or not hasattr(os, "fork"):
        return tempfile.gettempdir()
    named = [os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")]
    for folder in (*named, "/tmp", "/var/tmp", "/usr/tmp", os.curdir):  # noqa: S108
        if folder and os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
            return str(Path(folder).absolute())
    raise FileNotFoundError(
        "expected a folder for temporary files, found none; set TMPDIR"
    )


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a new temporary folder, and remove it with all that is in it."""
    folder = Path(temporary_folder(), f"skneuromsi-io-{os.urandom(8).hex()}")
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
