"""A process may be killed at any moment of a store: the file is the old one or the new one, whole."""

import os
import random
import re
import signal
import time

import pytest

import skneuromsi_io as sio
from helpers import assert_same, make_array, make_collection, make_result, opened
from processes import in_process

if os.name == "nt":
    pytest.skip("fork and kill", allow_module_level=True)

#: How the temporary file of a store is called (README, "What changes, and what does not").
LEFTOVER = re.compile(r"\.sweep\.ndc\.[0-9a-f]{16}\.tmp")


def first():
    """Return a collection that takes a few milliseconds to store."""
    results = [make_result(make_array(shape=(2, 100, 50, 1))) for _ in range(5)]
    return sio.NDResultCollection.from_ndresults("first", results)


def second():
    """Return another one, of another size."""
    return make_collection(40, name="second")


def time_to_store(collections, path):
    other = path.with_name("other.ndc")
    began = time.monotonic()
    for collection in collections.values():
        sio.to_ndc(other, collection, tqdm_cls=None)
    other.unlink()
    return time.monotonic() - began


def kill_stores(path, kills):
    """Kill so many processes while they store; return the names of the files found after each."""
    collections = {"first": first(), "second": second()}
    # On a slow machine, too, some live to see the second one stored.
    longest = max(0.03, 2 * min(time_to_store(collections, path) for _ in range(3)))
    moments = random.Random(path.name)
    seen = []
    for _ in range(kills):
        order = moments.sample([*collections.values()], 2)
        child = os.fork()
        if child == 0:
            while True:
                for collection in order:
                    sio.to_ndc(path, collection, tqdm_cls=None)
        time.sleep(moments.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if path.exists():
            found = opened(path)
            assert_same(found, collections[found.name])
            seen.append(found.name)
        else:
            seen.append(None)
    return seen


@pytest.mark.parametrize("begin", ["no file", "old file"])
def test_killed_at_any_moment(tmp_path, begin):
    path = tmp_path / "sweep.ndc"
    if begin == "old file":
        sio.to_ndc(path, first(), tqdm_cls=None)
    seen = in_process(kill_stores, path, 100)
    assert {"first", "second"} <= {*seen}
    # Once there is a file, there always is one.
    if begin == "old file":
        assert None not in seen
    else:
        assert None not in seen[sum(name is None for name in seen) :]

    leftovers = {file.name for file in tmp_path.iterdir()} - {path.name}
    assert leftovers, "no process was killed while it wrote"
    assert all(LEFTOVER.fullmatch(name) for name in leftovers), leftovers
    sio.to_ndc(path, second(), tqdm_cls=None)
    assert_same(opened(path), second())
    assert {file.name for file in tmp_path.iterdir()} == leftovers | {path.name}
