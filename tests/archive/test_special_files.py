"""Pipes, devices and open descriptors are written to as they are; what cannot seek is not read from."""

import contextlib
import io
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

import skneuromsi_io as sio
from helpers import assert_same, make_collection, opened, stored

if os.name == "nt":
    pytest.skip("named pipes and /dev", allow_module_level=True)

TESTS = Path(__file__).parent.parent
STORE = """
import sys
from helpers import make_collection
import skneuromsi_io as sio
sio.to_ndc(sys.argv[1], make_collection(), tqdm_cls=None)
"""


def stored_by_a_program(path, **options):
    return subprocess.run(
        [sys.executable, "-c", STORE, path],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])},
        check=True,
        timeout=300,
        **options,
    )


def read_by_a_thread(path):
    """Return what is read from a path, once it is written, by a thread of this process."""
    found = []
    thread = threading.Thread(
        target=lambda: found.append(Path(path).read_bytes()), daemon=True
    )
    thread.start()
    return thread, found


@pytest.fixture
def fifo(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize("size", [1, 3, 400])
def test_named_pipes(fifo, size):
    """One holds 64 KiB; the reader and the writer wait for each other."""
    thread, found = read_by_a_thread(fifo)
    sio.to_ndc(fifo, make_collection(size), tqdm_cls=None)
    thread.join(timeout=60)
    assert len(opened(found[0])) == size
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert list(fifo.parent.iterdir()) == [fifo]


def test_links_to_named_pipes(fifo, collection):
    link = fifo.with_name("link")
    link.symlink_to(fifo)
    thread, found = read_by_a_thread(fifo)
    sio.to_ndc(link, collection, tqdm_cls=None)
    thread.join(timeout=60)
    assert_same(opened(found[0]), collection)
    assert link.is_symlink()


def test_repair_into_a_named_pipe(fifo, collection):
    thread, found = read_by_a_thread(fifo)
    report = sio.repair(stored(collection)[:-30], fifo)
    thread.join(timeout=60)
    assert report.kept == (0, 1, 2)
    assert len(opened(found[0])) == 3


@pytest.mark.parametrize("waiting", ["for a reader", "for room"])
def test_interrupted_while_a_pipe_is_waited_for(fifo, waiting):
    reader = None
    if waiting == "for room":
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    collection = make_collection(400)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        sio.to_ndc(fifo, collection, tqdm_cls=None, compression=0)
    timer.join()
    if reader is not None:
        os.close(reader)


def test_readers_that_go_away(fifo):
    def read_one_byte():
        with fifo.open("rb", buffering=0) as file:
            file.read(1)

    collection = make_collection(400)
    thread = threading.Thread(target=read_one_byte, daemon=True)
    thread.start()
    with pytest.raises(BrokenPipeError) as raised:
        sio.to_ndc(fifo, collection, tqdm_cls=None, compression=0)
    thread.join(timeout=60)
    assert raised.value.filename == str(fifo)


@pytest.mark.parametrize("path", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output_as_a_pipe(path, collection):
    if not Path(path).exists():
        pytest.skip(f"no {path}")
    done = stored_by_a_program(path, stdout=subprocess.PIPE)
    assert_same(opened(done.stdout), collection)


@pytest.mark.parametrize("make", [tempfile.NamedTemporaryFile, tempfile.TemporaryFile])
def test_standard_output_as_a_file(make, collection):
    """Who gave the file looks at it, whether it has a name or not."""
    with make() as file:
        stored_by_a_program("/dev/stdout", stdout=file)
        file.seek(0)
        assert_same(opened(file.read()), collection)


def test_files_that_have_lost_their_name(tmp_path, collection, monkeypatch):
    """The name of a descriptor says so: "sweep.ndc (deleted)"."""
    monkeypatch.chdir(tmp_path)
    with Path("sweep.ndc").open("w+b") as file:
        Path("sweep.ndc").unlink()
        sio.to_ndc(f"/dev/fd/{file.fileno()}", collection, tqdm_cls=None)
        assert_same(opened(file), collection)
    assert list(tmp_path.iterdir()) == []


def test_links_to_standard_output(tmp_path, collection):
    link = tmp_path / "out"
    link.symlink_to("/dev/stdout")
    with (tmp_path / "file").open("w+b") as file:
        stored_by_a_program(str(link), stdout=file)
        file.seek(0)
        assert_same(opened(file.read()), collection)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "out"]


def test_process_substitution(tmp_path, collection):
    if not Path("/bin/bash").exists():
        pytest.skip("no bash")
    script = '"$0" -c "$1" >(cat > sub.ndc; mv sub.ndc done.ndc) && while [ ! -e done.ndc ]; do sleep 0.05; done'
    subprocess.run(
        ["/bin/bash", "-c", script, sys.executable, STORE],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])},
        cwd=tmp_path,
        check=True,
        timeout=300,
    )
    assert_same(opened(tmp_path / "done.ndc"), collection)


def test_loops_of_links(tmp_path, collection):
    link = tmp_path / "loop"
    link.symlink_to(link)
    with pytest.raises(OSError, match="symbolic links") as raised:
        sio.to_ndc(link, collection, tqdm_cls=None)
    assert raised.value.filename == str(link)
    assert link.is_symlink()


def test_sockets_are_no_files(tmp_path, monkeypatch, collection):
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        with pytest.raises(OSError, match="socket") as raised:
            sio.to_ndc("socket", collection, tqdm_cls=None)
        assert raised.value.filename == "socket"
        with pytest.raises(io.UnsupportedOperation, match="found a socket"):
            opened("socket")
    assert stat.S_ISSOCK(Path("socket").stat().st_mode)


READERS = [
    opened,
    sio.read_metadata,
    sio.verify,
    lambda source: sio.repair(source, os.devnull),
]


@pytest.mark.parametrize("read", READERS)
def test_named_pipes_cannot_seek(fifo, read):
    """It is said before the pipe is opened, which would wait for a writer."""
    with pytest.raises(io.UnsupportedOperation) as raised:
        read(fifo)
    assert str(raised.value) == (
        f"{fifo}: expected a file that can seek, found a pipe; "
        "read its bytes into memory and open these"
    )


@pytest.mark.parametrize("read", READERS)
def test_devices_cannot_seek(read):
    with pytest.raises(io.UnsupportedOperation, match="found a character device"):
        read("/dev/zero")


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_streams_that_cannot_seek(kind, read):
    with contextlib.ExitStack() as stack:
        if kind == "pipe":
            reader, writer = os.pipe()
            stack.callback(os.close, writer)
            stream = stack.enter_context(os.fdopen(reader, "rb"))
        else:
            ours, _theirs = map(stack.enter_context, socket.socketpair())
            stream = stack.enter_context(ours.makefile("rb"))
        with pytest.raises(io.UnsupportedOperation) as raised:
            read(stream)
        assert str(raised.value) == (
            f"{stream}: expected a file that can seek, found a stream; "
            "read its bytes into memory and open these"
        )


def test_standard_input_from_a_file_can_seek(tmp_path, collection):
    path = tmp_path / "sweep.ndc"
    sio.to_ndc(path, collection, tqdm_cls=None)
    program = "import skneuromsi_io as s; print(s.verify('/dev/stdin').ok)"
    with path.open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-c", program],
            stdin=file,
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    assert done.stdout.strip() == b"True"
