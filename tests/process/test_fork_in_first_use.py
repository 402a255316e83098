"""A child that is forked while a thread makes what all use later does not wait for that thread."""

import builtins
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from processes import LONG, ends, in_process
from skneuromsi_io import BadNetCDFError, _native

if not hasattr(os, "fork"):
    pytest.skip("fork", allow_module_level=True)

NETCDF = Path(__file__).parent.parent / "data" / "kording-netcdf4.nc"


def fingerprint():
    """Make one in a thread of its own: Rust draws its random numbers once a thread."""
    text, varying = b'{"kwargs": {"run": 1}}', ("kwargs", ["run"], [])
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(_native.described, text, varying).result().fingerprint


def first_fingerprints():
    """Return the first fingerprint that a forked child makes, and the first of its parent."""
    reader, writer = os.pipe()
    assert ends(lambda: os.write(writer, str(fingerprint()).encode()))
    return int(os.read(reader, 99)), fingerprint()


def test_a_child_has_the_key_of_its_parent():
    """It is drawn before any fork: a child would wait for a thread that is drawing it."""
    child, parent = in_process(first_fingerprints)
    assert child == parent


def array():
    assert _native.read_netcdf(NETCDF.read_bytes()).values(threads=1).size


def error():
    with pytest.raises(BadNetCDFError):
        _native.read_netcdf(bytes(99))


def forked_in_first_use(work):
    """Return whether a child does a work while a thread of its parent imports what its own first use needs."""
    real, importing, go_on = builtins.__import__, threading.Event(), threading.Event()

    def slow(*args, **kwargs):
        if threading.current_thread() is thread:
            importing.set()
            go_on.wait(10 * LONG)
        return real(*args, **kwargs)

    thread = threading.Thread(target=work, daemon=True)
    builtins.__import__ = slow
    thread.start()
    assert importing.wait(LONG)
    ended = ends(work)
    go_on.set()
    thread.join()
    return ended


@pytest.mark.parametrize("work", [array, error])
def test_a_child_does_not_wait_for_an_import(work):
    assert in_process(forked_in_first_use, work)
