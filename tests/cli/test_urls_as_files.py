"""URLs in the place of files."""

import pytest

import skneuromsi_io as sio
from helpers import make_collection, stored

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def url():
    """Yield the URL of a file in fsspec's memory, with a secret in its query."""
    fs = fsspec.filesystem("memory")
    fs.pipe("/sweep.ndc", stored(make_collection(), metadata={"subject": "S01"}))
    yield "memory://sweep.ndc"
    fs.store.clear()
    fs.pseudo_dirs[:] = [""]


def test_every_verb_reads_urls(command, url, tmp_path):
    assert "name\tsweep" in command("info", url).out
    assert len(command("ls", url).rows) == 4
    assert command("verify", url).status == 0
    merged = tmp_path / "merged.ndc"
    assert command("merge", url, url, "--out", merged).status == 0
    assert len(sio.read_ndc(merged, classes="light", tqdm_cls=None)) == 6
    for name in ("out.ndc", "out.nc", "out.csv"):
        assert command("convert", url, tmp_path / name).status == 0
    assert sio.read_metadata(tmp_path / "out.ndc")["extra"] == {"subject": "S01"}
    assert command("plot", url, "--out", tmp_path / "out.png").status == 0


def test_repair_refuses_urls(command, url, tmp_path):
    done = command("repair", url, tmp_path / "out.ndc")
    assert done.status == 1
    assert "download the file" in done.err


def test_a_url_that_is_not_there(command):
    done = command("info", "memory://other.ndc")
    assert done.status == 1
    assert done.err.startswith("Error: ")
    assert "other.ndc" in done.err


@pytest.mark.parametrize("verb", ["info", "ls", "verify"])
def test_options_reach_the_file_system(command, url, monkeypatch, verb):
    found = []
    filesystem = fsspec.implementations.memory.MemoryFileSystem
    original = filesystem.__init__

    def init(self, *args, **kwargs):
        found.append(kwargs)
        original(self)

    monkeypatch.setattr(filesystem, "__init__", init)
    filesystem.clear_instance_cache()
    options = [
        *("--storage-option", "anon=true"),
        *("--storage-option", 'headers={"a": 1}'),
        *("--storage-option", "token=a=b"),
    ]
    assert command(verb, url, *options).status == 0
    expected = {"anon": True, "headers": {"a": 1}, "token": "a=b"}
    assert expected.items() <= found[0].items()


@pytest.mark.parametrize("setting", ["anon", "=x"])
def test_options_have_a_name_and_a_value(command, url, setting):
    done = command("info", url, "--storage-option", setting)
    assert done.status == 2
    assert "expected KEY=VALUE" in done.err


def test_options_are_for_urls(command, sweep):
    done = command("info", sweep, "--storage-option", "anon=true")
    assert done.status == 1
    assert "--storage-option: expected none for what is not a URL" in done.err


def test_secrets_are_not_shown(command, monkeypatch):
    secret = (
        "https://user:hush@127.0.0.1:9/x.ndc?signature=hush"  # nothing listens there
    )
    for verb in ("info", "ls", "verify"):
        done = command(verb, secret)
        assert done.status == 1
        assert "127.0.0.1" in done.out + done.err
        assert "hush" not in done.out + done.err
