"""Partial files, as writers leave them that did not finish."""

import contextlib
from pathlib import Path

import skneuromsi_io as sio


class Stopped(Exception):
    """An exception that ends a writer here."""


def stop(path, results=(), error=None, **arguments):
    """Append results, then raise; the error names how many there were at first and the sizes of the file."""
    with sio.NDCWriter(path, **{"name": "sweep", **arguments}) as writer:
        found, sizes = len(writer), [0]
        for result in results:
            writer.append(result)
            sizes.append(Path(writer.partial).stat().st_size)
        raise Stopped(found, sizes) if error is None else error


def left_behind(path, results, **arguments):
    """Return the partial file of a writer that stopped, and its size after each result."""
    with contextlib.suppress(FileNotFoundError):
        path.with_name(path.name + ".partial").unlink()
    try:
        stop(path, results, **arguments)
    except Stopped as stopped:
        return path.with_name(path.name + ".partial"), stopped.args[1]


def whole_of(path, results=()):
    """Return how many results a writer goes on with; it appends some and stops."""
    try:
        stop(path, results, resume=True)
    except Stopped as stopped:
        return stopped.args[0]
