"""Examples in docstrings run with scikit-neuromsi too: those that need it, and those that return its classes."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "api"))
from test_doc_examples import PUBLIC, test_examples

import skneuromsi_io as sio
from skneuromsi_io.sweep import NativeCollectionStrategy, NDCFileStrategy

STRATEGIES = {cls.__name__: cls for cls in (NativeCollectionStrategy, NDCFileStrategy)}
PUBLIC |= STRATEGIES


@pytest.fixture(autouse=True)
def unpatched():
    yield
    sio.unpatch()


@pytest.mark.parametrize("name", STRATEGIES)
def test_sweep(name, tmp_path, monkeypatch):
    test_examples(name, tmp_path, monkeypatch)
