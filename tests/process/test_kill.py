"""A process may be killed at any moment of a store: the file is the old one or the new one, whole."""

import os
import random
import re
import signal
import sys
import time
import zipfile
from collections.abc import Callable
from typing import NamedTuple

import pytest

import skneuromsi_io as sio
from helpers import assert_same, make_array, make_collection, make_result, opened
from processes import in_process

if os.name == "nt":
    pytest.skip("fork and kill", allow_module_level=True)

import resource

#: Name of the temporary file of a store (docs/drop-in.md, "Writing").
LEFTOVER = re.compile(r"\.sweep\.ndc\.[0-9a-f]{16}\.tmp")


def first():
    """Return a collection that takes a few milliseconds to store."""
    results = [make_result(make_array(shape=(2, 100, 50, 1))) for _ in range(5)]
    return sio.NDResultCollection.from_ndresults("first", results)


def second():
    """Return another one, of another size."""
    return make_collection(40, name="second")


def store(path, collection):
    """Store without compression: the size does not depend on the time that the file states."""
    sio.to_ndc(path, collection, tqdm_cls=None, compression=zipfile.ZIP_STORED)


def in_child(function):
    """Run a function in a forked process; return the signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            function()
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def leftovers(path):
    """Return the files beside `path`, all of which have the name of a temporary file."""
    found = [file for file in path.parent.iterdir() if file != path]
    assert all(LEFTOVER.fullmatch(file.name) for file in found), found
    return found


def kill_at_write(limit):
    """Have the kernel kill this process where a file of it grows beyond a limit, in bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def kill_before(event, path):
    """Kill this process where it is about to do what Python audits under a name, to a path that matches."""

    def hook(name, args):
        if name == event and re.fullmatch(path, os.fsdecode(args[0])):
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


TEMPORARY = rf".*/{LEFTOVER.pattern}"


class Point(NamedTuple):
    """A point of a store at which a process dies."""

    #: Arranges for it, given `path` and the size of the new file.
    die: Callable
    #: Sizes of the temporary files that are left, given that of the new file.
    left: Callable
    #: True if `path` is the new file.
    replaced: bool = False


POINTS = {
    "before the temporary file": Point(
        lambda *_: kill_before("open", TEMPORARY), lambda _: []
    ),
    "at its first byte": Point(lambda *_: kill_at_write(0), lambda _: [0]),
    "in its middle": Point(
        lambda _, size: kill_at_write(size // 2), lambda size: [size // 2]
    ),
    "in its last record": Point(
        lambda _, size: kill_at_write(size - 10), lambda size: [size - 10]
    ),
    "before the rename": Point(
        lambda *_: kill_before("os.rename", TEMPORARY), lambda size: [size]
    ),
    "after the rename": Point(
        lambda path, _: kill_before("open", re.escape(str(path.parent))),
        lambda _: [],
        replaced=True,
    ),
}


def killed_at(point, path):
    """Store the second collection in a process that dies at a point; return the signal and the new file's size."""
    whole = path.parent.parent / "whole.ndc"
    collection = second()
    store(whole, collection)
    size = whole.stat().st_size

    def die():
        POINTS[point].die(path, size)
        store(path, collection)

    return in_child(die), size


@pytest.fixture(params=["no file", "old file"])
def path(request, tmp_path):
    """A path to store to, in a folder of its own: with the first collection there, or nothing."""
    path = tmp_path / "folder" / "sweep.ndc"
    path.parent.mkdir()
    if request.param == "old file":
        store(path, first())
    return path


def assert_stores_again(path, left):
    """Leftovers of killed processes are in nobody's way."""
    store(path, second())
    assert_same(opened(path), second())
    assert {*leftovers(path)} == {*left}


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_of_a_store(path, point):
    old = path.read_bytes() if path.exists() else None
    number, size = in_process(killed_at, point, path)
    assert number in (signal.SIGKILL, signal.SIGXFSZ)

    if POINTS[point].replaced:
        assert_same(opened(path), second())
    else:
        assert (path.read_bytes() if path.exists() else None) == old
    assert [file.stat().st_size for file in leftovers(path)] == POINTS[point].left(size)
    assert_stores_again(path, leftovers(path))


def killed_at_random(path, kills):
    """Kill so many processes while they store; return the names of the collections found after each."""
    collections = {"first": first(), "second": second()}
    moments = random.Random(1)
    seen = []
    for _ in range(kills):
        order = moments.sample([*collections.values()], 2)
        child = os.fork()
        if child == 0:
            while True:
                for collection in order:
                    store(path, collection)
        time.sleep(moments.uniform(0, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if path.exists():
            found = opened(path)
            assert_same(found, collections[found.name])
            seen.append(found.name)
        else:
            seen.append(None)
    return seen


@pytest.mark.slow
def test_killed_at_any_moment(path):
    """The order of the stores is seeded; where they are when they are killed is the machine's."""
    begun = path.exists()
    seen = in_process(killed_at_random, path, 100)
    # Once there is a file, there always is one.
    assert None not in seen[0 if begun else seen.count(None) :]
    assert_stores_again(path, leftovers(path))
