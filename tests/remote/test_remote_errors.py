"""Failures of URLs: each is an error that names the file and says what to do, and shows no password."""

import pickle
import socket
import sys
import traceback

import pytest
from test_urls import ARCHIVE, scan

import skneuromsi_io as sio
from helpers import make_collection, opened, stored
from skneuromsi_io.archive._remote import _secret_texts

SMALL = stored(make_collection(3))

READERS = {
    "open": opened,
    "scan": scan,
    "metadata": sio.read_metadata,
    "verify": sio.verify,
}


@pytest.fixture(params=READERS)
def read(request):
    return READERS[request.param]


def told(raised):
    """Return the message and all that a traceback shows."""
    return "".join(traceback.format_exception(raised.value))


def test_without_fsspec(read, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(sio.MissingPackageError) as raised:
        read("memory://sweep.ndc")
    assert isinstance(raised.value, ImportError)
    assert raised.value.archive == "memory://sweep.ndc"
    assert raised.value.remedy == 'pip install "skneuromsi-io[remote]"'


def test_without_the_package_of_a_protocol(monkeypatch):
    pytest.importorskip("fsspec")
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(sio.MissingPackageError, match="s3fs") as raised:
        scan("s3://bucket/sweep.ndc")
    # The extra does not bring s3fs.
    assert "else install the package that is named" in raised.value.remedy


def test_a_protocol_that_nobody_knows(read):
    with pytest.raises(sio.ArgumentError, match="nonsense"):
        read("nonsense://sweep.ndc")


@pytest.mark.parametrize("missing", ["memory://none.ndc", "file:///none/none.ndc"])
def test_a_file_that_is_not_there(read, missing):
    with pytest.raises(FileNotFoundError) as raised:
        read(missing)
    assert raised.value.filename == missing


def test_a_page_that_is_not_there(read, serve):
    _, url = serve(None)
    with pytest.raises(FileNotFoundError) as raised:
        read(url)
    assert raised.value.filename == url


def test_a_page_in_the_place_of_a_file(read, serve):
    _, url = serve(b"<!DOCTYPE html><title>Please log in</title>")
    if read is sio.verify:
        assert "a web page" in str(read(url))
    else:
        with pytest.raises(sio.BadArchiveError, match="a web page") as raised:
            read(url)
        assert "download the file itself" in raised.value.remedy


@pytest.mark.parametrize(
    "content",
    [b"", b"Notes of the lab.", b"\xff\xfa" * 99, ARCHIVE[:-200], SMALL[1:]],
    ids=["empty", "text", "unknown", "cut", "without its first byte"],
)
def test_the_words_are_those_of_a_local_file(read, serve, tmp_path, content):
    def told(source):
        if read is sio.verify:
            return read(source).problems[0].message
        with pytest.raises(sio.BadArchiveError) as raised:
            read(source)
        return raised.value.message

    path = tmp_path / "sweep.ndc"
    path.write_bytes(content)
    _, url = serve(content)
    # A file behind a URL is not repaired there.
    save = "skneuromsi_io.repair"
    assert told(url) == told(path).replace(save, f"download it, then {save}")


def test_a_damaged_member_behind_a_url_is_downloaded_first(serve):
    content = bytearray(ARCHIVE)
    content[content.index(b"ndr_1/nddata.nc") + 200] ^= 1
    _, url = serve(bytes(content))
    with sio.scan_ndc(url) as scanned:
        with pytest.raises(sio.BadMemberError) as raised:
            scanned[1]
        with pytest.raises(sio.BadMemberError) as stacking:
            scanned.to_xarray()
    first = "download it, then skneuromsi_io.repair(path, out) saves"
    assert raised.value.remedy.startswith(first)
    assert stacking.value.remedy.startswith(first)
    assert sio.verify(url).remedy.startswith(first)


def test_a_directory(memory):
    memory.pipe_file("/folder/sweep.ndc", ARCHIVE)
    with pytest.raises(IsADirectoryError):
        scan("memory://folder")


def test_a_server_that_is_not_there(read):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/sweep.ndc"
    with pytest.raises(sio.RemoteError, match="Connect") as raised:
        read(url)
    assert isinstance(raised.value, OSError)
    assert (raised.value.archive, raised.value.remedy is None) == (url, False)


def test_a_server_without_ranges(read, serve):
    _, url = serve(ARCHIVE, ranges=False)
    with pytest.raises(sio.RemoteError, match="ranges") as raised:
        read(url)
    assert "simplecache" in raised.value.remedy
    assert raised.value.archive == url


def test_a_small_file_needs_no_ranges(serve):
    _, url = serve(SMALL, ranges=False)
    assert len(opened(url)) == 3


def test_the_remedy_for_a_server_without_ranges(serve):
    _, url = serve(ARCHIVE, ranges=False)
    assert len(scan(f"simplecache::{url}")) == 6


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_server_that_refuses(read, serve, status):
    served, url = serve(ARCHIVE)
    served.status = status
    with pytest.raises(sio.RemoteError, match=str(status)) as raised:
        read(url)
    assert raised.value.archive == url


def test_a_server_that_refuses_in_the_middle(serve):
    served, url = serve(ARCHIVE)
    collection = scan(url)
    served.status = 503
    with pytest.raises(sio.RemoteError, match=r"status 503; try again") as raised:
        collection[3]
    assert raised.value.archive == url
    served.status = None
    assert collection[3].run_parameters.soa == 3


def test_a_connection_that_breaks(serve):
    served, url = serve(ARCHIVE)
    collection = scan(url)
    served.breaks_after = 1000
    with pytest.raises(sio.RemoteError, match="bytes") as raised:
        collection[3]
    assert raised.value.archive == url
    with pytest.raises(sio.RemoteError):
        sio.verify(url)
    served.breaks_after = None
    assert collection[3].run_parameters.soa == 3


@pytest.mark.parametrize("etag", [True, False], ids=["etag", "size"])
def test_a_file_that_changes(serve, etag):
    served, url = serve(ARCHIVE, etag=etag)
    collection = scan(url)
    content = pickle.dumps(collection)
    collection[1]
    # As long as it was where only the ETag tells.
    served.content = ARCHIVE[::-1] if etag else ARCHIVE[:-1]
    with pytest.raises(sio.BadArchiveError, match=r"changed since") as raised:
        collection[1]
    assert raised.value.archive == url
    assert "again" in raised.value.remedy
    collection.close()
    with pytest.raises(sio.BadArchiveError, match=r"changed since.*scan it again"):
        pickle.loads(content)
    served.content = ARCHIVE
    assert len(pickle.loads(content)) == 6


def test_a_file_that_shrinks_below_what_is_asked_for(serve):
    served, url = serve(ARCHIVE, etag=False)
    collection = scan(url)
    served.content = ARCHIVE[:1000]
    with pytest.raises(sio.BadArchiveError, match="changed since"):
        collection[1]


def test_a_file_that_goes(serve):
    served, url = serve(ARCHIVE)
    collection = scan(url)
    served.content = None
    with pytest.raises(FileNotFoundError):
        collection[1]


def test_a_file_in_memory_that_changes(memory):
    memory.pipe_file("/sweep.ndc", ARCHIVE)
    collection = scan("memory://sweep.ndc")
    content = pickle.dumps(collection)
    # Bytes that are not those of the directory fail its CRC-32, or are the same.
    memory.pipe_file("/sweep.ndc", bytes(len(ARCHIVE)))
    with pytest.raises(sio.BadMemberError):
        collection[1]
    memory.pipe_file("/sweep.ndc", ARCHIVE[:1000])
    with pytest.raises(sio.RemoteError, match="changed"):
        collection[1]
    collection.close()
    with pytest.raises(sio.BadArchiveError, match=r"changed since.*scan it again"):
        pickle.loads(content)


SECRETS = ("hunter2", "alice", "sig=abc", "s3cr3t")

FAILURES = {
    "changed": {"content": ARCHIVE[::-1]},
    "gone": {"content": None},
    "refused": {"status": 403},
    "broken": {"breaks_after": 10},
}


@pytest.mark.parametrize("failure", FAILURES)
def test_secrets_are_not_shown(serve, failure):
    served, url = serve(ARCHIVE)
    url = url.replace("//", "//alice:hunter2@") + "?sig=abc%20def"
    options = {"headers": {"X-Token": "s3cr3t"}}
    collection = scan(url, storage_options=options)
    reader = collection._packed.reader
    shown = [*map(repr, (collection, reader, reader.again, sio.verify(url)))]
    content = pickle.dumps(collection)
    for name, value in FAILURES[failure].items():
        setattr(served, name, value)
    with pytest.raises((OSError, sio.SkneuromsiIOError)) as raised:
        collection[1]
    shown.append(told(raised))
    with pytest.raises((OSError, sio.SkneuromsiIOError)) as raised:
        scan(url, storage_options=options)
    shown.append(told(raised))
    collection.close()
    with pytest.raises((OSError, sio.SkneuromsiIOError)) as raised:
        pickle.loads(content)
    shown.append(told(raised))
    everything = "\n".join(shown)
    assert [secret for secret in SECRETS if secret in everything] == []
    assert everything.count("/sweep.ndc?...") >= 5


@pytest.mark.parametrize(
    ("options", "secrets"),
    [
        ({"k": "o"}, set()),
        ({"region": "eu-west"}, set()),
        ({"token": "o"}, {"o"}),
        ({"client_kwargs": {"aws_secret_key": ["ab", "cd"]}}, {"ab", "cd"}),
        ({"headers": {"X-Any": "abc"}}, {"abc"}),
        ({"any": ["eight  8", "seven 7"]}, {"eight  8"}),
        ({"password": {"of": "any"}}, {"any"}),
    ],
)
def test_words_that_are_not_secrets_are_shown(options, secrets):
    assert {*_secret_texts(options)} == secrets


def test_messages_keep_their_words():
    with pytest.raises((OSError, sio.SkneuromsiIOError), match="ClientSession"):
        scan("http://127.0.0.1:9/x.ndc", storage_options={"k": "o"})


def test_credentials_arrive(serve):
    served, url = serve(ARCHIVE)
    served.authorization = "Bearer s3cr3t"
    options = {"headers": {"Authorization": "Bearer s3cr3t"}}
    assert len(opened(url, storage_options=options)) == 6
    assert sio.verify(url, storage_options=options).ok
    with pytest.raises(sio.RemoteError, match="401"):
        scan(url)
    collection = pickle.loads(pickle.dumps(scan(url, storage_options=options)))
    assert collection[1].run_parameters.soa == 1


def test_merge_takes_options_for_urls(serve, tmp_path):
    served, url = serve(ARCHIVE)
    served.authorization = "Bearer s3cr3t"
    options = {"headers": {"Authorization": "Bearer s3cr3t"}}
    out = tmp_path / "out.ndc"
    assert sio.merge([ARCHIVE, url], out, storage_options=options) == 12


def test_options_are_for_urls(tmp_path, read):
    path = tmp_path / "sweep.ndc"
    path.write_bytes(ARCHIVE)
    for source in (path, str(path), ARCHIVE):
        with pytest.raises(sio.ArgumentError, match="storage_options"):
            read(source, storage_options={"anon": True})
        read(source, storage_options={})
    with pytest.raises(TypeError, match="storage_options"):
        read("memory://sweep.ndc", storage_options="anon")


def test_repair_takes_no_url(tmp_path):
    with pytest.raises(sio.ArgumentError, match="download"):
        sio.repair("https://alice:hunter2@example.org/a.ndc", tmp_path / "out.ndc")


def test_damage_behind_a_url_is_reported(memory):
    content = bytearray(ARCHIVE)
    content[len(ARCHIVE) // 3] ^= 0xFF
    memory.pipe_file("/sweep.ndc", bytes(content))
    report = sio.verify("memory://sweep.ndc")
    assert not report.ok
    assert report.problems[0].member.startswith("ndr_")
