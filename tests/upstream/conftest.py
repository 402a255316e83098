"""Fixtures of the tests against the real scikit-neuromsi."""

import os
import subprocess
import sys
import textwrap

import pytest
import skneuromsi
from skneuromsi.bayesian import Kording2007
from skneuromsi.sweep import ParameterSweep

import skneuromsi_io as sio


def pytest_configure(config):
    # Warnings of scikit-neuromsi's own code are not ours to mend; all others are errors.
    config.addinivalue_line("filterwarnings", r"ignore:::skneuromsi\.")
    os.environ["MPLBACKEND"] = "Agg"


@pytest.fixture(scope="session")
def theirs():
    """A sweep as upstream holds it."""
    sweep = ParameterSweep(
        Kording2007(seed=1),
        "auditory_position",
        range=[-20, -10, 5],
        repeat=2,
        seed=3,
        tqdm_cls=None,
    )
    return sweep.run(visual_position=8)


@pytest.fixture(scope="session")
def ours(theirs):
    """The same sweep on native storage."""
    return sio.as_upstream(sio.as_light(theirs))


@pytest.fixture
def unpatched():
    """Whatever a test patches is undone."""
    names = sio.store_ndresult.__name__
    assert skneuromsi.store_ndresult is not sio.store_ndresult, names
    yield
    sio.unpatch()


@pytest.fixture
def python(tmp_path):
    """Run a program in an own process with warnings as errors; gives what it prints."""

    def run(code, *args, path=(), check=True, executable=sys.executable, env=None):
        script = tmp_path / "program.py"
        script.write_text(textwrap.dedent(code))
        paths = [*map(str, path), os.environ.get("PYTHONPATH", "")]
        done = subprocess.run(
            [executable, *(args or ["-W", "error::UserWarning", str(script)])],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **(env or {})},
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )
        if check:
            assert done.returncode == 0, done.stderr
            return done.stdout.split()
        return done

    return run
