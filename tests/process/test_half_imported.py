"""Calls while another thread imports a package that results may hold objects of."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "alais-netcdf4.ndc"

#: A module as a thread sees it while another one has just begun to import it: without a name of its own.
PROGRAM = """
import importlib.util
import sys

import skneuromsi_io as sio

source, target, name = sys.argv[1:]
spec = importlib.util.find_spec(name)
spec._initializing = True
sys.modules[name] = importlib.util.module_from_spec(spec)

collection = sio.open_ndresults_collection(source, tqdm_cls=None, classes="light")
sio.store_ndresults_collection(target, collection, tqdm_cls=None)
with sio.scan_ndc(target, classes="light") as scan:
    assert scan[0].run_parameters == collection[0].run_parameters
assert sio.verify(target).ok
"""


@pytest.mark.parametrize("name", ["xarray", "pandas", "multiprocessing.process"])
def test_results_are_stored_and_opened(name, tmp_path):
    arguments = [EXAMPLE, tmp_path / "again", name]
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
