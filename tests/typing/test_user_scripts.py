"""Type checkers pass the good scripts of users, and report just the marked lines of the bad ones."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import skneuromsi_io

HERE = Path(__file__).parent
SCRIPTS = sorted([*HERE.glob("good_*.py"), *HERE.glob("bad_*.py")])
#: A package without types, as scikit-neuromsi is one.
UNTYPED = {
    "__init__.py": "from .core import Model, NDResult, NDResultCollection\n",
    "core.py": """
class NDResult:
    def __init__(self, *, mname, output_mode, nddata, extra):
        self._mname = str(mname)
        self._output_mode = str(output_mode)
        self._nddata = nddata
        self._extra = dict(extra)

    @property
    def mname(self):
        return self._mname

    @property
    def output_mode(self):
        return self._output_mode

    @property
    def extra_(self):
        return self._extra

    def to_xarray(self):
        return self._nddata.copy()


class NDResultCollection:
    def __init__(self, name, results):
        self._name = str(name)
        self._results = list(results)
        self._cache = {}

    def __len__(self):
        return len(self._results)

    def __getitem__(self, slicer):
        return self._results[slicer]

    @property
    def name(self):
        return self._name

    @property
    def modes_(self):
        return self._cache["modes"]

    @property
    def run_parameters_(self):
        return self._cache["run_parameters"]


class Model:
    pass
""",
    "sweep.py": """
from .core import NDResultCollection


class ParameterSweep:
    def __init__(self, model, target):
        self._model = model

    def run(self):
        return NDResultCollection("name", [])
""",
}


@pytest.fixture(params=["without scikit-neuromsi", "with scikit-neuromsi"])
def folder(request, tmp_path):
    """The scripts, and a Python that has the packages of this one, and scikit-neuromsi or not."""
    for script in SCRIPTS:
        shutil.copy(script, tmp_path)
    venv.create(tmp_path / "env", with_pip=False, symlinks=os.name != "nt")
    (packages,) = (tmp_path / "env").glob("**/site-packages")
    package = Path(skneuromsi_io.__file__).parents[1]
    (packages / "more.pth").write_text("\n".join([str(package), *sys.path]))
    if request.param.startswith("with "):
        (packages / "skneuromsi").mkdir()
        for name, text in UNTYPED.items():
            (packages / "skneuromsi" / name).write_text(text)
    return tmp_path


def python_of(folder):
    scripts = "Scripts" if os.name == "nt" else "bin"
    return str(folder / "env" / scripts / "python")


def output_of(command, folder):
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def mypy(folder, python):
    """Scripts and lines that mypy --strict reports."""
    cache = HERE.parents[1] / ".mypy_cache" / "scripts"
    command = [
        *("mypy", "--strict", "--config-file=", "--no-error-summary", "--no-pretty"),
        *("--python-executable", python, "--cache-dir", str(cache)),
    ]
    scripts = [script.name for script in SCRIPTS]
    for line in output_of([*command, *scripts], folder).splitlines():
        place, kind, message = line.split(": ", 2)
        if kind == "error":
            name, number = place.rsplit(":", 1)
            yield name, int(number), message


def pyright(folder, python):
    """Scripts and lines that pyright reports as errors."""
    settings = {"include": [script.name for script in SCRIPTS]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command = ["pyright", "--outputjson", "--pythonpath", python]
    report = json.loads(output_of(command, folder))
    assert report["summary"]["filesAnalyzed"] == len(SCRIPTS)
    for item in report["generalDiagnostics"]:
        if item["severity"] == "error":
            number = item["range"]["start"]["line"] + 1
            yield Path(item["file"]).name, number, item["message"]


def marked():
    """Scripts and lines that are marked as wrong."""
    for path in SCRIPTS:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line.endswith("# error"):
                yield path.name, number


@pytest.mark.slow
@pytest.mark.parametrize("checker", [mypy, pyright])
def test_the_marked_lines_are_reported(checker, folder):
    if importlib.util.find_spec(checker.__name__) is None:
        pytest.skip(f"needs {checker.__name__}, of the dependency group lint")
    found = {
        (name, number): message
        for name, number, message in checker(folder, python_of(folder))
    }
    expected = set(marked())
    assert len(expected) > 40
    unexpected = {place: found[place] for place in found.keys() - expected}
    assert (unexpected, sorted(expected - found.keys())) == ({}, [])
