"""Run the tests without scikit-neuromsi on every Python of this machine, and with old and other dependencies.

The Python that runs this is left out: `make test` has it, with the newest dependencies and the slow tests too.

Usage: versions.py WHEEL FOLDER [NAME ...]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent

#: The oldest Python, which must be there, and others, which may.
OLDEST, OTHERS = "3.11", ("3.12", "3.13", "3.14")

#: Tests that need what these environments have not: scikit-neuromsi, and pyright of the group `lint`.
ELSEWHERE = ("--ignore=tests/upstream", "--ignore=tests/typing")


class Environment(NamedTuple):
    """An environment to test in.

    Attributes
    ----------
    python : str
        The interpreter.
    install : tuple of str
        Arguments of ``uv pip install`` beside the wheel.
    tests : tuple of str
        Bounds on what only the tests need.

    """

    python: str
    install: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


#: pandas up to 3.0 cannot make moments in zones of python-dateutil 4.
OLD_ZONES = "python-dateutil>=2.9,<3"


def project() -> dict[str, Any]:
    """Read pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def interpreter(version: str) -> str:
    """Find a Python of this version on the path or among those of pyenv; else its version, which uv downloads."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [shutil.which(f"python{version}"), *pyenv.glob(f"*/bin/python{version}")]
    for path in filter(None, found):
        # A shim of pyenv is there for versions that are not chosen, too, and fails.
        if subprocess.run([path, "--version"], capture_output=True).returncode == 0:
            return str(path)
    return version


def environments() -> dict[str, Environment]:
    """Return the matrix: each Python with the newest dependencies, the lowest ones, and pandas 2."""
    oldest = interpreter(OLDEST)
    # Direct dependencies are those that the command names, so the wheel's are named too.
    declared = project()["project"]["dependencies"]
    lowest = Environment(
        oldest,
        ("--resolution", "lowest-direct", *declared, OLD_ZONES),
        # pyarrow 21 and later need NumPy 2, and do not declare it.
        ("pyarrow<21",),
    )
    return {
        "lowest": lowest,
        "pandas2": Environment(oldest, ("pandas<3", OLD_ZONES)),
        **{
            f"python{version}": Environment(interpreter(version))
            for version in (OLDEST, *OTHERS)
            if version != f"{sys.version_info.major}.{sys.version_info.minor}"
        },
    }


def uv(*arguments: str) -> str:
    """Run uv, which picks the lowest versions, and fail with it."""
    command = [sys.executable, "-m", "uv", "--quiet", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def make(folder: Path, environment: Environment, wheel: str) -> str:
    """Install into the environment in `folder`; return its Python."""
    python = str(folder / "bin" / "python")
    uv("pip", "install", "--python", python, wheel, *environment.install)
    # What the tests need must not raise what was just chosen.
    chosen = folder / "chosen.txt"
    frozen = uv("pip", "freeze", "--python", python).splitlines()
    chosen.write_text("\n".join(line for line in frozen if "==" in line))
    tests = [*project()["dependency-groups"]["test"], *environment.tests]
    uv("pip", "install", "--python", python, "-c", str(chosen), *tests)
    return python


def test(name: str, folder: Path, environment: Environment, wheel: str) -> bool:
    """Test in an environment, made anew; say how it went, and return whether it did not fail."""
    try:
        uv("venv", "--clear", "--python", environment.python, str(folder))
    except subprocess.CalledProcessError:
        # uv says why; without a path it was to download it.
        missing = environment.python in OTHERS
        print(f"versions: {name}: {'skipped' if missing else 'FAILED'}: no such Python")
        return missing
    try:
        python = make(folder, environment, wheel)
    except subprocess.CalledProcessError as error:
        print(f"versions: {name}: FAILED: {error}", flush=True)
        return False
    # Two that run at a time would share pytest's cache.
    options = ["-q", "-p", "no:cacheprovider", "-m", "not slow", *ELSEWHERE]
    done = subprocess.run(
        [python, "-m", "pytest", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    versions = uv("pip", "freeze", "--python", python)
    state = "FAILED" if done.returncode else "passed"
    # Whole, as another environment prints at the same time.
    print(f"versions: {name}\n{versions}{done.stdout}versions: {name}: {state}")
    sys.stdout.flush()
    return done.returncode == 0


def main(wheel: str, folder: str, *names: str) -> int:
    """Test in every environment, or in those that are named; return 1 if a test failed."""
    matrix = {n: e for n, e in environments().items() if not names or n in names}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        passed = pool.map(
            lambda name: test(
                name, Path(folder).absolute() / name, matrix[name], wheel
            ),
            matrix,
        )
        failed = [name for name, ok in zip(matrix, passed, strict=True) if not ok]
    print(f"versions: {', '.join(failed) or 'none'} failed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
