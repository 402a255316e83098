"""Build and audit what is published: `release.py FOLDER [TARGET ...]` leaves wheels and an sdist in FOLDER.

The wheel of this machine is linked by zig against glibc 2.17, older than the 2.27 of jaxlib's wheels, so that it
runs wherever scikit-neuromsi can be installed. It and the sdist are installed in clean environments and tried
there. Wheels of the targets, such as x86_64-unknown-linux-musl (`rustup target add`), are linked by zig and
audited too, but not tried.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
TRY = ROOT / "scripts" / "try_installation.py"

#: Policies of the wheels' tags by the C library, with which the name of a target ends.
POLICIES = {"gnu": "manylinux_2_17", "musl": "musllinux_1_2"}

#: Resolution of dependencies by uv: the newest, and the lowest that pyproject.toml declares.
RESOLUTIONS = ("highest", "lowest-direct")


def _run(*command: str | Path, cwd: Path = ROOT, path: str | None = None) -> None:
    print("$", *command, flush=True)
    found = path or f"{BIN}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [str(part) for part in command], check=True, cwd=cwd, env=_env(found)
    )


def _env(path: str) -> dict[str, str]:
    return os.environ | {"PATH": path, "CARGO_ZIGBUILD_PYTHON_PATH": sys.executable}


def _build(dist: Path) -> tuple[Path, Path]:
    """Build wheel and sdist into an empty folder."""
    shutil.rmtree(dist, ignore_errors=True)
    _build_wheel(dist, POLICIES["gnu"])
    _run(BIN / "maturin", "sdist", "--out", dist)
    return next(dist.glob("*.whl")), next(dist.glob("*.tar.gz"))


def _build_wheel(dist: Path, policy: str, *options: str) -> None:
    maturin = (BIN / "maturin", "build", "--release", "--locked", "--out", dist)
    _run(*maturin, "--zig", f"--compatibility={policy}", *options)


def _audit(dist: Path) -> None:
    """Let the field's tools judge: symbols of the C library and of Python's stable ABI, metadata."""
    for wheel in sorted(dist.glob("*.whl")):
        # Where glibc is, auditwheel takes musl's libc for glibc's; maturin has held these wheels to their policy.
        if "musllinux" not in wheel.name:
            _run(BIN / "auditwheel", "show", wheel)
        _run(BIN / "abi3audit", "--strict", "--summary", wheel)
    _run(BIN / "twine", "check", "--strict", *sorted(dist.iterdir()))


def _environment(folder: Path) -> Path:
    """Make a clean environment and return its Python."""
    shutil.rmtree(folder / "env", ignore_errors=True)
    _run(BIN / "uv", "venv", "--quiet", "--python", "3.11", folder / "env", cwd=folder)
    return folder / "env" / "bin" / "python"


def _try(package: Path, folder: Path, resolution: str) -> None:
    """Install a package in a clean environment outside of the repository, and use it."""
    python = _environment(folder)
    options = ("--quiet", "--python", python, "--resolution", resolution)
    # Named here, the package's dependencies are direct ones, whose lowest versions uv can choose.
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = declared["dependencies"]
    _run(BIN / "uv", "pip", "install", *options, package, *names, cwd=folder)
    _run(python, TRY, cwd=folder)


def _try_without_rust(sdist: Path, folder: Path) -> None:
    """Check that the sdist says what to do where there is no Rust, and maturin may not fetch it."""
    python = _environment(folder)
    path = f"{BIN}{os.pathsep}/usr/bin{os.pathsep}/bin"
    if shutil.which("cargo", path=path):
        sys.exit(f"a cargo in {path}: cannot try without Rust")
    env = _env(path) | {"MATURIN_NO_INSTALL_RUST": "1"}
    command = [BIN / "uv", "pip", "install", "--python", python, "--no-cache", sdist]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode == 0 or "have cargo in your PATH" not in done.stderr:
        sys.exit(
            f"the sdist without Rust: expected a hint at cargo, found\n{done.stderr}"
        )
    print("the sdist without Rust says:", done.stderr.strip(), sep="\n")


def main() -> None:
    """Build, audit, and try."""
    dist, targets = Path(sys.argv[1]).resolve(), sys.argv[2:]
    wheel, sdist = _build(dist)
    for target in targets:
        policy = POLICIES[target.rpartition("-")[2]]
        _build_wheel(dist, policy, f"--target={target}")
    _audit(dist)
    with tempfile.TemporaryDirectory(prefix="skneuromsi-io-release-") as name:
        folder = Path(name)
        for resolution in RESOLUTIONS:
            _try(wheel, folder, resolution)
        _try(sdist, folder, "highest")
        _try_without_rust(sdist, folder)


if __name__ == "__main__":
    main()
