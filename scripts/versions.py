"""Run the tests without scikit-neuromsi on every Python of this machine, and with old and other dependencies.

Usage: versions.py WHEEL FOLDER [NAME ...]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


class Environment(NamedTuple):
    """An environment to test in.

    Attributes
    ----------
    python : str
        The interpreter.
    install : tuple of str
        Arguments of ``uv pip install`` beside the wheel.

    """

    python: str
    install: tuple[str, ...] = ()


def project() -> dict[str, Any]:
    """Read pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def interpreter(version: str) -> str | None:
    """Find a Python of this version: on the path, or among those of pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [shutil.which(f"python{version}"), *pyenv.glob(f"*/bin/python{version}")]
    for path in filter(None, found):
        # A shim of pyenv is there for versions that are not chosen, too, and fails.
        if subprocess.run([path, "--version"], capture_output=True).returncode == 0:
            return str(path)
    return None


def environments() -> dict[str, Environment]:
    """Return the matrix: each Python with the newest dependencies, the lowest ones, and pandas 2."""
    found = {version: interpreter(version) for version in PYTHONS}
    oldest = next(python for python in found.values() if python)
    newest = {
        f"python{version}": Environment(python)
        for version, python in found.items()
        if python
    }
    # Direct dependencies are those that the command names, so the wheel's are named too.
    declared = project()["project"]["dependencies"]
    lowest = Environment(oldest, ("--resolution", "lowest-direct", *declared))
    return {
        **newest,
        "lowest": lowest,
        "pandas2": Environment(oldest, ("pandas<3",)),
    }


def uv(*arguments: str) -> str:
    """Run uv, which picks the lowest versions, and fail with it."""
    command = [sys.executable, "-m", "uv", "--quiet", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def make(folder: Path, environment: Environment, wheel: str) -> str:
    """Make an environment anew; return its Python."""
    uv("venv", "--clear", "--python", environment.python, str(folder))
    python = str(folder / "bin" / "python")
    uv("pip", "install", "--python", python, wheel, *environment.install)
    # What the tests need must not raise what was just chosen.
    chosen = folder / "chosen.txt"
    frozen = uv("pip", "freeze", "--python", python).splitlines()
    chosen.write_text("\n".join(line for line in frozen if "==" in line))
    tests = project()["dependency-groups"]["test"]
    uv("pip", "install", "--python", python, "-c", str(chosen), *tests)
    return python


def main(wheel: str, folder: str, *names: str) -> int:
    """Test in every environment, or in those that are named; return 1 if a test failed."""
    failed = []
    for name, environment in environments().items():
        if names and name not in names:
            continue
        print(f"versions: {name}", flush=True)
        python = make(Path(folder) / name, environment, wheel)
        print(uv("pip", "freeze", "--python", python), flush=True)
        tests = ["-m", "pytest", "-q", "-m", "not slow", "--ignore=tests/upstream"]
        if subprocess.run([python, *tests], cwd=ROOT).returncode:
            failed.append(name)
    print(f"versions: {', '.join(failed) or 'none'} failed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
