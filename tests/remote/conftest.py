"""A server for each test that asks for one."""

import pytest

pytest.importorskip("fsspec")

import fsspec
from servers import Served, serving


@pytest.fixture
def serve():
    """Return a function that serves bytes, and returns what is served and its URL."""
    import contextlib

    with contextlib.ExitStack() as servers:

        def start(content, **kwargs):
            served = Served(content, **kwargs)
            return served, servers.enter_context(serving(served))

        yield start


@pytest.fixture
def memory():
    """fsspec's file system in memory, empty again after the test."""
    fs = fsspec.filesystem("memory")
    yield fs
    fs.store.clear()
    fs.pseudo_dirs[:] = [""]
