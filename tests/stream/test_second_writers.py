"""One writer at a time has a file, and its lock goes with its process."""

import os
import pickle

import pytest
from left import left_behind

import skneuromsi_io as sio
from helpers import assert_same, make_collection, opened
from processes import in_process

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX locks and fork")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sweep.ndc"


def partial_of(path):
    return path.with_name(path.name + ".partial")


def refused_in(path):
    try:
        sio.NDCWriter(path, name="sweep", resume=True)
    except sio.LockedError as error:
        return str(error)
    return None


def test_a_second_writer_is_refused(path, collection):
    with sio.NDCWriter(path, name="sweep") as writer:
        writer.append(collection[0])
        told = (
            f"{path}: expected no other writer at work on {partial_of(path)}, found one"
        )
        assert in_process(refused_in, path) == told
        with pytest.raises(BlockingIOError):
            sio.NDCWriter(path, name="sweep", resume=True)
        # Neither has cut anything off.
        writer.append(collection[1])
        writer.append(collection[2])
    assert_same(opened(path), collection)


def test_a_partial_file_that_goes_while_it_is_opened(path, collection, monkeypatch):
    """Its writer may finish between the moment at which another opens it and that at which it has the lock."""
    import fcntl

    left_behind(path, [collection[0]])
    lock = fcntl.flock
    seen = []

    def finished_before(descriptor, kind):
        if not seen:
            partial_of(path).rename(path)
        seen.append(kind)
        lock(descriptor, kind)

    monkeypatch.setattr(fcntl, "flock", finished_before)
    with sio.NDCWriter(path, name="sweep", resume=True) as writer:
        assert len(writer) == 0
        assert path.stat().st_size > 0
        for result in collection:
            writer.append(result)
    assert len(seen) == 2
    assert_same(opened(path), collection)


def fork_from_a_writer(path):
    """Fork in the middle; return how often the child was refused."""
    results = [*make_collection(3)]
    writer = sio.NDCWriter(path, name="sweep")
    writer.append(results[0])
    child = os.fork()
    if child == 0:
        refused = 0
        for attempt in (lambda: writer.append(results[1]), writer.close):
            try:
                attempt()
            except sio.WriterError:
                refused += 1
        os._exit(refused)
    _, status = os.waitpid(child, 0)
    writer.append(results[1])
    writer.append(results[2])
    writer.close()
    return os.waitstatus_to_exitcode(status)


def test_a_forked_process_leaves_the_writer_to_its_parent(path):
    assert in_process(fork_from_a_writer, path) == 2
    assert_same(opened(path), make_collection(3))


def die_with_a_child(path):
    """Leave a writer's lock to a child that lives on, if a fork could; return the child."""
    import signal

    writer_process = os.fork()
    if writer_process == 0:
        writer = sio.NDCWriter(path, name="sweep")
        writer.append(make_collection(1)[0])
        grandchild = os.fork()
        if grandchild == 0:
            signal.alarm(30)
            signal.pause()
        path.with_name("child").write_text(str(grandchild))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(writer_process, 0)
    try:
        return refused_in(path)
    finally:
        os.kill(int(path.with_name("child").read_text()), signal.SIGKILL)


def test_the_lock_dies_with_the_process_that_took_it(path):
    assert in_process(die_with_a_child, path) is None


def test_a_writer_is_not_pickled(tmp_path):
    with sio.NDCWriter(tmp_path / "sweep.ndc", name="sweep") as writer:
        with pytest.raises(TypeError, match=r"one in each process.*merge"):
            pickle.dumps(writer)
        writer.append(make_collection(1)[0])
