"""A writer goes on after a kill with all results that were whole."""

import os
import random
import shutil
import time

import numpy as np
import pytest
from left import left_behind, whole_of

import skneuromsi_io as sio
from helpers import (
    assert_same,
    make_array,
    make_collection,
    make_result,
    opened,
    stored,
)
from processes import in_process

POSIX = pytest.mark.skipif(os.name == "nt", reason="fork and kill")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sweep.ndc"


def sweep(size=6):
    """Return a collection whose results have a member beside text and data."""
    extra = {"large": np.arange(1500.0)}
    return make_collection(size, extra=extra)


def go_on(path, results, **arguments):
    """Append what is missing; return how many results there were."""
    with sio.NDCWriter(
        path, **{"name": "sweep", "resume": True, **arguments}
    ) as writer:
        found = len(writer)
        for result in results[found:]:
            writer.append(result)
    return found


def cuts(sizes):
    """Places at which a file may end: around the end of each result, and at random within."""
    places = {
        place for size in sizes for place in (size - 1, size, size + 1, size + 30)
    }
    places |= {*random.Random(12).choices(range(sizes[-1]), k=40)}
    return sorted(place for place in places if 0 <= place <= sizes[-1])


def test_wherever_the_file_ends(path):
    collection = sweep(4)
    results = [*collection]
    partial, sizes = left_behind(path, results)
    whole = partial.read_bytes()
    seen = set()
    for end in cuts(sizes):
        partial.write_bytes(whole[:end])
        found = go_on(path, results)
        assert found == sum(size <= end for size in sizes) - 1, end
        assert_same(opened(path), collection)
        seen.add(found)
    assert seen == {0, 1, 2, 3, 4}


def test_a_result_without_its_last_member_is_not_whole(path):
    results = [*sweep(2)]
    partial, _ = left_behind(path, results)
    whole = partial.read_bytes()
    extra = whole.rindex(b"PK\3\4")
    assert b"ndr_1/extra_0.nc" in whole[extra : extra + 60]
    partial.write_bytes(whole[:extra])
    assert go_on(path, results) == 1
    assert_same(opened(path), sweep(2))


def kill_beyond(path, limits):
    """Append in processes that the kernel kills where their file grows beyond a limit.

    Return, for each, whether it was killed and how many results were whole.
    """
    import resource
    import signal

    seen = []
    for limit in limits:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            go_on(path, [*sweep()])
            os._exit(0)
        killed = os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGXFSZ
        seen.append((killed, path.exists(), whole_of(path)))
    return seen


@POSIX
def test_killed_while_it_appends(path, tmp_path):
    """Killed at each of some places of one file, one kill after the other."""
    (tmp_path / "measured").mkdir()
    _, sizes = left_behind(tmp_path / "measured" / "sweep.ndc", [*sweep()])
    limits = sorted(random.Random(3).sample(range(1, sizes[-1]), 8))
    seen = in_process(kill_beyond, path, limits)
    whole = [sum(size <= limit for size in sizes) - 1 for limit in limits]
    assert seen == [(True, False, count) for count in whole]
    go_on(path, [*sweep()])
    assert_same(opened(path), sweep())


def kill_after(path, count):
    """Append some results in a process that is killed right after the last; return nothing."""
    import signal

    child = os.fork()
    if child == 0:
        with sio.NDCWriter(path, name="sweep") as writer:
            for result in [*sweep()][:count]:
                writer.append(result)
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)


@POSIX
@pytest.mark.parametrize("count", [1, 4])
def test_what_was_appended_outlives_a_kill(path, count):
    in_process(kill_after, path, count)
    assert go_on(path, [*sweep()]) == count
    assert_same(opened(path), sweep())


def killed_at_random(path, size):
    """Kill writers until one finishes; return how many results each began with."""
    import signal

    results = [*make_collection(size)]
    # From before the file is made to after some results.
    moments = random.Random(5)
    seen = []
    while not path.exists():
        child = os.fork()
        if child == 0:
            go_on(path, results)
            os._exit(0)
        time.sleep(moments.uniform(0, 0.15))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if not path.exists():
            seen.append(whole_of(path))
    return seen


@pytest.mark.slow
@POSIX
def test_killed_at_any_moment(path):
    """The moments are seeded; where the writers are then is the machine's."""
    seen = in_process(killed_at_random, path, 200)
    assert seen == sorted(seen)
    assert_same(opened(path), make_collection(200))


def test_of_nothing(path, collection):
    assert go_on(path, [*collection]) == 0
    assert_same(opened(path), collection)
    # A finished file is not gone on with: it is replaced in the end.
    assert go_on(path, [*collection][:2]) == 0
    assert len(opened(path)) == 2


def test_twice(path):
    results = [*sweep(6)]
    partial, _ = left_behind(path, results[:2])
    partial.write_bytes(partial.read_bytes() + b"PK\3\4 begun")
    assert whole_of(path, results[2:4]) == 2
    assert go_on(path, results) == 4
    assert_same(opened(path), sweep(6))
    assert sio.verify(path).ok


def test_without_another_result(path, collection):
    left_behind(path, collection)
    assert go_on(path, [*collection]) == 3
    assert_same(opened(path), collection)


def test_with_another_name_and_other_metadata(path, collection):
    left_behind(path, [*collection][:2], name="first")
    go_on(path, [*collection], name="second", metadata={"run": 2})
    assert opened(path).name == "second"
    assert sio.read_metadata(path)["extra"] == {"run": 2}


def test_members_that_are_kept_are_not_compressed_again(path, monkeypatch):
    results = [*sweep(4)]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1500000000")
    partial, sizes = left_behind(path, results[:3])
    kept = partial.read_bytes()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    go_on(path, results, compression=0)
    assert path.read_bytes()[: sizes[-1]] == kept
    assert sio.verify(path).ok
    assert_same(opened(path), sweep(4))


def test_a_contradicting_result_is_still_refused(path, collection):
    left_behind(path, collection)
    with sio.NDCWriter(path, name="sweep", resume=True) as writer:
        with pytest.raises(sio.ArgumentError, match="Result 3"):
            writer.append(make_result(make_array(modes=["multi", "other"])))
        assert len(writer) == 3


def test_files_of_others_are_refused(path, collection):
    partial = path.with_name("sweep.ndc.partial")
    for content, error in (
        (b"notes of mine", sio.ArgumentError),
        (stored(collection, format_version=0.1), sio.BadArchiveError),
    ):
        partial.write_bytes(content)
        with pytest.raises(error):
            sio.NDCWriter(path, name="sweep", resume=True)
        assert partial.read_bytes() == content


def test_a_damaged_file_is_not_cut_off(path):
    """A kill takes the end of a file; who lost its middle wants the results behind."""
    partial, sizes = left_behind(path, sweep(6))
    content = bytearray(partial.read_bytes())
    content[sizes[2] + 5 : sizes[2] + 60] = bytes(55)
    partial.write_bytes(content)
    with pytest.raises(sio.BadArchiveError, match="repair"):
        sio.NDCWriter(path, name="sweep", resume=True)
    assert partial.read_bytes() == content
    saved = path.with_name("saved.ndc")
    assert sio.repair(partial, saved).kept == (0, 1, 3, 4, 5)


def test_the_lock_is_let_go_of_when_a_file_is_refused(path, collection):
    partial, _ = left_behind(path, collection)
    aside = path.with_name("aside")
    shutil.copy(partial, aside)
    partial.write_bytes(b"notes of mine")
    with pytest.raises(sio.ArgumentError):
        sio.NDCWriter(path, name="sweep", resume=True)
    shutil.copy(aside, partial)
    assert go_on(path, [*collection]) == 3
