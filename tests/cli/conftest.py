"""Fixtures of the tests of the command line."""

import json
from typing import NamedTuple

import pytest

import skneuromsi_io as sio
from helpers import make_collection
from skneuromsi_io.cli import main


class Done(NamedTuple):
    """The outcome of a command line."""

    status: int
    out: str
    err: str

    @property
    def objects(self):
        """The JSON objects that it wrote."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def rows(self):
        """The table that it wrote into a pipe."""
        return [line.split("\t") for line in self.out.splitlines()]


@pytest.fixture
def command(capsys):
    """Run a command line in this process."""

    def run(*args):
        status = main([*map(str, args)])
        return Done(status, *capsys.readouterr())

    return run


@pytest.fixture
def terminal(monkeypatch):
    """Let a person watch."""
    monkeypatch.setattr("skneuromsi_io.cli._output.in_terminal", lambda: True)


@pytest.fixture
def sweep(tmp_path):
    """Path of a file of three results."""
    path = tmp_path / "sweep.ndc"
    sio.to_ndc(path, make_collection(), metadata={"subject": "S01"}, tqdm_cls=None)
    return path


@pytest.fixture
def damaged(tmp_path, sweep):
    """Path of a file of which the data of result 1 are damaged."""
    from helpers import members

    data = bytearray(sweep.read_bytes())
    assert "ndr_1/nddata.nc" in members(bytes(data))
    # Behind the name in the local header of the member are its compressed bytes.
    data[data.index(b"ndr_1/nddata.nc") + 200] ^= 1
    path = tmp_path / "damaged.ndc"
    path.write_bytes(data)
    return path
